"""A showcase with two rooms, a break, pitches and a talk, that the tests of agendas share."""

from datetime import timedelta
from typing import Any

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Agenda, Break, Event, EventChallenge, Room, Session, Speaker, Track
from showcase.models.enums import EventState, SessionKind
from showcase.services import agenda_publishing, agenda_suggestions, agendas, solve_runner
from showcase.services.agenda_problems import slot_id
from tests.integration.conftest import People
from tests.integration.matching_texts import live_challenge
from tests.integration.showcase_events import NOW, STARTS, a_draft


def an_event(people: People, **changes: Any) -> Event:
    """Make an announced showcase: two tracks, two pitches each, a talk of 40 minutes; both councils take part."""
    starts = changes.setdefault("starts_at", STARTS)
    event = a_draft(people, ends_at=starts + timedelta(hours=3), **changes)
    event.rooms += [Room(name="Hall", capacity=60, position=0), Room(name="Blue room", capacity=20, position=1)]
    event.breaks.append(Break(name="Coffee", starts_at=starts + timedelta(minutes=60), minutes=20))
    challenges = [
        live_challenge(people, people.officer, title="How might we see damp sooner?"),
        live_challenge(people, people.other_officer, title="How might we know of missed bins?"),
    ]
    for place, challenge in enumerate(challenges):
        track = Track(name=("Damp", "Bins")[place], position=place)
        event.tracks.append(track)
        entry = EventChallenge(event=event, challenge=challenge, position=0)
        track.entries.append(entry)
        for number in (1, 2):
            founder = (people.founder, people.other_founder)[number - 1]
            session = Session(
                kind=SessionKind.PITCH, title=f"{track.name} pitch {number}", minutes=20, track=track, entry=entry
            )
            session.speakers.append(_speaker(founder))
            event.sessions.append(session)
    event.sessions.append(Session(kind=SessionKind.TALK, title="Welcome", minutes=40, audience=50))
    event.state, event.announced_at = EventState.ANNOUNCED, NOW
    db.session.commit()
    return event


def _speaker(membership: Any) -> Speaker:
    return Speaker(
        name=membership.account.name,
        email=membership.account.email,
        account_id=membership.account_id,
        organisation_id=membership.organisation_id,
    )


def session_of(event: Event, title: str) -> Session:
    """Return the session of a title."""
    return next(session for session in event.sessions if session.title == title)


def solved(people: People, event: Event, *, work: int = 2) -> Agenda:
    """Make a draft that the solver filled, as the worker does but in this process."""
    by = actor_for(people.staff)
    draft = agendas.draft_of(event) or agendas.start(event, by=by, now=NOW)
    solve = agenda_suggestions.suggest(draft, turnaround_minutes=draft.turnaround_minutes, by=by, now=NOW, work=work)
    db.session.commit()
    assert solve_runner.run_due(now=NOW) == 1
    db.session.commit()
    db.session.refresh(solve)
    agenda_suggestions.take_over(draft, solve, by=by)
    db.session.commit()
    return draft


PLACES = {
    "Welcome": ("Hall", 0),
    "Damp pitch 1": ("Blue room", 0),
    "Damp pitch 2": ("Blue room", 20),
    "Bins pitch 1": ("Blue room", 40),
    "Bins pitch 2": ("Hall", 80),
}
"""A place for each session, in minutes after the start, that keeps every rule."""


def put(people: People, draft: Agenda, title: str, room: str, minutes_in: int, swap: bool = False) -> None:
    """Move a session to a room, so many minutes after the start of the day."""
    event = draft.event
    session = session_of(event, title)
    place = next(each for each in event.rooms if each.name == room)
    slot = slot_id(place.id, event.starts_at + timedelta(minutes=minutes_in), session.minutes)
    agendas.move(draft, session, slot, revision=draft.revision, swap=swap, by=actor_for(people.staff))


def published(people: People, event: Event) -> Agenda:
    """Publish an agenda made by hand."""
    by = actor_for(people.staff)
    draft = agendas.start(event, by=by, now=NOW)
    for title, (room, minutes_in) in PLACES.items():
        put(people, draft, title, room, minutes_in)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=by, now=NOW)
    db.session.commit()
    return draft
