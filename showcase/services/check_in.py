"""The door: staff check people in by the code on their ticket or from the list, and let in those who just come.

A room holds as many people as it has places, whoever they are: somebody without a place is let in while fewer people
are present than that. Checking in twice is checking in once; a mistake is undone.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Event, Registration
from showcase.models.enums import AttendeeKind, EventState, Hall
from showcase.policies import Actor, Permission, require
from showcase.services import audit, events, places, registrations
from showcase.services.registrations import Attendee

JOIN_FROM_MINUTES = 60
"""How long before the start those online can join."""


def check_in(registration: Registration, *, by: Actor, now: datetime, hall: Hall = Hall.IN_PERSON) -> None:
    """Note that a person is there. Somebody without a place in that hall gets one while there is room.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the event was not announced or is cancelled, or the room is full.
    """
    require(by, Permission.REGISTRATION_MANAGE, registration)
    _hold(registration)
    _enter(registration, hall, by=by, now=now)


def join_online(registration: Registration, *, by: Actor, now: datetime) -> None:
    """Note that a person with a place online joins, which opens the links to the streams.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the person has no place online, or it is too early or too late.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    _hold(registration)
    if registration.placed_in is not Hall.ONLINE:
        raise Conflict("This registration has no place online.")
    if not can_join(registration, now=now):
        raise Conflict(f"You can join from {JOIN_FROM_MINUTES} minutes before the start until the end.")
    if not registration.is_present:
        _enter(registration, Hall.ONLINE, by=by, now=now)


def can_join(registration: Registration, *, now: datetime) -> bool:
    """Tell whether a person has a place online and the event is on or about to begin."""
    event = registration.event
    minutes_ahead = (event.starts_at - now).total_seconds() / 60
    is_on = event.state is EventState.ANNOUNCED and minutes_ahead <= JOIN_FROM_MINUTES and now < event.ends_at
    return is_on and registration.placed_in is Hall.ONLINE


def undo(registration: Registration, *, by: Actor) -> None:
    """Take back a check-in; the person keeps the place.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.REGISTRATION_MANAGE, registration)
    _hold(registration)
    if not registration.is_present:
        return
    registration.checked_in_at, registration.attended = None, None
    audit.record("registration.check_in_undone", registration, by=by)
    db.session.flush()


def let_in(event: Event, *, name: str, email: str, organisation_name: str, by: Actor, now: datetime) -> Registration:
    """Let in somebody who just came, and check them in; an address that is registered is the person registered.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the name is missing or too long.
        Conflict: the event was not announced or is cancelled, or the room is full.
    """
    require(by, Permission.REGISTRATION_MANAGE)
    name = " ".join(name.split())
    if not name or len(name) > 100 or len(organisation_name) > 100:
        raise DomainError("Enter a name of at most 100 characters.")
    events.hold(event)
    found = registrations.find_by_email(event, email.lower() or None)
    if found is None:
        who = Attendee(name, email.lower() or None, AttendeeKind.OBSERVER, organisation_name)
        found = registrations.add(event, who, now=now)
        found.is_walk_in = True
    _enter(found, Hall.IN_PERSON, by=by, now=now)
    return found


def present(event: Event) -> Mapping[Hall, int]:
    """Return how many people are or were there, by hall."""
    query = (
        sa.select(Registration.attended, sa.func.count())
        .where(Registration.event_id == event.id, Registration.attended.is_not(None))
        .group_by(Registration.attended)
    )
    counted = {hall: count for hall, count in db.session.execute(query).all() if hall is not None}
    return {hall: counted.get(hall, 0) for hall in Hall}


def _hold(registration: Registration) -> None:
    events.hold(registration.event)
    db.session.refresh(registration)


def _enter(registration: Registration, hall: Hall, *, by: Actor, now: datetime) -> None:
    """Check in. The event must be held."""
    event = registration.event
    if event.state not in (EventState.ANNOUNCED, EventState.FINISHED):
        raise Conflict("Nobody can be checked in: this showcase is not announced or is cancelled.")
    if registration.attended is hall:
        return
    if registration.placed_in is not hall and present(event)[hall] >= places.number_of(event, hall):
        raise Conflict("Every place is taken by somebody who is here.")
    registration.placed_in, registration.waits_for, registration.cancelled_at = hall, None, None
    registration.checked_in_at, registration.attended = now, hall
    db.session.flush()
    audit.record("registration.checked_in", registration, by=by, hall=hall.value)
    places.give(event, now=now)
