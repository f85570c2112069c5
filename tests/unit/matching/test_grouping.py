"""Groups of texts: what people decided is kept, one more text disturbs little, chains do not collapse."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.embedder import HashEmbedder
from matching.encoding import Encoded, encode
from matching.grouping import LEAST, Group, Item, join
from matching.likeness import Likeness, Row, Yardstick, central, shared_passages, shared_terms
from matching.texts import Text

Matrix = list[list[float]]
MOST = 9


@st.composite
def matrices(draw: st.DrawFn, size: int) -> Matrix:
    """Draw a symmetric likeness; whole numbers, so that ties are common."""
    found = [[9.0] * size for _ in range(size)]
    for one in range(size):
        for other in range(one):
            found[one][other] = found[other][one] = draw(st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 6.0]))
    return found


def rows(matrix: Matrix, first: int = 0) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    return np.array(matrix)[: first or len(matrix), : first or len(matrix)]


def grouped(items: list[Item], matrix: Matrix, **options: object) -> list[Group]:
    table = rows(matrix, len(items))

    def row(place: int) -> Row:
        return table[place]

    return join(items, row, **options)  # type: ignore[arg-type]


def settled(groups: list[Group], order: list[str]) -> list[Item]:
    """Return the items as they stand afterwards; a new group is keyed by its first item."""
    home = {id: group.key or f"of {group.ids[0]}" for group in groups for id in group.ids}
    return [Item(id, home[id], home[id]) for id in order]


def by_home(items: list[Item]) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for item in items:
        found.setdefault(item.home, set()).add(item.id)
    return found


sizes = st.integers(2, MOST)
tables = sizes.flatmap(matrices)


@given(tables)
def test_one_more_text_changes_at_most_the_group_it_enters(matrix: Matrix) -> None:
    order = [str(place) for place in range(len(matrix))]
    before = settled(grouped([Item(id) for id in order[:-1]], matrix), order[:-1])
    after = settled(grouped([*before, Item(order[-1])], matrix), order)
    entered = next(item.home for item in after if item.id == order[-1])
    old, new = by_home(before), by_home(after)
    for home, ids in old.items():
        if len(ids) > 1 and home != entered:
            assert new[home] == ids
    for home, ids in new.items():
        if home != entered:
            assert old[home] == ids
    took_in = new[entered] - {order[-1]}
    assert [ids for ids in old.values() if ids & took_in and len(ids) > 1] in ([], [old.get(entered)])
    assert all(ids <= new[entered] for ids in old.values() if ids & took_in)


@given(tables)
def test_texts_added_one_by_one_keep_every_group_and_its_key(matrix: Matrix) -> None:
    order = [str(place) for place in range(len(matrix))]
    standing: list[Item] = []
    for size in range(1, len(order) + 1):
        before = by_home(standing)
        standing = settled(grouped([*standing, Item(order[size - 1])], matrix), order[:size])
        after = by_home(standing)
        for home, ids in before.items():
            if len(ids) > 1:
                assert ids <= after[home]


@given(tables)
def test_what_stands_stays_while_nothing_is_new(matrix: Matrix) -> None:
    order = [str(place) for place in range(len(matrix))]
    once = settled(grouped([Item(id) for id in order], matrix), order)
    assert settled(grouped(once, matrix), order) == once


@given(tables, st.data())
def test_people_are_obeyed(matrix: Matrix, data: st.DataObject) -> None:
    ids = [str(place) for place in range(len(matrix))]
    keys = ["p", "q"]
    home = {id: data.draw(st.sampled_from([*keys, None])) for id in ids}
    apart = {(id, key) for id in ids for key in keys if home[id] != key and data.draw(st.booleans())}
    groups = grouped([Item(id, home[id], home[id]) for id in ids], matrix, kept=set(keys), apart=apart)
    assert sorted(id for group in groups for id in group.ids) == sorted(ids)
    for group in groups:
        assert len({home[id] for id in group.ids} - {None}) <= 1
        assert not any((id, group.key) in apart for id in group.ids)
        assert {home[id] for id in group.ids} - {None} <= {group.key}


@given(tables, st.floats(0.5, 5))
def test_every_group_is_alike_on_average(matrix: Matrix, least: float) -> None:
    """The last two parts that were joined are each other's likeness at least; so is the closest pair there is."""
    ids = [str(place) for place in range(len(matrix))]
    groups = grouped([Item(id) for id in ids], matrix, least=least)
    table = rows(matrix)
    for group in groups:
        places = [int(id) for id in group.ids]
        if len(places) > 1:
            averages = [
                table[np.ix_(part, rest)].mean()
                for mask in range(1, 2 ** len(places) - 1)
                for part in [[p for n, p in enumerate(places) if mask >> n & 1]]
                for rest in [[p for p in places if p not in part]]
            ]
            assert max(averages) >= least
    for one in groups:
        for other in groups:
            if one is not other:
                between = table[np.ix_([int(id) for id in one.ids], [int(id) for id in other.ids])]
                assert between.mean() < least


