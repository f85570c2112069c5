"""`python -m showcase.commands`: the same as the `showcase` command."""

from showcase.commands import main

main()
