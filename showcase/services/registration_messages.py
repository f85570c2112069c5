"""What registered people are told by e-mail: a place, a wait, a move up, a cancellation, a reminder, staff's own words.

Each e-mail carries the link to the person's ticket, where they change, cancel, and find what to show at the door.
Nothing that a person said of their needs is ever in one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Event, Message, Registration
from showcase.models.enums import EventState, Hall
from showcase.services import messages
from showcase.services.event_messages import ILLUSTRATIVE, invited_people, when

HALLS = {Hall.IN_PERSON: "in person", Hall.ONLINE: "online"}
REMINDERS = (timedelta(days=7), timedelta(days=1))
"""How long before the start reminders go out, the earliest first."""


def tell_outcome(registration: Registration, *, position: int, now: datetime) -> None:
    """Say what came of asking for a place: a place, or a place on the waiting list."""
    name = registration.event.name
    if registration.waits_for is None:
        _send(registration, f"Your place: {name}", f"You have a place {_hall(registration)} at “{name}”.", now=now)
        return
    wanted = HALLS[registration.waits_for]
    kept = f" You keep your place {_hall(registration)} until then." if registration.placed_in else ""
    body = (
        f"All places {wanted} at “{name}” are taken. You are number {position} on the waiting list, and get a place as "
        f"soon as it is your turn; we tell you at once.{kept}"
    )
    _send(registration, f"Waiting list: {name}", body, now=now)


def tell_moved_up(registration: Registration, *, now: datetime) -> None:
    """Say that a place has come free."""
    name = registration.event.name
    body = (
        f"A place {_hall(registration)} at “{name}” has come free, and it is yours. If you cannot come, please cancel, "
        "so that the next person has it."
    )
    _send(registration, f"A place for you: {name}", body, now=now)


def tell_cancelled(registration: Registration, *, now: datetime) -> None:
    """Confirm a cancellation."""
    name = registration.event.name
    body = (
        f"Your registration for “{name}” is cancelled, and what you told us of your needs is deleted. While "
        "registration is open you can register again, from the same page."
    )
    _send(registration, f"Cancelled: {name}", body, now=now)


def remind(*, now: datetime) -> int:
    """Remind those who have a place, once a week before and once a day before; return how many."""
    sent = 0
    for before, until in zip(REMINDERS, (*REMINDERS[1:], timedelta(0)), strict=True):
        kind = f"registration-reminder:{before.days}:"
        known = set(db.session.scalars(sa.select(Message.key).where(Message.key.startswith(kind))))
        for registration in db.session.scalars(_due(before, until, now)).all():
            had_time = registration.created_at <= registration.event.starts_at - before
            if had_time and f"{kind}{registration.id}" not in known:
                _remind(registration, f"{kind}{registration.id}", now)
                sent += 1
    return sent


def tell_all(registrations: Iterable[Registration], subject: str, body: str, *, key: str, now: datetime) -> int:
    """Queue the same words to each, once for each `key`; return to how many."""
    reachable = [each for each in registrations if each.email]
    for registration in reachable:
        _send(registration, subject, body, now=now, key=f"{key}:{registration.id}")
    return len(reachable)


def tell_event_cancelled(event: Event, *, now: datetime) -> int:
    """Tell those who have a place or wait for one, and are not told as invited, that the event is cancelled and why."""
    body = f"“{event.name}” on {when(event.starts_at)} is cancelled:\n\n{event.cancelled_because}"
    key = f"registered-cancelled:{event.id}"
    return tell_all(_not_invited(event), f"Cancelled: {event.name}", body, key=key, now=now)


def tell_event_moved(event: Event, *, now: datetime) -> int:
    """Tell those who have a place or wait for one, and are not told as invited, of another time or place."""
    body = f"“{event.name}” takes place at another time or place than we told you. If you cannot come, please cancel."
    key = f"registered-moved:{event.id}:{event.revision}"
    return tell_all(_not_invited(event), f"Changed: {event.name}", body, key=key, now=now)


def _not_invited(event: Event) -> list[Registration]:
    live = sa.or_(Registration.placed_in.is_not(None), Registration.waits_for.is_not(None))
    query = sa.select(Registration).where(Registration.event_id == event.id, live).order_by(Registration.id)
    told = {person.email for person in invited_people(event)}
    return [each for each in db.session.scalars(query) if each.email not in told]


def _due(before: timedelta, until: timedelta, now: datetime) -> sa.Select[Registration]:
    return (
        sa.select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.state == EventState.ANNOUNCED,
            Event.starts_at > now + until,
            Event.starts_at <= now + before,
            Registration.placed_in.is_not(None),
            Registration.email.is_not(None),
        )
        .options(joinedload(Registration.event))
        .order_by(Registration.id)
    )


def _remind(registration: Registration, key: str, now: datetime) -> None:
    name = registration.event.name
    body = (
        f"“{name}” is on {when(registration.event.starts_at)}. You have a place {_hall(registration)}. If you cannot "
        "come, please cancel, so that somebody who waits has it."
    )
    _send(registration, f"Reminder: {name}", body, now=now, key=key)


def _send(registration: Registration, subject: str, body: str, *, now: datetime, key: str | None = None) -> None:
    if registration.email is None:
        return
    event = registration.event
    mark = ILLUSTRATIVE if event.is_illustrative else ""
    parts = [f"{mark}{body}", f"{event.name}\n{when(event.starts_at)}{_venue(registration)}"]
    link = messages.link(f"/tickets/{registration.token}")
    parts.append(f"Your ticket, and where to change or cancel:\n{link}")
    if registration.placed_in is not None and event.state is EventState.ANNOUNCED:
        parts.append(f"For your calendar:\n{link}/calendar.ics")
    messages.queue(registration.email, subject, "\n\n".join(parts), now=now, key=key)


def _venue(registration: Registration) -> str:
    event = registration.event
    if registration.placed_in is Hall.IN_PERSON:
        return "".join(f"\n{part}" for part in (event.venue, event.address) if part)
    return "\nOnline: the links stand on your ticket from an hour before the start" if registration.placed_in else ""


def _hall(registration: Registration) -> str:
    return HALLS[registration.placed_in] if registration.placed_in else ""
