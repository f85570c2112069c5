"""Which showcases a page lists: those to come, past ones, those around a challenge."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Challenge, Event, EventChallenge
from showcase.models.enums import EventState
from showcase.policies import Actor, visible_to


def select_visible(*, seen_by: Actor) -> sa.Select[Event]:
    """Return the query for the events that the viewer may see, the latest first."""
    return sa.select(Event).where(visible_to(seen_by, Event)).order_by(Event.starts_at.desc(), Event.id)


def list_coming(*, seen_by: Actor, now: datetime) -> Sequence[Event]:
    """Return the events that the viewer may see and that are not over, the next first."""
    query = (
        sa.select(Event)
        .where(visible_to(seen_by, Event), Event.state.in_((EventState.DRAFT, EventState.ANNOUNCED)))
        .where(sa.or_(Event.ends_at >= now, Event.state == EventState.DRAFT))
        .order_by(Event.starts_at, Event.id)
    )
    return db.session.scalars(query).all()


def select_past(*, seen_by: Actor, now: datetime) -> sa.Select[Event]:
    """Return the query for the events that are over or cancelled, the latest first."""
    over = sa.or_(
        Event.state.in_((EventState.FINISHED, EventState.CANCELLED)),
        sa.and_(Event.state == EventState.ANNOUNCED, Event.ends_at < now),
    )
    return select_visible(seen_by=seen_by).where(over)


def with_challenge(challenge: Challenge, *, seen_by: Actor) -> Sequence[Event]:
    """Return the events held around a challenge that the viewer may see, the latest first."""
    query = select_visible(seen_by=seen_by).where(
        Event.id.in_(sa.select(EventChallenge.event_id).where(EventChallenge.challenge_id == challenge.id))
    )
    return db.session.scalars(query).all()


def find_by_key(key: str) -> Event | None:
    """Return the event that the seeds know under a name."""
    return db.session.scalar(sa.select(Event).where(Event.key == key))
