"""What staff build an event of: rooms, breaks, calls, tracks and their challenges, criteria, talks and panels.

All are parts of one event and are added, changed and removed in one way; what each must satisfy is said by its check.
Criteria are fixed once the event is announced, a call once it has opened, a challenge once solutions are considered
for it.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Base,
    Break,
    Call,
    Candidate,
    Challenge,
    Criterion,
    Event,
    EventChallenge,
    Need,
    Room,
    Session,
    Track,
)
from showcase.models.enums import EventState, SessionKind
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, candidates, events, needs
from showcase.services.events import CALL_DAYS

LONDON = ZoneInfo("Europe/London")
Part = Room | Break | Call | Track | EventChallenge | Session | Criterion
P = TypeVar("P", Room, Break, Call, Track, EventChallenge, Session, Criterion)
WORDS: Mapping[type[Base], str] = {
    Room: "room",
    Break: "break",
    Call: "call",
    Track: "track",
    EventChallenge: "challenge",
    Session: "session",
    Criterion: "criterion",
}
"""What people call each kind of part."""


def add(event: Event, kind: type[P], values: Mapping[str, Any], *, by: Actor, now: datetime) -> P:
    """Add a part to an event.

    Raises:
        NotAllowed: the policy says no, or the event is over.
        Conflict: parts of this kind are fixed by now.
        DomainError: it cannot be so.
    """
    require(by, Permission.EVENT_EDIT, event)
    events.hold(event)
    _must_be_free(event, kind)
    with db.session.begin_nested(), db.session.no_autoflush:  # what is refused leaves nothing behind
        part = kind(event=event, created_at=now, **values)
        if hasattr(part, "position"):
            part.position = _next_position(event, kind)
        _check(event, part, now)
        db.session.add(part)
    audit.record("event.part_added", event, by=by, part=WORDS[kind], name=name_of(part))
    return part


def change(part: Part, values: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Change a part.

    Raises:
        NotAllowed: the policy says no, or the event is over.
        Conflict: it is fixed by now.
        DomainError: it cannot be so.
    """
    require(by, Permission.EVENT_EDIT, part.event)
    events.hold(part.event)
    _must_be_free(part.event, type(part))
    _must_not_shrink(part, values, now)
    with db.session.begin_nested(), db.session.no_autoflush:
        for name, value in values.items():
            setattr(part, name, value)
        _check(part.event, part, now)
        if isinstance(part, EventChallenge):
            _bring_pitches(part)
    audit.record("event.part_changed", part.event, by=by, part=WORDS[type(part)], name=name_of(part))


def remove(part: Part, *, by: Actor, now: datetime) -> None:
    """Remove a part.

    Raises:
        NotAllowed: the policy says no, or the event is over.
        Conflict: it is fixed by now, or something depends on it.
    """
    event = part.event
    require(by, Permission.EVENT_EDIT, event)
    events.hold(event)
    _must_be_free(event, type(part))
    if (words := _why_kept(part, now)) is not None:
        raise Conflict(words)
    name = name_of(part)
    db.session.delete(part)
    db.session.flush()
    db.session.expire(event)
    audit.record("event.part_removed", event, by=by, part=WORDS[type(part)], name=name)


def add_track_for(event: Event, need: Need, *, by: Actor, now: datetime) -> Track:
    """Add a track with every published challenge of a shared need that is not in the event yet.

    Raises:
        NotAllowed: the policy says no.
        DomainError: all of them are in the event already, or a track of that name is.
    """
    require(by, Permission.NEED_SEE, need)
    taken = {entry.challenge_id for entry in event.entries}
    challenges = [challenge for challenge in needs.challenges_of(need) if challenge.id not in taken]
    if not challenges:
        raise DomainError("Every challenge of this need is in the showcase already.")
    track = add(event, Track, {"name": needs.summary_of(need).title[:200], "need_id": need.id}, by=by, now=now)
    for challenge in challenges:
        add(event, EventChallenge, {"track": track, "challenge": challenge}, by=by, now=now)
    db.session.expire(event, ["tracks"])
    return track


def list_offered(event: Event, *, seen_by: Actor) -> list[Challenge]:
    """Return the published challenges that are not in the event yet, by title."""
    taken = sa.select(EventChallenge.challenge_id).where(EventChallenge.event_id == event.id)
    query = (
        sa.select(Challenge)
        .where(Challenge.published_version_id.is_not(None), Challenge.id.not_in(taken), visible_to(seen_by, Challenge))
        .options(joinedload(Challenge.published_version), joinedload(Challenge.organisation))
    )
    return sorted(db.session.scalars(query), key=lambda each: (each.published_title.lower(), str(each.id)))


def find(event: Event, kind: type[P], part_id: uuid.UUID) -> P | None:
    """Return a part of an event; None when the event has no such part."""
    return db.session.scalar(sa.select(kind).where(kind.id == part_id, kind.event_id == event.id))


def name_of(part: Part) -> str:
    """Return what a part is called."""
    if isinstance(part, EventChallenge):
        return part.challenge.known_title
    if isinstance(part, Call):
        return part.opens_at.astimezone(LONDON).date().isoformat()
    return part.title if isinstance(part, Session) else part.name


# --- checks -----------------------------------------------------------------------------------------------------------


def _must_be_free(event: Event, kind: type[Base]) -> None:
    if kind is Criterion and event.state is not EventState.DRAFT:
        raise Conflict("The criteria were fixed when the showcase was announced.")


