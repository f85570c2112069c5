"""The forms of one-to-one meetings: the plan staff set, asking, answering, and what was new in one."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import Field, HiddenField
from wtforms.validators import InputRequired, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, DateField, NumberField, RadioField, SelectField, TextField, at_most, needed
from showcase.forms.times import TimeField, day_of, moment_of, read_time, time_of, write_time
from showcase.models import MeetingPlan

MOST_WORDS = 4000
"""Characters of a note, a reason or what was new."""


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _times(_form: Any, field: Field) -> None:
    """Refuse a line that is no time of day."""
    for line in _lines(field.data):
        try:
            read_time(line)
        except ValueError as error:
            raise ValidationError(f"“{line}”: {error}") from None


class PlanForm(Form):
    """When and where meetings can be held, and what is offered to all."""

    revision = HiddenField()
    minutes = NumberField("Minutes of each meeting", [needed("Enter how many minutes each meeting takes")])
    day = DateField("Day of the meetings", [InputRequired("Enter the day")])
    starts = AreaField(
        "Times at which meetings begin",
        [needed("Enter at least one time"), _times, at_most(1000)],
        description="One a line, such as 3:30pm",
        render_kw={"params": {"rows": 6}},
    )
    places = AreaField(
        "Places",
        [needed("Enter at least one place"), at_most(3000)],
        description="One a line: tables in a room, or calls online. Each holds one meeting at a time.",
        render_kw={"params": {"rows": 4}},
    )
    opens_on = DateField("First day of asking", [InputRequired("Enter the day")], description="The same for all.")
    opens = TimeField("Asking begins at", [needed("Enter when asking begins")])
    closes_on = DateField("Last day of asking", [InputRequired("Enter the day")])
    closes = TimeField("Asking ends at", [needed("Enter when asking ends")])
    most_of_supplier = NumberField(
        "Meetings that each supplier can have", [needed("Enter a number")], description="The same for every supplier."
    )
    most_of_council = NumberField(
        "Meetings that each council can have", [needed("Enter a number")], description="The same for every council."
    )

    @classmethod
    def of(cls, plan: MeetingPlan) -> "PlanForm":
        """Return the form with a plan in it."""
        first = plan.rounds[0].starts_at if plan.rounds else plan.event.starts_at
        return cls(
            formdata=None,
            revision=str(plan.revision),
            minutes=plan.minutes,
            day=day_of(first),
            starts="\n".join(write_time(time_of(each.starts_at) or time(0)) for each in plan.rounds),
            places="\n".join(plan.places),
            opens_on=day_of(plan.opens_at),
            opens=time_of(plan.opens_at),
            closes_on=day_of(plan.closes_at),
            closes=time_of(plan.closes_at),
            most_of_supplier=plan.most_of_supplier,
            most_of_council=plan.most_of_council,
        )

    def terms(self) -> dict[str, Any]:
        """Return what was typed, by the names of the service's terms."""
        assert self.day.data is not None
        assert self.opens_on.data is not None
        assert self.closes_on.data is not None
        return {
            "minutes": self.minutes.data,
            "starts": [moment_of(self.day.data, read_time(line)) for line in _lines(self.starts.data)],
            "places": _lines(self.places.data),
            "opens_at": moment_of(self.opens_on.data, self.opens.data),
            "closes_at": moment_of(self.closes_on.data, self.closes.data),
            "most_of_supplier": self.most_of_supplier.data,
            "most_of_council": self.most_of_council.data,
        }


class AskForm(Form):
    """With whom to meet, about which challenge."""

    has_any = False
    """Whether there is anybody to ask."""

    pair = SelectField("With whom, about what", [InputRequired("Choose with whom to meet")])
    note = AreaField("What you would like to talk about", [at_most(MOST_WORDS)], render_kw={"params": {"rows": 4}})

    def offer(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Name the meetings to choose from, as (value, words)."""
        self.pair.choices = [("", "Choose"), *pairs]
        self.has_any = bool(pairs)


class ReplyForm(Form):
    """Why not."""

    reason = AreaField(
        "Why", [needed("Say why, so that the other side knows"), at_most(MOST_WORDS)], render_kw={"params": {"rows": 3}}
    )


class RecordForm(Form):
    """What the council said that others do not know."""

    is_new = RadioField(
        "Did you say anything that is not in your challenge statement or answered there?",
        [InputRequired("Choose whether anything new was said")],
        choices={"yes": "Yes", "no": "No, nothing new was said"},
    )
    new_information = AreaField(
        "What was new",
        [at_most(MOST_WORDS)],
        description="If you chose yes. It is released to everyone: do not name the supplier.",
        render_kw={"params": {"rows": 5}},
    )

    def validate_new_information(self, field: Field) -> None:
        """Ask for what was new when something was, and for nothing when nothing was."""
        if self.is_new.data == "yes" and not field.data:
            raise ValidationError("Say what was new")
        if self.is_new.data == "no" and field.data:
            raise ValidationError("You chose that nothing was new: take this text out, or choose yes")


class ReleaseForm(Form):
    """What a release is called."""

    title = TextField("Title of what is released", [needed("Enter a title"), at_most(200)])
