"""A pasted document finds its questions by headings; nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.services.pasting import LEFTOVER_MARK, split

DOCUMENT = """How might we keep homes dry?
A note for the board.

# Problem statement
Tenants report mould and
wait for months.

It costs us £3m.

2.1 Users
- tenants
- officers

**Why now:** A law begins in October.
Measures of success
From 160 days to 30.

## Unknown heading
Something else.
OWNER: Head of Repairs
"""


def test_headings_of_every_shape() -> None:
    answers = split(CHALLENGE_QUESTIONS, DOCUMENT).answers
    assert answers["users"] == "- tenants\n- officers"
    assert answers["why_now"] == "A law begins in October."
    assert answers["measures"] == "From 160 days to 30."
    assert answers["owner"] == "Head of Repairs"
    assert answers["problem"].startswith("Tenants report mould and wait for months.\n\nIt costs us £3m.")


def test_what_is_left_over_is_kept_and_marked() -> None:
    pasted = split(CHALLENGE_QUESTIONS, DOCUMENT)
    before, mark, after = pasted.answers["problem"].partition(LEFTOVER_MARK)
    assert mark
    assert "It costs us" in before
    assert after.split() == pasted.leftover.split()
    for words in ("A note for the board.", "Unknown heading", "Something else."):
        assert words in pasted.leftover


def test_a_product_page_without_headings_tells_how_it_works() -> None:
    pasted = split(SOLUTION_QUESTIONS, "We read meters.\r\nWe tell officers.")
    assert pasted.answers == {"how": f"{LEFTOVER_MARK}\n\nWe read meters. We tell officers."}


def test_a_sentence_that_begins_like_a_heading_stays_a_sentence() -> None:
    pasted = split(CHALLENGE_QUESTIONS, "Users\nThe problem with the users is time.")
    assert pasted.answers == {"users": "The problem with the users is time."}


def test_nothing_gives_nothing() -> None:
    assert split(CHALLENGE_QUESTIONS, " \n ").answers == {}


@given(
    st.lists(st.sampled_from(["Problem", "Users: some", "plain words", "", "- item", "# Other", "Owner", "Title: x"]))
)
def test_no_line_is_lost(lines: list[str]) -> None:
    text = " ".join(split(CHALLENGE_QUESTIONS, "\n".join(lines)).answers.values())
    for words in ("plain words", "item", "Other", "some"):
        if any(words in line for line in lines):
            assert words in text
