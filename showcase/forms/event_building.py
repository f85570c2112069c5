"""The forms of what staff build a showcase of: one form for each kind of part, which reads and shows its columns."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    DateField,
    NumberField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.forms.times import TimeField, day_of, moment_of, time_of
from showcase.models import Break, Call, Event
from showcase.models.enums import CriterionKind, SessionKind

CRITERION_KINDS = {
    CriterionKind.RATING: "A rating from 1 to the best mark",
    CriterionKind.NUMBER: "A number from 0 to the best mark",
    CriterionKind.YES_NO: "Yes or no",
}

SPEAKERS = (
    "One person a line: name; e-mail address; and if not free all day the hours. For example: "
    "Priya Nair; priya@firm.example; 10:00-15:30"
)


class PartForm(Form):
    """Base of the forms of parts: plain fields are columns of the same name."""

    plain: tuple[str, ...] = ()

    def prepare(self, event: Event) -> None:
        """Name what there is to choose from."""

    @classmethod
    def shown(cls, part: Any) -> dict[str, Any]:
        """Return a part's columns as the fields' values."""
        return {name: getattr(part, name) for name in cls.plain}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the part's columns."""
        return {name: self[name].data if self[name].data is not None else "" for name in self.plain}


class RoomForm(PartForm):
    """A room."""

    plain = ("name", "capacity", "stream_url")
    name = TextField("Name", [needed("Enter a name"), at_most(100)])
    capacity = NumberField("People it holds", [needed("Enter how many people it holds")])
    stream_url = TextField(
        "Address of its stream", [at_most(500)], description="Shown to those with a place online, and to staff."
    )


class BreakForm(PartForm):
    """A break."""

    plain = ("name", "minutes")
    name = TextField("Name", [needed("Enter a name, such as Lunch"), at_most(100)])
    starts = TimeField("Starts at", [needed("Enter when it starts")])
    minutes = NumberField("Minutes", [needed("Enter how many minutes it lasts")])

    @classmethod
    def shown(cls, part: Break) -> dict[str, Any]:
        """Return a break's columns as the fields' values."""
        return {**super().shown(part), "starts": time_of(part.starts_at)}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the break's columns, on the event's day."""
        return {**super().values(event), "starts_at": moment_of(day_of(event.starts_at), self.starts.data)}


class CallForm(PartForm):
    """A time in which suppliers may put solutions forward."""

    plain = ("short_because",)
    opens_on = DateField("First day", [InputRequired("Enter the first day")])
    opens = TimeField("Opens at", [needed("Enter when it opens")], default=time(9, 0))
    closes_on = DateField("Last day", [InputRequired("Enter the last day")])
    closes = TimeField("Closes at", [needed("Enter when it closes")], default=time(23, 59))
    short_because = AreaField(
        "Why it is open for fewer than 28 days",
        [at_most(1000)],
        description="Only if it is. Everyone sees it.",
        render_kw={"params": {"rows": 3}},
    )

    @classmethod
    def shown(cls, part: Call) -> dict[str, Any]:
        """Return a call's columns as the fields' values."""
        days = {"opens_on": day_of(part.opens_at), "closes_on": day_of(part.closes_at)}
        return {**super().shown(part), **days, "opens": time_of(part.opens_at), "closes": time_of(part.closes_at)}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the call's columns."""
        opens = moment_of(self.opens_on.data, self.opens.data)
        return {
            **super().values(event),
            "opens_at": opens,
            "closes_at": moment_of(self.closes_on.data, self.closes.data),
        }


class TrackForm(PartForm):
    """A track."""

    plain = ("name", "summary")
    name = TextField("Name", [needed("Enter a name"), at_most(200)])
    summary = AreaField("What it is about", [at_most(1000)], render_kw={"params": {"rows": 3}})


class PlacesForm(PartForm):
    """In which track a challenge stands, and how many solutions may be pitched for it."""

    plain = ("places",)
    track = SelectField("Track", [InputRequired("Choose a track")])
    places = NumberField("Pitches for it at most", [needed("Enter how many")], default=3)

    def prepare(self, event: Event) -> None:
        """Name the tracks."""
        self.track.choices = {str(track.id): track.name for track in event.tracks}

    @classmethod
    def shown(cls, part: Any) -> dict[str, Any]:
        """Return an entry's columns as the fields' values."""
        return {**super().shown(part), "track": str(part.track_id)}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the entry's columns."""
        track = next(track for track in event.tracks if str(track.id) == self.track.data)
        return {**super().values(event), "track": track}


