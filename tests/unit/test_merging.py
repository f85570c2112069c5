"""Two writers' changes are joined; only what both changed differently is a clash."""

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.services.merging import merge, token_of

QUESTIONS = CHALLENGE_QUESTIONS.section("problem").questions
BEFORE = {"title": "T", "problem": "P", "users": "U"}
TOKEN = token_of(QUESTIONS, BEFORE)


def names(questions: object) -> list[str]:
    return [question.name for question in questions]  # type: ignore[attr-defined]


def test_answers_of_two_writers_are_joined() -> None:
    changed, clashes = merge(QUESTIONS, TOKEN, {**BEFORE, "problem": "mine"}, {**BEFORE, "users": "theirs"})
    assert (changed, clashes) == ({"problem": "mine"}, [])


def test_the_same_answer_changed_twice_is_a_clash() -> None:
    changed, clashes = merge(QUESTIONS, TOKEN, {**BEFORE, "problem": "mine"}, {**BEFORE, "problem": "theirs"})
    assert changed == {"problem": "mine"}
    assert names(clashes) == ["problem"]


def test_the_same_change_twice_is_none() -> None:
    both = {**BEFORE, "problem": "both"}
    assert merge(QUESTIONS, TOKEN, both, both) == ({}, [])


def test_emptying_an_answer_is_a_change() -> None:
    assert merge(QUESTIONS, TOKEN, {**BEFORE, "users": None}, BEFORE) == ({"users": None}, [])


def test_a_question_left_out_is_untouched() -> None:
    assert merge(QUESTIONS, TOKEN, {"title": "T"}, {**BEFORE, "users": "theirs"}) == ({}, [])


def test_an_unknown_token_trusts_nobody() -> None:
    _, clashes = merge(QUESTIONS, "garbage", {**BEFORE, "problem": "mine"}, BEFORE)
    assert names(clashes) == ["problem"]
