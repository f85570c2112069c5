"""Lets two people write one text at once: tells whose change is whose, question by question. Pure.

A page carries a token: a short digest of each answer it was drawn from. When it comes back, an answer that still has
its digest was not touched by its writer; one whose stored answer has another digest was changed by someone else. Only
an answer that both changed, to different things, is a clash; everything else is joined without asking.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from showcase.models.questions import Content, Question, is_blank


def token_of(questions: Sequence[Question], content: Content) -> str:
    """Return what a page remembers of the answers it shows."""
    return ".".join(_digest(content.get(question.name)) for question in questions)


def merge(
    questions: Sequence[Question], loaded: str, typed: Content, stored: Content
) -> tuple[Content, list[Question]]:
    """Return the answers that the writer changed, and the questions that someone else changed differently meanwhile.

    `loaded` is the token of the page that the writer had; one that does not fit counts as "everything changed".
    `typed` may leave questions out; they count as not touched.
    """
    digests = loaded.split(".")
    if len(digests) != len(questions):
        digests = [""] * len(questions)
    changed: Content = {}
    clashes: list[Question] = []
    for question, before in zip(questions, digests, strict=True):
        if question.name not in typed:
            continue
        mine, theirs = _digest(typed[question.name]), _digest(stored.get(question.name))
        if mine in (before, theirs):
            continue
        changed[question.name] = typed[question.name]
        if theirs != before:
            clashes.append(question)
    return changed, clashes


def _digest(answer: Any) -> str:
    plain = "" if is_blank(answer) else json.dumps(answer, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]
