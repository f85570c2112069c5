import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import collection as collection_module
from matching.calibration import Calibration
from matching.collection import Collection
from matching.embedder import HashEmbedder
from matching.encoding import DifferentModels, Encoded, content_hash, encode
from matching.ranker import Ranker, Ranking
from matching.texts import Text

WORDS = """damp mould home repair bin lorry road plan form letter visit family risk winter council
tenant""".split()  # noqa: SIM905
EMBEDDER = HashEmbedder(16)


def encoded(numbers: list[int]) -> Encoded:
    return encode([Text.plain("x", " of the ".join(WORDS[n % len(WORDS)] for n in numbers))], EMBEDDER)[0]


QUERY = encoded([0, 1, 2, 12])
CHANGE = st.tuples(st.sampled_from("abcdefgh"), st.none() | st.lists(st.integers(0, 15), max_size=80))


def places(ranking: Ranking) -> list[tuple[str, float]]:
    return [(match.id, round(match.score, 3)) for match in ranking.matches]


@settings(deadline=None, max_examples=60)
@given(st.lists(CHANGE, max_size=30))
def test_changes_one_by_one_rank_as_a_fresh_collection_does(changes: list[tuple[str, list[int] | None]]) -> None:
    calibration = Calibration.of((str(n), encoded([n, n + 1, n + 5])) for n in range(12))
    grown, left = Collection(calibration), {}
    for id, numbers in changes:
        if numbers is None:
            grown.remove(id)
            left.pop(id, None)
        else:
            left[id] = encoded(numbers)
            grown.put(id, left[id])
    fresh = Collection(calibration)
    for id in sorted(left, reverse=True):
        fresh.put(id, left[id])
    assert set(grown) == set(left)
    assert dict(places(Ranker(grown).rank(QUERY, 20))) == pytest.approx(dict(places(Ranker(fresh).rank(QUERY, 20))))


def test_what_covers_a_query_is_the_share_of_its_weights_that_a_document_holds(solutions: dict[str, Encoded]) -> None:
    collection = Collection.of(solutions.items())
    weights = {"damp": 2.0, "home": 0.5, "mould": 1.0, "unheard": 3.0}
    found = collection.covered([*solutions, "not here"], weights)
    assert found == {
        id: sum(weight for term, weight in weights.items() if term in one.terms) / 6.5 for id, one in solutions.items()
    }
    assert 0 < max(found.values()) < 1
    assert set(collection.covered(solutions, {}).values()) == {0.0}


def test_many_at_once_rank_as_one_by_one(monkeypatch: pytest.MonkeyPatch, solutions: dict[str, Encoded]) -> None:
    monkeypatch.setattr(collection_module, "TOGETHER", 4)
    texts = [*solutions.items(), ("bins", solutions["damp"]), ("words", encode([Text.plain("w", "damp")], None)[0])]
    calibration = Calibration.of(texts[:3])
    at_once, one_by_one = Collection(calibration), Collection(calibration)
    at_once.put_many(texts)
    for id, one in texts:
        one_by_one.put(id, one)
    assert len(at_once) == len(solutions) + 1
    assert places(Ranker(at_once).rank(QUERY64, 9)) == places(Ranker(one_by_one).rank(QUERY64, 9))


def test_many_edits_do_not_pile_up(solutions: dict[str, Encoded]) -> None:
    collection = Collection.of(solutions.items())
    for _ in range(1_000):
        collection.put("damp", solutions["bins"])
    collection.put("damp", solutions["damp"])
    assert len(collection.live()) < 1_000
    assert collection.get("damp").terms == solutions["damp"].terms
    assert np.array_equal(collection.get("damp").passages, solutions["damp"].passages)


def test_recalibrating_gives_what_a_collection_built_at_once_has(solutions: dict[str, Encoded]) -> None:
    grown = Collection()
    for id, one in solutions.items():
        grown.put(id, one)
    at_once = Collection.of(solutions.items())
    assert grown.calibration.version != at_once.calibration.version
    assert grown.recalibrate().version == at_once.calibration.version
    assert places(Ranker(grown).rank(QUERY64, 9)) == places(Ranker(at_once).rank(QUERY64, 9))


QUERY64 = encode([Text.plain("q", "damp homes in winter")], HashEmbedder())[0]


def test_vectors_of_two_models_never_mix(collection: Collection) -> None:
    with pytest.raises(DifferentModels):
        collection.put("other", encode([Text.plain("other", "damp")], HashEmbedder(32))[0])
    assert "other" not in collection


def test_stored_bytes_come_back(solutions: dict[str, Encoded]) -> None:
    for one in solutions.values():
        back = Encoded.from_blobs(*one.to_blobs(), one.model)
        assert np.array_equal(back.vectors, one.vectors)
        assert (back.terms, back.length, back.model) == (one.terms, one.length, one.model)


def test_the_hash_follows_words_fields_and_model() -> None:
    one = Text("a", (("name", "Damp"), ("how", "Sensors")))
    assert content_hash(one, "m") == content_hash(Text("b", one.fields), "m")
    others = {content_hash(one, "n"), content_hash(Text("a", (("name", "Damp"), ("summary", "Sensors"))), "m")}
    assert content_hash(one, "m") not in others
    assert len(others) == 2


def test_a_row_stored_as_compressed_json_is_still_read(solutions: dict[str, Encoded]) -> None:
    one = solutions["damp"]
    vectors, _ = one.to_blobs()
    older = zlib.compress(json.dumps(one.terms).encode())
    assert dict(Encoded.from_blobs(vectors, older, one.model).terms) == dict(one.terms)


def test_bytes_that_are_no_row_are_refused(solutions: dict[str, Encoded]) -> None:
    vectors, terms = solutions["damp"].to_blobs()
    for wrong in (b"", b"never stored", terms[:-1].rpartition(b"\n")[0]):
        with pytest.raises(ValueError, match=r"."):
            Encoded.from_blobs(vectors, wrong, "hash")
