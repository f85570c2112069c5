from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.calibration import Calibration
from matching.collection import Collection
from matching.eligibility import Needs, Offer, facets
from matching.embedder import HashEmbedder
from matching.encoding import Encoded, encode, encode_challenges
from matching.ranker import Ranker
from matching.reasons import Explanation, Pair, explain
from matching.requirements import requirements
from matching.texts import Text, passages, term_counts
from tests.unit.matching.conftest import CHALLENGE, SOLUTIONS

FILLER = "Our company was founded by three friends. We like tea, cake and long walks by the sea. " * 4
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


def test_the_sentence_named_is_the_one_whose_words_add_most(collection: Collection, challenge: Encoded) -> None:
    judge, text = Ranker(collection).judge(challenge), Text.plain("damp", SOLUTIONS["damp"])
    why = explained(collection, text).passage
    assert why is not None
    assert why.sentence == "Predicts damp and mould in council homes."
    words = judge.term_contributions(collection.get("damp"))
    assert 0 < why.sentence_contribution < sum(words[term] for term in ("damp", "mould", "home")) + 0.01


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
