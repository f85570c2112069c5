"""Compares two texts word by word, side by side: what of the left is gone, what of the right is new. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from showcase.models.answers import as_text
from showcase.models.questions import Content, Question

MOST_WORDS = 4000
"""Longer texts are shown as wholly changed: the comparison's time grows with the square of the length."""


@dataclass(frozen=True)
class Piece:
    """A stretch of one side."""

    text: str
    is_changed: bool


@dataclass(frozen=True)
class Comparison:
    """One question's answers in two contents."""

    question: Question
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def compare(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces of both sides; joined again they are the two texts."""
    left, right = (re.findall(r"\s+|[\w’'-]+|[^\w\s]", text) for text in (before, after))
    if max(len(left), len(right)) > 2 * MOST_WORDS:
        is_changed = before != after
        return _whole(before, is_changed), _whole(after, is_changed)
    lefts: list[Piece] = []
    rights: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        _append(lefts, "".join(left[i1:i2]), tag != "equal")
        _append(rights, "".join(right[j1:j2]), tag != "equal")
    return _joined(lefts), _joined(rights)


def differences(
    questions: Iterable[Question], before: Content, after: Content, council_names: Mapping[str, str]
) -> list[Comparison]:
    """Return the questions whose answers differ, in the order asked, with the words that changed."""
    return [
        Comparison(
            question,
            *compare(
                as_text(question, before.get(question.name), council_names),
                as_text(question, after.get(question.name), council_names),
            ),
        )
        for question in questions
        if before.get(question.name) != after.get(question.name)
    ]


def _whole(text: str, is_changed: bool) -> tuple[Piece, ...]:
    return (Piece(text, is_changed),) if text else ()


def _append(pieces: list[Piece], text: str, is_changed: bool) -> None:
    if text:
        pieces.append(Piece(text, is_changed))


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Join changed stretches that only a space keeps apart, so that a changed sentence reads as one."""
    joined: list[Piece] = []
    for index, piece in enumerate(pieces):
        is_gap = piece.text.isspace() and 0 < index < len(pieces) - 1
        is_changed = piece.is_changed or (is_gap and pieces[index - 1].is_changed and pieces[index + 1].is_changed)
        if joined and joined[-1].is_changed == is_changed:
            joined[-1] = Piece(joined[-1].text + piece.text, is_changed)
        else:
            joined.append(Piece(piece.text, is_changed))
    return tuple(joined)
