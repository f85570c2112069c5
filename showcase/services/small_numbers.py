"""Which totals may be told so that nobody can read one council's figure from them. Pure: values in, values out.

What is told of a list is, for every set of rungs, the councils on them and their quantity: each rung by itself, and
whatever a reader can add up. Each such figure is a vector with one entry a council, 0 where it does not count. Two
figures that were told, of any two sets of rungs and any two moments, can be subtracted, and nothing told is the
vector 0. So one rule covers rungs, totals and moments alike: between any two of them either no council differs, or
enough do, and no single one makes up more than half of the difference, also for a reader who is the largest other.

Sums of three figures or more are kept harmless by a second rule. Councils that were in the same figures all along,
each with one quantity, form a cohort: whatever a reader adds and subtracts, a cohort stays in it as a whole or drops
out as a whole. A figure is told only if every cohort that it makes has enough councils, none of them more than half.
"""

import uuid
from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt

from showcase.models.interests import COUNTED, Rung

State = Mapping[uuid.UUID, tuple[Rung, int]]
"""Council → (rung, quantity), as it is counted."""
Parts = Mapping[str, int]
"""What a figure is made of: council id → its part. 0 is as good as not being in it."""
Cohort = frozenset[tuple[str, int]]
"""(council id, its quantity) of those that were in the same figures."""
Vectors = npt.NDArray[np.int64]
SETS: Sequence[tuple[Rung, ...]] = tuple(
    chain.from_iterable(combinations(COUNTED, size) for size in range(1, len(COUNTED) + 1))
)
"""Every set of rungs that a reader can add up."""
ROUNDED_TO = 5
"""Councils are told as a multiple of this, rounded down; small quantities as the nearest multiple."""


def next_state(
    earlier: Sequence[State],
    now: State,
    *,
    least_councils: int,
    least_changes: int,
    told_besides: Sequence[Parts] = (),
) -> State | None:
    """Return what can be told next, given all that was told before; None while nothing more can be.

    Everything as it stands, if that obeys the rules. Else councils that made the same move (from one rung to another,
    in, out, or another quantity) are let in together, the largest such groups first, and then of each move those that
    were told alike before, as far as the rules allow: others stay as they were last told. `told_besides` are figures
    about the same councils that some readers know from elsewhere, such as the totals of plans.
    """
    last = earlier[-1] if earlier else {}
    moves: dict[tuple[object, ...], list[uuid.UUID]] = {}
    alike: dict[tuple[object, ...], list[uuid.UUID]] = {}
    for council in sorted({*last, *now}, key=str):
        if last.get(council) != now.get(council):
            move = (_rung(last, council), _rung(now, council))
            moves.setdefault(move, []).append(council)
            alike.setdefault((*move, tuple(_rung(state, council) for state in earlier)), []).append(council)
    if sum(map(len, moves.values())) < (least_changes if earlier else least_councils):
        return None
    judge = _Judge(earlier, now, least_councils, least_changes, told_besides)
    if judge.allows(now):
        return now
    told: State = last
    for groups in (moves, alike):
        for movers in sorted(groups.values(), key=lambda group: (-len(group), str(group[0]))):
            tried = _with(told, now, movers)
            if tried != told and judge.allows(tried):
                told = tried
    return told if told != last else None


def keeps_cohorts(told: Sequence[Parts], new: Sequence[Parts], least: int) -> bool:
    """Tell whether new figures, beside all that were told, single out no cohort that is too small or has a giant."""
    before, after = set(_cohorts(told)), _cohorts([*told, *new])
    made = [cohort for cohort in after if cohort not in before]
    if not all(_hides_each(dict(cohort), least) for cohort in made):
        return False
    for cohort in made:
        for other in after:
            if cohort is not other and dict(cohort).keys() & dict(other).keys():  # what the same councils changed by
                one, two = dict(cohort), dict(other)
                changes = {council: abs(one.get(council, 0) - two.get(council, 0)) for council in {*one, *two}}
                if not _hides_each(changes, least):
                    return False
    return True


def parts_of(state: State) -> list[Parts]:
    """Return the figures by which a state is told: one for each rung with a council."""
    rungs = {rung for rung, _ in state.values()}
    return [{str(c): quantity for c, (at, quantity) in state.items() if at is rung} for rung in Rung if rung in rungs]


