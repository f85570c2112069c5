"""The forms of a selection: declare an interest, score, decide, let someone in who has a conflict."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, NumberField, RadioField, SelectField, at_most, needed
from showcase.models import Criterion
from showcase.models.enums import CandidateState, CriterionKind
from showcase.models.selections import FEEDBACK

YES_NO = {"yes": "Yes", "no": "No"}
DECISIONS = {
    CandidateState.CHOSEN: "Chosen: it gets a pitch",
    CandidateState.RESERVE: "In reserve, for a place that becomes free",
    CandidateState.NOT_CHOSEN: "Not chosen",
    CandidateState.CONSIDERED: "Take back what was decided",
}
ROWS = {"params": {"rows": 4}}


class DeclareForm(Form):
    """Whether the reader has an interest in a candidate."""

    has_conflict = RadioField(
        "Do you have a conflict of interest?",
        [InputRequired("Say whether you have a conflict of interest")],
        description="Actual, potential or perceived: money, family, friendship, an earlier or hoped-for job, a gift.",
        choices={"no": "No, none that I know of", "yes": "Yes, or someone might think so"},
    )
    details = AreaField(
        "What it is",
        [at_most(2000)],
        description="Needed if you have one: with which firm, and of which kind. LGA staff read it.",
        render_kw=ROWS,
    )


class ConflictForm(Form):
    """What staff decide about someone's conflict."""

    is_let_in = RadioField(
        "May this person read and score the candidates?",
        [InputRequired("Say whether the person may read and score")],
        choices={"yes": "Yes, with the steps below", "no": "No"},
    )
    steps = AreaField("Steps taken, and why", [needed("Say which steps were taken"), at_most(2000)], render_kw=ROWS)


class DecideForm(Form):
    """What becomes of a candidate."""

    state = RadioField("What becomes of it?", [InputRequired("Choose what becomes of it")])
    reason = AreaField(
        "Why",
        [at_most(2000)],
        description="For the record. The supplier does not see it.",
        render_kw=ROWS,
    )
    strengths = AreaField(FEEDBACK["strengths"], [at_most(2000)], render_kw=ROWS)
    gaps = AreaField(FEEDBACK["gaps"], [at_most(2000)], render_kw=ROWS)
    advice = AreaField(FEEDBACK["advice"], [at_most(2000)], description="Optional.", render_kw=ROWS)

    def offer(self, states: Sequence[CandidateState]) -> None:
        """Name what can be decided."""
        self.state.choices = {state.value: words for state, words in DECISIONS.items() if state in states}

    def feedback(self) -> dict[str, str]:
        """Return the feedback that was typed, by heading."""
        return {name: self[name].data or "" for name in FEEDBACK}


class AddCandidateForm(Form):
    """A solution to take in by hand."""

    solution = SelectField(
        "Solution",
        [InputRequired("Choose a solution")],
        render_kw={"params": {"attributes": {"data-autocomplete": ""}}},
    )

    def offer(self, solutions: Mapping[str, str]) -> None:
        """Name the solutions to choose from, by id."""
        self.solution.choices = {"": "Choose a solution", **solutions}


class ScoreForm(Form):
    """Base of the form by which candidates are scored: a field for each criterion, then a comment."""

    def marks(self, criteria: Sequence[Criterion]) -> dict[uuid.UUID, int]:
        """Return the marks that were given, by criterion."""
        found = {}
        for each in criteria:
            typed = self[name_of(each)].data
            if typed is not None and str(typed) != "":
                found[each.id] = int(YES_NO_MARKS.get(str(typed), typed))
        return found


YES_NO_MARKS = {"yes": 1, "no": 0}


def score_form(criteria: Sequence[Criterion]) -> type[ScoreForm]:
    """Return the form for an event's criteria."""
    fields: dict[str, Any] = {name_of(each): _mark_field(each) for each in criteria}
    comment = AreaField(
        "Why you marked it so",
        [needed("Say why you marked it so"), at_most(4000)],
        description="What it does well for this challenge, and what is missing. Feedback to the supplier draws on it.",
        render_kw={"params": {"rows": 5}},
    )
    return type("EventScoreForm", (ScoreForm,), {**fields, "comment": comment})


def values_of(marks: Mapping[str, int], comment: str, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return a score as the fields' values."""
    words = {mark: text for text, mark in YES_NO_MARKS.items()}
    values: dict[str, Any] = {"comment": comment}
    for each in criteria:
        mark = marks.get(str(each.id))
        if mark is not None:
            is_yes_no = each.kind is CriterionKind.YES_NO
            values[name_of(each)] = words[mark] if is_yes_no else str(mark) if _is_rating(each) else mark
    return values


def name_of(criterion: Criterion) -> str:
    """Return the name of a criterion's field."""
    return f"mark-{criterion.id}"


def _is_rating(criterion: Criterion) -> bool:
    return criterion.kind is CriterionKind.RATING and criterion.most <= 10


def _mark_field(criterion: Criterion) -> Any:
    is_asked = InputRequired(f"Mark “{criterion.name}”")
    if criterion.kind is CriterionKind.YES_NO:
        return RadioField(criterion.name, [is_asked], description=criterion.help, choices=YES_NO)
    if _is_rating(criterion):
        choices = {str(mark): _rating_words(mark, criterion.most) for mark in range(1, criterion.most + 1)}
        return RadioField(criterion.name, [is_asked], description=criterion.help, choices=choices)
    least = 1 if criterion.kind is CriterionKind.RATING else 0
    hint = f"{criterion.help} A whole number from {least} to {criterion.most}.".strip()
    return NumberField(criterion.name, [is_asked], description=hint)


def _rating_words(mark: int, most: int) -> str:
    return f"{mark}, poor" if mark == 1 else f"{mark}, excellent" if mark == most else str(mark)
