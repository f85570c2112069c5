"""Registrations: a person asks for a place in person or online, gets it or waits, changes, cancels and comes back.

Places are given out by `places`: to the waiting list in the order of asking, the moment one is free after a
cancellation, a change or more places. Lists are read in `registration_lists`; the door is the business of `check_in`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from showcase.errors import Conflict, DomainError, NotFound
from showcase.extensions import db
from showcase.models import Account, AttendeeNeeds, Event, Organisation, Registration
from showcase.models.enums import AttendeeKind, EventState, Hall, OrganisationKind
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, event_messages, events, places, registration_messages

KINDS = {
    OrganisationKind.COUNCIL: AttendeeKind.COUNCIL,
    OrganisationKind.SUPPLIER: AttendeeKind.SUPPLIER,
    OrganisationKind.HOST: AttendeeKind.STAFF,
}


@dataclass(frozen=True)
class Attendee:
    """Who asks for a place."""

    name: str
    email: str | None
    kind: AttendeeKind
    organisation_name: str = ""
    account_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None


# --- reading ----------------------------------------------------------------------------------------------------------


def get_by_token(token: str) -> Registration:
    """Return the registration that a ticket's link belongs to.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(sa.select(Registration).where(Registration.token == token))
    if found is None:
        raise NotFound
    return found


def find_own(event: Event, *, seen_by: Actor) -> Registration | None:
    """Return the viewer's own registration for an event, a cancelled one too."""
    if seen_by.account_id is None:
        return None
    query = sa.select(Registration).where(
        Registration.event_id == event.id, Registration.account_id == seen_by.account_id
    )
    return db.session.scalar(query)


def list_own(*, seen_by: Actor, now: datetime) -> Sequence[Registration]:
    """Return the viewer's own registrations for events that are not over, the next first; cancelled ones left out."""
    if seen_by.account_id is None:
        return ()
    query = (
        sa.select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.account_id == seen_by.account_id, places.is_live(), Event.ends_at > now)
        .where(Event.state == EventState.ANNOUNCED)
        .options(contains_eager(Registration.event))
        .order_by(Event.starts_at, Registration.id)
    )
    return db.session.scalars(query).all()


def list_of_colleagues(event: Event, *, seen_by: Actor) -> Sequence[Registration]:
    """Return the registrations of the viewer's organisation that are not cancelled, by name."""
    query = (
        sa.select(Registration)
        .where(
            visible_to(seen_by, Registration),
            Registration.event_id == event.id,
            Registration.organisation_id == seen_by.organisation_id,
            places.is_live(),
        )
        .order_by(Registration.name, Registration.id)
    )
    return db.session.scalars(query).all()


def why_closed(event: Event, *, now: datetime) -> str:
    """Return in words why nobody can register at present; blank when people can."""
    if event.state is EventState.DRAFT:
        return "This showcase is not announced yet."
    if event.state is EventState.CANCELLED:
        return "This showcase is cancelled."
    opens, closes = event.registration_opens_at, event.registration_closes_at or event.starts_at
    if now >= event.ends_at:
        return "This showcase is over."
    if opens is None:
        return "Registration is not open yet."
    if now < opens:
        return f"Registration opens on {event_messages.when(opens)}."
    if now >= closes:
        return f"Registration closed on {event_messages.when(closes)}."
    return ""


def require_open(event: Event, hall: Hall, *, now: datetime) -> None:
    """Let pass who asks for a place while there are places to ask for.

    Raises:
        DomainError: registration is not open, or the event has no such hall.
    """
    if why := why_closed(event, now=now):
        raise DomainError(why)
    if not places.number_of(event, hall):
        raise DomainError("Choose one of the ways to take part that this showcase has.")


# --- changing ---------------------------------------------------------------------------------------------------------


def register(event: Event, hall: Hall, *, by: Actor, now: datetime) -> Registration:
    """Register the acting person; who is registered already, or was, keeps the one registration.

    Raises:
        NotAllowed: the policy says no.
        DomainError: registration is not open, or there is no such hall.
    """
    require(by, Permission.EVENT_REGISTER, event)
    account = db.session.get_one(Account, by.account_id)
    organisation = db.session.get_one(Organisation, by.organisation_id)
    who = Attendee(
        account.name, account.email, KINDS[organisation.kind], organisation.name, account.id, organisation.id
    )
    return enter(event, who, hall, by=by, now=now)


