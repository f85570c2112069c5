"""Find the best plan: first the largest saving, proven, then councils, start and identifiers with the saving kept.

The saving: the linear relaxation prices each council's place, a bound throws options away, a quick search among the
promising ones gives a first plan, the bound with that plan throws more away, and HiGHS proves the rest. The later
stages work on the few options that can be part of a plan with exactly that saving.
"""

from collections.abc import Sequence
from math import floor, isfinite

import numpy as np
from numpy.typing import NDArray

from showcase.bargaining.model import Clock, Found, Model
from showcase.bargaining.problem import Problem
from showcase.bargaining.reduction import Judged, Option, judge, options
from showcase.bargaining.rules import STAGES, Group, Plan, faults, order, saving

_PROMISING = 3
"""Options of each offer that the quick search looks at."""
_QUICK_SECONDS = 5.0
_QUICK_GAP = 0.002
_ROUNDS = 4
_PENNY = 1e-3
"""What a bound in floating point may stand above the whole number it means."""


def solve(problem: Problem, seconds: float | None = None) -> Plan:
    """Return the best plan; with a limit in seconds, the best found by then and how far it may be from the best."""
    search = _Search(problem, Clock(seconds))
    search.run()
    broken = list(faults(problem, search.groups))
    if broken:
        raise RuntimeError(f"the plan breaks the rules: {broken[0]}")
    proven = STAGES[: search.proven]
    return Plan(search.groups, search.saved, search.saved if proven else search.bound, proven)


class _Search:
    """The best plan so far, what no plan exceeds, and how many stages are proven."""

    def __init__(self, problem: Problem, clock: Clock) -> None:
        self.problem, self.clock = problem, clock
        self.groups: tuple[Group, ...] = ()
        self.saved = 0
        self.bound = 0
        self.proven = 0

    def run(self) -> None:
        """Work through the stages until all are proven or the time is over."""
        found = options(self.problem)
        self.bound = self._easy_bound(found)
        found = self._largest_saving(found)
        if self.proven == 0:
            return
        model = Model(self.problem, found)
        floors = [self.saved]
        model.keep(model.savings(), self.saved)
        for goal in (model.councils(), model.months()):
            if not self._accept(model.best(goal, self.clock)):
                return
            _, fewer, later, _ = order(self.problem, self.groups)
            floors.append(-fewer if len(floors) == 1 else -later)
            model.keep(goal, floors[-1])
            self.proven += 1
        self._settle_identifiers(found, floors)

    def _accept(self, found: Found) -> bool:
        """Take a plan if it is better than the one in hand; say whether the stage is proven."""
        if found.groups is not None:
            groups = tuple(sorted(found.groups, key=lambda group: group.offer))
            if order(self.problem, groups) < order(self.problem, self.groups):
                self.groups, self.saved = groups, saving(self.problem, groups)
        return found.is_proven

    def _easy_bound(self, found: Sequence[Option]) -> int:
        """Return what all would save if each could have its best price alone."""
        best = [0] * len(self.problem.councils)
        for option in found:
            for at, one in option.takers.items():
                best[at] = max(best[at], one.saving_pence)
        return sum(best)

    def _largest_saving(self, found: Sequence[Option]) -> list[Option]:
        """Prove the first stage; return the options that some plan with this saving may hold."""
        judged = self._narrow(found)
        promising = self._promising(judged)
        if len(promising) < len(judged.options):
            model = Model(self.problem, promising)
            self._accept(model.best(model.savings(), self.clock.at_most(_QUICK_SECONDS), _QUICK_GAP))
            judged = self._narrow(judged.options)
        if self.saved < self.bound:
            model = Model(self.problem, judged.options)
            answer = model.best(model.savings(), self.clock)
            if self._accept(answer):
                self.bound = self.saved
            elif isfinite(answer.bound):
                self.bound = max(self.saved, min(self.bound, floor(answer.bound + _PENNY)))
        self.proven = int(self.saved == self.bound)
        return self._probe(self._narrow(judged.options).options) if self.proven else []

    def _probe(self, found: list[Option]) -> list[Option]:
        """Force each option in turn and drop it where the bound then falls short, until that no longer helps much."""
        before = 2 * len(found)
        while len(found) < 0.8 * before:
            before = len(found)
            for option in list(found):
                if self.clock.left() == 0:
                    return found
                trial = [one for one in found if one.offer != option.offer or one is option]
                model = Model(self.problem, trial)
                model.program.row([(model.opened[trial.index(option)], 1)], low=1)
                kept = judge(self.problem, trial, _prices(model), self.saved).options
                if not any(
                    (one.offer, one.tier, one.start) == (option.offer, option.tier, option.start) for one in kept
                ):
                    found = [one for one in found if one is not option]
        return found

    def _narrow(self, found: Sequence[Option]) -> Judged:
        """Throw options away, round by round while that helps, and lower the bound."""
        judged = Judged(list(found), [0.0] * len(found), 0.0)
        for _ in range(_ROUNDS):
            if not judged.options or self.clock.left() == 0:
                break
            before = len(judged.options)
            prices = _prices(Model(self.problem, judged.options))
            judged = judge(self.problem, judged.options, prices, self.saved)
            self.bound = max(self.saved, min(self.bound, floor(judged.bound)))
            if len(judged.options) > 0.8 * before:
                break
        if not judged.options:
            self.bound = self.saved
        return judged

    def _promising(self, judged: Judged) -> list[Option]:
        """Return the few options of each offer that look best, in their order."""
        by_offer: dict[int, list[int]] = {}
        for number, option in enumerate(judged.options):
            by_offer.setdefault(option.offer, []).append(number)
        best = [
            number
            for own in by_offer.values()
            for number in sorted(own, key=lambda number: -judged.values[number])[:_PROMISING]
        ]
        return [judged.options[number] for number in sorted(best)]

    def _settle_identifiers(self, found: Sequence[Option], floors: Sequence[int]) -> None:
        """Move to the first plan by identifiers: the first council that could do better does its best, and so on."""
        settled = 0
        while True:
            model = Model(self.problem, found)
            for goal, least in zip((model.savings(), model.councils(), model.months()), floors, strict=True):
                model.keep(goal, least)
            goal = improvements(model, self.groups, settled)
            if not goal:
                break
            answer = model.best(goal, self.clock)
            if answer.groups is None:
                if not answer.is_proven:
                    return
                break
            before = self.groups
            is_proven = self._accept(answer)
            if not is_proven or before == self.groups:
                return
            settled = _first_difference(self.problem, before, self.groups) + 1
        self.proven += 1


