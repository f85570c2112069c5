"""What an agenda is made from: an event's rooms, times, sessions, people and wishes as a scheduling problem.

Slots are cut from each room's free time (the day less its breaks) in steps of a pitch, one set for each length that a
session has. Everything goes by ids, so that the same event always gives the same problem; `names` says what each id is
called. Times in the problem are London's, as `showcase.scheduling` wants them: local, without a zone.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from showcase.models import Agenda, Event, Placement, Room, Session, Speaker
from showcase.scheduling import Problem, Verdict, check, read_problem
from showcase.scheduling.rules import Rule, rules
from showcase.services import session_wishes, solves

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Brief:
    """The problem of one event, with what people call the things in it."""

    values: dict[str, Any]
    """As JSON, in the form of `docs/scheduling.md`."""
    problem: Problem
    names: Mapping[str, str]
    """What each session, room and person is called, by its id in the problem."""
    made_from: str
    """Hash of what the event itself brings in: rooms, slots, people, sessions. A draft made from another is stale."""
    judged_by: str
    """Hash of that with the wishes and the turnaround: what a bound is proven for."""

    @cached_property
    def rules(self) -> list[Rule]:
        """The problem's rules, made once: checking many agendas would make them each time."""
        return rules(self.problem)

    def check(self, assignments: Mapping[str, str]) -> Verdict:
        """Return what an agenda costs and which rules it breaks."""
        return check(self.problem, assignments, self.rules)


def brief_for(event: Event, draft: Agenda | None = None, published: Agenda | None = None) -> Brief:
    """Return the problem of an event as it is now, with the draft's pins and what was published."""
    own = {
        "rooms": [{"id": room.id.hex, "capacity": room.capacity} for room in event.rooms],
        "slots": list(_slots(event)),
        "people": list(_people(event)),
        "sessions": [_session(session) for session in event.sessions],
    }
    judged = {
        **own,
        "turnaround_minutes": draft.turnaround_minutes if draft else 0,
        "interests": [
            {"who": council.hex, "sessions": {session.hex: weight for session, weight in sorted(wanted.items())}}
            for council, wanted in sorted(session_wishes.weights_for(event).items())
        ],
    }
    known, sessions = {slot["id"] for slot in own["slots"]}, {session["id"] for session in own["sessions"]}
    values = {
        **judged,
        "pinned": _kept((p for p in _placements(draft) if p.is_pinned), sessions, known),
        "published": _kept(_placements(published), sessions, known),
    }
    hashes = solves.input_hash(own), solves.input_hash(judged)
    return Brief(values, read_problem(values), _names(event), *hashes)


def slot_id(room_id: uuid.UUID, starts_at: datetime, minutes: int) -> str:
    """Return the id of the slot of a length in a room at a moment."""
    return f"{room_id.hex}@{_local(starts_at):%Y%m%dT%H%M}+{minutes}"


def place_of(slot: str) -> tuple[uuid.UUID, datetime]:
    """Return the room and the moment of a slot, from its id.

    Raises:
        ValueError: it is no id of a slot.
    """
    room, _, rest = slot.partition("@")
    start = datetime.strptime(rest.partition("+")[0], "%Y%m%dT%H%M")
    return uuid.UUID(hex=room), start.replace(tzinfo=LONDON)


def assignments_of(agenda: Agenda | None) -> dict[str, str]:
    """Return session → slot of an agenda, without what is no longer there."""
    return _slots_of(_placements(agenda))


def council_person(organisation_id: uuid.UUID) -> str:
    """Return the id, in a problem, of the officers of a council who must be at the pitches for its challenges."""
    return organisation_id.hex


def _placements(agenda: Agenda | None) -> list[Placement]:
    return agenda.placements if agenda is not None else []


def _kept(placements: Iterable[Placement], sessions: set[str], slots: set[str]) -> dict[str, str]:
    """Return session → slot for what the event still has."""
    found = sorted(_slots_of(placements).items())
    return {session: slot for session, slot in found if session in sessions and slot in slots}


