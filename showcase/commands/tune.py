"""`showcase tune`: fit the ranking's weights to councils' decisions and golden pairs, and compare them with the old.

Reads the database and prints; with `--propose` the weights are kept for staff, who alone can let them count.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--propose", is_flag=True, help="Keep the weights for staff to look at, on the page /staff/ranking.")
def tune(as_json: bool, propose: bool) -> None:
    """Fit the ranking's weights to what people decided, and compare. Changes no ranking."""
    import seeds
    from showcase import create_app
    from showcase.extensions import db
    from showcase.models import utc_now
    from showcase.policies import Actor
    from showcase.services import tuning, weights
    from showcase.transactions import begin_writing

    with create_app().app_context():
        report = tuning.run(seeds.golden()).as_json()
        number = None
        if propose:
            db.session.rollback()
            begin_writing(db.session)
            proposed = weights.propose(report["new"], report, by=Actor(name="Command line"), now=utc_now())
            number = proposed.number
            db.session.commit()
        db.session.close()
        db.engine.dispose()
    if as_json:
        click.echo(json.dumps({**report, "proposed_as": number}))
    else:
        click.echo("\n".join(_lines(report, number)))


def _lines(report: Mapping[str, Any], number: int | None) -> Iterator[str]:
    old = f"weights {report['compared_with']}" if report["compared_with"] else "shipped weights"
    yield "Fitted on " + ", ".join(f"{count} {name}" for name, count in report["fitted_on"].items()) + ".\n"
    yield f"{'weight':<36}{old:>18}{'new':>8}   with some challenges left out"
    for name, weight in report["new"].items():
        low, high = report["ranges"][name]
        yield f"{name:<36}{report['old'][name]:>18.3f}{weight:>8.3f}   {low:.2f} to {high:.2f}"
    yield ""
    if report["comparisons"]:
        yield f"{'each challenge held out':<36}{old:>18}{'new':>8}   difference, 95 % interval"
    for one in report["comparisons"]:
        name = f"{one['source']}: {one['measure']}"
        interval = f"{one['low']:+.3f} to {one['high']:+.3f} ({one['challenges']} challenges)"
        yield f"{name:<36}{one['old']:>18.3f}{one['new']:>8.3f}   {interval}"
    yield from (f"! {doubt}" for doubt in report["doubts"])
    yield ""
    yield f"Proposed to staff as weights {number}." if number else "Nothing was kept; --propose keeps it for staff."
