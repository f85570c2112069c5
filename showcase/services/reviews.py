"""What waits for LGA staff: texts in review, suppliers to let in, and the state of what works by itself."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db, settings
from showcase.models import Challenge, Message, Organisation, Publication, Solution, Supplier
from showcase.models.enums import State
from showcase.services import encodings, heartbeats, vectors
from showcase.services.paging import contains

KINDS = {"challenge": "Challenge statements", "solution": "Solution profiles"}


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the first of them does."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Machinery:
    """The state of what works by itself, in numbers that are no secret."""

    texts_waiting: int
    """Published texts that matching does not know yet."""
    messages_waiting: int
    """E-mails to be sent that have not failed so far."""
    messages_failed: int
    """E-mails whose last try failed; they are tried again."""
    change: encodings.Change | None
    """How far the change to another language model is; None while there is none."""
    worker_seen_at: datetime | None

    def is_worker_away(self, now: datetime) -> bool:
        """Tell whether no worker has been seen lately."""
        return self.worker_seen_at is None or now - self.worker_seen_at > heartbeats.LATE_AFTER


@dataclass(frozen=True)
class StaffHome:
    """What LGA staff see on their start page."""

    reviews: Waiting
    suppliers: Waiting
    machinery: Machinery
    open_challenges: int
    councils: int
    """Councils with an open challenge."""
    solutions: int
    """Published solution profiles."""


def for_staff() -> StaffHome:
    """Return what needs doing for staff, and how the service stands."""
    is_open = sa.and_(Challenge.published_version_id.is_not(None), Challenge.closed_at.is_(None))
    challenges = sa.select(sa.func.count(Challenge.id), sa.func.count(sa.distinct(Challenge.organisation_id)))
    open_challenges, councils = db.session.execute(challenges.where(is_open)).one()
    solutions = sa.select(sa.func.count(Solution.id)).where(Solution.published_version_id.is_not(None))
    return StaffHome(
        reviews=_waiting(Publication.state_since, Publication.state == State.IN_REVIEW),
        suppliers=_waiting(Supplier.created_at, _is_waiting()),
        machinery=machinery(),
        open_challenges=open_challenges,
        councils=councils,
        solutions=db.session.scalar(solutions) or 0,
    )


def machinery() -> Machinery:
    """Return the state of what works by itself."""
    unsent = Message.sent_at.is_(None)
    counted = sa.select(
        sa.func.count(Message.id).filter(Message.error.is_(None)),
        sa.func.count(Message.id).filter(Message.error.is_not(None)),
    )
    waiting, failed = db.session.execute(counted.where(unsent)).one()
    return Machinery(
        texts_waiting=vectors.count_stale(encodings.in_use(), has_embedder=settings().embedder_url is not None),
        messages_waiting=waiting,
        messages_failed=failed,
        change=encodings.change(),
        worker_seen_at=heartbeats.last_seen(heartbeats.WORKER),
    )


def in_review(*, kind: str = "", words: str = "") -> sa.Select[Publication]:
    """Return the query for the texts that wait for review, those that wait longest first."""
    query = (
        sa.select(Publication)
        .join(Publication.organisation)
        .where(Publication.state == State.IN_REVIEW)
        .options(joinedload(Publication.organisation))
        .order_by(Publication.state_since, Publication.id)
    )
    if kind in KINDS:
        query = query.where(Publication.kind == kind)
    for word in words.split():
        query = query.where(sa.or_(contains(Publication.title, word), contains(Organisation.name, word)))
    return query


def suppliers_waiting(*, words: str = "") -> sa.Select[Supplier]:
    """Return the query for the suppliers that wait to be let in, those that wait longest first."""
    query = sa.select(Supplier).where(_is_waiting()).order_by(Supplier.created_at, Supplier.id)
    for word in words.split():
        query = query.where(sa.or_(contains(Supplier.name, word), contains(Supplier.website, word)))
    return query


def _is_waiting() -> sa.ColumnElement[bool]:
    return sa.and_(Supplier.approved_at.is_(None), Supplier.suspended_at.is_(None))


def _waiting(since: "sa.orm.InstrumentedAttribute[datetime]", condition: sa.ColumnElement[bool]) -> Waiting:
    count, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(since)).where(condition)).one()
    return Waiting(count, oldest)
