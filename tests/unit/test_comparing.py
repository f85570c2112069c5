"""Two texts side by side are marked word by word, and joined again they are the two texts."""

from hypothesis import given
from hypothesis import strategies as st

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.services.comparing import MOST_WORDS, Piece, compare, differences


def test_changed_words_are_marked_on_their_side() -> None:
    before, after = compare("Homes are damp in winter.", "Homes are damp and cold in winter.")
    assert before == (Piece("Homes are damp in winter.", False),)
    assert [piece.text.strip() for piece in after if piece.is_changed] == ["and cold"]


def test_a_changed_sentence_reads_as_one() -> None:
    before, _ = compare("one two three", "four five six seven")
    assert [piece.text for piece in before if piece.is_changed] == ["one two three"]


def test_very_long_texts_are_marked_whole() -> None:
    long = "word " * (MOST_WORDS + 1)
    assert compare(long, long + "more")[0] == (Piece(long, True),)
    assert compare(long, long)[0] == (Piece(long, False),)


@given(st.text(alphabet="ab. \n", max_size=40), st.text(alphabet="ab. \n", max_size=40))
def test_the_pieces_are_the_texts(before: str, after: str) -> None:
    left, right = compare(before, after)
    assert "".join(piece.text for piece in left) == before
    assert "".join(piece.text for piece in right) == after
    kept = ["".join(p.text for p in side if not p.is_changed).split() for side in (left, right)]
    assert (before == after) <= (kept[0] == kept[1] == before.split())


def test_differences_follow_the_questions_and_show_words() -> None:
    before = {"title": "Old", "service_areas": ["planning"], "owner": "Same", "shared_with": ["E09000007"]}
    after = {"title": "New", "service_areas": ["planning", "finance"], "owner": "Same", "is_budget_shown": False}
    found = differences(CHALLENGE_QUESTIONS, before, after, {"E09000007": "Camden"})
    assert [each.question.name for each in found] == ["title", "service_areas", "shared_with", "is_budget_shown"]
    assert found[1].after[-1].text.strip() == "Finance"
    assert found[2].before == (Piece("Camden", True),)
    assert found[3].after == (Piece("No", True),)
