"""The outbox: queue an e-mail as a row. The worker sends it once the change it tells of is committed."""

import textwrap
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db, settings
from showcase.models import Message


def queue(to: str, subject: str, body: str, *, now: datetime, key: str | None = None) -> None:
    """Queue one e-mail. With a `key`, asking again for the same key queues nothing."""
    if key is not None and db.session.scalar(sa.select(Message.id).where(Message.key == key)):
        return
    db.session.add(
        Message(
            to=to, subject=subject, body=textwrap.dedent(body).strip() + "\n", key=key, created_at=now, next_try_at=now
        )
    )


def link(path: str) -> str:
    """Return the full address of a page, for use in an e-mail."""
    return f"{settings().base_url}{path}"