def _must_not_shrink(part: Part, values: Mapping[str, Any], now: datetime) -> None:
    """Refuse to take time from a call that suppliers already rely on."""
    if not isinstance(part, Call) or not part.event.is_announced or now < part.opens_at:
        return
    if values["opens_at"] != part.opens_at or values["closes_at"] < part.closes_at:
        raise Conflict("This call has opened: it can be open for longer, not for less.")


def _why_kept(part: Part, now: datetime) -> str | None:
    """Return why a part cannot be removed; None when it can."""
    if isinstance(part, Call) and part.event.is_announced and now >= part.opens_at:
        return "This call has opened: suppliers rely on it."
    if isinstance(part, Session) and part.kind is SessionKind.PITCH:
        return "A pitch is there as long as its solution is chosen: change the selection instead."
    if isinstance(part, Track) and part.entries:
        return "Move or remove its challenges first."
    if isinstance(part, EventChallenge) and _has_candidates(part):
        return "Solutions are being considered for it, which is part of the record."
    return None


def _has_candidates(entry: EventChallenge) -> bool:
    found = db.session.scalar(sa.select(Candidate.id).where(Candidate.entry_id == entry.id).limit(1))
    return found is not None


def _check(event: Event, part: Part, now: datetime) -> None:
    if isinstance(part, Room | Track | Criterion):
        _check_name(event, part)
    check = CHECKS.get(type(part))
    if check is not None:
        check(event, part, now)


def _check_name(event: Event, part: Room | Track | Criterion) -> None:
    kind = type(part)
    if not part.name.strip():
        raise DomainError("Enter a name.")
    same = sa.select(kind.id).where(kind.event_id == event.id, sa.func.lower(kind.name) == part.name.lower())
    if part.id is not None:
        same = same.where(kind.id != part.id)
    if db.session.scalar(same) is not None:
        raise DomainError(f"There is a {WORDS[kind]} of that name already.")


def _check_room(event: Event, room: Room, now: datetime) -> None:
    if room.capacity < 1:
        raise DomainError("A room holds at least one person.")
    if room.stream_url and not room.stream_url.startswith(("https://", "http://")):
        raise DomainError("A stream’s address starts with https://")


def _check_break(event: Event, pause: Break, now: datetime) -> None:
    ends_at = pause.starts_at + timedelta(minutes=pause.minutes)
    if pause.minutes < 1 or pause.starts_at < event.starts_at or ends_at > event.ends_at:
        raise DomainError("A break lies between the start and the end of the day.")


def _check_call(event: Event, call: Call, now: datetime) -> None:
    if call.closes_at <= call.opens_at:
        raise DomainError("A call must close after it opens.")
    if call.closes_at > event.starts_at:
        raise DomainError("A call must close before the showcase starts.")
    if days_open(call) < CALL_DAYS and not call.short_because.strip():
        raise DomainError(
            f"It would be open for {days_open(call)} days. Allow {CALL_DAYS}, or say why fewer: all see it."
        )


def days_open(call: Call) -> int:
    """Return for how many whole days a call is open, by the clock in London; up to 23:59 counts as the whole day."""
    opens, closes = (moment.astimezone(LONDON).replace(tzinfo=None) for moment in (call.opens_at, call.closes_at))
    return (closes - opens + timedelta(minutes=1)).days


def _check_entry(event: Event, entry: EventChallenge, now: datetime) -> None:
    if not entry.challenge.is_visible:
        raise DomainError("Only a published challenge can be in a showcase.")
    if entry.track is None or entry.track.event_id != event.id:
        raise DomainError("Choose a track of this showcase.")
    if entry.places is not None and not 1 <= entry.places <= 30:
        raise DomainError("A challenge has between 1 and 30 places.")
    if entry.id is not None and entry.places < (taken := candidates.chosen_of(entry)):
        raise DomainError(f"{taken} solutions are chosen for it already.")
    twice = sa.select(EventChallenge.id).where(
        EventChallenge.event_id == event.id, EventChallenge.challenge_id == entry.challenge.id
    )
    if entry.id is None and db.session.scalar(twice) is not None:
        raise DomainError("This challenge is in the showcase already.")


def _bring_pitches(entry: EventChallenge) -> None:
    """Let the pitches for a challenge stand in the track where it stands."""
    for session in entry.event.sessions:
        if session.entry_id == entry.id:
            session.track = entry.track


def _check_session(event: Event, session: Session, now: datetime) -> None:
    if session.kind is SessionKind.PITCH and session.minutes != event.pitch_minutes:
        raise DomainError("Every pitch has the same length: change it for the whole showcase.")
    if not 1 <= session.minutes <= 480:
        raise DomainError("A session has between 1 and 480 minutes.")


def _check_criterion(event: Event, criterion: Criterion, now: datetime) -> None:
    if not 1 <= criterion.weight <= 100:
        raise DomainError("A weight is a whole number from 1 to 100.")
    if not 2 <= criterion.most <= 100:
        raise DomainError("The best mark is between 2 and 100.")


CHECKS = cast(
    Mapping[type[Base], Callable[[Event, Any, datetime], None]],
    {
        Room: _check_room,
        Break: _check_break,
        Call: _check_call,
        EventChallenge: _check_entry,
        Session: _check_session,
        Criterion: _check_criterion,
    },
)


def _next_position(event: Event, kind: type[Any]) -> int:
    last = db.session.scalar(sa.select(sa.func.max(kind.position)).where(kind.event_id == event.id))
    return 0 if last is None else int(last) + 1
