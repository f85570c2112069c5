"""Who is told by e-mail of a showcase's steps: the councils whose challenges it is about, and those invited."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Event, Invitation, Membership, Organisation
from showcase.models.enums import InvitationState, OrganisationKind
from showcase.services import messages, publication_messages

LONDON = ZoneInfo("Europe/London")
ILLUSTRATIVE = "This showcase is illustrative.\n\n"


def when(moment: datetime) -> str:
    """Return a moment in words, in London's time: 3 March 2027 at 2:05pm."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def where(event: Event) -> str:
    """Return where it takes place, in words."""
    place = ", ".join(part for part in (event.venue, " ".join(event.address.split())) if part)
    return place if not event.online_places else f"{place} and online" if place else "online"


def members_of(organisation_ids: Iterable[uuid.UUID]) -> list[Account]:
    """Return the people who act for organisations, by e-mail address."""
    query = (
        sa.select(Account)
        .join(Account.memberships)
        .where(Account.deactivated_at.is_(None), Membership.organisation_id.in_(list(organisation_ids)))
        .order_by(Account.email)
        .distinct()
    )
    return list(db.session.scalars(query))


def staff() -> list[Account]:
    """Return the people who act for the host."""
    return members_of(db.session.scalars(sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.HOST)))


def send(
    event: Event, people: Iterable[Account], subject: str, body: str, path: str, *, key: str, now: datetime
) -> None:
    """Queue one e-mail to each person, once for each `key`."""
    mark = ILLUSTRATIVE if event.is_illustrative else ""
    for person in people:
        text = f"{mark}{body}\n\n{messages.link(path)}"
        messages.queue(person.email, subject, text, now=now, key=f"{key}:{person.id}")


def tell_announced(event: Event, *, now: datetime) -> None:
    """Tell those who wrote its challenges that it is announced, once a person however many they wrote."""
    people = {p.id: p for entry in event.entries for p in publication_messages.writers_of(entry.challenge)}
    body = (
        f"LGA staff announced “{event.name}” on {when(event.starts_at)}, {where(event)}. It is held around challenges "
        "of your council among others. You will be asked to score the solutions that are considered for them."
    )
    _send_all(event, people, f"Announced: {event.name}", body, f"event-announced:{event.id}", now)


def tell_moved(event: Event, before: Mapping[str, object], *, now: datetime) -> None:
    """Tell those who were invited that an event is at another time or place."""
    started = before.get("starts_at")
    was = f" It was to start on {when(started)}." if isinstance(started, datetime) else ""
    body = f"“{event.name}” now takes place on {when(event.starts_at)}, {where(event)}.{was}"
    people = {person.id: person for person in invited_people(event)}
    _send_all(event, people, f"Changed: {event.name}", body, f"event-moved:{event.id}:{event.revision}", now)


def tell_cancelled(event: Event, *, now: datetime) -> None:
    """Tell those invited, and those who wrote its challenges, that an event is cancelled and why."""
    people = {person.id: person for person in invited_people(event)}
    people |= {p.id: p for entry in event.entries for p in publication_messages.writers_of(entry.challenge)}
    body = f"“{event.name}” on {when(event.starts_at)} is cancelled:\n\n{event.cancelled_because}"
    _send_all(event, people, f"Cancelled: {event.name}", body, f"event-cancelled:{event.id}", now)


def invited_people(event: Event) -> list[Account]:
    """Return the people of the organisations with an invitation that stands."""
    standing = sa.select(Invitation.organisation_id).where(
        Invitation.event_id == event.id,
        Invitation.state.in_((InvitationState.SENT, InvitationState.ACCEPTED)),
    )
    return members_of(set(db.session.scalars(standing)))


def _send_all(
    event: Event, people: Mapping[uuid.UUID, Account], subject: str, body: str, key: str, now: datetime
) -> None:
    ordered = sorted(people.values(), key=lambda person: person.email)
    send(event, ordered, subject, body, f"/showcases/{event.id}", key=key, now=now)