class EntryForm(PlacesForm):
    """A challenge to put in a track."""

    challenge = SelectField(
        "Challenge",
        [InputRequired("Choose a challenge")],
        render_kw={"params": {"attributes": {"data-autocomplete": ""}}},
    )

    def offer(self, challenges: Mapping[str, str]) -> None:
        """Name the challenges to choose from, by id."""
        self.challenge.choices = {"": "Choose a challenge", **challenges}


class PitchForm(PartForm):
    """What may be changed of a pitch: its length and track follow from the showcase and its challenge."""

    plain = ("title", "summary", "audience")
    title = TextField("Title", [needed("Enter a title"), at_most(200)])
    summary = AreaField("What it is about", [at_most(2000)], render_kw={"params": {"rows": 3}})
    audience = NumberField("People expected", [needed("Enter a number, or 0")], default=0)
    speakers = AreaField("Who must be there", [at_most(4000)], description=SPEAKERS, render_kw={"params": {"rows": 4}})


class SessionForm(PartForm):
    """A talk or a panel."""

    plain = ("title", "summary", "minutes", "audience")
    title = TextField("Title", [needed("Enter a title"), at_most(200)])
    kind = RadioField(
        "What it is",
        [InputRequired("Choose what it is")],
        choices={SessionKind.TALK.value: "A talk", SessionKind.PANEL.value: "A panel"},
    )
    track = SelectField("Track")
    summary = AreaField("What it is about", [at_most(2000)], render_kw={"params": {"rows": 3}})
    minutes = NumberField("Minutes", [needed("Enter how many minutes it lasts")])
    audience = NumberField("People expected", [needed("Enter a number, or 0")], default=0)
    speakers = AreaField("Who must be there", [at_most(4000)], description=SPEAKERS, render_kw={"params": {"rows": 4}})

    def prepare(self, event: Event) -> None:
        """Name the tracks."""
        self.track.choices = {"": "None", **{str(track.id): track.name for track in event.tracks}}

    @classmethod
    def shown(cls, part: Any) -> dict[str, Any]:
        """Return a session's columns as the fields' values; its speakers are written by the view."""
        return {**super().shown(part), "kind": part.kind.value, "track": str(part.track_id or "")}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the session's columns."""
        track = next((track for track in event.tracks if str(track.id) == self.track.data), None)
        return {**super().values(event), "kind": SessionKind(self.kind.data), "track": track}


class CriterionForm(PartForm):
    """What candidates are scored by."""

    plain = ("name", "help", "weight", "most")
    name = TextField("Name", [needed("Enter a name"), at_most(120)])
    help = AreaField("What a good answer has", [at_most(1000)], render_kw={"params": {"rows": 3}})
    kind = RadioField(
        "How it is marked",
        [InputRequired("Choose how it is marked")],
        choices={kind.value: words for kind, words in CRITERION_KINDS.items()},
    )
    weight = NumberField(
        "Weight", [needed("Enter a weight")], default=1, description="What counts is its share of the sum of all."
    )
    most = NumberField("Best mark", [needed("Enter the best mark")], default=5)

    @classmethod
    def shown(cls, part: Any) -> dict[str, Any]:
        """Return a criterion's columns as the fields' values."""
        return {**super().shown(part), "kind": part.kind.value}

    def values(self, event: Event) -> dict[str, Any]:
        """Return what was typed as the criterion's columns."""
        return {**super().values(event), "kind": CriterionKind(self.kind.data)}


class NeedForm(Form):
    """A shared need to make a track of."""

    need = SelectField("Shared need", [InputRequired("Choose a need")])

    def offer(self, needs: Mapping[str, str]) -> None:
        """Name the needs to choose from, by id."""
        self.need.choices = {"": "Choose a need", **needs}


class EventChoiceForm(Form):
    """A showcase to put something in."""

    event = SelectField("Showcase", [InputRequired("Choose a showcase")])

    def offer(self, events: Sequence[Event]) -> None:
        """Name the showcases to choose from."""
        self.event.choices = {str(event.id): event.name for event in events}
