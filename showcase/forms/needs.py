"""The forms by which staff arrange needs: a name, challenges to take out or move, a need to join, a reason."""

from collections.abc import Mapping, Sequence

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, CheckboxesField, SelectField, TextField, at_most, needed
from showcase.models import Challenge

OWN = "own"
"""The choice of a need of their own."""
CHOOSE = {"": "Choose a need"}


class NameForm(Form):
    """What the need is called."""

    name = TextField("Name", [at_most(200)], description="Leave it blank to go by the title of its central challenge.")


class MoveForm(Form):
    """Which challenges go, and where."""

    challenges = CheckboxesField("Challenges that do not belong here", [InputRequired("Choose at least one challenge")])
    target = SelectField("Where they belong", [InputRequired("Choose where they belong")])

    def offer(self, challenges: Sequence[Challenge], others: Mapping[str, str]) -> None:
        """Name the challenges and the needs to choose from."""
        self.challenges.choices = [(str(c.id), f"{c.published_title} ({c.organisation.name})") for c in challenges]
        self.target.choices = list({OWN: "A need of their own", **others}.items())


class JoinForm(Form):
    """Which need describes the same."""

    other = SelectField("Need or challenge that describes the same", [InputRequired("Choose what to join with this")])

    def offer(self, others: Mapping[str, str]) -> None:
        """Name the needs to choose from."""
        self.other.choices = list({**CHOOSE, **others}.items())


class DismissForm(Form):
    """Why it is no need that councils share."""

    reason = AreaField(
        "Why it is no shared need", [needed("Say why"), at_most(2000)], render_kw={"params": {"rows": 3}}
    )
