"""`showcase agenda solve` and `showcase agenda check`: agendas of files, without a database.

A file that cannot be used ends the command with a line for each fault on standard error and exit code 2. A problem that
has no agenda is an answer like any other: exit code 0. An agenda that breaks rules ends `check` with exit code 1.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from showcase.scheduling import Answer, BadInput, Limits, Problem, Verdict, check, read_assignments, read_problem


@click.group()
def agenda() -> None:
    """Make the agenda of an event, or check one."""


@agenda.command("solve")
@click.argument("problem")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), help="Stop then at the latest. [20 without --work]"
)
@click.option("--work", type=click.IntRange(min=1), help="Stop after so much work: the same answer on any machine.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="For another answer as good."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def solve_command(problem: str, seconds: float | None, work: int | None, seed: int, as_json: bool) -> None:
    """Find the cheapest agenda for a PROBLEM (.json, or - for standard input)."""
    from showcase.scheduling.solver import solve  # heavy, and of no use to what the other command does

    asked = _problem(problem)
    if seconds is None and work is None:
        seconds = 20.0
    answer = solve(asked, Limits(work=work, seconds=seconds), seed)
    click.echo(
        json.dumps(answer.as_json(), ensure_ascii=False, indent=2) if as_json else "\n".join(_page(asked, answer))
    )


@agenda.command("check")
@click.argument("problem")
@click.argument("agenda")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(problem: str, agenda: str, as_json: bool) -> None:
    """Say what an AGENDA costs and which rules of the PROBLEM it breaks."""
    asked = _problem(problem)
    with _Faults(agenda):
        assignments = read_assignments(_json(agenda))
    verdict = check(asked, assignments)
    click.echo(json.dumps(_verdict(verdict), ensure_ascii=False, indent=2) if as_json else "\n".join(_words(verdict)))
    if verdict.broken:
        sys.exit(1)


class _Faults:
    """Turns bad input into lines on standard error and exit code 2."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, BadInput):
            for fault in error.faults:
                click.echo(f"{self.path}: {fault}", err=True)
            sys.exit(2)


def _problem(path: str) -> Problem:
    with _Faults(path):
        return read_problem(_json(path))


def _json(path: str) -> Any:
    """Return what a file holds.

    Raises:
        BadInput: it cannot be read, is not JSON, or gives a key twice.
    """
    try:
        with click.open_file(path, encoding="utf-8-sig") as file:
            return json.loads(file.read(), object_pairs_hook=_object)
    except OSError as error:
        raise BadInput([f"cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BadInput(["is not UTF-8 text"]) from error
    except json.JSONDecodeError as error:
        raise BadInput([f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}"]) from error
    except RecursionError as error:
        raise BadInput(["is not usable JSON: too deep"]) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for at, (key, _) in enumerate(pairs) if any(key == other for other, _ in pairs[:at]))
        raise BadInput([f'one object gives the key "{twice}" twice'])
    return found


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"cost": verdict.cost, "broken": list(verdict.broken)}


def _page(problem: Problem, answer: Answer) -> Iterator[str]:
    """Yield the agenda in the order of the day, or why there is none."""
    if answer.status == "unknown":
        yield "Neither an agenda nor a proof that there is none was found within the limits."
    if answer.status == "infeasible":
        yield "There is no agenda. These rules cannot hold together:"
        yield from (f"  {label}" for label in answer.conflicting_rules)
        if not answer.conflicting_rules:
            yield "  there are more sessions than slots"
    if answer.cost is None:
        return
    best = "no agenda costs less" if answer.gap == 0 else f"no agenda costs less than {answer.bound}"
    yield f"Cost {answer.cost}; {best}.\n"
    yield from _grid(problem, answer.assignments)


def _grid(problem: Problem, assignments: Mapping[str, str]) -> Iterator[str]:
    rows = sorted((problem.slot[slot].start, problem.slot[slot].room, session) for session, slot in assignments.items())
    for start, room, session in rows:
        end = problem.session[session].end(problem.slot[assignments[session]])
        line = f"{start:%Y-%m-%d %H:%M} to {end:%H:%M}  {room:<12} {session:<12} {problem.session[session].track}"
        yield line.rstrip()


def _words(verdict: Verdict) -> Iterator[str]:
    yield f"Cost {verdict.cost}"
    if not verdict.broken:
        yield "Every rule is kept."
    else:
        yield "Rules broken:"
        yield from (f"  {line}" for line in verdict.broken)
