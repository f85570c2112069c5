"""Forms of agendas: where a session goes, what a suggestion keeps to, what to say with a new version, what to see."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, CheckboxField, NumberField, RadioField, SelectField, at_most
from showcase.models import Session

NAME = re.compile(r"[st][0-9a-f]{32}")
"""Name of the field of a session or a track: a letter and its id."""


class RevisionForm(Form):
    """Which state of the draft somebody looked at when they pressed a button."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        """Return that state's number; -1 when none was sent, which no draft has."""
        text = str(self.revision.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class MoveForm(RevisionForm):
    """Where a session goes."""

    slot = RadioField("Where it goes", [InputRequired("Choose a place")])
    swap = CheckboxField("Let what is there take the place that this session leaves")

    def offer(self, places: Sequence[tuple[str, str]]) -> None:
        """Name the places to choose from: slot and words."""
        self.slot.choices = list(places)


class SuggestForm(Form):
    """What a suggested agenda keeps to, besides the pins."""

    turnaround_minutes = NumberField(
        "Minutes that a person has at least between two sessions", [InputRequired("Enter a number, which may be 0")]
    )


class PublishForm(RevisionForm):
    """What to say to those whom a new version concerns."""

    note = AreaField(
        "Why it changes (optional)",
        [at_most(1000)],
        description="Goes into the e-mail to those whose sessions change.",
        render_kw={"params": {"rows": 3}},
    )


class WishesForm(Form):
    """How much a council wants to see each session; `wishes_form` adds a field for each, and one for each track."""

    track_of: Mapping[uuid.UUID, uuid.UUID | None] = {}
    """The track of each session."""

    def fields_by_session(self) -> dict[uuid.UUID, Any]:
        """Return the field of each session."""
        return self._fields_that_start("s")

    def fields_by_track(self) -> dict[uuid.UUID, Any]:
        """Return the field of each track."""
        return self._fields_that_start("t")

    def weights(self) -> dict[uuid.UUID, int]:
        """Return what was chosen; a choice for a whole track goes before those for its sessions."""
        of_track: dict[uuid.UUID | None, str] = {
            track: field.data for track, field in self.fields_by_track().items() if field.data
        }
        return {
            session: int(of_track.get(self.track_of[session]) or field.data)
            for session, field in self.fields_by_session().items()
        }

    def _fields_that_start(self, letter: str) -> dict[uuid.UUID, Any]:
        return {
            uuid.UUID(hex=each.name[1:]): each for each in self if NAME.fullmatch(each.name) and each.name[0] == letter
        }


def wishes_form(sessions: Sequence[Session], words: Mapping[int, str], now: Mapping[uuid.UUID, int]) -> WishesForm:
    """Return a form with one choice for each session, set to what holds now, and one for each track as a whole."""
    tracks = {each.track.id: each.track.name for each in sessions if each.track is not None}
    fields = {f"s{each.id.hex}": SelectField(each.title, description=_answers(each)) for each in sessions}
    fields |= {f"t{id.hex}": SelectField(f"All of “{name}”", default="") for id, name in tracks.items()}
    made: type[WishesForm] = type("SessionsForm", (WishesForm,), fields)
    form = made(**{f"s{session.hex}": str(weight) for session, weight in now.items()})
    form.track_of = {each.id: each.track_id for each in sessions}
    choices = [(str(weight), text) for weight, text in words.items()]
    for field in form.fields_by_session().values():
        field.choices = choices
    for field in form.fields_by_track().values():
        field.choices = [("", "As chosen for each session"), *choices]
    return form


def _answers(session: Session) -> str:
    """Say which challenge a session answers: a solution may answer several, in sessions of one name."""
    return f"Answers “{session.entry.challenge.published_title}”" if session.entry is not None else ""
