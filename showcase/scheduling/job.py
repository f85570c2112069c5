"""Solving as a job of values: a problem as JSON in, the answer as JSON out, with progress told in between."""

from collections.abc import Callable
from typing import Any

from showcase.scheduling.answers import Limits
from showcase.scheduling.reading import read_problem


def run(
    problem: dict[str, Any], *, seconds: float, work: int | None, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Return the answer to a problem; `tell` hears {"cost", "bound"} after each round.

    Raises:
        BadInput: the problem cannot be used.
    """
    from showcase.scheduling.solver import solve  # loads OR-Tools and Numba

    answer = solve(
        read_problem(problem),
        Limits(work=work, seconds=seconds),
        told=lambda cost, bound: tell({"cost": cost, "bound": bound}),
    )
    return answer.as_json()