def test_a_chain_does_not_collapse() -> None:
    size = 40
    matrix = [[9.0 if a == b else 3.0 if abs(a - b) == 1 else 0.0 for b in range(size)] for a in range(size)]
    assert max(len(group.ids) for group in grouped([Item(str(n)) for n in range(size)], matrix)) == 2


def test_two_groups_that_stand_are_never_joined() -> None:
    matrix = [[6.0] * 5 for _ in range(5)]
    items = [Item("0", "a"), Item("1", "a"), Item("2", "b"), Item("3", "b"), Item("4")]
    assert [(group.key, group.ids) for group in grouped(items, matrix)] == [("a", ("0", "1", "4")), ("b", ("2", "3"))]


def test_a_changed_text_finds_its_group_again_and_a_dissolved_one_its_key() -> None:
    matrix = [[6.0] * 3 for _ in range(3)]
    items = [Item("0", "a"), Item("1", "a"), Item("2", None, "a")]
    assert [(group.key, len(group.ids)) for group in grouped(items, matrix)] == [("a", 3)]
    alone = [Item("0", None, "a"), Item("1", None, "a"), Item("2", None, "b")]
    assert [(group.key, len(group.ids)) for group in grouped(alone, matrix)] == [("a", 3)]
    assert [group.key for group in grouped(alone, matrix, apart={("1", "a")})] == ["b"]


def test_a_single_text_that_stands_is_taken_in_and_one_that_people_placed_is_not() -> None:
    matrix = [[9.0, 2.0, 4.0], [2.0, 9.0, 4.0], [4.0, 4.0, 9.0]]
    items = [Item("0", "a"), Item("1", "b"), Item("2")]
    assert [(group.key, group.ids) for group in grouped(items, matrix)] == [("a", ("0", "1", "2"))]
    kept = grouped(items, matrix, kept={"a", "b"})
    assert [(group.key, group.ids) for group in kept] == [("a", ("0", "2")), ("b", ("1",))]


# --- likeness ---------------------------------------------------------------------------------------------------------

DAMP = "Damp and mould grow in council homes. Surveyors learn of it when tenants complain."
MOULD = "Tenants complain of mould and damp. Our surveyors learn of it too late in council homes."
BINS = "Lorries miss bins on their rounds. Residents ring the contact centre on Monday."
PLANS = "Planning applications arrive without drawings. Officers write letters to ask for fees."


def yardstick_of(texts: list[Encoded]) -> Yardstick:
    return Yardstick.of({str(number): text for number, text in enumerate(texts)})


def encoded(*texts: str) -> list[Encoded]:
    return encode([Text.plain(str(number), text) for number, text in enumerate(texts)], HashEmbedder())


def test_the_same_in_other_words_is_more_alike_than_anything_else() -> None:
    texts = encoded(DAMP, BINS, MOULD, PLANS)
    laid = Likeness(yardstick_of(texts), texts)
    assert laid.row(0)[2] > LEAST > max(laid.row(0)[1], laid.row(0)[3])
    groups = join([Item(str(number)) for number in range(4)], laid.row)
    assert [group.ids for group in groups] == [("0", "2"), ("1",), ("3",)]


@given(st.permutations([DAMP, BINS, MOULD, PLANS, DAMP]), st.integers(0, 4))
@settings(max_examples=20)
def test_likeness_is_the_same_both_ways_and_whatever_else_is_there(texts: list[str], sample: int) -> None:
    all_of_them = encoded(*texts)
    yardstick = yardstick_of(encoded(DAMP, BINS, MOULD, PLANS)[:sample])
    laid = Likeness(yardstick, all_of_them)
    pair = Likeness(yardstick, all_of_them[:2])
    assert np.isfinite(laid.row(0)).all()
    assert abs(laid.row(0)[1] - laid.row(1)[0]) < 1e-3
    assert abs(laid.row(0)[1] - pair.row(0)[1]) < 1e-3


def test_texts_without_vectors_are_left_out_of_the_sample() -> None:
    bare = encode([Text.plain("1", DAMP)], None)
    assert yardstick_of(bare).size == 0
    assert yardstick_of([*bare, *encoded(DAMP, BINS)]).size == 2


def test_what_is_shared_is_named() -> None:
    texts = encoded(DAMP, BINS, MOULD)
    yardstick = yardstick_of(texts)
    best = shared_passages(Likeness(yardstick, texts), 2)
    assert best[0].texts == (0, 2)
    assert best[0].passages == (0, 0)
    assert [pair.likeness for pair in best] == sorted((pair.likeness for pair in best), reverse=True)
    terms = shared_terms(yardstick, [texts[0].terms, texts[2].terms], 20)
    assert {"damp", "mould", "surveyor"} <= set(terms)
    assert "late" not in terms
    assert shared_terms(yardstick, [{"2025": 3, "damp": 1}, {"2025": 3, "damp": 1}], 20) == ["damp"]
    assert shared_terms(yardstick, [texts[0].terms], 20) == []


def test_the_central_text_is_most_like_the_others() -> None:
    likeness = [np.array([9.0, 3.0, 4.0]), np.array([3.0, 9.0, 5.0]), np.array([4.0, 5.0, 9.0])]
    assert central(likeness) == (2, 4.0)
    assert central([np.array([9.0])]) == (0, 0.0)
