"""Splits a pasted document into answers by its headings, so that nobody types twice what a document already says. Pure.

A heading is a line that one of the questions knows: marked (“# Problem”), numbered (“2.1 Problem”), alone on its line,
or followed by its text (“Problem: …”). A heading that no question knows ends the answer before it. What stands under
no heading we know is left over: a council keeps it to itself, among its notes; in a profile it is marked, and must be
moved or deleted before review.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from showcase.models.questions import Content, Kind, Question, Questionnaire

LEFTOVER_MARK = "[Pasted text with no heading we know. Move it to where it belongs, or delete it.]"
NOTES = "notes"
"""The question whose answer nobody else reads; it keeps the headings under which its text stood."""
LEFTOVER_GOES_TO = (NOTES, "how")
"""The first of these that a questionnaire has takes what is left over: a product page tells how it works."""
MOST_HEADING_WORDS = 7
MOST_CHARACTERS = 100_000

_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|[-*•]\s+(?=\*\*)|\(?\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+|[A-Za-z][.)]\s+)?")
_WORDS = re.compile(r"[^\w\s’'-]")


@dataclass(frozen=True)
class Pasted:
    """What a pasted document answers."""

    answers: Content
    leftover: str
    """Text under no known heading; it is in `answers` too, where nobody else reads it or marked."""


def split(questionnaire: Questionnaire, text: str) -> Pasted:
    """Split a document into answers to the questions that are answered in words."""
    headings = _headings(questionnaire)
    found: dict[str, list[str]] = {}
    left: list[str] = []
    under: str | None = None
    lines = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(lines):
        match = _heading(line, headings)
        if match is not None:
            under, rest = match
            found.setdefault(under, []).extend(["", _bare(line), ""] if under == NOTES else [rest])
            if questionnaire[under].kind is Kind.LINE and rest:
                under = None
        elif _is_unknown_heading(line) or (_says_something(found, under) and _looks_like_heading(lines, place)):
            under = None
            left += ["", _bare(line), ""]
        elif under is not None:
            found[under].append(line)
            if questionnaire[under].kind is Kind.LINE and line.strip():
                under = None  # one line answers it
        else:
            left.append(line)
    answers: Content = {}
    for name, said_lines in found.items():
        if said := _tidy(questionnaire[name], said_lines):
            answers[name] = said
    leftover = _paragraphs(left)
    if leftover:
        name = next(name for name in LEFTOVER_GOES_TO if any(q.name == name for q in questionnaire))
        mark = "" if name == NOTES else LEFTOVER_MARK
        answers[name] = "\n\n".join(part for part in (answers.get(name), mark, leftover) if part)
    return Pasted(answers, leftover)


def is_marked(answer: object) -> bool:
    """Tell whether an answer still holds pasted text that its writer has not placed."""
    return isinstance(answer, str) and LEFTOVER_MARK in answer


def _says_something(found: Mapping[str, list[str]], under: str | None) -> bool:
    return under is not None and any(line.strip() for line in found[under])


def _looks_like_heading(lines: list[str], place: int) -> bool:
    """Tell whether a line stands like a heading: short, after an empty line, no sentence, and followed by something."""
    said = lines[place].strip()
    is_first = place == 0 or not lines[place - 1].strip()
    return (
        is_first
        and bool(re.match(r"[A-Z0-9][^.!;,]*$", said))
        and not re.match(r"\d+(?:[.)]\s|\s*%)|[-*•]", said)
        and len(said.split()) <= MOST_HEADING_WORDS
        and any(line.strip() for line in lines[place + 1 :])
    )


def _headings(questionnaire: Questionnaire) -> Mapping[str, str]:
    """Return question name by heading; labels count as headings too."""
    return {
        heading: question.name
        for question in questionnaire
        if question.kind in (Kind.LINE, Kind.PROSE)
        for heading in (*question.headings, _plain(question.label))
    }


def _heading(line: str, headings: Mapping[str, str]) -> tuple[str, str] | None:
    """Return (question name, text that follows on the line) when the line starts an answer."""
    bare = _bare(line)
    if (name := headings.get(_plain(bare))) is not None:
        return name, ""
    before, colon, after = bare.partition(":")
    if colon and (name := headings.get(_plain(before))) is not None:
        return name, after.strip().lstrip("*").strip()
    return (NOTES, after) if colon and _is_private(before, headings) else None


def _is_private(label: str, headings: Mapping[str, str]) -> bool:
    """Tell whether a short label such as “Our likely costs” has a word under which text goes among the notes."""
    words = _plain(label).split()
    return label[:1].isupper() and len(words) <= MOST_HEADING_WORDS and any(headings.get(w) == NOTES for w in words)


def _bare(line: str) -> str:
    return _MARKUP.sub("", line, count=1).strip().strip("*_").strip()


def _plain(heading: str) -> str:
    return " ".join(_WORDS.sub(" ", heading).lower().split())


def _is_unknown_heading(line: str) -> bool:
    return bool(re.match(r"^\s*#{1,6}\s+\S", line)) or bool(re.match(r"^\s*\*\*[^*]{1,80}\*\*:?\s*$", line))


def _tidy(question: Question, lines: list[str]) -> str:
    if question.kind is Kind.LINE:
        return " ".join(" ".join(lines).split())
    return _paragraphs(lines)


def _paragraphs(lines: list[str]) -> str:
    """Return paragraphs apart by one empty line; lines broken by a document's width are joined again."""
    return "\n\n".join(_blocks(lines))


def _blocks(lines: list[str]) -> Iterator[str]:
    block: list[str] = []
    for line in [*lines, ""]:
        said = line.strip()
        if said and re.match(r"[-*•]\s|\d{1,2}[.)]\s", said) and block:
            block.append("\n" + said)
        elif said:
            block.append((" " if block else "") + said)
        elif block:
            yield "".join(block)
            block = []
