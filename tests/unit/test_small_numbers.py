"""Totals that give nobody away: what was told is judged by an independent checker that subtracts what a reader can."""

import uuid
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.models.interests import COUNTED, Rung
from showcase.services.small_numbers import Parts, State, next_state, parts_of, rounded_councils, rounded_quantity

IDS = [uuid.UUID(int=number) for number in range(30)]
A, B, C, D = COUNTED


def state(**rungs: Sequence[int]) -> State:
    """Return a state from quantities: `state(a=[10, 20])` has councils 0 and 1 at the first rung; 0 leaves one out."""
    return {
        IDS[place]: (rung, quantity)
        for name, rung in zip("abcd", COUNTED, strict=True)
        for place, quantity in enumerate(rungs.get(name, ()))
        if quantity
    }


def tell(earlier: Sequence[State], now: State, councils: int = 5, changes: int = 5) -> State | None:
    return next_state(earlier, now, least_councils=councils, least_changes=changes)


def told_over_time(states: Sequence[State], councils: int = 5, changes: int = 5) -> list[State]:
    """Return everything that is told while a list goes through states."""
    told: list[State] = []
    for now in states:
        new = tell(told, now, councils, changes)
        if new is not None:
            told.append(new)
    return told


def leaks(told: Sequence[State], councils: int = 5, changes: int = 5) -> list[str]:
    """Subtract any two totals that a reader can make up, of any rungs and moments; name those that give one away."""
    figures = [
        {council: quantity for council, (rung, quantity) in each.items() if rung in rungs}
        for each in told
        for size in range(1, 5)
        for rungs in combinations(COUNTED, size)
    ]
    found = []
    for one, other, least in [
        *((figure, {}, councils) for figure in figures),
        *((one, other, min(councils, changes)) for one, other in combinations(figures, 2)),
    ]:
        parts = sorted(abs(one.get(c, 0) - other.get(c, 0)) for c in {*one, *other})
        parts = [part for part in parts if part]
        if 0 < len(parts) < least:
            found.append(f"only {len(parts)} councils differ")
        if parts and parts[-1] > sum(parts) / 2:
            found.append("one council makes up more than half")
    return found


def test_nothing_is_told_of_four_and_something_of_five() -> None:
    assert tell([], state(a=[10] * 4)) is None
    assert tell([], state(a=[10] * 5)) == state(a=[10] * 5)
    assert tell([], state(a=[10] * 5), councils=6) is None


def test_a_rung_with_too_few_is_left_out() -> None:
    now = {**state(a=[10] * 6), **{IDS[20 + n]: (B, 10) for n in range(4)}}
    assert tell([], now) == state(a=[10] * 6)


def test_nobody_makes_up_more_than_half_also_for_the_second_largest() -> None:
    assert tell([], state(a=[50, 10, 10, 10, 10])) is None
    assert tell([], state(a=[40, 10, 10, 10, 10])) is None  # 40 of 80 would be half; a member with 10 could tell
    assert tell([], state(a=[15, 10, 10, 10, 10])) is not None


def test_it_is_renewed_after_five_have_changed_and_not_before() -> None:
    first = state(a=[10] * 10)
    assert tell([first], state(a=[20] * 4 + [10] * 6)) is None
    assert tell([first], state(a=[20] * 5 + [10] * 5)) is not None
    assert tell([first], state(a=[20] * 5 + [10] * 5), changes=6) is None
    assert tell([first], state(a=[10] * 15)) is not None
    assert tell([first], state(a=[0] * 5 + [10] * 5)) is not None
    assert tell([first], state(a=[0] * 6 + [10] * 4)) is None  # four would be left


def test_those_who_move_on_together_do_not_give_away_one_who_joins() -> None:
    """Each rung changes by five or more; the sum of both would be the newcomer alone."""
    first = state(a=[10] * 10)
    now = {**state(a=[0] * 5 + [10] * 5), **{IDS[n]: (B, 10) for n in range(5)}, IDS[10]: (B, 7)}
    told = tell([first], now)
    assert told == {council: value for council, value in now.items() if council != IDS[10]}
    assert not leaks([first, told])
    assert leaks([first, now])


def test_a_change_taken_back_does_not_give_away_who_changed_beside_it() -> None:
    first, second = state(a=[10] * 12), state(a=[20] * 6 + [10] * 6)
    back = state(a=[10] * 11 + [99])
    assert not leaks([first, second])
    assert leaks([first, second, back])
    assert tell([first, second], back) is None
    assert tell([first, second], first) == first


