"""A collection on a base of files ranks, changes and answers as one that holds everything in memory."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import ranker as ranker_module
from matching.calibration import Calibration
from matching.collection import Collection
from matching.embedder import HashEmbedder
from matching.encoding import DifferentModels, Encoded, encode
from matching.ids import Ids
from matching.ranker import Ranker
from matching.texts import Text
from matching.vectors import in_groups

WORDS = """damp mould home repair bin lorry road plan form letter visit family risk winter council
tenant""".split()  # noqa: SIM905
EMBEDDER = HashEmbedder(16)


def encoded(numbers: list[int], embedder: HashEmbedder | None = EMBEDDER) -> Encoded:
    words = " of the ".join(WORDS[n % len(WORDS)] for n in numbers)
    return encode([Text.plain("x", f"{words}. {' and the '.join(WORDS)}." * (len(numbers) % 4))], embedder)[0]


QUERY = encode([Text.plain("q", "damp of the mould of the home of the form")], EMBEDDER)[0]
CALIBRATION = Calibration.of((str(n), encoded([n, n + 1, n + 5])) for n in range(12))
STORED = {f"stored {n}": encoded([n, 3 * n, 5 * n][: n % 4]) for n in range(9)} | {"words": encoded([0, 3], None)}
IDS = [*STORED, "new", "newer", "much longer than any other id that is here"]
CHANGE = st.tuples(st.sampled_from(IDS), st.none() | st.lists(st.integers(0, 15), max_size=60))


@pytest.fixture
def based(tmp_path: Path) -> Collection:
    Collection.save(tmp_path, CALIBRATION, STORED.items())
    return Collection(CALIBRATION, base=tmp_path)


def in_memory(texts: dict[str, Encoded]) -> Collection:
    collection = Collection(CALIBRATION)
    collection.put_many(texts.items())
    return collection


def scores(collection: Collection) -> dict[str, float]:
    return {match.id: match.score for match in Ranker(collection).rank(QUERY, 20).matches}


def test_a_base_holds_what_was_saved(based: Collection) -> None:
    assert set(based) == set(STORED)
    assert len(based) == len(STORED)
    assert based.changed == 0
    for id, one in STORED.items():
        back = based.get(id)
        assert (back.terms, back.model) == (one.terms, one.model)
        assert np.array_equal(back.vectors, one.vectors)
    assert "nobody" not in based
    with pytest.raises(KeyError):
        based.get("nobody")


def test_a_base_ranks_as_memory_does(based: Collection) -> None:
    assert scores(based) == scores(in_memory(STORED))


@settings(deadline=None, max_examples=25)
@given(st.lists(CHANGE, max_size=20), st.booleans())
def test_changes_upon_a_base_rank_as_a_fresh_collection_does(
    changes: list[tuple[str, list[int] | None]], is_short: bool
) -> None:
    left = dict(STORED)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if is_short:  # as where there are very many: the best by bytes and by words, all of which fit here
            patch.setattr(ranker_module, "EXHAUSTIVE", 1)
            patch.setattr(ranker_module, "SHORTLIST", 20)
            patch.setattr(ranker_module, "CANDIDATES", 20)
        Collection.save(Path(folder), CALIBRATION, STORED.items())
        based = Collection(CALIBRATION, base=Path(folder))
        for id, numbers in changes:
            if numbers is None:
                based.remove(id)
                left.pop(id, None)
            else:
                left[id] = encoded(numbers)
                based.put(id, left[id])
        assert set(based) == set(left)
        assert based.changed == sum(numbers is not None for _, numbers in changes)
        fresh = in_memory(left)
        assert scores(based) == pytest.approx(scores(fresh), abs=1e-4)
        for term in WORDS:
            assert based.postings.weight(term) == fresh.postings.weight(term)


def test_only_what_is_kept_of_a_base_is_ranked(based: Collection) -> None:
    based.keep_only(np.array([id != "stored 3" for id in STORED]))
    assert set(based) == set(STORED) - {"stored 3"}
    assert "stored 3" not in scores(based)


def test_a_base_of_nothing_takes_what_comes(tmp_path: Path) -> None:
    Collection.save(tmp_path, CALIBRATION, [])
    based = Collection(CALIBRATION, base=tmp_path)
    assert not scores(based)
    based.put("first", encoded([0, 1, 2]))
    assert set(scores(based)) == {"first"}


def test_vectors_of_another_model_do_not_get_into_a_base(tmp_path: Path) -> None:
    with pytest.raises(DifferentModels):
        Collection.save(tmp_path, CALIBRATION, [("other", encoded([0, 1], HashEmbedder(32)))])


def test_rough_scores_are_near_to_what_gist_and_whole_add(based: Collection) -> None:
    based.put("stored 3", encoded([1, 2, 3]))
    slots = np.flatnonzero(based.live() & based.embedded())
    gist, whole = QUERY.passages.mean(axis=0), QUERY.whole
    exact = based.meaning((QUERY.passages, gist, whole), slots)
    rough = based.rough.scores(based.rough.query(gist, whole, 0.3, 0.7), slots)
    assert rough == pytest.approx(0.3 * exact["gist"] + 0.7 * exact["whole"], abs=0.05)
    assert np.ptp(rough) > 0.1


def test_ids_are_found_wherever_they_stand(tmp_path: Path) -> None:
    written = Ids()
    written.extend(["b", "a", "ü and more", "c"])
    written.save(tmp_path)
    ids = Ids(tmp_path)
    ids.extend(["d", "a"])
    assert [ids.at(slot) for slot in range(len(ids))] == ["b", "a", "ü and more", "c", "d", "a"]
    assert [ids.find(id) for id in ("b", "a", "ü and more", "c", "d")] == [0, 5, 2, 3, 4]
    assert [ids.find(id) for id in ("", "0", "bb", "z", "ü and more besides")] == [None] * 5


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_groups_are_reduced_as_numpy_does(sizes: list[int]) -> None:
    counts = np.array(sizes)
    starts = np.cumsum(counts) - counts
    rows = np.random.default_rng(1).standard_normal((counts.sum(), 3), dtype=np.float32)
    for reduce in (np.add, np.maximum):
        assert np.allclose(in_groups(reduce, rows, starts, counts), reduce.reduceat(rows, starts, axis=0), atol=1e-6)