def _prices(model: Model) -> NDArray[np.float64]:
    """Return what each council's one place is worth in the linear relaxation, in pence."""
    rows = model.program.prices(model.savings())
    prices = np.zeros(len(model.problem.councils))
    for at, row in model.council_rows.items():
        prices[at] = rows[row]
    return prices


Choice = tuple[str, int, int]
"""Offer, tier, start: what one council joins."""


def _choices(groups: Sequence[Group]) -> dict[str, Choice]:
    return {id: (group.offer, group.tier, group.start) for group in groups for id in group.members}


def _first_difference(problem: Problem, before: Sequence[Group], after: Sequence[Group]) -> int:
    old, new = _choices(before), _choices(after)
    return next(at for at, council in enumerate(problem.councils) if old.get(council.id) != new.get(council.id))


def improvements(model: Model, groups: Sequence[Group], settled: int) -> dict[int, int]:
    """Add to a model that some council from position `settled` on joins an earlier choice, all before it as they are.

    Returns the goal whose largest value is the first such council at its first choice; empty where none can be.
    """
    problem, program = model.problem, model.program
    now = _choices(groups)
    columns: dict[int, dict[Choice, int]] = {}
    for (number, at), column in model.joined.items():
        option = model.options[number]
        columns.setdefault(at, {})[problem.offers[option.offer].id, option.tier, option.start] = column
    ranks = {choice: rank for rank, choice in enumerate(sorted({choice for own in columns.values() for choice in own}))}
    goal: dict[int, int] = {}
    for at in reversed(range(len(problem.councils))):
        own, current = columns.get(at, {}), now.get(problem.councils[at].id)
        later = [(column, 1) for column in goal] if at >= settled else []
        _stay(model, own, current, later, is_settled=at < settled)
        if at < settled:
            continue
        for choice, column in own.items():
            if current is None or choice < current:
                better = program.column()
                program.row([(better, 1), (column, -1)], high=0)
                goal[better] = -(at * len(ranks) + ranks[choice])
    if goal:
        program.row([(column, 1) for column in goal], low=1, high=1)
    return goal


def _stay(
    model: Model, own: dict[Choice, int], current: Choice | None, later: list[tuple[int, int]], *, is_settled: bool
) -> None:
    """Keep a council at its choice if it is settled, or if a council after it is the one that improves."""
    if current is None:
        if is_settled or later:
            model.program.row([*later, *((column, 1) for column in own.values())], high=0 if is_settled else 1)
    elif is_settled:
        model.program.row([(own[current], 1)], low=1)
    elif later:
        model.program.row([*later, (own[current], -1)], high=0)
