"""Which encoding the ranking uses, and the way from one to the next: the worker writes it, every process reads it.

An encoding is a language model and a way of cutting texts; the vector rows of each stand under its name. One is in use:
the counter's row says which, so that all processes change over with one commit. When the settings name another, the
worker makes its rows beside those in use, whose edits go first; once none is missing it changes the name, and the
former rows go. Killed at any point, the next round goes on with what is missing.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.encoding import CUTTING
from showcase.extensions import db, settings
from showcase.models import Decision, Publication, RankerVersion, Remainder, Vector, VectorCounter
from showcase.transactions import writing

_CUT = ", cut "
_RANKED_BY = re.compile(r"(?P<encoding>.+), [\w.-]+, version (?P<version>\d+)")
IDLE = timedelta(hours=1)
"""Rows of an encoding that is not in use are let go when none was added for so long: someone may be making it."""
TOGETHER = 500
"""Rows let go in one transaction: others wait for it on SQLite."""


@dataclass(frozen=True)
class Change:
    """That the encoding is being changed, and how far it is."""

    to: str
    done: int
    total: int
    """Texts that are published."""


def wanted() -> str:
    """Return the encoding that the settings and the software ask for."""
    return f"{settings().model_name}{_CUT}{CUTTING}"


def in_use() -> str:
    """Return the encoding that texts are ranked by, now and in every process."""
    return db.session.scalar(sa.select(VectorCounter.encoding)) or wanted()


def model_of(encoding: str) -> str:
    """Return the name of an encoding's language model."""
    return encoding.rpartition(_CUT)[0] or encoding


def change() -> Change | None:
    """Return how far the change to another encoding is; None when the one in use is the one wanted."""
    to = wanted()
    if in_use() == to:
        return None
    published = sa.select(sa.func.count(Publication.id)).where(Publication.published_version_id.is_not(None))
    done = published.join(Vector, Vector.publication_id == Publication.id).where(
        Vector.model == to, Vector.version_id == Publication.published_version_id
    )
    return Change(to, db.session.scalar(done) or 0, db.session.scalar(published) or 0)


def use(session: Session, encoding: str, *, now: datetime) -> None:
    """Let every process rank by an encoding from the commit on."""
    session.execute(sa.update(VectorCounter).values(encoding=encoding, encoding_since=now))


def may_change(*, started_at: datetime) -> bool:
    """Tell whether a worker that was started then may change the encoding: not if another has since."""
    since = db.session.scalar(sa.select(VectorCounter.encoding_since))
    return since is None or since <= started_at


def forget_versions() -> int:
    """Let go of ranker versions, each with its sample, that nothing names; return how many.

    Kept are those that a decision was made on, and of each encoding in use or being made the newest two: a process may
    be about to read the one before.
    """
    named = {
        (found["encoding"], int(found["version"]))
        for ranker in db.session.scalars(sa.select(Decision.ranker).distinct())
        if (found := _RANKED_BY.match(ranker))
    }
    versions = db.session.execute(
        sa.select(RankerVersion.id, RankerVersion.kind, RankerVersion.model, RankerVersion.number)
    ).all()
    newest: dict[tuple[str, str], int] = {}
    for row in versions:
        newest[row.kind, row.model] = max(row.number, newest.get((row.kind, row.model), 0))
    alive = {in_use(), wanted()}
    gone = [
        row.id
        for row in versions
        if not (row.kind == "solution" and (row.model, row.number) in named)
        and not (row.model in alive and row.number >= newest[row.kind, row.model] - 1)
    ]
    db.session.rollback()
    if gone:
        with writing() as session:
            session.execute(sa.delete(RankerVersion).where(RankerVersion.id.in_(gone)))
    return len(gone)


def forget_former(*, now: datetime) -> int:
    """Let go of some rows of encodings that are neither used nor being made; return how many."""
    others = sa.select(Vector.model).where(Vector.model.not_in({in_use(), wanted()})).distinct()
    for former in db.session.scalars(others).all():
        newest = db.session.scalar(sa.select(sa.func.max(Vector.created_at)).where(Vector.model == former))
        if newest is not None and newest > now - IDLE:
            continue
        db.session.rollback()
        with writing() as session:
            some = session.scalars(sa.select(Vector.id).where(Vector.model == former).limit(TOGETHER)).all()
            session.execute(sa.delete(Vector).where(Vector.id.in_(some)))
            session.execute(sa.delete(Remainder).where(Remainder.model == former))
        return len(some)
    db.session.rollback()
    return 0
