"""The forms of responses: put a solution forward, change its note, say what becomes of it."""

from collections.abc import Sequence

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, CountedField, RadioField, at_most
from showcase.models import Solution
from showcase.models.enums import ResponseState
from showcase.models.responses import DECISIONS, NOTE_WORDS

LABELS = {
    ResponseState.CONSIDERED: "Being considered",
    ResponseState.INVITED: "Invited to talk",
    ResponseState.NOT_THIS_TIME: "Not this time",
}


def note_field() -> CountedField:
    """Return the field for the words that go with a response."""
    return CountedField(
        "What should this council know?",
        [at_most(4000)],
        words=NOTE_WORDS,
        description="Optional. Why your solution fits this challenge, in addition to its profile, which the council "
        "sees in full. Do not name your price.",
    )


class PutForwardForm(Form):
    """One of a supplier's solutions, with a note."""

    solution = RadioField("Which solution?", [InputRequired("Choose a solution")])
    note = note_field()

    def offer(self, solutions: Sequence[Solution]) -> None:
        """Name the solutions to choose from."""
        self.solution.choices = {str(each.id): each.published_title for each in solutions}
        if len(solutions) == 1 and not self.solution.data:
            self.solution.data = str(solutions[0].id)


class NoteForm(Form):
    """The note alone."""

    note = note_field()


class DecideForm(Form):
    """What becomes of a response."""

    state = RadioField(
        "What do you want to tell the supplier?",
        [InputRequired("Choose what to tell the supplier")],
        choices={state.value: LABELS[state] for state in DECISIONS},
    )

    reason = AreaField(
        "Your words to the supplier",
        [at_most(2000)],
        description="Needed for “Not this time”: say why, so that the firm can do better. Optional otherwise.",
        render_kw={"params": {"rows": 5}},
    )

    def offer(self, *, may_invite: bool) -> None:
        """Leave out what the reader may not tell."""
        self.state.choices = {
            state.value: LABELS[state] for state in DECISIONS if may_invite or state is not ResponseState.INVITED
        }
