from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.calibration import Calibration
from matching.collection import Collection
from matching.eligibility import Needs, Offer, facets
from matching.embedder import Embedder, HashEmbedder
from matching.encoding import Encoded, encode, encode_challenges
from matching.model import ModelEmbedder
from matching.ranker import Ranker
from matching.reasons import Explanation, Pair, explain
from matching.remainders import encode_remainders, shortened
from matching.requirements import requirements
from matching.texts import Text, passages, sentences, term_counts
from tests.unit.matching.conftest import CHALLENGE, SOLUTIONS

FILLER = " ".join(
    f"Our company was founded by {number} friends. We like tea, cake and {walks} walks by the sea."
    for number, walks in (("three", "long"), ("four", "short"), ("five", "slow"), ("six", "brisk"))
)
LONG = Text("long", (("about", FILLER), ("how", SOLUTIONS["damp"]), ("team", FILLER)))


def explained(collection: Collection, document: Text, challenge: Text | None = None) -> Explanation:
    embedder = HashEmbedder()
    asked = challenge or Text.plain("c", CHALLENGE)
    query = encode_challenges([asked], embedder)[0]
    encoded = encode([document], embedder)[0]
    collection.put(document.id, encoded)
    return explain(Ranker(collection).judge(query), Pair(asked, query), Pair(document, encoded))


def without(document: Encoded, text: Text, place: int) -> Encoded:
    """Return a document as it would be without one of its passages; the vector of the whole stays."""
    gone = term_counts(passages(text)[place].text)
    terms = {term: count - gone.get(term, 0) for term, count in document.terms.items() if count > gone.get(term, 0)}
    return replace(document, terms=terms, vectors=np.delete(document.vectors, 1 + place, axis=0))


@settings(deadline=None, max_examples=25)
@given(st.permutations([*SOLUTIONS.values(), FILLER]), st.sampled_from([CHALLENGE, *SOLUTIONS.values()]))
def test_the_passage_named_is_the_one_whose_removal_lowers_the_score_most(parts: list[str], asked: str) -> None:
    """Where nothing is known of the corpus no text is near to everything, and the removal is the whole difference."""
    embedder = HashEmbedder()
    text = Text("x", tuple((str(place), part) for place, part in enumerate(parts)))
    encoded, *others = encode([text, *(Text.plain(id, part) for id, part in SOLUTIONS.items())], embedder)
    collection = Collection(Calibration.of([], embedder.name, embedder.dimension))
    collection.put_many(zip("xabcdef", [encoded, *others], strict=True))
    challenge = Text.plain("c", asked)
    query = encode_challenges([challenge], embedder)[0]
    judge, cut = Ranker(collection).judge(query), passages(text)

    def score(document: Encoded) -> float:
        return sum(judge.document("x", document).values())

    lost = [score(encoded) - score(without(encoded, text, place)) for place in range(len(cut))]
    assert judge.losses(encoded, [term_counts(part.text) for part in cut]) == pytest.approx(lost, abs=1e-3)
    named = explain(judge, Pair(challenge, query), Pair(text, encoded)).passage
    assert named is not None
    assert lost[[part.text for part in cut].index(named.solution)] == pytest.approx(max(lost), abs=1e-3)
    assert named.contribution == pytest.approx(max(lost), abs=1e-3)


def test_the_passage_named_speaks_of_the_need(collection: Collection) -> None:
    why = explained(collection, LONG)
    assert why.passage is not None
    assert "mould" in why.passage.solution
    assert "mould" in why.passage.challenge
    assert "tea" not in why.passage.solution


def without_sentence(document: Encoded, text: Text, place: int, sentence: int, embedder: Embedder) -> Encoded:
    """Return a document as it would be without a sentence of a passage; the whole stays, where there is more of it."""
    parts = list(sentences(passages(text)[place].text))
    gone = term_counts(parts.pop(sentence))
    terms = {term: count - gone.get(term, 0) for term, count in document.terms.items() if count > gone.get(term, 0)}
    vectors = document.vectors.copy()
    vectors[1 + place if len(vectors) > 1 else 0] = embedder.embed_passages([" ".join(parts)])[0]
    return replace(document, terms=terms, vectors=vectors)


