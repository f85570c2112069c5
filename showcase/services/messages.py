"""The outbox: queue an e-mail as a row. The worker sends it once the change it tells of is committed."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from showcase.errors import Conflict
from showcase.extensions import db, settings
from showcase.models import Message
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit
from showcase.services.mail import MOST_TRIES
from showcase.services.paging import contains

STATES: Mapping[str, str] = {"queued": "Waiting", "sent": "Sent", "failed": "Failed"}
"""Label of each state of an e-mail where a mail server sends them."""
KEPT = "Kept, no mail server"
SECRET_LINK = re.compile(r"(/(?:join|register|reset|invitations|observers|tickets)/)[\w-]{20,}")


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


def state_labels() -> Mapping[str, str]:
    """Return the label of each state of an e-mail; without a mail server, none was sent."""
    return STATES if settings().smtp_url else {**STATES, "sent": KEPT}


def state_of(message: Message) -> str:
    """Return how far an e-mail has come: one of `STATES`. Waiting includes trying again."""
    if message.sent_at is not None:
        return "sent"
    return "failed" if message.tries >= MOST_TRIES else "queued"


def listed(text: str, states: Sequence[str], *, seen_by: Actor) -> sa.Select[Message]:
    """Return the query of the e-mails that the viewer may see, the newest first."""
    query = sa.select(Message).where(visible_to(seen_by, Message), Message.to != "")  # blank: `retention` emptied it
    if text:
        query = query.where(sa.or_(contains(Message.to, text), contains(Message.subject, text)))
    is_in = {
        "sent": Message.sent_at.is_not(None),
        "failed": Message.sent_at.is_(None) & (Message.tries >= MOST_TRIES),
        "queued": Message.sent_at.is_(None) & (Message.tries < MOST_TRIES),
    }
    if states:
        query = query.where(sa.or_(*(is_in[state] for state in states)))
    return query.order_by(Message.created_at.desc(), Message.id)


def readable_body(message: Message) -> str:
    """Return the text for staff. Where a mail server sends it, links that let the reader in are left out."""
    return SECRET_LINK.sub(r"\1…", message.body) if settings().smtp_url else message.body


def try_again(message: Message, *, by: Actor, now: datetime) -> None:
    """Let the worker try an e-mail again that was given up.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it was not given up.
    """
    require(by, Permission.STAFF_AREA, message)
    if state_of(message) != "failed":
        raise Conflict("Only an e-mail that has failed can be tried again")
    message.tries, message.next_try_at = 0, now
    db.session.flush()
    audit.record("message.tried_again", message, by=by)
