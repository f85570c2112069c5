import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.embedder import HashEmbedder
from matching.encoding import encode
from matching.texts import LONGEST_SENTENCE, PASSAGE_WORDS, Text, passages, prose, sentences, term_counts, words_by_term


def test_sentences_end_at_stops_line_breaks_and_bullets_but_not_at_abbreviations() -> None:
    text = "Dr. Shah visits 4,200 homes, e.g. flats. It costs £1.2m a year! Why?\n- First need\n- Second need"
    assert list(sentences(text)) == [
        "Dr. Shah visits 4,200 homes, e.g. flats.",
        "It costs £1.2m a year!",
        "Why?",
        "First need",
        "Second need",
    ]


def test_a_run_without_stops_is_cut_evenly() -> None:
    pieces = sentences(" ".join(["word"] * 300))
    assert [len(piece.split()) for piece in pieces] == [60] * 5


def test_a_title_joins_the_passage_after_it_and_keeps_its_field_apart() -> None:
    text = Text("x", (("title", "Missed bins"), ("problem", "Lorries miss streets. " * 5), ("how", "We route. " * 20)))
    found = passages(text)
    assert found[0].text.startswith("Missed bins: Lorries miss streets.")
    assert {passage.field for passage in found} == {"problem", "how"}


def test_a_text_of_short_fields_alone_is_one_passage() -> None:
    assert [p.text for p in passages(Text("x", (("name", "Damp"), ("summary", "Finds mould."))))] == [
        "Damp: Finds mould."
    ]


def test_nothing_gives_nothing() -> None:
    assert passages(Text("x", ())) == ()
    assert passages(Text.plain("x", "  \n ")) == ()
    assert term_counts("the of and") == {}


@given(st.text(alphabet="abc XY.!?\n-,'", max_size=2_000))
def test_passages_lose_and_double_no_word(text: str) -> None:
    cut = passages(Text("x", (("text", text),)))
    assert sum(term_counts(" ".join(p.text for p in cut)).values()) == sum(term_counts(text).values())
    assert all(len(p.text.split()) <= LONGEST_SENTENCE + PASSAGE_WORDS // 3 for p in cut)


def test_terms_are_stems_without_stop_words_and_map_back_to_words() -> None:
    counts = term_counts("The council's Surveys and surveying; 4,200 surveys")
    assert counts == {"council": 1, "survey": 3, "4,200": 1}
    assert words_by_term("Surveying the Homes")["survey"] == "Surveying"


KEYWORDS = "Damp, mould, homes, tenants, winter, surveyors, risk, housing management system, repairs, sensors. " * 3


def test_lists_of_keywords_are_no_prose() -> None:
    said = "It finds damp homes before winter. Tenants may opt out."
    text = Text("a", (("name", "Damp finder"), ("how", f"{said} {KEYWORDS}"), ("more", KEYWORDS)))
    assert prose(text).fields == (("name", "Damp finder"), ("how", said.replace(". ", ".\n")))
    assert prose(Text.plain("b", KEYWORDS)).fields == ()


@pytest.mark.parametrize(
    "said",
    [
        "ISO 27001 (March 2026), Cyber Essentials Plus, card payments kept outside recordings.",
        "The council's officers see a list of homes, streets, wards and parishes that are at risk this winter, by day.",
        "Mae ein cynnyrch yn helpu cynghorau i ddod o hyd i gartrefi llaith cyn y gaeaf, a hynny heb offer newydd yn y "
        "cartref na gwaith i denantiaid, gan ddefnyddio cofnodion atgyweirio sydd gan y cyngor yn barod.",
    ],
)
def test_short_lists_and_sentences_are_left_as_they_are(said: str) -> None:
    text = Text.plain("a", said)
    assert prose(text) is text


def test_a_list_may_ask_but_answers_nothing() -> None:
    text = Text.plain("a", KEYWORDS)
    (asked,), (offered,) = encode([text], HashEmbedder(), as_queries=True), encode([text], HashEmbedder())
    assert asked.has_vectors
    assert asked.terms["damp"] == 3
    assert not offered.has_vectors
    assert not offered.terms


def test_what_was_said_before_is_left_out() -> None:
    said = "Finds damp homes. Tells officers which. Finds  DAMP homes! Costs little."
    text = Text("x", (("summary", said), ("how", "Tells officers: which?"), ("more", "Tells officers who.")))
    assert prose(text).fields == (
        ("summary", "Finds damp homes.\nTells officers which.\nCosts little."),
        ("more", "Tells officers who."),
    )
    once = Text("x", (("summary", "Finds damp homes. Tells officers which."),))
    assert prose(once) is once


def test_a_shuffle_of_words_that_were_said_is_left_out() -> None:
    said = (
        "Sensors find damp and mould in homes. Homes with mould and damp, find the sensors. Sensors find damp in homes."
    )
    kept = "Sensors find damp and mould in homes.\nSensors find damp in homes."  # a short one may come back to a thing
    assert prose(Text.plain("x", said)).whole == kept
    assert prose(Text.plain("x", said.replace("Homes with", "Flats with"))).whole.count("\n") == 0


def test_a_text_that_says_all_of_itself_again_gains_nothing() -> None:
    said = "Finds damp homes before winter. Tells officers which homes to visit first."
    once, again = Text("x", (("how", said),)), Text("x", (("how", said), ("more", f"{said} {said}")))
    one, other = encode([once, again], HashEmbedder())
    assert (one.vectors == other.vectors).all()
    assert one.terms == other.terms
