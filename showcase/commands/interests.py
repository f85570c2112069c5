"""`showcase interests plan`: the best plan of councils and offers for a file, without a database.

Reads with `showcase.bargaining`, prints a table for people or JSON for programs. A file that cannot be used ends the
command with one line on standard error and exit code 2.
"""

import ctypes
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from showcase.bargaining import BadProblem, Plan, Problem, read_problem, solve
from showcase.bargaining.answers import as_values
from showcase.bargaining.explain import LIMITS, Alone, NextTier, alone, gains, next_tiers
from showcase.bargaining.problem import month_text


@click.group()
def interests() -> None:
    """Collective-bargaining interest lists."""


@interests.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Stop then with the best found.")
def plan(file: str, as_json: bool, seconds: float | None) -> None:
    """Find the plan that saves councils most from FILE (JSON: offers and councils; - for standard input)."""
    try:
        problem = read_problem(_read(file))
    except BadProblem as error:
        click.echo(" ".join(f"{file}: {error}".split()), err=True)
        sys.exit(2)
    with _only_our_words_on_standard_output():
        found = solve(problem, seconds)
    left, ahead = alone(problem, found), next_tiers(problem, found)
    if as_json:
        click.echo(json.dumps(as_values(found, left, ahead), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_table(problem, found, left, ahead)))


@contextmanager
def _only_our_words_on_standard_output() -> Iterator[None]:
    """Send to standard error what HiGHS now and then prints for its makers, which would spoil the JSON."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)


def _read(file: str) -> object:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
        return json.loads(text, object_pairs_hook=_no_repeats)
    except FileNotFoundError:
        raise BadProblem("", "there is no such file") from None
    except UnicodeDecodeError:
        raise BadProblem("", "it is not UTF-8 text") from None
    except OSError as error:
        raise BadProblem("", f"it cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BadProblem(f"line {error.lineno}", f"it is not JSON: {error.msg}") from None
    except RecursionError:
        raise BadProblem("", "it is nested too deeply") from None
    except BadProblem:
        raise
    except ValueError:
        raise BadProblem("", "it holds a number too long to read") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise BadProblem("", f"a JSON object names {next(name for name in names if names.count(name) > 1)} twice")
    return found


def _table(problem: Problem, found: Plan, left: Sequence[Alone], ahead: Sequence[NextTier]) -> Iterator[str]:
    yield f"Total saving: {_pounds(found.saving_pence)} a year"
    if found.status == "optimal":
        yield "No plan saves more."
    else:
        yield f"Out of time: no plan saves more than {_pounds(found.bound_pence)} a year ({found.gap:.1%} above)."
    gain_of = {gain.council: gain for gain in gains(problem, found)}
    for group in found.groups:
        yield ""
        yield (
            f"{group.offer}, tier {group.tier}: {group.quantity} units at {_pounds(group.unit_price_pence)}, "
            f"from {month_text(group.start)}"
        )
        for council, quantity in group.members.items():
            gain = gain_of[council]
            saved = "unknown" if gain.saving_pence is None else _pounds(gain.saving_pence)
            by_itself = _pounds(gain.by_itself_pence)
            yield f"  {council:<24} {quantity:>9} units  saves {saved:>14}  by itself {by_itself:>14}"
    if left:
        yield "\nAlone"
        yield from (f"  {one.council:<24} {LIMITS[one.limit]}" for one in left)
    if ahead:
        yield "\nNext tiers"
    for step in ahead:
        helpers = ", ".join(helper.council for helper in step.could_close[:5]) or "nobody"
        yield (
            f"  {step.offer}, tier {step.tier} at {_pounds(step.unit_price_pence)} from {month_text(step.start)}: "
            f"{step.gap} units short of {step.min_quantity}; could help: {helpers}"
            + (" and others" if len(step.could_close) > 5 else "")
        )


def _pounds(pence: int) -> str:
    return f"{'-' if pence < 0 else ''}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"
