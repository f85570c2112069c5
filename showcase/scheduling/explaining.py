"""Why there is no agenda: a set of rules that cannot hold together, and could if any one of them were dropped.

Found by QuickXplain (Junker, AAAI 2004): halves of the list are added until what is left out no longer matters. That
every session is held once is taken as given. A question that is not decided in time counts as "could hold", so that
the answer may then be larger than need be, but is never wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from showcase.scheduling.model import Model
from showcase.scheduling.problem import Problem
from showcase.scheduling.rules import Only, Rule

WORK = 2.0
"""Deterministic units for each question."""


def conflict(problem: Problem, rules: Sequence[Rule], seconds_left: Callable[[], float | None]) -> list[Rule]:
    """Return a smallest set, in the sense above, of these rules, which are known to leave no agenda."""

    def clash(some: Sequence[Rule]) -> bool:
        left = seconds_left()
        if left is not None and left <= 0:
            return False
        return Model(problem, some).solve(WORK, seed=0, seconds=left).status == "infeasible"

    confined = _without_a_slot(problem, rules)
    if confined:
        problem = replace(problem, sessions=tuple(s for s in problem.sessions if s.id == confined[0].session))
    candidates: Sequence[Rule] = confined or rules
    if clash([]):
        return []
    found = _quick(clash, [], [], list(candidates))
    return [rule for rule in rules if rule in found]


def _without_a_slot(problem: Problem, rules: Sequence[Rule]) -> list[Only]:
    """Return the rules that leave one session no slot at all, if one can be found: the plainest explanation."""
    for session in problem.sessions:
        own = [rule for rule in rules if isinstance(rule, Only) and rule.session == session.id]
        if own and not frozenset.intersection(*(rule.slots for rule in own)):
            return own
    return []


def _quick(
    clash: Callable[[Sequence[Rule]], bool], given: list[Rule], added: list[Rule], rules: list[Rule]
) -> list[Rule]:
    """Return the part of `rules` that, with `given`, cannot hold; `added` is what was last put into `given`."""
    if added and clash(given):
        return []
    if len(rules) <= 1:
        return rules
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    needed = _quick(clash, given + first, first, second)
    return _quick(clash, given + needed, needed, first) + needed
