"""What people are asked: the question, as data, behind every challenge statement and solution profile.

One list of questions per kind of text (`CHALLENGE_QUESTIONS`, `SOLUTION_QUESTIONS`) is read by the builder's forms, the
page that shows the text, the side-by-side comparison of versions, the import and export of spreadsheets, the quality
check and the matching. To ask something new, add a question; nothing else needs to know.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Content = dict[str, Any]
"""Answers by question name, as JSON values: see `Kind` for the form each kind takes."""


class Kind(StrEnum):
    """The form an answer takes, and how it is kept in JSON."""

    LINE = "line"  # str, one line
    PROSE = "prose"  # str, several paragraphs
    CHOICE = "choice"  # str, an id of the question's vocabulary
    CHOICES = "choices"  # list[str], ids of the question's vocabulary, in its order
    YES_NO = "yes_no"  # bool
    MONEY = "money"  # int, whole pence per year excluding VAT
    DATE = "date"  # str, ISO 8601 date
    EMAIL = "email"  # str
    COUNCILS = "councils"  # list[str], GSS codes
    OUTCOMES = "outcomes"  # list[dict] with "claim", "evidence" (an evidence grade id), "source"


class Audience(StrEnum):
    """Who may read an answer once the text is published, beside its owner and LGA staff."""

    PUBLIC = "public"  # everyone who may see the text
    COUNCILS = "councils"  # officers of any council
    OWNER = "owner"  # the organisation that wrote it


@dataclass(frozen=True)
class Question:
    """One question of a builder."""

    name: str
    label: str
    kind: Kind = Kind.PROSE
    hint: str = ""
    words: int | None = None
    """Most words an answer may have when it is sent for review; drafts may be longer."""
    vocabulary: str | None = None
    """Name of the vocabulary that `CHOICE` and `CHOICES` take their ids from."""
    audience: Audience = Audience.PUBLIC
    blank_means: str = ""
    """What no answer says, where it says something, such as "All of England"."""
    is_needed: bool = False
    """Whether review cannot be asked for without it."""
    is_matched: bool = False
    """Whether its words go to the ranking. Only public answers may."""
    headings: tuple[str, ...] = ()
    """Lower-case headings under which a pasted document may answer it."""


@dataclass(frozen=True)
class Section:
    """A page of the builder: questions that belong together."""

    name: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Questionnaire:
    """The sections of one kind of text, in the order in which they are asked."""

    version: str
    title_name: str
    """The question whose answer names the text."""
    sections: tuple[Section, ...]
    _by_name: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check that names are unique and that nothing confidential reaches the ranking."""
        by_name = {q.name: q for q in self}
        if len(by_name) != sum(1 for _ in self):
            raise ValueError("two questions have one name")
        for question in self:
            if question.is_matched and question.audience is not Audience.PUBLIC:
                raise ValueError(f"{question.name} is confidential and may not be matched")
        object.__setattr__(self, "_by_name", by_name)

    def __iter__(self) -> Iterator[Question]:
        """Yield every question in the order asked."""
        return (question for section in self.sections for question in section.questions)

    def __getitem__(self, name: str) -> Question:
        """Return the question of that name, or raise KeyError."""
        return self._by_name[name]

    def section(self, name: str) -> Section:
        """Return the section of that name, or raise KeyError."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    def unanswered(self, content: Content, *, only_needed: bool = False) -> list[Question]:
        """Return the questions that `content` does not answer, in the order asked."""
        return [q for q in self if is_blank(content.get(q.name)) and (q.is_needed or not only_needed)]


def is_blank(answer: object) -> bool:
    """Tell whether an answer says nothing. `False` and 0 are answers."""
    return answer is None or (isinstance(answer, str) and not answer.strip()) or answer in ([], {})


def count_words(text: str) -> int:
    """Count the words of a text as the live counter on the page does: runs of non-space."""
    return len(text.split())


def matched_text(questionnaire: Questionnaire, content: Content) -> list[tuple[str, str]]:
    """Return (question name, answer) for each answered question whose words go to the ranking."""
    return [(q.name, str(content[q.name])) for q in questionnaire if q.is_matched and not is_blank(content.get(q.name))]


def questions_named(questionnaire: Questionnaire, names: Sequence[str]) -> list[Question]:
    """Return the questions of those names, in the order asked."""
    return [q for q in questionnaire if q.name in names]