def singled_out(told: Sequence[State], councils: int = 5, changes: int = 5, besides: Sequence[Parts] = ()) -> list[str]:
    """Add and subtract any number of figures, each as often as one likes; name those that come down to too few.

    What is unknown is each quantity that a council ever had; a figure is a row of ones and noughts over these.
    """
    rows = [*besides, *(parts for each in told for parts in parts_of(each))]
    unknown = sorted({pair for row in rows for pair in row.items()})
    matrix = np.array([[float(row.get(c) == q) for c, q in unknown] for row in rows])
    if not matrix.size:
        return []
    least, found = min(councils, changes), []
    known = np.linalg.pinv(matrix) @ matrix  # what lies in the space that the rows span
    found += [f"{unknown[i]} can be solved for" for i in range(len(unknown)) if known[i, i] > 1 - 1e-9]
    sums = np.array([s for s in product((-1, 0, 1), repeat=min(3, len(rows))) if any(s)], float)
    for chosen in combinations(range(len(rows)), min(3, len(rows))):
        support = (np.abs(sums @ matrix[list(chosen)]) > 0).sum(axis=1)
        if ((support > 0) & (support < least)).any():
            found.append(f"figures {chosen} come down to {support[support > 0].min()} quantities")
    return found


def test_three_snapshots_give_away_no_more_than_two() -> None:
    """Any two of these differ by five or more; all three together tell of the three that stayed of the first eight."""
    first = state(a=[10] * 8)
    second = {**first, **{IDS[n]: (A, 10) for n in range(8, 14)}}
    third = {**second, **{IDS[n]: (B, 10) for n in range(5)}, **{IDS[n]: (B, 10) for n in range(20, 25)}}
    assert not leaks([first, second, third])
    assert singled_out([first, second, third])
    assert told_over_time([first, second]) == [first, second]
    told = tell([first, second], third)
    assert told is not None
    assert {council for council in told if council not in second} == {IDS[n] for n in range(20, 25)}
    assert not singled_out([first, second, told])


def test_a_guard_that_is_raised_does_not_stop_what_was_told_before() -> None:
    first = state(a=[10] * 5)
    more = {**first, **{uuid.UUID(int=100 + n): (A, 10) for n in range(8)}}
    assert tell([first], more, councils=8, changes=8) == more
    assert tell([first], {**first, **{uuid.UUID(int=100 + n): (A, 10) for n in range(7)}}, 8, 8) is None


def test_what_was_told_elsewhere_counts_as_told() -> None:
    """The total of a plan's group of six; then a seventh joins the rung."""
    group = {str(council): 10 for council in IDS[:6]}
    seven = state(a=[10] * 7)
    assert tell([], seven) == seven
    assert next_state([], seven, least_councils=5, least_changes=5, told_besides=[group]) is None
    twelve = state(a=[10] * 12)
    assert next_state([], twelve, least_councils=5, least_changes=5, told_besides=[group]) == twelve
    assert singled_out([seven], besides=[group])
    assert not singled_out([twelve], besides=[group])


quantities = st.one_of(st.just(10), st.just(20), st.integers(1, 2000))
members = st.dictionaries(st.sampled_from(IDS), st.tuples(st.sampled_from(COUNTED), quantities), max_size=30)


@st.composite
def stories(draw: st.DrawFn) -> list[State]:
    """A list over time: many join one rung, then a few at a time join, leave, move or change."""
    now: dict[uuid.UUID, tuple[Rung, int]] = dict.fromkeys(
        IDS[: draw(st.integers(5, 25))], (A, draw(st.sampled_from([10, 100])))
    )
    states: list[State] = [dict(now)]
    for _ in range(draw(st.integers(1, 8))):
        movers = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=12, unique=True))
        to = draw(st.sampled_from([*COUNTED, None]))
        for council in movers:
            if to is None:
                now.pop(council, None)
            else:
                now[council] = (to, draw(quantities) if draw(st.booleans()) else now.get(council, (A, 10))[1])
        states.append(dict(now))
    return states


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.lists(members, max_size=6), stories()), st.integers(5, 7), st.integers(5, 7))
def test_whatever_happens_no_reader_finds_one_council(
    states: list[State], least_councils: int, least_changes: int
) -> None:
    told = told_over_time(states, least_councils, least_changes)
    assert leaks(told, least_councils, least_changes) == []
    assert singled_out(told, least_councils, least_changes) == []


@settings(deadline=None, max_examples=100)
@given(st.integers(6, 25), st.integers(5, 20))
def test_ordinary_lists_are_told_and_renewed(size: int, joining: int) -> None:
    first = state(a=[10] * size)
    more = {**first, **{uuid.UUID(int=100 + n): (A, 12) for n in range(joining)}}
    assert told_over_time([first, more]) == [first, more]


@pytest.mark.parametrize(
    ("quantity", "told"),
    [(5, 5), (7, 5), (8, 10), (99, 100), (143, 140), (1_250, 1_300), (1_249, 1_200), (98_765, 99_000)],
)
def test_quantities_are_told_to_two_figures(quantity: int, told: int) -> None:
    assert rounded_quantity(quantity) == told


@pytest.mark.parametrize(("count", "told"), [(5, 5), (9, 5), (10, 10), (14, 10)])
def test_councils_are_told_in_fives(count: int, told: int) -> None:
    assert rounded_councils(count) == told
