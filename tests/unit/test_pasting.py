"""A pasted document finds its questions by headings; nothing of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.questions import Audience
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


def test_what_is_left_over_of_a_challenge_is_kept_where_nobody_else_reads_it() -> None:
    pasted = split(CHALLENGE_QUESTIONS, DOCUMENT)
    assert CHALLENGE_QUESTIONS["notes"].audience is Audience.OWNER
    assert pasted.answers["notes"] == pasted.leftover
    for words in ("A note for the board.", "Unknown heading", "Something else."):
        assert words in pasted.leftover
        assert words not in pasted.answers["problem"]


@pytest.mark.parametrize("heading", ["Budget", "Costs:", "Contract ends", "Risks", "What we can spend", "4. Money"])
def test_what_a_council_would_keep_to_itself_reaches_no_public_answer(heading: str) -> None:
    text = (
        f"Measures of success\n\nFrom 160 days to 30\n\nFewer complaints.\n\n{heading}\nWe have £85,000.\n\nUsers\nAll."
    )
    answers = split(CHALLENGE_QUESTIONS, text).answers
    assert answers["measures"] == "From 160 days to 30\n\nFewer complaints."
    assert "£85,000" in answers["notes"]
    assert heading.rstrip(":").removeprefix("4. ") in answers["notes"]
    assert answers["users"] == "All."


@pytest.mark.parametrize("label", ["Budget", "Our likely costs"])
def test_a_private_heading_needs_no_line_of_its_own(label: str) -> None:
    answers = split(CHALLENGE_QUESTIONS, f"Measures of success\nFewer complaints.\n{label}: £85,000\n").answers
    assert answers == {"measures": "Fewer complaints.", "notes": f"{label}: £85,000"}


def test_short_lines_of_an_answer_stay_with_it() -> None:
    text = "Problem\n\nMould in 900 homes\n\nIt comes back, year after year.\n\n- no fan\n\n12% a year\n\nNobody asks"
    assert split(CHALLENGE_QUESTIONS, text).answers["problem"].endswith("- no fan\n\n12% a year\n\nNobody asks")


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
