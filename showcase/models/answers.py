"""Answers as text: how each kind of answer reads on a page, in a comparison and in an export, in one place."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from showcase.models.questions import Kind, Question
from showcase.models.vocabularies import vocabulary


def as_text(question: Question, answer: Any, council_names: Mapping[str, str] | None = None) -> str:
    """Return an answer in words; lists have one entry a line, and blank answers are empty.

    `council_names` maps GSS codes to names; a code that it lacks shows as the code.
    """
    if answer is None or answer == []:
        return ""
    names = council_names or {}
    match question.kind:
        case Kind.CHOICE:
            return vocabulary(question.vocabulary or "").label(answer)
        case Kind.CHOICES:
            terms = vocabulary(question.vocabulary or "")
            return "\n".join(terms.label(term) for term in answer)
        case Kind.YES_NO:
            return "Yes" if answer else "No"
        case Kind.MONEY:
            return f"{pounds_and_pence(answer)} a year, excluding VAT"
        case Kind.DATE:
            on = date.fromisoformat(answer)
            return f"{on.day} {on:%B %Y}"
        case Kind.COUNCILS:
            return "\n".join(names.get(code, code) for code in answer)
        case Kind.OUTCOMES:
            return "\n".join(outcome_text(outcome) for outcome in answer)
        case _:
            return str(answer)


def outcome_text(outcome: Mapping[str, str]) -> str:
    """Return one outcome as "claim (grade of evidence; source)"."""
    grade = outcome.get("evidence")
    notes = [vocabulary("evidence_grades").label(grade) if grade else "", outcome.get("source", "")]
    said = "; ".join(note for note in notes if note)
    return f"{outcome.get('claim', '')} ({said})" if said else outcome.get("claim", "")


def pounds_and_pence(pence: int) -> str:
    """Write whole pence as pounds: "£1,200" or "£1,200.50"."""
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"


def council_codes(questions: Iterable[Question], *contents: Mapping[str, Any]) -> set[str]:
    """Return the GSS codes that the contents name, so that their names can be looked up at once."""
    names = [q.name for q in questions if q.kind is Kind.COUNCILS]
    return {code for content in contents for name in names for code in content.get(name) or ()}