def enter(event: Event, who: Attendee, hall: Hall, *, by: Actor, now: datetime) -> Registration:
    """Register somebody whose right to come was seen to by the caller.

    Raises:
        DomainError: registration is not open, or there is no such hall.
    """
    events.hold(event)
    require_open(event, hall, now=now)
    registration = find_by_email(event, who.email)
    if registration is None:
        registration = add(event, who, now=now)
    elif registration.account_id is None and who.account_id is not None:
        registration.account_id, registration.organisation_id = who.account_id, who.organisation_id
        registration.kind, registration.organisation_name = who.kind, who.organisation_name
    _ask_for(registration, hall, by=by, now=now)
    return registration


def change_hall(registration: Registration, hall: Hall, *, by: Actor, now: datetime) -> None:
    """Ask for a place in the other hall. The place in this one is kept until there is one.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is cancelled.
        DomainError: registration is not open, or there is no such hall.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    _hold(registration)
    if not registration.is_live:
        raise Conflict("This registration is cancelled. Register again first.")
    require_open(registration.event, hall, now=now)
    _ask_for(registration, hall, by=by, now=now)


def return_to(registration: Registration, hall: Hall, *, by: Actor, now: datetime) -> None:
    """Register again after cancelling; whoever waits already comes first.

    Raises:
        NotAllowed: the policy says no.
        DomainError: registration is not open, or there is no such hall.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    _hold(registration)
    require_open(registration.event, hall, now=now)
    _ask_for(registration, hall, by=by, now=now)


def stop_waiting(registration: Registration, *, by: Actor, now: datetime) -> None:
    """Leave the waiting list and keep the place in the other hall.

    Raises:
        NotAllowed: the policy says no.
        Conflict: there is no place to keep.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    _hold(registration)
    if registration.placed_in is None:
        raise Conflict("There is no place to keep. Cancel the registration instead.")
    registration.waits_for = None
    audit.record("registration.stopped_waiting", registration, by=by)
    db.session.flush()


def cancel(registration: Registration, *, by: Actor, now: datetime) -> None:
    """Give up place and waiting; what was said of needs is deleted. The first of those who wait moves up.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the event is over.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    _hold(registration)
    if not registration.is_live:
        return
    if registration.is_present or now >= registration.event.ends_at:
        raise Conflict("This showcase has taken place. It is too late to cancel.")
    registration.placed_in, registration.waits_for, registration.cancelled_at = None, None, now
    db.session.execute(sa.delete(AttendeeNeeds).where(AttendeeNeeds.registration_id == registration.id))
    audit.record("registration.cancelled", registration, by=by)
    registration_messages.tell_cancelled(registration, now=now)
    places.give(registration.event, now=now)


def find_by_email(event: Event, email: str | None) -> Registration | None:
    """Return the registration of an address for an event, as it is now."""
    if email is None:
        return None
    query = sa.select(Registration).where(Registration.event_id == event.id, Registration.email == email)
    return db.session.scalar(query.execution_options(populate_existing=True))


def add(event: Event, who: Attendee, *, now: datetime) -> Registration:
    """Add a registration that has no place yet. The event must be held."""
    made = Registration(**vars(who), event=event, number=places.next_number(event), created_at=now)
    db.session.add(made)
    db.session.flush()
    return made


# --- how places are given ---------------------------------------------------------------------------------------------


def _ask_for(registration: Registration, hall: Hall, *, by: Actor, now: datetime) -> None:
    """Put a registration on a hall's waiting list, fill what is free, and say what came of it."""
    if hall in (registration.placed_in, registration.waits_for):
        if registration.placed_in is hall:
            registration.waits_for = None
        db.session.flush()
        return
    registration.waits_for, registration.number = hall, places.next_number(registration.event)
    registration.cancelled_at = None
    db.session.flush()
    moved = places.give(registration.event, now=now, asking=registration)
    outcome = "placed" if registration in moved else "waiting"
    audit.record("registration.made", registration, by=by, hall=hall.value, outcome=outcome)
    registration_messages.tell_outcome(registration, position=places.position(registration), now=now)
    db.session.flush()


def _hold(registration: Registration) -> None:
    events.hold(registration.event)
    db.session.refresh(registration)
