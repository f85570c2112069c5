"""Commands that keep what the database holds: `showcase backup`, `showcase restore`, `showcase verify`."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write everything the database holds to FILE (a ZIP), consistent while the service runs.

    The secret key is not part of it: keep that of the instance folder, or SECRET_KEY, apart. Exits with 1 when the file
    cannot be written whole; what stood under its name before is then still there.
    """
    from showcase import create_app
    from showcase.extensions import db
    from showcase.models import utc_now
    from showcase.services import backups

    with create_app().app_context():
        try:
            counts = backups.save(db.engine, file, now=utc_now())
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables are in {file}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Fill an empty database from FILE, whichever engine it was made on; check the file first; keep all or nothing."""
    from showcase import create_app
    from showcase.errors import DomainError
    from showcase.extensions import db
    from showcase.services import backups

    with create_app().app_context():
        try:
            counts = backups.restore(db.engine, file)
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables are restored. Check them: showcase verify")


@click.command()
def verify() -> None:
    """Find and name any inconsistency in the database; exits with 1 when there is one."""
    from showcase import create_app
    from showcase.services import consistency

    found = 0
    with create_app().app_context():
        for fault in consistency.faults():
            found += 1
            click.echo(fault)
    if found:
        raise SystemExit(1)
    click.echo("Nothing is wrong.")
