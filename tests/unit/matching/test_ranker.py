import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import ranker as ranker_module
from matching.baselines import BASELINES, rank_baseline
from matching.collection import Collection
from matching.embedder import HashEmbedder
from matching.encoding import Encoded, encode
from matching.ranker import WORDS_ONLY, Ranker
from matching.texts import Text


def test_the_right_solution_comes_first(collection: Collection, challenge: Encoded) -> None:
    ranking = Ranker(collection).rank(challenge)
    assert ranking.matches[0].id == "damp"
    assert ranking.notice == ""
    assert ranking.calibration == collection.calibration.version


def test_contributions_add_up_to_the_score(collection: Collection, challenge: Encoded) -> None:
    for match in Ranker(collection).rank(challenge).matches:
        assert sum(match.contributions.values()) == match.score
        assert len(match.contributions) > 1


def test_a_document_is_scored_alone_as_it_is_among_all(
    collection: Collection, solutions: dict[str, Encoded], challenge: Encoded
) -> None:
    ranker = Ranker(collection)
    judge = ranker.judge(challenge)
    for match in ranker.rank(challenge).matches:
        assert judge.document(match.id, solutions[match.id]) == pytest.approx(dict(match.contributions), abs=1e-3)


@settings(deadline=None, max_examples=20)
@given(st.permutations(["z", "m", "a", "k"]))
def test_equal_texts_stand_in_the_order_of_their_ids(ids: list[str]) -> None:
    embedder = HashEmbedder()
    one, query = encode([Text.plain("x", "damp homes"), Text.plain("q", "damp")], embedder)
    collection = Collection()
    for id in ids:
        collection.put(id, one)
    assert [match.id for match in Ranker(collection).rank(query, 3).matches] == ["a", "k", "m"]
    assert [match.id for match in rank_baseline("rrf", collection, query, 3)] == ["a", "k", "m"]


def test_only_allowed_documents_are_ranked_and_their_scores_stay(collection: Collection, challenge: Encoded) -> None:
    ranker = Ranker(collection)
    scores = {match.id: match.score for match in ranker.rank(challenge).matches}
    chosen = ranker.rank(challenge, 5, allowed={"bins", "social", "nobody"}).matches
    assert {match.id: match.score for match in chosen} == {"bins": scores["bins"], "social": scores["social"]}
    assert "damp" not in [match.id for match in ranker.rank(challenge, exclude={"damp"}).matches]
    assert ranker.rank(challenge, allowed=set()).matches == ()


@pytest.mark.parametrize("size", range(4))
def test_the_first_few_documents_are_ranked(size: int, solutions: dict[str, Encoded], challenge: Encoded) -> None:
    some = dict(list(solutions.items())[:size])
    matches = Ranker(Collection.of(some.items())).rank(challenge).matches
    assert {match.id for match in matches} == set(some)
    assert size == 0 or matches[0].id == "damp"


def test_texts_without_a_word_are_ranked_last_and_break_nothing(collection: Collection, challenge: Encoded) -> None:
    empty = encode([Text.plain("empty", "")], HashEmbedder())[0]
    collection.put("empty", empty)
    ranker = Ranker(collection)
    assert ranker.rank(challenge).matches[0].id == "damp"
    assert len(ranker.rank(empty).matches) == 7


def test_without_vectors_words_alone_rank_and_say_so(collection: Collection, challenge: Encoded) -> None:
    unembedded = encode([Text.plain("q", "damp mould homes")], None)[0]
    other_model = encode([Text.plain("q", "damp mould homes")], HashEmbedder(8))[0]
    for query in (unembedded, other_model):
        ranking = Ranker(collection).rank(query)
        assert ranking.matches[0].id == "damp"
        assert ranking.notice == WORDS_ONLY
        assert set(ranking.matches[0].contributions) == {"lexical"}


def test_a_document_not_yet_embedded_is_found_by_its_words(collection: Collection, challenge: Encoded) -> None:
    late = "Finds damp and mould in tenants' homes before winter, for surveyors."
    collection.put("late", encode([Text.plain("late", late)], None)[0])
    ranking = Ranker(collection).rank(challenge)
    assert "late" in [match.id for match in ranking.matches[:2]]
    assert ranking.notice == ""


def test_a_shortlist_gives_the_same_best_as_scoring_all(
    monkeypatch: pytest.MonkeyPatch, collection: Collection, challenge: Encoded
) -> None:
    exact = Ranker(collection).rank(challenge, 2).matches
    monkeypatch.setattr(ranker_module, "EXHAUSTIVE", 3)
    monkeypatch.setattr(ranker_module, "SHORTLIST", 3)
    short = Ranker(collection).rank(challenge, 2).matches
    assert [match.id for match in short] == [match.id for match in exact]
    assert [match.score for match in short] == pytest.approx([match.score for match in exact], abs=1e-3)


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_find_the_obvious(name: str, collection: Collection, challenge: Encoded) -> None:
    assert rank_baseline(name, collection, challenge, 3)[0].id == "damp"