def check_the_sentence(text: Text, asked: str, others: list[str], embedder: Embedder) -> None:
    """Find the sentence whose removal lowers the score most by taking each away; it must be the one that is named."""
    encoded, *rest = encode([text, *(Text.plain("o", other) for other in others)], embedder)
    collection = Collection(Calibration.of([], embedder.name, embedder.dimension))
    collection.put_many(zip("xabcdefghijk", [encoded, *rest], strict=False))
    challenge = Text.plain("c", asked)
    (query,) = encode_challenges([challenge], embedder)
    judge = Ranker(collection).judge(query)
    (left,) = encode_remainders([text], embedder)

    def score(document: Encoded) -> float:
        return sum(judge.document("x", document).values())

    named = explain(judge, Pair(challenge, query), Pair(text, encoded, left)).passage
    if named is None:  # a single passage that speaks of something else
        assert len(encoded.passages) == 1
        assert score(encoded) <= 0
        return
    place = [part.text for part in passages(text)].index(named.solution)
    parts = sentences(named.solution)
    shorter = [without_sentence(encoded, text, place, sentence, embedder) for sentence in range(len(parts))]
    lost = [score(encoded) - score(one) for one in shorter]
    if len(parts) == 1 or max(lost) < 5e-3:  # all of the passage, or nothing that could be told from nought
        assert named.sentence_contribution < 1e-2
        return
    assert lost[parts.index(named.sentence)] == pytest.approx(max(lost), abs=5e-3)
    assert named.sentence_contribution == pytest.approx(max(lost), abs=5e-3)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from([*SOLUTIONS.values(), FILLER]), min_size=1, max_size=5, unique=True),
    st.sampled_from([CHALLENGE, *SOLUTIONS.values()]),
)
def test_the_sentence_named_is_the_one_whose_removal_lowers_the_score_most(parts: list[str], asked: str) -> None:
    """Where nothing is known of the corpus, as for passages."""
    text = Text("x", tuple((str(place), part) for place, part in enumerate(parts)))
    if any(term in term_counts(text.whole) for term in term_counts(asked)):
        check_the_sentence(text, asked, list(SOLUTIONS.values()), HashEmbedder())


@pytest.mark.slow
@pytest.mark.parametrize("id", SOLUTIONS)
def test_so_it_is_with_the_model(id: str) -> None:
    text = Text("x", (("about", FILLER), ("how", SOLUTIONS[id]), ("team", SOLUTIONS["platform"])))
    check_the_sentence(text, CHALLENGE if id == "damp" else SOLUTIONS[id], list(SOLUTIONS.values()), ModelEmbedder())


def test_no_sentence_is_named_where_none_was_taken_away(collection: Collection) -> None:
    embedder = HashEmbedder()
    (query,) = encode_challenges([Text.plain("c", CHALLENGE)], embedder)
    judge = Ranker(collection).judge(query)
    asked = Pair(Text.plain("c", CHALLENGE), query)
    for said in (SOLUTIONS["damp"], "Finds damp homes."):
        text = Text.plain("x", said)
        (encoded,) = encode([text], embedder)
        assert explain(judge, asked, Pair(text, encoded)).passage.sentence == ""  # type: ignore[union-attr]
        other = encode_remainders([Text.plain("y", "It is. It was. It will be. So it is.")], embedder)[0]
        assert explain(judge, asked, Pair(text, encoded, other)).passage.sentence == ""  # type: ignore[union-attr]


def test_a_passage_of_one_sentence_has_nothing_left() -> None:
    assert shortened(Text.plain("x", "Finds damp homes.")) == ((),)
    assert shortened(Text.plain("x", "Finds damp. Tells officers.")) == (("Tells officers.", "Finds damp."),)
    assert shortened(Text("x", ())) == ()