def _slots_of(placements: Iterable[Placement]) -> dict[str, str]:
    return {
        p.session_id.hex: slot_id(p.room_id, p.starts_at, p.session.minutes)
        for p in placements
        if p.session_id is not None and p.session is not None and p.room_id is not None
    }


def _slots(event: Event) -> Iterator[dict[str, Any]]:
    lengths = sorted({session.minutes for session in event.sessions} | {event.pitch_minutes})
    step = timedelta(minutes=event.pitch_minutes)
    for room in event.rooms:
        for first, last in _free_stretches(event):
            for minutes in lengths:
                start = first
                while start + timedelta(minutes=minutes) <= last:
                    yield _slot(room, start, minutes)
                    start += step


def _slot(room: Room, start: datetime, minutes: int) -> dict[str, Any]:
    return {
        "id": slot_id(room.id, start, minutes),
        "room": room.id.hex,
        "start": f"{_local(start):%Y-%m-%dT%H:%M}",
        "minutes": minutes,
    }


def _free_stretches(event: Event) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times between the start and the end of the day in which there is no break."""
    start = event.starts_at
    for pause in sorted(event.breaks, key=lambda pause: (pause.starts_at, pause.id)):
        if pause.starts_at > start:
            yield start, min(pause.starts_at, event.ends_at)
        start = max(start, pause.starts_at + timedelta(minutes=pause.minutes))
    if start < event.ends_at:
        yield start, event.ends_at


def _session(session: Session) -> dict[str, Any]:
    people = {_person_id(speaker) for speaker in session.speakers}
    track_id = session.track_id
    if session.entry is not None:
        people.add(council_person(session.entry.challenge.organisation_id))
        track_id = track_id or session.entry.track_id
    return {
        "id": session.id.hex,
        "track": track_id.hex if track_id is not None else None,
        "minutes": session.minutes,
        "people": sorted(people),
        "audience": session.audience,
    }


def _people(event: Event) -> Iterator[dict[str, Any]]:
    """Yield everyone who must be somewhere: speakers, known again by their account or address, and councils."""
    rows: dict[str, list[Speaker]] = {}
    for session in event.sessions:
        for speaker in session.speakers:
            rows.setdefault(_person_id(speaker), []).append(speaker)
    for id, speakers in sorted(rows.items()):
        yield {"id": id, "available": _available(event, speakers)}
    councils = {session.entry.challenge.organisation_id for session in event.sessions if session.entry is not None}
    yield from ({"id": council_person(council), "available": None} for council in sorted(councils))


def _person_id(speaker: Speaker) -> str:
    if speaker.account_id is not None:
        return speaker.account_id.hex
    known_by = speaker.email.lower() or f"{speaker.organisation_id}/{' '.join(speaker.name.lower().split())}"
    return hashlib.sha256(known_by.encode()).hexdigest()[:32]


def _available(event: Event, speakers: list[Speaker]) -> list[list[str]] | None:
    """Return when a person is free by all that was said of them; None where nothing was said."""
    starts = [speaker.available_from for speaker in speakers if speaker.available_from is not None]
    ends = [speaker.available_until for speaker in speakers if speaker.available_until is not None]
    if not starts and not ends:
        return None
    first, last = max(starts, default=event.starts_at), min(ends, default=event.ends_at)
    return [[f"{_local(moment):%Y-%m-%dT%H:%M}" for moment in (first, last)]] if first < last else []


def _names(event: Event) -> dict[str, str]:
    names = {room.id.hex: room.name for room in event.rooms}
    for session in event.sessions:
        names[session.id.hex] = session.title
        names |= {_person_id(speaker): speaker.name for speaker in session.speakers}
        if session.entry is not None:
            council = session.entry.challenge.organisation
            names[council_person(council.id)] = council.name
    return names


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON).replace(tzinfo=None)
