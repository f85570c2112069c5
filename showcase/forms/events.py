"""The forms by which staff write a showcase's particulars, start one from another, and cancel one."""

from datetime import time
from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxField,
    DateField,
    NumberField,
    TextField,
    at_most,
    needed,
)
from showcase.forms.times import TimeField, day_of, moment_of, time_of
from showcase.models import Event

END_OF_DAY = time(23, 59)
ROWS = {"params": {"rows": 4}}


class EventForm(Form):
    """What staff say of a showcase as a whole."""

    revision = HiddenField()
    name = TextField("Name", [needed("Enter a name"), at_most(200)])
    summary = AreaField("What it is about", [at_most(4000)], description="For everyone.", render_kw=ROWS)
    day = DateField("Day", [InputRequired("Enter the day")], description="For example, 10 3 2027")
    starts = TimeField("Starts at", [needed("Enter when it starts")])
    ends = TimeField("Ends at", [needed("Enter when it ends")])
    venue = TextField("Venue", [at_most(200)])
    address = AreaField("Address", [at_most(1000)], render_kw={"params": {"rows": 3}})
    travel = AreaField(
        "Getting there, and access",
        [at_most(4000)],
        description="Stations, parking, step-free ways, hearing loop, quiet room.",
        render_kw=ROWS,
    )
    pitch_minutes = NumberField(
        "Minutes of each pitch", [needed("Enter how many minutes each pitch has")], description="The same for all."
    )
    in_person_places = NumberField("Places in person", [needed("Enter a number, or 0")])
    online_places = NumberField("Places online", [needed("Enter a number, or 0")])
    registration_opens_on = DateField(
        "First day of registration", description="Leave empty if people cannot register yet."
    )
    registration_closes_on = DateField("Last day of registration", description="Leave empty for up to the day itself.")
    hides_names = CheckboxField(
        "Councils score without seeing suppliers’ names first",
        description="Until staff end the first pass. Fixed once the showcase is announced.",
    )
    scores_on = DateField(
        "Last day on which councils score",
        description="They are reminded three days before. Leave empty for as long as nothing is decided.",
    )

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        """Return the form with an event's particulars in it."""
        return cls(formdata=None, **cls.values_of(event))

    @staticmethod
    def values_of(event: Event) -> dict[str, Any]:
        """Return an event's particulars as the fields' values."""
        plain = ("name", "summary", "venue", "address", "travel", "pitch_minutes", "in_person_places")
        return {
            **{name: getattr(event, name) for name in (*plain, "online_places", "hides_names")},
            "revision": str(event.revision),
            "day": day_of(event.starts_at),
            "starts": time_of(event.starts_at),
            "ends": time_of(event.ends_at),
            "registration_opens_on": day_of(event.registration_opens_at),
            "registration_closes_on": day_of(event.registration_closes_at),
            "scores_on": day_of(event.scores_by),
        }

    def particulars(self) -> dict[str, Any]:
        """Return what was typed, by the names of the event's columns. Days of registration are whole days in London."""
        opens, closes = self.registration_opens_on.data, self.registration_closes_on.data
        names = ("name", "summary", "venue", "address", "travel", "pitch_minutes", "in_person_places", "online_places")
        return {
            **{name: self[name].data if self[name].data is not None else "" for name in names},
            "starts_at": moment_of(self.day.data, self.starts.data),
            "ends_at": moment_of(self.day.data, self.ends.data),
            "registration_opens_at": moment_of(opens, time(0)) if opens else None,
            "registration_closes_at": moment_of(closes, END_OF_DAY) if closes else None,
            "hides_names": bool(self.hides_names.data),
            "scores_by": moment_of(self.scores_on.data, END_OF_DAY) if self.scores_on.data else None,
        }


class ReasonForm(Form):
    """Why something is done that cannot be taken back."""

    reason = AreaField("Why", [needed("Say why"), at_most(2000)], render_kw={"params": {"rows": 4}})