def test_no_passage_is_named_where_none_helps(collection: Collection) -> None:
    assert explained(collection, Text.plain("tea", "Tea and cake by the sea.")).passage is None


def test_shared_terms_are_the_document_s_words_and_add_up(collection: Collection) -> None:
    why = explained(collection, Text.plain("one", "Mouldy home? Surveyors find damp."))
    assert why.terms is not None
    assert {"damp", "home", "Surveyors"} <= set(why.terms.terms)
    assert sum(why.terms.terms.values()) == pytest.approx(why.terms.contribution, abs=1e-3)


def test_what_the_profile_does_not_speak_of_is_a_gap(collection: Collection) -> None:
    missing = [gap.requirement for gap in explained(collection, Text.plain("damp", SOLUTIONS["damp"])).gaps]
    assert "Payments must be taken by direct debit." in missing
    assert "It must work with the housing management system." not in missing


def test_gaps_without_vectors_go_by_words(collection: Collection) -> None:
    asked, document = Text.plain("c", CHALLENGE), Text.plain("damp", SOLUTIONS["damp"])
    query, encoded = encode_challenges([asked], None)[0], encode([document], None)[0]
    why = explain(Ranker(collection).judge(query), Pair(asked, query), Pair(document, encoded))
    assert why.passage is None
    assert why.terms is not None
    assert "Payments must be taken by direct debit." in [gap.requirement for gap in why.gaps]


def test_requirements_are_all_sentences_of_some_fields_and_asking_sentences_of_others() -> None:
    fields = (
        ("title", "We must stop damp in homes"),
        ("problem", "It is cold in winter. Officers need to see which homes are at risk."),
        ("systems", "Housing records live in one system. No."),
        ("tried", "We tried a tool that must be replaced."),
    )
    assert [(one.field, one.text) for one in requirements(Text("c", fields))] == [
        ("problem", "Officers need to see which homes are at risk."),
        ("systems", "Housing records live in one system."),
    ]


def test_facets_say_what_fits_what_does_not_and_what_is_not_said() -> None:
    needs = Needs(("planning", "waste"), ("sso", "uk-hosting"), "pilot", "county", "london", "25k-50k")
    offer = Offer(("waste",), ("district",), (), "idea", ("sso",), 6_000_000)
    found = {one.facet: one.fits for one in facets(needs, offer)}
    assert found == {
        "service area": True,
        "council type": False,
        "region": True,
        "maturity": False,
        "must-have: sso": True,
        "must-have: uk-hosting": False,
        "price": False,
    }
    unsaid = {one.facet: one.fits for one in facets(needs, Offer())}
    assert unsaid["service area"] is None
    assert unsaid["maturity"] is None
    assert unsaid["must-have: sso"] is None
    assert "price" not in unsaid


def test_the_price_is_not_spoken_of_unless_both_sides_are_known() -> None:
    assert facets(Needs(), Offer(price_floor=1)) == []
    assert facets(Needs(budget="under-25k"), Offer()) == []
    (within,) = facets(Needs(budget="over-250k"), Offer(price_floor=90_000_000))
    assert within.fits is True
    assert "£900,000" in within.text


def test_no_passage_is_named_of_a_text_that_was_encoded_when_it_was_cut_in_another_way(collection: Collection) -> None:
    asked = Text.plain("c", CHALLENGE)
    (query,), (encoded,) = encode_challenges([asked], HashEmbedder()), encode([LONG], HashEmbedder())
    older = replace(encoded, vectors=encoded.vectors[:-1])
    judge = Ranker(collection).judge(query)
    assert explain(judge, Pair(asked, query), Pair(LONG, encoded)).passage is not None
    found = explain(judge, Pair(asked, query), Pair(LONG, older))
    assert found.passage is None
    assert found.terms is not None
