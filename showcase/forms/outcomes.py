"""The form by which a council says what came of a pitch."""

from collections.abc import Mapping

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, MoneyField, RadioField, at_most


class OutcomeForm(Form):
    """What came of a pitch."""

    state = RadioField("What came of it?", [InputRequired("Choose what came of it")])
    value = MoneyField("Value of the contract, excluding VAT", description="For a contract alone, in pounds.")
    note = AreaField(
        "Anything to add?",
        [at_most(2000)],
        description="Read by your council, the supplier and LGA staff.",
        render_kw={"params": {"rows": 4}},
    )

    def offer(self, states: Mapping[str, str]) -> None:
        """Name what can come of a pitch."""
        self.state.choices = list(states.items())
