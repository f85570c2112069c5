"""`showcase record verify`: whether the bundle of an engagement record is as it was made, without a database.

Exit code 0 when nothing was changed, 1 when something was, 2 when the file cannot be read.
"""

import json
import sys
from pathlib import Path

import click

from showcase.services import bundles


@click.group()
def record() -> None:
    """Engagement records of challenges."""


@record.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(file: str, as_json: bool) -> None:
    """Check that nothing was changed in the bundle FILE.zip since the platform made it."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        click.echo(f"{file}: it cannot be read: {error.strerror}", err=True)
        sys.exit(2)
    verdict = bundles.check(data)
    if as_json:
        click.echo(json.dumps(vars(verdict) | {"is_unchanged": not verdict.faults}, ensure_ascii=False, indent=2))
    elif verdict.faults:
        click.echo("\n".join(["Changed:", *(f"  {fault}" for fault in verdict.faults)]))
    else:
        click.echo(f"Nothing was changed. {verdict.entries} entries; SHA-256 of the manifest: {verdict.manifest_hash}")
        click.echo("Compare that hash with the record’s own entry about this bundle: it proves which bundle this is.")
    sys.exit(1 if verdict.faults else 0)
