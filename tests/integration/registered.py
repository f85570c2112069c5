"""What tests of registrations share: an announced showcase with few places, and people who come to it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Event, Membership, Message, Registration
from showcase.models.enums import AttendeeKind, EventState, Hall
from showcase.policies import PUBLIC
from showcase.services import events, registrations
from showcase.services.registrations import Attendee
from tests.integration.conftest import People
from tests.integration.showcase_events import NOW, particulars

OPENS = NOW - timedelta(days=1)


def announced(people: People, **changes: Any) -> Event:
    """Make a showcase that is open for registration."""
    values = {"registration_opens_at": OPENS, **changes}
    event = events.create(particulars(**values), by=actor_for(people.staff), now=NOW)
    event.state, event.announced_at = EventState.ANNOUNCED, NOW
    db.session.commit()
    return event


def observer(event: Event, name: str, hall: Hall = Hall.IN_PERSON) -> Registration:
    """Register somebody without an account, as the link in an e-mail does."""
    who = Attendee(name, f"{name.lower()}@elsewhere.example", AttendeeKind.OBSERVER)
    assert event.registration_opens_at is not None
    return registrations.enter(event, who, hall, by=PUBLIC, now=event.registration_opens_at)


def member(event: Event, membership: Membership, hall: Hall = Hall.IN_PERSON) -> Registration:
    """Register a member of an organisation."""
    assert event.registration_opens_at is not None
    return registrations.register(event, hall, by=actor_for(membership), now=event.registration_opens_at)


def names(found: Iterable[Registration]) -> list[str]:
    return [each.name for each in found]


def subjects_to(email: str | None) -> list[str]:
    """Return the subjects of the e-mails to an address, the oldest first."""
    found = db.session.query(Message).filter(Message.to == email).order_by(Message.created_at, Message.subject)
    return [message.subject for message in found]
