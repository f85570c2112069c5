"""Which totals may be told so that nobody can read one council's figure from them. Pure: values in, values out.

What is told of a list is, for every set of rungs, the councils on them and their quantity: each rung by itself, and
whatever a reader can add up. Each such figure is a vector with one entry a council, 0 where it does not count. Two
figures that were told, of any two sets of rungs and any two moments, can be subtracted, and nothing told is the
vector 0. So one rule covers rungs, totals and moments alike: between any two of them either no council differs, or
enough do, and no single one makes up more than half of the difference, also for a reader who is the largest other.
The rule looks at differences of two figures; it does not look at sums of three or more, which rounding only blurs.
"""

import uuid
from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt

from showcase.models.interests import COUNTED, Rung

State = Mapping[uuid.UUID, tuple[Rung, int]]
"""Council → (rung, quantity), as it is counted."""
Vectors = npt.NDArray[np.int64]
SETS: Sequence[tuple[Rung, ...]] = tuple(
    chain.from_iterable(combinations(COUNTED, size) for size in range(1, len(COUNTED) + 1))
)
"""Every set of rungs that a reader can add up."""
ROUNDED_TO = 5
"""Councils are told as a multiple of this, rounded down; small quantities as the nearest multiple."""


def next_state(earlier: Sequence[State], now: State, *, least_councils: int, least_changes: int) -> State | None:
    """Return what can be told next, given all that was told before; None while nothing more can be.

    Everything as it stands, if that obeys the rule. Else councils that made the same move (from one rung to another,
    in, out, or another quantity) are let in together, the largest such groups first, as far as the rule allows: others
    stay as they were last told.
    """
    last = earlier[-1] if earlier else {}
    moves: dict[tuple[Rung | None, Rung | None], list[uuid.UUID]] = {}
    for council in sorted({*last, *now}, key=str):
        if last.get(council) != now.get(council):
            moves.setdefault((_rung(last, council), _rung(now, council)), []).append(council)
    if sum(map(len, moves.values())) < (least_changes if earlier else least_councils):
        return None
    judge = _Judge(earlier, now, least_councils, least_changes)
    if judge.allows(now):
        return now
    told: State = last
    for movers in sorted(moves.values(), key=lambda group: (-len(group), str(group[0]))):
        tried = _with(told, now, movers)
        if judge.allows(tried):
            told = tried
    return told if told != last else None


def rounded_councils(count: int) -> int:
    """Return a number of councils as it is told: rounded down to a multiple of five."""
    return count - count % ROUNDED_TO


def rounded_quantity(quantity: int) -> int:
    """Return a quantity as it is told: to two significant figures, and to a multiple of five at least."""
    step = max(ROUNDED_TO, int(10 ** max(0, len(str(quantity)) - 2)))
    return (quantity + step // 2) // step * step


class _Judge:
    """Knows all that was told, and judges what might be told next."""

    def __init__(self, earlier: Sequence[State], now: State, least_councils: int, least_changes: int) -> None:
        self.councils = sorted(set(now).union(*earlier), key=str)
        self.least_councils, self.least_changes = least_councils, least_changes
        told = [self._vectors(state) for state in earlier]
        width = len(self.councils)
        self.quantities = np.vstack([t[0] for t in told]) if told else np.zeros((0, width), np.int64)
        self.members = np.vstack([t[1] for t in told]) if told else np.zeros((0, width), np.int64)

    def allows(self, state: State) -> bool:
        """Tell whether a state may be told."""
        nothing = np.zeros((1, len(self.councils)), np.int64)
        for new, told in zip(self._vectors(state), (self.quantities, self.members), strict=True):
            if not (_is_safe(new, nothing, self.least_councils) and _is_safe(new, told, self.least_changes)):
                return False
        return True

    def _vectors(self, state: State) -> tuple[Vectors, Vectors]:
        """Return quantities and memberships: a row for each set of rungs, a column for each council."""
        quantities = np.zeros((len(SETS), len(self.councils)), np.int64)
        for column, council in enumerate(self.councils):
            rung, quantity = state.get(council, (None, 0))
            for row, rungs in enumerate(SETS):
                quantities[row, column] = quantity if rung in rungs else 0
        return quantities, (quantities > 0).astype(np.int64)


def _is_safe(new: Vectors, told: Vectors, least: int) -> bool:
    """Tell whether each difference of a row of `new` and a row of `told` gives nobody away."""
    if not told.size:
        return True
    differences = np.abs(new[:, None, :] - told[None, :, :]).reshape(-1, new.shape[1])
    differing = (differences > 0).sum(axis=1)
    if ((differing > 0) & (differing < least)).any():
        return False
    ordered = np.sort(differences, axis=1)
    largest, second = ordered[:, -1], ordered[:, -2] if ordered.shape[1] > 1 else 0 * ordered[:, -1]
    # without the second, who knows its own part, the largest would otherwise make up more than half of the rest
    return bool((2 * largest + second <= ordered.sum(axis=1)).all())


def _with(told: State, now: State, movers: Sequence[uuid.UUID]) -> State:
    kept = {council: value for council, value in told.items() if council not in movers}
    return {**kept, **{council: now[council] for council in movers if council in now}}


def _rung(state: State, council: uuid.UUID) -> Rung | None:
    return state[council][0] if council in state else None
