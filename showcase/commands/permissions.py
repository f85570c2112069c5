"""Prints who may do what, from the one table that decides it."""

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def permissions(as_json: bool) -> None:
    """Print who may do what: any one of a permission's lines is enough."""
    from showcase.services.permissions import table

    lines = table()
    if as_json:
        click.echo(json.dumps([vars(line) for line in lines], ensure_ascii=False, indent=2))
        return
    click.echo("Allowed when any one of the lines beside it holds.\n")
    width = max(len(line.words) for line in lines) + 2
    for line in lines:
        for name, rule in zip([line.words] + [""] * len(line.allowed_when), line.allowed_when, strict=False):
            click.echo(f"{name:<{width}}{rule}")
