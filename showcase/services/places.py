"""Places: how many a hall of an event has, who waits for one, and how free ones are given out in order.

Whoever gives or takes places holds the event's row first (`events.hold`), so of many who ask at once none gets a place
that is not there. `registrations` and `check_in` stand on this.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Event, Registration
from showcase.models.enums import EventState, Hall
from showcase.policies import Actor
from showcase.services import audit, events, registration_messages

WAITING_LIST = Actor(name="Waiting list")
"""Who gives places to those who wait."""


def number_of(event: Event, hall: Hall) -> int:
    """Return how many places a hall has."""
    return event.in_person_places if hall is Hall.IN_PERSON else event.online_places


def halls(event: Event) -> list[Hall]:
    """Return the halls that an event has at all."""
    return [hall for hall in Hall if number_of(event, hall)]


def taken(event: Event, hall: Hall) -> int:
    """Return how many people have a place in a hall."""
    return _count(Registration.event_id == event.id, Registration.placed_in == hall)


def waiting(event: Event, hall: Hall) -> int:
    """Return how many people are on a hall's waiting list."""
    return _count(Registration.event_id == event.id, Registration.waits_for == hall)


def position(registration: Registration) -> int:
    """Return where on its waiting list a registration stands, from 1; 0 when it waits for nothing."""
    if registration.waits_for is None:
        return 0
    return _count(
        Registration.event_id == registration.event_id,
        Registration.waits_for == registration.waits_for,
        Registration.number <= registration.number,
    )


def is_live() -> sa.ColumnElement[bool]:
    """Return the condition that a registration has a place or waits for one."""
    return sa.or_(Registration.placed_in.is_not(None), Registration.waits_for.is_not(None))


def next_number(event: Event) -> int:
    """Return the number after the last. The event must be held."""
    last = sa.select(sa.func.max(Registration.number)).where(Registration.event_id == event.id)
    return (db.session.scalar(last) or 0) + 1


def fill(event: Event, *, now: datetime) -> int:
    """Give free places to those who wait, in order; return how many moved up. For when places were added."""
    events.hold(event)
    return len(give(event, now=now))


def fill_due(*, now: datetime) -> int:
    """Do so for every event where somebody waits for a place that is free; return how many moved up."""
    found = [event for event in db.session.scalars(_select_waited_for(now)) if _has_room_for_waiting(event)]
    return sum(fill(event, now=now) for event in found)


def is_fill_due(*, now: datetime) -> bool:
    """Tell whether `fill_due` would do anything, without changing anything."""
    return any(_has_room_for_waiting(event) for event in db.session.scalars(_select_waited_for(now)))


def give(event: Event, *, now: datetime, asking: Registration | None = None) -> list[Registration]:
    """Give what is free to those who wait, in order, until nothing moves. The event must be held."""
    moved: list[Registration] = []
    while found := _movable(event):
        for registration in found:
            registration.placed_in, registration.waits_for = registration.waits_for, None
            if registration is not asking:
                audit.record("registration.moved_up", registration, by=WAITING_LIST)
                registration_messages.tell_moved_up(registration, now=now)
        db.session.flush()
        moved += found
    return moved


def _movable(event: Event) -> list[Registration]:
    """Return who gets a place now: the first of those who wait for a hall with free places, as many as there are.

    Where none is free, the first of both lists exchange theirs if each has the place that the other waits for.
    """
    wanted = [hall for hall in Hall if waiting(event, hall)]
    free = {hall: max(0, number_of(event, hall) - taken(event, hall)) for hall in wanted}
    found = [each for hall in wanted for each in _first_waiting(event, hall, free[hall])]
    if found or len(wanted) < 2:
        return found
    first = [each for hall in wanted for each in _first_waiting(event, hall, 1)]
    return first if all(each.placed_in is not None for each in first) else []


def _first_waiting(event: Event, hall: Hall, most: int) -> Sequence[Registration]:
    query = (
        sa.select(Registration)
        .where(Registration.event_id == event.id, Registration.waits_for == hall)
        .order_by(Registration.number)
        .limit(most)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all() if most else ()


def _select_waited_for(now: datetime) -> sa.Select[Event]:
    waits = sa.select(Registration.event_id).where(Registration.waits_for.is_not(None))
    is_ahead = sa.and_(Event.state == EventState.ANNOUNCED, Event.ends_at > now)
    return sa.select(Event).where(is_ahead, Event.id.in_(waits)).order_by(Event.id)


def _has_room_for_waiting(event: Event) -> bool:
    return any(waiting(event, hall) and taken(event, hall) < number_of(event, hall) for hall in Hall)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count(Registration.id)).where(*conditions)) or 0