def rounded_councils(count: int) -> int:
    """Return a number of councils as it is told: rounded down to a multiple of five."""
    return count - count % ROUNDED_TO


def rounded_quantity(quantity: int) -> int:
    """Return a quantity as it is told: to two significant figures, and to a multiple of five at least."""
    step = max(ROUNDED_TO, int(10 ** max(0, len(str(quantity)) - 2)))
    return (quantity + step // 2) // step * step


class _Judge:
    """Knows all that was told, and judges what might be told next."""

    def __init__(
        self,
        earlier: Sequence[State],
        now: State,
        least_councils: int,
        least_changes: int,
        told_besides: Sequence[Parts],
    ) -> None:
        besides = {uuid.UUID(council) for parts in told_besides for council in parts}
        self.councils = sorted({*besides, *now}.union(*earlier), key=str)
        self.least_councils, self.least_changes = least_councils, least_changes
        self.told_parts = [*told_besides, *(parts for state in earlier for parts in parts_of(state))]
        told = [self._vectors(state) for state in earlier]
        width = len(self.councils)
        self.quantities = np.vstack([t[0] for t in told]) if told else np.zeros((0, width), np.int64)
        self.members = np.vstack([t[1] for t in told]) if told else np.zeros((0, width), np.int64)
        rows = [[parts.get(str(council), 0) for council in self.councils] for parts in told_besides]
        if rows:
            elsewhere = np.array(rows, np.int64)
            self.quantities = np.vstack([self.quantities, elsewhere])
            self.members = np.vstack([self.members, (elsewhere > 0).astype(np.int64)])

    def allows(self, state: State) -> bool:
        """Tell whether a state may be told."""
        nothing = np.zeros((1, len(self.councils)), np.int64)
        vectors = self._vectors(state)
        is_new = ~(vectors[0][:, None, :] == np.vstack([nothing, self.quantities])[None, :, :]).all(axis=2).any(axis=1)
        for every, told in zip(vectors, (self.quantities, self.members), strict=True):
            new = every[is_new]  # what was told before tells nothing more, also under a guard that was raised since
            if not (_is_safe(new, nothing, self.least_councils) and _is_safe(new, told, self.least_changes)):
                return False
        return keeps_cohorts(self.told_parts, parts_of(state), min(self.least_councils, self.least_changes))

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
    if not told.size or not new.size:
        return True
    differences = np.abs(new[:, None, :] - told[None, :, :]).reshape(-1, new.shape[1])
    differing = (differences > 0).sum(axis=1)
    if ((differing > 0) & (differing < least)).any():
        return False
    ordered = np.sort(differences, axis=1)
    largest, second = ordered[:, -1], ordered[:, -2] if ordered.shape[1] > 1 else 0 * ordered[:, -1]
    # without the second, who knows its own part, the largest would otherwise make up more than half of the rest
    return bool((2 * largest + second <= ordered.sum(axis=1)).all())


def _cohorts(figures: Sequence[Parts]) -> list[Cohort]:
    """Return the cohorts of figures: (council, quantity) pairs that stand in exactly the same of them."""
    places: dict[tuple[str, int], list[int]] = {}
    for place, figure in enumerate(figures):
        for council, quantity in figure.items():
            if quantity:
                places.setdefault((council, quantity), []).append(place)
    found: dict[tuple[int, ...], set[tuple[str, int]]] = {}
    for pair, where in places.items():
        found.setdefault(tuple(where), set()).add(pair)
    return [frozenset(cohort) for cohort in found.values()]


def _hides_each(parts: Parts, least: int) -> bool:
    """Tell whether a sum has enough parts and no giant, also for whoever knows the second largest."""
    ordered = sorted((abs(part) for part in parts.values() if part), reverse=True)
    return len(ordered) >= least and 2 * ordered[0] + ordered[1] <= sum(ordered)


def _with(told: State, now: State, movers: Sequence[uuid.UUID]) -> State:
    kept = {council: value for council, value in told.items() if council not in movers}
    return {**kept, **{council: now[council] for council in movers if council in now}}


def _rung(state: State, council: uuid.UUID) -> Rung | None:
    return state[council][0] if council in state else None
