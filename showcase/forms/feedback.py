"""The form of feedback, drawn from the questions that are asked of each side."""

from collections.abc import Sequence

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, RadioField, at_most
from showcase.models.feedback_questions import Ask


def feedback_form(asks: Sequence[Ask]) -> type[Form]:
    """Return the form that asks these questions."""
    fields = {
        ask.name: RadioField(
            ask.label,
            [InputRequired(f"Choose an answer: {ask.label}")],
            choices=dict(ask.choices),
            description=ask.help,
        )
        if ask.choices is not None
        else AreaField(
            f"{ask.label} (optional)", [at_most(2000)], description=ask.help, render_kw={"params": {"rows": 4}}
        )
        for ask in asks
    }
    return type("FeedbackForm", (Form,), fields)
