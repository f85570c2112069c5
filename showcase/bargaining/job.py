"""A plan worked out for the worker: the best plan, why it is so, and what changes if one of its councils leaves.

JSON values in, JSON values out. Half of the time may go to the plan; the rest to planning again without each council of
a group, those with the largest quantity first. What there was no time for is named.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from showcase.bargaining.answers import as_values
from showcase.bargaining.explain import Departure, alone, gains, next_tiers, without
from showcase.bargaining.problem import Problem, read_problem
from showcase.bargaining.rules import Plan
from showcase.bargaining.solver import solve

LEAST_SECONDS = 1.0
"""What planning again without one council must have left to be begun."""


def run(
    problem: dict[str, Any], *, seconds: float, work: int | None, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Return the plan of `docs/bargaining.md` with `gains`, `departures` and the councils `not_tried` without.

    Raises:
        BadProblem: it cannot be planned.
    """
    deadline = monotonic() + seconds
    asked = read_problem(problem)
    tell({"stage": "plan"})
    plan = solve(asked, seconds / 2)
    answer = as_values(plan, alone(asked, plan), next_tiers(asked, plan))
    answer["gains"] = [vars(gain) for gain in gains(asked, plan)]
    departures, not_tried = _departures(asked, plan, deadline, tell)
    answer["departures"] = [
        {
            "council": one.council,
            "others_before_pence": one.others_before_pence,
            "others_after_pence": one.others_after_pence,
            "left_out": list(one.left_out),
            "is_proven": "saving" in one.plan.proven,
        }
        for one in departures
    ]
    answer["not_tried"] = not_tried
    return answer


def _departures(
    problem: Problem, plan: Plan, deadline: float, tell: Callable[[dict[str, Any]], None]
) -> tuple[list[Departure], list[str]]:
    members = sorted(plan.group_of, key=lambda council: (-plan.group_of[council].members[council], council))
    found: list[Departure] = []
    for place, council in enumerate(members):
        tell({"stage": "departures", "done": place, "of": len(members)})
        left = deadline - monotonic()
        if left < LEAST_SECONDS:
            return found, members[place:]
        found.append(without(problem, plan, council, max(LEAST_SECONDS, left / (len(members) - place))))
    return found, []
