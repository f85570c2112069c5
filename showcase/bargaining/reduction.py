"""Which groups could be part of a best plan at all: most offers, tiers and months cannot, and are thrown away here.

First what the rules forbid, then start months that an earlier one does better, then what a bound excludes. The bound is
Lagrangian: with a price λ on each council's one place, offers no longer compete, and the best that each can do alone
is a knapsack over its members. Any λ ≥ 0 gives a true bound; the linear relaxation gives good ones. (Fisher, "The
Lagrangian relaxation method for solving integer programming problems", Management Science 27, 1981.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from showcase.bargaining.problem import Offer, Problem
from showcase.bargaining.rules import Take, take

_ROUNDING = 1e-9
"""Relative error granted to sums in floating point, far above what they make."""


@dataclass(frozen=True)
class Option:
    """One offer at one tier from one month, with the councils that could be members. Numbers are positions."""

    offer: int
    tier: int
    start: int
    takers: Mapping[int, Take]

    @property
    def could_take(self) -> int:
        """The quantity if every taker joined."""
        return sum(one.quantity for one in self.takers.values())


@dataclass(frozen=True)
class Judged:
    """Options that may be in a plan that saves at least so much, how good each looks, and what no plan exceeds."""

    options: list[Option]
    values: list[float]
    bound: float


def options(problem: Problem) -> list[Option]:
    """Return every option whose tier can be reached, without months that an earlier month makes pointless."""
    found = []
    for number, offer in enumerate(problem.offers):
        for tier in range(len(offer.tiers)):
            found += _useful_starts(_reachable(problem, number, offer, tier))
    return found


def _reachable(problem: Problem, number: int, offer: Offer, tier: int) -> list[Option]:
    least = offer.tiers[tier].min_quantity
    if offer.capacity is not None and offer.capacity < least:
        return []
    takes = {at: one for at, council in enumerate(problem.councils) if (one := take(council, offer, tier)) is not None}
    found = []
    for start in offer.starts:
        takers = {
            at: one
            for at, one in takes.items()
            if problem.councils[at].earliest <= start <= problem.councils[at].latest
        }
        option = Option(number, tier, start, takers)
        if takers and option.could_take >= least:
            found.append(option)
    return found


def _useful_starts(found: Sequence[Option]) -> list[Option]:
    """Drop a month if an earlier one suits all the same councils: every group could start earlier, which is better."""
    return [
        option
        for option in found
        if not any(other.start < option.start and option.takers.keys() <= other.takers.keys() for other in found)
    ]


def judge(problem: Problem, found: Sequence[Option], prices: NDArray[np.float64], least: int) -> Judged:
    """Drop every option, and every council within one, that no plan saving at least `least` pence can hold.

    `prices` is λ: pence for each council's one place, not negative.
    """
    pairs = [_knapsack(problem.offers[option.offer], option, prices) for option in found]
    best: dict[int, float] = {}
    for option, (value, _) in zip(found, pairs, strict=True):
        best[option.offer] = max(best.get(option.offer, 0.0), value)
    bound = float(prices.sum()) + sum(best.values())
    margin = 1 + _ROUNDING * (abs(bound) + float(prices.sum()))
    kept, values = [], []
    for option, (value, losses) in zip(found, pairs, strict=True):
        reach = bound - best[option.offer] + value - least + margin
        takers = {at: one for at, one in option.takers.items() if reach >= losses[at]}
        smaller = Option(option.offer, option.tier, option.start, takers)
        if takers and reach >= 0 and smaller.could_take >= problem.offers[option.offer].tiers[option.tier].min_quantity:
            kept.append(smaller)
            values.append(value)
    return Judged(kept, values, bound + margin - 1)


def _knapsack(offer: Offer, option: Option, prices: NDArray[np.float64]) -> tuple[float, dict[int, float]]:
    """Return the most an option can bring after paying for its members' places, and what each member's joining costs.

    Members may join in part, so the greedy order by worth per unit is the optimum, worth is a concave function of the
    total quantity, and the best total is the unlimited one moved into minimum..capacity.
    """
    ats = list(option.takers)
    quantity = np.array([option.takers[at].quantity for at in ats], float)
    worth = np.array([option.takers[at].saving_pence - prices[at] for at in ats])
    rate = worth / quantity
    order = np.argsort(-rate, kind="stable")
    totals = np.concatenate([[0.0], np.cumsum(quantity[order])])
    worths = np.concatenate([[0.0], np.cumsum(worth[order])])
    free = float(quantity[worth > 0].sum())
    total = max(free, offer.tiers[option.tier].min_quantity)
    if offer.capacity is not None:
        total = min(total, offer.capacity)
    value = float(np.interp(total, totals, worths))
    last = min(max(int(np.searchsorted(totals, total)) - 1, 0), len(ats) - 1)
    unit = 0.0 if total == free else float(rate[order[last]])
    losses = np.maximum(0.0, unit * quantity - worth)
    return value, dict(zip(ats, losses.tolist(), strict=True))
