"""The form by which staff ask for a plan."""

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import CheckboxesField
from showcase.models.interests import Rung
from showcase.models.rungs import LABELS

PLANNED = (Rung.COMMITMENT, Rung.LETTER, Rung.EXPRESSION)


class PlanForm(Form):
    """Whose demand is planned with."""

    rungs = CheckboxesField(
        "Whose demand to plan with",
        [InputRequired("Choose at least one rung")],
        description="Only councils that have said what they would take at which price, and when they could start.",
        choices={rung.value: LABELS[rung] for rung in PLANNED},
        default=[Rung.COMMITMENT.value, Rung.LETTER.value],
    )


class ShareForm(Form):
    """Nothing is asked."""
