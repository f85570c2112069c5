"""`showcase pairs`: every published challenge against every published solution, as a file for planning an event.

Reads the database and writes nothing there. Progress goes to standard error, so that the file may be piped.
"""

import csv
import json
import sys
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from showcase.services.pairs import Best

HEAD = ("Challenge", "Council", "Rank", "Solution", "Supplier", "Score", "Challenge id", "Solution id")


@click.command()
@click.option("--top", default=20, show_default=True, type=click.IntRange(1, 200), help="Solutions of each challenge.")
@click.option("--json", "as_json", is_flag=True, help="Write a line of JSON for each challenge, not CSV.")
@click.option("--output", default="-", type=click.File("w", encoding="utf-8"), help="A file; else standard output.")
def pairs(top: int, as_json: bool, output: IO[str]) -> None:
    """Rank every published solution for every published challenge."""
    from showcase import create_app
    from showcase.extensions import db
    from showcase.services import pairs as service

    with create_app().app_context():
        found = service.best_of_each_challenge(top=top)
        size = service.count()
        with click.progressbar(found, length=size, label="Challenges", file=sys.stderr) as each:
            written = _write_json(each, output) if as_json else _write_csv(each, output)
        if written < size:
            click.echo(f"{size - written} of {size} challenges wait to be indexed and are left out", err=True)
        db.session.close()
        db.engine.dispose()


def _write_json(found: Iterable["Best"], output: IO[str]) -> int:
    """Write a line for each challenge; return how many there were."""
    written = 0
    for best in found:
        written += 1
        one = best.challenge
        solutions = [
            {"rank": rank, "id": str(other.id), "title": other.title, "supplier": other.organisation, "score": score}
            for rank, (other, score) in enumerate(best.solutions, start=1)
        ]
        challenge = {"id": str(one.id), "title": one.title, "council": one.organisation}
        output.write(json.dumps({"challenge": challenge, "solutions": solutions}, ensure_ascii=False) + "\n")
    return written


def _write_csv(found: Iterable["Best"], output: IO[str]) -> int:
    """Write a row for each pair; return how many challenges there were."""
    from showcase.services.csv_export import as_cell

    writer = csv.writer(output)
    writer.writerow(HEAD)
    written = 0
    for best in found:
        written += 1
        one = best.challenge
        for rank, (other, score) in enumerate(best.solutions, start=1):
            cells = (one.title, one.organisation, rank, other.title, other.organisation, round(score, 4))
            writer.writerow([as_cell(cell) for cell in (*cells, str(one.id), str(other.id))])
    return written
