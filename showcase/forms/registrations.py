"""The forms of registrations: a way to take part, who an observer is, what somebody needs, what staff write to all."""

from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired

from showcase.forms.accounts import GOOD_ADDRESS, person_name
from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    CheckboxField,
    EmailField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.models import Event
from showcase.models.enums import Hall
from showcase.models.vocabularies import vocabulary

MOST_WORDS = 2000
"""Characters of what a person adds of needs in their own words."""
MOST_LETTER = 5000
"""Characters of what staff write to all."""
WAYS = {Hall.IN_PERSON: "In person", Hall.ONLINE: "Online"}


class HallForm(Form):
    """How a person takes part."""

    hall = RadioField("How would you like to take part?", [InputRequired("Choose how you would like to take part")])

    def offer(self, event: Event, full: dict[Hall, str]) -> None:
        """Name the ways to choose from; `full` says of a hall how long its waiting list is."""
        places = {Hall.IN_PERSON: event.in_person_places, Hall.ONLINE: event.online_places}
        self.hall.choices = [(hall.value, f"{WAYS[hall]}{full.get(hall, '')}") for hall in Hall if places[hall]]

    @property
    def chosen(self) -> Hall:
        """Return the hall that was chosen."""
        return Hall(self.hall.data)


class ObserverForm(HallForm):
    """Who comes without an account, and how."""

    name = person_name()
    organisation = TextField(
        "Your organisation", [at_most(100)], description="Leave it blank if you come for yourself."
    )
    email = EmailField(validators=[needed("Enter your e-mail address"), GOOD_ADDRESS, at_most(200)])


class NeedsForm(Form):
    """What a person needs in order to take part and to eat."""

    access = CheckboxesField("What would help you to take part?")
    access_words = AreaField(
        "Anything else, in your own words", [at_most(MOST_WORDS)], render_kw={"params": {"rows": 3}}
    )
    wants_call = CheckboxField("I would rather talk about it: please call me")
    telephone = TextField(
        "Telephone number",
        [at_most(40)],
        description="Only if you would like a call.",
        render_kw={"type": "tel", "autocomplete": "tel"},
    )
    dietary = CheckboxesField("What should caterers know?")
    dietary_words = AreaField(
        "Allergies and anything else about food", [at_most(MOST_WORDS)], render_kw={"params": {"rows": 2}}
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.access.choices = vocabulary("access_needs").choices()
        self.dietary.choices = vocabulary("dietary_needs").choices()

    def values(self) -> dict[str, Any]:
        """Return what was said, by the names of the columns."""
        return {
            "access": self.access.data or [],
            "access_words": self.access_words.data or "",
            "wants_call": bool(self.wants_call.data),
            "telephone": self.telephone.data or "",
            "dietary": self.dietary.data or [],
            "dietary_words": self.dietary_words.data or "",
        }


class LetInForm(Form):
    """Who just came."""

    name = TextField("Name", [needed("Enter a name"), at_most(100)])
    organisation = TextField("Organisation", [at_most(100)])
    email = EmailField("E-mail address, if they give one", [at_most(200)])


class LetterForm(Form):
    """What staff write, and to whom. Sent in two steps: read once more, then send."""

    key = HiddenField()
    audience = SelectField("To", [InputRequired("Choose whom to write to")])
    subject = TextField("Subject", [needed("Enter a subject"), at_most(200)])
    body = AreaField("Text", [needed("Enter a text"), at_most(MOST_LETTER)], render_kw={"params": {"rows": 10}})
