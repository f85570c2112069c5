"""Checks the audit trail's hash chain: `showcase audit verify`."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from showcase.services.sealing import Head


@click.group()
def audit() -> None:
    """Check that the audit trail is whole."""


@audit.command()
@click.option("--head", "known", metavar="NUMBER:HASH", help="A head noted earlier; it must still stand as it did.")
def verify(known: str | None) -> None:
    """Name every entry that was changed, is missing or was never sealed; print the head to note elsewhere.

    Exits with 1 when anything is wrong, with 2 when the head given cannot be read.
    """
    from showcase import create_app
    from showcase.services import sealing

    head = _head(known) if known else None
    with create_app().app_context():
        found = sealing.verify(head)
    for fault in found.faults:
        click.echo(fault)
    click.echo(f"{found.head.number} entries sealed, {found.waiting} waiting, details of {found.erased} erased.")
    click.echo(f"Head: {found.head}")
    if found.faults:
        raise SystemExit(1)


def _head(text: str) -> "Head":
    from showcase.services.sealing import Head

    number, _, hash = text.partition(":")
    if not number.isdecimal() or len(hash) != 64:
        raise click.UsageError("--head is a number, a colon and 64 hexadecimal digits, as an earlier check printed it")
    return Head(int(number), hash)
