"""Signs of life: the worker leaves one while it works, staff and load balancers read how long ago that was."""

from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from showcase.extensions import db
from showcase.models import Heartbeat
from showcase.transactions import writing

WORKER = "worker"
EVERY = timedelta(seconds=10)
"""How often a sign is written at most."""
LATE_AFTER = timedelta(minutes=1)
"""Without a sign for this long, a part counts as away."""


def beat(name: str, *, now: datetime) -> None:
    """Leave a sign of life, in a transaction of its own, unless there is a fresh one."""
    seen_at = last_seen(name)
    db.session.rollback()
    if seen_at is not None and now - seen_at < EVERY:
        return
    with suppress(IntegrityError), writing() as session:  # two workers' first signs: one is enough
        row = session.scalar(sa.select(Heartbeat).where(Heartbeat.name == name))
        if row is None:
            session.add(Heartbeat(name=name, seen_at=now, created_at=now))
        else:
            row.seen_at = max(row.seen_at, now)


def last_seen(name: str) -> datetime | None:
    """Return when a part was last at work; None when it never was."""
    return db.session.scalar(sa.select(Heartbeat.seen_at).where(Heartbeat.name == name))
