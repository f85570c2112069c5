"""Showcase events: staff write their particulars, announce, finish or cancel them, and start a new one from an old.

What an event is made of (rooms, tracks, calls, sessions) is changed in `event_building`, who pitches in `candidates`,
who is asked to come in `invitations`. Each change asks the policy and the event's state, is recorded, and told to those
whom it concerns.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, Criterion, Event, EventChallenge, Session, Track
from showcase.models.enums import EventState, SessionKind
from showcase.policies import Actor, Permission, require
from showcase.services import audit, event_days, event_messages, event_records, registration_messages

CALL_DAYS = 28
"""Days for which a call is open unless a reason is given for fewer."""
LONGEST_HOURS = 16
MOST_PITCH_MINUTES = 120


@dataclass(frozen=True)
class Particulars:
    """What staff say of a showcase as a whole. Names are those of the columns."""

    name: str
    starts_at: datetime
    ends_at: datetime
    summary: str = ""
    venue: str = ""
    address: str = ""
    travel: str = ""
    pitch_minutes: int = 20
    in_person_places: int = 0
    online_places: int = 0
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    hides_names: bool = False
    scores_by: datetime | None = None


LABELS = {
    "name": "Name",
    "starts_at": "Starts",
    "ends_at": "Ends",
    "summary": "What it is about",
    "venue": "Venue",
    "address": "Address",
    "travel": "Getting there, and access",
    "pitch_minutes": "Minutes of each pitch",
    "in_person_places": "Places in person",
    "online_places": "Places online",
    "registration_opens_at": "Registration opens",
    "registration_closes_at": "Registration closes",
    "hides_names": "Suppliers’ names hidden at first",
    "scores_by": "Councils score until",
}
"""What a page calls each of the particulars."""


class Clash(Conflict):
    """Someone else saved the particulars first; `theirs` says what differs: (label, saved, typed)."""

    def __init__(self, theirs: Sequence[tuple[str, object, object]]) -> None:
        self.theirs = list(theirs)
        super().__init__("Someone else changed this showcase while you were writing. Nothing was overwritten.")


# --- reading ----------------------------------------------------------------------------------------------------------


def load_whole(event: Event) -> Event:
    """Read everything a page about an event needs in a fixed number of statements; return the same event."""
    query = (
        sa.select(Event)
        .where(Event.id == event.id)
        .options(
            selectinload(Event.rooms),
            selectinload(Event.breaks),
            selectinload(Event.calls),
            selectinload(Event.tracks)
            .selectinload(Track.entries)
            .joinedload(EventChallenge.challenge)
            .joinedload(Challenge.published_version),
            selectinload(Event.tracks)
            .selectinload(Track.entries)
            .joinedload(EventChallenge.challenge)
            .joinedload(Challenge.organisation),
            selectinload(Event.tracks).selectinload(Track.entries).selectinload(EventChallenge.declarations),
            selectinload(Event.sessions).selectinload(Session.speakers),
            selectinload(Event.sessions).joinedload(Session.track),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one()


def criteria_of(event: Event) -> Sequence[Criterion]:
    """Return what its candidates are scored by, in order."""
    query = sa.select(Criterion).where(Criterion.event_id == event.id).order_by(Criterion.position, Criterion.id)
    return db.session.scalars(query).all()


def missing(event: Event) -> list[str]:
    """Return in words what it still needs before it can be announced."""
    wants = [
        (not event.summary, "Say what it is about."),
        (not event.venue and not event.online_places, "Name its venue, or give it places online."),
        (not event.in_person_places and not event.online_places, "Say how many places there are."),
        (not event.entries, "Put at least one challenge in a track."),
        (not event.calls, "Add a call, so that suppliers know when they can put solutions forward."),
        (not criteria_of(event), "Say by which criteria candidates are scored: they are fixed once it is announced."),
    ]
    return [words for is_wanting, words in wants if is_wanting]


# --- particulars ------------------------------------------------------------------------------------------------------


def create(particulars: Particulars, *, by: Actor, now: datetime) -> Event:
    """Start the draft of an event.

    Raises:
        NotAllowed: the policy says no.
        DomainError: its times or numbers cannot be right.
    """
    require(by, Permission.EVENT_CREATE)
    _check(particulars)
    event = Event(**asdict(particulars), created_by_id=by.account_id, created_at=now)
    db.session.add(event)
    db.session.flush()
    audit.record("event.created", event, by=by)
    return event


def edit(event: Event, particulars: Particulars, *, revision: int, by: Actor, now: datetime) -> None:
    """Change the particulars. Those invited are told when an announced event moves to another time or place.

    Raises:
        NotAllowed: the policy says no.
        Clash: someone else saved since `revision` was loaded.
        DomainError: its times or numbers cannot be right, or names are to be hidden after all.
    """
    require(by, Permission.EVENT_EDIT, event)
    _check(particulars)
    hold(event)
    changed = _changed(event, particulars)
    if event.revision != revision and changed:
        raise Clash([(LABELS[name], getattr(event, name), getattr(particulars, name)) for name in changed])
    if event.state is EventState.ANNOUNCED and "hides_names" in changed:
        raise DomainError("Whether names are hidden was fixed when the showcase was announced.")
    if not changed:
        return
    before = {name: getattr(event, name) for name in changed}
    if any(call.closes_at > particulars.starts_at for call in event.calls):
        raise DomainError("A call would still be open when it starts. Change the call first.")
    event_days.move(event, to=particulars.starts_at)
    for name in changed:
        setattr(event, name, getattr(particulars, name))
    event.revision += 1
    if "pitch_minutes" in changed:
        _give_all_pitches(event, particulars.pitch_minutes)
    db.session.flush()
    audit.record(
        "event.edited",
        event,
        by=by,
        changed=[LABELS[name] for name in changed],
        before=audit.told(before),
        after=audit.told({name: getattr(event, name) for name in changed}),
    )
    if event.state is EventState.ANNOUNCED and {"starts_at", "ends_at", "venue", "address"} & set(changed):
        event_messages.tell_moved(event, before, now=now)
        registration_messages.tell_event_moved(event, now=now)


def hold(event: Event) -> None:
    """Let nobody else change an event until the commit, and see it as it is now."""
    db.session.refresh(event, with_for_update=True)


# --- states -----------------------------------------------------------------------------------------------------------


def announce(event: Event, *, by: Actor, now: datetime) -> None:
    """Show an event to everyone and fix its criteria; the councils whose challenges it is about are told.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is no draft any more.
        DomainError: something it needs is missing, or it would lie in the past.
    """
    require(by, Permission.EVENT_MANAGE, event)
    hold(event)
    _must_be(event, EventState.DRAFT, "Only a draft can be announced.")
    lacking = missing(event)
    if lacking:
        raise DomainError(" ".join(lacking))
    if event.starts_at <= now:
        raise DomainError("It would start in the past. Change its date first.")
    _move(event, EventState.ANNOUNCED, "event.announced", by=by)
    event.announced_at = now
    db.session.flush()
    event_messages.tell_announced(event, now=now)


def finish(event: Event, *, by: Actor, now: datetime) -> None:
    """Close an event once it was held: what took place can still be recorded, nothing of it is planned any more.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is not announced.
        DomainError: it is not over yet.
    """
    require(by, Permission.EVENT_MANAGE, event)
    hold(event)
    _must_be(event, EventState.ANNOUNCED, "Only an announced showcase can be finished.")
    if now < event.ends_at:
        raise DomainError("It is not over yet.")
    _move(event, EventState.FINISHED, "event.finished", by=by)
    event.finished_at = now
    db.session.flush()
    event_records.note_finished(event, by=by, now=now)


def cancel(event: Event, reason: str, *, by: Actor, now: datetime) -> None:
    """Cancel an event that is not over; those invited are told why.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is finished or cancelled already.
        DomainError: a reason is missing.
    """
    require(by, Permission.EVENT_EDIT, event)
    hold(event)
    if event.state not in (EventState.DRAFT, EventState.ANNOUNCED):
        raise Conflict("It is finished or cancelled already.")
    if not reason.strip():
        raise DomainError("Say why: everyone who was to come reads it.")
    was_announced = event.is_announced
    event.cancelled_because = reason.strip()
    _move(event, EventState.CANCELLED, "event.cancelled", by=by, reason=reason.strip())
    if was_announced:
        event_messages.tell_cancelled(event, now=now)
        registration_messages.tell_event_cancelled(event, now=now)


def _move(event: Event, to: EventState, action: str, *, by: Actor, **details: Any) -> None:
    event.state = to
    event.revision += 1
    db.session.flush()
    audit.record(action, event, by=by, **details)


def _must_be(event: Event, state: EventState, words: str) -> None:
    if event.state is not state:
        raise Conflict(words)


# --- checks -----------------------------------------------------------------------------------------------------------


def _check(particulars: Particulars) -> None:
    if not particulars.name.strip():
        raise DomainError("Name the showcase.")
    if particulars.ends_at <= particulars.starts_at:
        raise DomainError("It must end after it starts.")
    if particulars.ends_at - particulars.starts_at > timedelta(hours=LONGEST_HOURS):
        raise DomainError("A showcase lasts one day.")
    if not 1 <= particulars.pitch_minutes <= MOST_PITCH_MINUTES:
        raise DomainError(f"A pitch has between 1 and {MOST_PITCH_MINUTES} minutes.")
    opens, closes = particulars.registration_opens_at, particulars.registration_closes_at
    if opens and closes and closes <= opens:
        raise DomainError("Registration must close after it opens.")
    if particulars.scores_by and particulars.scores_by > particulars.starts_at:
        raise DomainError("Councils must have scored before the showcase starts.")
    if closes and closes > particulars.ends_at:
        raise DomainError("Registration must close before the showcase is over.")


def _changed(event: Event, particulars: Particulars) -> list[str]:
    return [each.name for each in fields(particulars) if getattr(event, each.name) != getattr(particulars, each.name)]


def _give_all_pitches(event: Event, minutes: int) -> None:
    for session in event.sessions:
        if session.kind is SessionKind.PITCH:
            session.minutes = minutes
