"""The forms of invitations: until when to answer, whom to invite, who comes."""

from collections.abc import Mapping

from wtforms.validators import Email, InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, DateField, EmailField, SelectField, TextField, at_most, needed

ROWS = {"params": {"rows": 3}}


class InviteForm(Form):
    """Until when everyone who waits to be invited is asked to answer."""

    answer_by = DateField("Last day to answer", [InputRequired("Enter the last day to answer")])


class InviteCouncilForm(Form):
    """A further council."""

    council = SelectField(
        "Council",
        [InputRequired("Choose a council")],
        render_kw={"params": {"attributes": {"data-autocomplete": ""}}},
    )
    council_answer_by = DateField("Last day to answer", [InputRequired("Enter the last day to answer")])

    def offer(self, councils: Mapping[str, str]) -> None:
        """Name the councils to choose from, by id."""
        self.council.choices = {"": "Choose a council", **councils}


class AcceptForm(Form):
    """Who comes."""

    speaker_name = TextField("Who comes", [needed("Enter who comes"), at_most(200)])
    speaker_email = EmailField(
        "That person’s e-mail address",
        [needed("Enter that person’s e-mail address"), Email("Enter an e-mail address, such as name@firm.example")],
    )
    note = AreaField("A note to LGA staff", [at_most(1000)], description="Optional.", render_kw=ROWS)


class DeclineForm(Form):
    """Why not."""

    why = AreaField("A note to LGA staff", [at_most(1000)], description="Optional.", render_kw=ROWS)
