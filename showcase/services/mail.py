"""Sends what is in the outbox: by SMTP when it is configured, else into files that people can read.

A message is claimed in a short transaction that also says when another worker may try it, sent outside of any, and
marked in a second one. A worker killed in between leaves it to the next: the reader may then get it twice, under one
and the same Message-ID, and never not at all.
"""

import os
import smtplib
import ssl
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from showcase.config import make_private_folder
from showcase.extensions import db, settings
from showcase.models import Message
from showcase.transactions import writing

AT_ONCE = 20
"""Messages claimed together."""
LEASE = timedelta(minutes=10)
"""How long a worker has for those that it claimed: longer than twenty connections take to time out."""
TIMEOUT_SECONDS = 20
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""How long to wait after the first, second… try that failed. After one more try it is given up."""
MOST_TRIES = len(PAUSES) + 1


@dataclass(frozen=True)
class Claimed:
    """A message that this worker has for the time of the lease."""

    id: uuid.UUID
    to: str
    subject: str
    body: str
    created_at: datetime
    tries: int


def send_due(*, now: datetime) -> int:
    """Send the messages that are due, at most twenty; return how many were sent."""
    return sum(_try(message, now) for message in _claim(now))


def as_email(message: Claimed, *, sender: str) -> EmailMessage:
    """Return a message as an e-mail; the same one each time."""
    email = EmailMessage()
    email["From"] = sender
    email["To"] = message.to
    email["Subject"] = " ".join(message.subject.split())
    email["Date"] = format_datetime(message.created_at)
    email["Message-ID"] = f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2] or 'showcase.example'}>"
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.body)
    return email


def _claim(now: datetime) -> list[Claimed]:
    is_due = sa.and_(Message.sent_at.is_(None), Message.next_try_at <= now, Message.tries < MOST_TRIES)
    with db.sessionmaker() as session:  # an idle worker must not keep taking SQLite's write lock
        if not session.scalar(sa.select(sa.exists().where(is_due))):
            return []
    due = (
        sa.select(Message)
        .where(is_due)
        .order_by(Message.next_try_at, Message.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    with writing() as session:
        for row in session.scalars(due):
            row.tries += 1
            row.next_try_at = now + LEASE
            claimed.append(Claimed(row.id, row.to, row.subject, row.body, row.created_at, row.tries))
    return claimed


def _try(message: Claimed, now: datetime) -> bool:
    try:
        email = as_email(message, sender=settings().mail_from)
        if settings().smtp_url:
            _send(email, str(settings().smtp_url))
        else:
            _keep(email, message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _mark(message, error=f"{type(error).__name__}: {error}"[:500], next_try_at=now + _pause_after(message.tries))
        return False
    _mark(message, sent_at=now, error=None)
    return True


def _pause_after(tries: int) -> timedelta:
    return PAUSES[min(tries, len(PAUSES)) - 1]


def _mark(message: Claimed, **values: object) -> None:
    with writing() as session:
        session.execute(sa.update(Message).where(Message.id == message.id).values(**values))


def _send(email: EmailMessage, url: str) -> None:
    """Send by SMTP; a password only over an encrypted connection."""
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    with server:
        server.ehlo()
        if parts.scheme != "smtps" and (parts.username or server.has_extn("starttls")):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(email)


def _keep(email: EmailMessage, message: Claimed) -> None:
    """Write an e-mail as a file that is there whole or not at all."""
    folder = Path(settings().instance_path) / "mail"
    make_private_folder(folder)  # links in e-mails let their reader in
    file = folder / f"{message.created_at:%Y%m%dT%H%M%S}-{message.id}.eml"
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(email.as_bytes())
    os.replace(part, file)
