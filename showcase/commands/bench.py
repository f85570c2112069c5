"""`showcase bench`: how quickly the ranking answers at a size, beside other ways to search.

Hands over to `bench.ranking`, which is beside the platform and not part of what is installed with it.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click


@click.command()
@click.option("--profiles", default=100_000, show_default=True, type=click.IntRange(min=100), help="How many profiles.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; bench/README.md says what the keys mean.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write the cost by number of profiles there, as SVG.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder that keeps the profiles for the next run.")
def bench(profiles: int, as_json: bool, plot: Path | None, keep: Path | None) -> None:
    """Measure the ranking's speed, memory and exactness beside FAISS, pgvector and bm25s alone."""
    root = str(Path(__file__).parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)
    if find_spec("bench") is None:
        raise click.ClickException("the measurements come with the source, not with what is installed")
    arguments = [
        "--profiles",
        str(profiles),
        *(["--json"] if as_json else []),
        *(["--plot", str(plot)] if plot else []),
        *(["--keep", str(keep)] if keep else []),
    ]
    sys.exit(import_module("bench.ranking").main(arguments))
