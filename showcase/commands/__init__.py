"""The `showcase` command line. Each command's module is imported only when that command runs.

So `showcase match` needs neither a database nor Flask, and `showcase run` never loads the language model. To add a
command, write a click command in a module beside this one and add a line to `COMMANDS`.
"""

from collections.abc import Mapping
from importlib import import_module

import click

COMMANDS: Mapping[str, tuple[str, str, str]] = {
    # name: (module, attribute, what `showcase --help` says)
    "match": ("matching", "match", "Rank a file of solutions for one challenge, with reasons."),
    "evaluate": ("matching", "evaluate", "Measure a ranking against labelled queries (BEIR files)."),
    "bench": ("bench", "bench", "Measure the ranking's speed and memory beside others."),
    "pairs": ("pairs", "pairs", "Rank every published solution for every published challenge."),
    "tune": ("tune", "tune", "Fit the ranking's weights to what people decided, and compare (a proposal)."),
    "agenda": ("agenda", "agenda", "Make the agenda of an event, or check one (files)."),
    "run": ("serving", "run", "Run web and worker together on this machine."),
    "work": ("serving", "work", "Run the worker alone."),
    "embed": ("serving", "embed", "Embed every text that waits for it, and stop."),
    "demo": ("serving", "demo", "Make the demo database if there is none, then run."),
    "db": ("database", "db", "Look after the database."),
    "record": ("records", "record", "Check the bundle of an engagement record (files)."),
    "invite-staff": ("staff", "invite_staff", "Invite someone to act for the LGA."),
    "permissions": ("permissions", "permissions", "Print who may do what."),
    "backup": ("backup", "backup", "Write everything to one file, while the service runs."),
    "restore": ("backup", "restore", "Fill an empty database from a backup."),
    "verify": ("backup", "verify", "Find and name any inconsistency in the database."),
    "audit": ("audit", "audit", "Check that the audit trail is whole."),
    "councils": ("councils", "councils", "Bring the register of councils up to date."),
    "licences": ("supply", "licences", "List the packages it is made of, with their licences."),
    "sbom": ("supply", "sbom", "Write the software bill of materials (CycloneDX JSON)."),
    "seed": ("database", "seed", "Load councils, demo firms, challenges and solutions."),
    "interests": ("interests", "interests", "Find the best plan of councils and offers for a file."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports them on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"showcase.commands.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list for --help from the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, _, words) in COMMANDS.items()])


@click.group(cls=LazyGroup)
def main() -> None:
    """Tech Innovation Showcase: councils' challenges, small firms' solutions, and which fit which."""
