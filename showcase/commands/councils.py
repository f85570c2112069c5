"""The command that brings the register of councils up to date: it shows the difference before it applies it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from showcase.services.register import CouncilRow, Difference


@click.group()
def councils() -> None:
    """Look after the register of councils."""


@councils.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Apply the difference instead of only showing it.")
def import_(file: Path, is_applied: bool) -> None:
    """Show what a new edition of the register changes, and apply it with --apply."""
    from showcase import create_app
    from showcase.errors import DomainError
    from showcase.extensions import db
    from showcase.models import utc_now
    from showcase.policies import Actor
    from showcase.services import council_register, register
    from showcase.transactions import begin_writing

    try:
        rows = register.read_register(file)
    except DomainError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    app = create_app()
    with app.app_context():
        if is_applied:
            begin_writing(db.session)
            difference = council_register.apply(rows, by=Actor(name="Command line"), now=utc_now())
            db.session.commit()
        else:
            difference = council_register.compare(rows)
    with app.app_context():
        db.engine.dispose()
    for line in in_words(difference, rows):
        click.echo(line)
    if is_applied:
        click.echo("Applied.")
    elif not difference.is_empty:
        click.echo("Nothing is changed yet. Add --apply to apply this.")


def in_words(difference: "Difference", rows: "list[CouncilRow]") -> list[str]:
    """Return a difference as lines: what is new, what changes, what ends, what is missing."""
    names = {row.gss_code: row.name for row in rows}
    lines = [f"+ {row.gss_code} {row.name}" for row in difference.added]
    for change in difference.changed:
        before, after = _shown(change.before), _shown(change.after)
        lines.append(f"~ {change.gss_code} {names[change.gss_code]}: {change.field} was {before}, will be {after}")
    for row in difference.ended:
        successors = ", ".join(names.get(code, code) for code in row.successors) or "no council named yet"
        lines.append(f"! {row.gss_code} {row.name} ends on {row.ends_on}; then: {successors}")
    lines += [f"? {code} is not in this file; it stays as it is" for code in difference.missing]
    counts = f"{len(difference.added)} new, {len({c.gss_code for c in difference.changed})} changed"
    return [*lines, f"{counts}, {len(difference.missing)} not in the file, {difference.unchanged} the same."]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value) or "(none)"
    return "(none)" if value is None else str(value)
