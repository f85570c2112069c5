"""What attendees need in order to take part and to eat: kept apart, for the event's staff alone, deleted afterwards.

Nothing of it goes into the audit trail, into e-mails or into lists of registrations; the one export is noted with
how many rows it had. The worker deletes it some days after the event (`KEEP_NEEDS_DAYS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db, settings
from showcase.models import AttendeeNeeds, Event, Registration
from showcase.models.enums import EventState
from showcase.policies import Actor, Permission, require
from showcase.services import audit, places

MOST_WORDS = 2000
"""Characters of what a person adds in their own words."""


@dataclass(frozen=True)
class Needs:
    """What a person says. Names are those of the columns."""

    access: Sequence[str] = ()
    access_words: str = ""
    wants_call: bool = False
    telephone: str = ""
    dietary: Sequence[str] = ()
    dietary_words: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.access or self.access_words or self.wants_call or self.dietary or self.dietary_words)


def find(registration: Registration, *, seen_by: Actor) -> AttendeeNeeds | None:
    """Return what a person said they need.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.REGISTRATION_SEE_NEEDS, registration)
    return db.session.scalar(sa.select(AttendeeNeeds).where(AttendeeNeeds.registration_id == registration.id))


def keep(registration: Registration, needs: Needs, *, by: Actor, now: datetime) -> None:
    """Keep what a person needs in place of what was said before; when nothing is left, nothing is kept.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the registration is cancelled, or the event is over.
        DomainError: a call is wanted without a number, or a text is too long.
    """
    require(by, Permission.REGISTRATION_SEE_NEEDS, registration)
    if not registration.is_live or now >= registration.event.ends_at:
        raise Conflict("This registration is cancelled, or the showcase is over: nothing is kept.")
    if needs.wants_call and not needs.telephone.strip():
        raise DomainError("Enter the telephone number that we can call.")
    if max(map(len, (needs.access_words, needs.dietary_words, needs.telephone))) > MOST_WORDS:
        raise DomainError(f"Use {MOST_WORDS:,} characters or fewer.")
    kept = find(registration, seen_by=by)
    if needs.is_blank and kept is not None:
        db.session.delete(kept)
    elif not needs.is_blank:
        kept = kept or AttendeeNeeds(registration=registration, created_at=now)
        db.session.add(kept)
        kept.access, kept.dietary = list(needs.access), list(needs.dietary)
        kept.access_words, kept.dietary_words = needs.access_words, needs.dietary_words
        kept.wants_call, kept.telephone = needs.wants_call, needs.telephone if needs.wants_call else ""
        kept.updated_at = now
    db.session.flush()
    audit.record("registration.needs_kept", registration, by=by)


def select_for(event: Event, *, seen_by: Actor) -> sa.Select[AttendeeNeeds]:
    """Return the query of what those who have a place need, or wait for one, by name.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.REGISTRATION_MANAGE)
    return (
        sa.select(AttendeeNeeds)
        .join(AttendeeNeeds.registration)
        .where(Registration.event_id == event.id, places.is_live())
        .options(joinedload(AttendeeNeeds.registration))
        .order_by(Registration.name, Registration.id)
    )


def forget(*, now: datetime) -> int:
    """Delete what was said for events that ended long enough ago or are cancelled; return how many rows went."""
    gone = sa.select(Registration.id).join(Event, Event.id == Registration.event_id).where(_is_over(now))
    done = db.session.execute(sa.delete(AttendeeNeeds).where(AttendeeNeeds.registration_id.in_(gone)))
    count = int(done.rowcount)  # type: ignore[attr-defined]
    if count:
        audit.record("registration.needs_deleted", by=Actor(name="Worker"), rows=count)
    return count


def deleted_on(event: Event) -> datetime:
    """Return from when on the worker deletes what was said for an event."""
    return event.ends_at + timedelta(days=settings().keep_needs_days)


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    ended = Event.ends_at <= now - timedelta(days=settings().keep_needs_days)
    return sa.or_(ended, Event.state == EventState.CANCELLED)
