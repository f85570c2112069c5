"""The program of a set of options: which open, who joins which; and asking HiGHS until its answer is a true plan.

What HiGHS proposes is checked in whole numbers. A proposal that only rounding allowed is forbidden by a row that every
true plan obeys, and HiGHS is asked again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd, inf

from showcase.bargaining.problem import Problem
from showcase.bargaining.program import Program
from showcase.bargaining.reduction import Option
from showcase.bargaining.rules import Group

Goal = Mapping[int, int]
"""Column to weight."""
Pick = dict[int, frozenset[int]]
"""Option number to the councils that join it, by position."""


class Clock:
    """How many seconds are left; None without a limit."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Return the seconds left, never negative."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def at_most(self, seconds: float) -> "Clock":
        """Return a clock for part of the work: these seconds, or a third of what is left where that is less."""
        left = self.left()
        return Clock(seconds if left is None else min(seconds, left / 3))


@dataclass(frozen=True)
class Found:
    """Groups that obey every rule (None: no plan was found), a bound of the goal, and whether they are proven best."""

    groups: tuple[Group, ...] | None
    bound: float
    is_proven: bool


class Model:
    """The program of a set of options: which open, who joins which."""

    def __init__(self, problem: Problem, found: Sequence[Option]) -> None:
        self.problem, self.options = problem, found
        self.program = Program()
        self.opened = [self.program.column() for _ in found]
        self.joined: dict[tuple[int, int], int] = {}
        self._floors: list[tuple[Goal, int]] = []
        for number, option in enumerate(found):
            self._add(number, option)
        self._once([option.offer for option in found], self.opened)
        keys = list(self.joined)
        self.council_rows = self._once([at for _, at in keys], [self.joined[key] for key in keys])

    def _add(self, number: int, option: Option) -> None:
        """Let councils join an option only if it opens, and open it only between its minimum and its capacity."""
        offer = self.problem.offers[option.offer]
        least = offer.tiers[option.tier].min_quantity
        terms = []
        for at, one in option.takers.items():
            column = self.joined[number, at] = self.program.column()
            self.program.row([(column, 1), (self.opened[number], -1)], high=0)
            terms.append((column, one.quantity))
        if least:
            counted = [(column, min(quantity, least)) for column, quantity in terms]
            self.program.row([*counted, (self.opened[number], -least)], low=0)
        else:
            self.program.row([*((column, 1) for column, _ in terms), (self.opened[number], -1)], low=0)
        if offer.capacity is not None and option.could_take > offer.capacity:
            self.program.row([*terms, (self.opened[number], -offer.capacity)], high=0)

    def _once(self, owners: Sequence[int], columns: Sequence[int]) -> dict[int, int]:
        """Allow each owner at most one of its columns; return the row of each owner."""
        mine: dict[int, list[int]] = {}
        for owner, column in zip(owners, columns, strict=True):
            mine.setdefault(owner, []).append(column)
        return {owner: self.program.row([(column, 1) for column in own], high=1) for owner, own in mine.items()}

    def savings(self) -> dict[int, int]:
        """Return the goal of the first stage."""
        return {column: self.options[number].takers[at].saving_pence for (number, at), column in self.joined.items()}

    def months(self) -> dict[int, int]:
        """Return the goal of the third stage: minus the months each member waits."""
        return {
            column: self.problem.first_start - self.options[number].start for (number, _), column in self.joined.items()
        }

    def councils(self) -> dict[int, int]:
        """Return the goal of the second stage."""
        return dict.fromkeys(self.joined.values(), 1)

    def keep(self, goal: Goal, least: int) -> None:
        """Allow only plans that reach `least` in a goal."""
        self._floors.append((goal, least))
        unit = gcd(*goal.values()) or 1  # least is a sum of these weights, so it divides too
        terms = [(column, weight // unit) for column, weight in goal.items() if weight]
        self.program.row(terms, low=least // unit - 0.5)

    def best(self, goal: Goal, clock: Clock, gap: float = 0.0) -> Found:
        """Return the plan with the largest goal, or the best until the clock ends or a relative `gap` is reached."""
        while self.program.columns:
            left = clock.left()
            if left == 0:
                return Found(None, inf, False)
            answer = self.program.maximise(goal, left, gap)
            if answer.ones is None:
                return Found(None, answer.bound, answer.is_impossible)
            pick = self._pick(answer.ones)
            if not self.forbid_faults(pick):
                return Found(self._groups(pick), answer.bound, answer.is_proven)
        return Found((), 0, True)

    def _pick(self, ones: frozenset[int]) -> Pick:
        """Return who joins what."""
        found: dict[int, set[int]] = {}
        for (number, at), column in self.joined.items():
            if column in ones:
                found.setdefault(number, set()).add(at)
        return {number: frozenset(members) for number, members in sorted(found.items())}

    def _groups(self, pick: Pick) -> tuple[Group, ...]:
        """Return a pick in the words of the problem."""
        return tuple(self._group(self.options[number], members) for number, members in pick.items())

    def _group(self, option: Option, members: frozenset[int]) -> Group:
        offer = self.problem.offers[option.offer]
        taken = {self.problem.councils[at].id: option.takers[at].quantity for at in sorted(members)}
        return Group(offer.id, option.tier, offer.tiers[option.tier].unit_price_pence, option.start, taken)

    def forbid_faults(self, pick: Pick) -> bool:
        """Say whether only rounding allowed this pick; what is wrong with it is forbidden from then on."""
        wrong = [number for number, members in pick.items() if self._forbid(number, members)]
        chosen = {self.joined[number, at] for number, members in pick.items() for at in members}
        if not wrong and any(sum(goal.get(one, 0) for one in chosen) < least for goal, least in self._floors):
            self.program.row([(one, 1 if one in chosen else -1) for one in self.joined.values()], high=len(chosen) - 1)
            return True
        return bool(wrong)

    def _forbid(self, number: int, members: frozenset[int]) -> bool:
        option = self.options[number]
        offer = self.problem.offers[option.offer]
        total = sum(option.takers[at].quantity for at in members)
        if total < offer.tiers[option.tier].min_quantity:
            others = [(self.joined[number, at], 1) for at in option.takers if at not in members]
            self.program.row([*others, (self.opened[number], -1)], low=0)
            return True
        if offer.capacity is not None and total > offer.capacity:
            self.program.row([(self.joined[number, at], 1) for at in members], high=len(members) - 1)
            return True
        return False
