"""Lists of registrations for staff: filters, figures, files, badges, and staff's own words to all who come.

Nothing about needs is in any of these lists or files: `attendee_needs` has the one that is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Event, Registration
from showcase.models.enums import AttendeeKind, EventState, Hall
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, places, registration_messages
from showcase.services.csv_export import Cell
from showcase.services.paging import contains

KINDS: Mapping[str, str] = {"council": "Council", "supplier": "Supplier", "observer": "Observer", "staff": "LGA staff"}
STATES: Mapping[str, str] = {
    "in_person": "Place in person",
    "online": "Place online",
    "waits_in_person": "Waits for a place in person",
    "waits_online": "Waits for a place online",
    "present": "Was checked in",
    "absent": "Has a place, not checked in",
    "cancelled": "Cancelled",
}
AUDIENCES: Mapping[str, str] = {
    "placed": "Everyone with a place",
    "in_person": "Those with a place in person",
    "online": "Those with a place online",
    "waiting": "Those on a waiting list",
    "present": "Those who were checked in",
}
"""To whom staff can write."""
HEAD = (
    "Number",
    "Name",
    "E-mail",
    "Organisation",
    "Kind",
    "Place",
    "Waits for",
    "Registered at (UTC)",
    "Cancelled at (UTC)",
    "Checked in at (UTC)",
    "Attended",
    "Let in at the door",
)
BADGE_HEAD = ("Name", "Organisation", "Kind", "Number")
MOST_WORDS = 5000
"""Characters of what staff write to all."""


@dataclass(frozen=True)
class Wanted:
    """What staff look for; blank for anything."""

    words: str = ""
    """Part of a name, an e-mail address or an organisation."""
    kinds: Sequence[str] = ()
    state: str = ""
    """One of STATES."""


@dataclass(frozen=True)
class Figures:
    """How many people there are in a hall."""

    hall: Hall
    places: int
    taken: int
    waiting: int
    present: int

    @property
    def free(self) -> int:
        """Return how many places are left."""
        return max(0, self.places - self.taken)


def listed(event: Event, wanted: Wanted, *, seen_by: Actor) -> sa.Select[Registration]:
    """Return the query of an event's registrations that fit, by name."""
    query = sa.select(Registration).where(visible_to(seen_by, Registration), Registration.event_id == event.id)
    if wanted.words:
        named = (Registration.name, Registration.email, Registration.organisation_name)
        query = query.where(sa.or_(*(contains(column, wanted.words) for column in named)))
    if wanted.kinds:
        query = query.where(Registration.kind.in_([AttendeeKind(kind) for kind in wanted.kinds]))
    if wanted.state:
        query = query.where(_is_in(wanted.state))
    return query.order_by(sa.func.lower(Registration.name), Registration.id)


def waiting_list(event: Event, hall: Hall) -> Sequence[Registration]:
    """Return who waits for a place in a hall, the next first."""
    query = sa.select(Registration).where(Registration.event_id == event.id, Registration.waits_for == hall)
    return db.session.scalars(query.order_by(Registration.number)).all()


def figures(event: Event) -> list[Figures]:
    """Return how many people there are in each hall that the event has, or had people in."""
    columns = (Registration.placed_in, Registration.waits_for, Registration.attended)
    query = sa.select(*(sa.func.count(Registration.id).filter(column == hall) for column in columns for hall in Hall))
    query = query.where(Registration.event_id == event.id)
    counts = db.session.execute(query).one()
    made = [
        Figures(hall, places.number_of(event, hall), counts[at], counts[at + 2], counts[at + 4])
        for at, hall in enumerate(Hall)
    ]
    return [each for each in made if each.places or each.taken or each.waiting or each.present]


def rows(registrations: Sequence[Registration]) -> Iterator[Sequence[Cell]]:
    """Return registrations as rows under `HEAD`."""
    for each in registrations:
        yield (
            each.number,
            each.name,
            each.email,
            each.organisation_name,
            KINDS[each.kind],
            hall_in_words(each.placed_in),
            hall_in_words(each.waits_for),
            each.created_at,
            each.cancelled_at,
            each.checked_in_at,
            hall_in_words(each.attended),
            each.is_walk_in,
        )


def badges(event: Event, *, seen_by: Actor) -> list[Sequence[Cell]]:
    """Return what badges are printed from: those with a place in person, by name, under `BADGE_HEAD`."""
    found = db.session.scalars(listed(event, Wanted(state="in_person"), seen_by=seen_by))
    return [(each.name, each.organisation_name, KINDS[each.kind], each.number) for each in found]


def audience(event: Event, name: str, *, seen_by: Actor) -> Sequence[Registration]:
    """Return those of an audience who can be written to.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.REGISTRATION_MANAGE)
    query = sa.select(Registration).where(
        Registration.event_id == event.id, Registration.email.is_not(None), _is_in(name)
    )
    return db.session.scalars(query.order_by(Registration.id)).all()


def write_to(event: Event, name: str, subject: str, body: str, *, by: Actor, now: datetime, key: str) -> int:
    """Send staff's words to an audience, once for each `key`; return to how many.

    Raises:
        NotAllowed: the policy says no.
        DomainError: words are missing or too long, or nobody is in that audience.
        Conflict: the event is a draft.
    """
    require(by, Permission.REGISTRATION_MANAGE)
    subject, body = " ".join(subject.split()), body.strip()
    if not subject or not body or len(subject) > 200 or len(body) > MOST_WORDS:
        raise DomainError(f"Enter a subject of at most 200 characters and a text of at most {MOST_WORDS:,}.")
    if event.state is EventState.DRAFT:
        raise Conflict("This showcase is not announced yet.")
    people = audience(event, name, seen_by=by)
    if not people:
        raise DomainError("Nobody is in that group at present.")
    count = registration_messages.tell_all(people, subject, body, key=f"to-all:{key}", now=now)
    audit.record("registration.written_to", event, by=by, audience=AUDIENCES[name], people=count)
    return count


def _is_in(state: str) -> sa.ColumnElement[bool]:
    conditions: Mapping[str, sa.ColumnElement[bool]] = {
        "placed": Registration.placed_in.is_not(None),
        "in_person": Registration.placed_in == Hall.IN_PERSON,
        "online": Registration.placed_in == Hall.ONLINE,
        "waiting": Registration.waits_for.is_not(None),
        "waits_in_person": Registration.waits_for == Hall.IN_PERSON,
        "waits_online": Registration.waits_for == Hall.ONLINE,
        "present": Registration.checked_in_at.is_not(None),
        "absent": sa.and_(Registration.placed_in.is_not(None), Registration.checked_in_at.is_(None)),
        "cancelled": Registration.cancelled_at.is_not(None),
    }
    return conditions[state]


def hall_in_words(hall: Hall | None) -> str:
    """Return how a person takes part, in words; blank for not at all."""
    return registration_messages.HALLS[hall] if hall else ""
