"""Links sent by e-mail that can be used once, before they expire. Of the link only a digest is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Organisation, Ticket
from showcase.models.enums import TicketPurpose
from showcase.policies import Actor

LIFETIMES = {
    TicketPurpose.JOIN_COUNCIL: timedelta(hours=24),
    TicketPurpose.REGISTER_SUPPLIER: timedelta(hours=24),
    TicketPurpose.ACCEPT_INVITATION: timedelta(days=14),
    TicketPurpose.RESET_PASSWORD: timedelta(hours=1),
    TicketPurpose.REGISTER_OBSERVER: timedelta(hours=24),
}


class Spent(DomainError):
    """A link does not work, or no longer."""

    status = 410

    def __init__(self) -> None:
        super().__init__("It has been used already or is too old. Ask for a new one.")


def issue(
    purpose: TicketPurpose,
    email: str,
    *,
    now: datetime,
    organisation: Organisation | None = None,
    by: Actor | None = None,
    details: dict[str, Any] | None = None,
) -> str:
    """Make a ticket and return the token that its link carries: the only time it is known."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        Ticket(
            token_hash=_digest(token),
            purpose=purpose,
            email=email,
            organisation=organisation,
            invited_by_id=by.account_id if by else None,
            details=details or {},
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    db.session.flush()
    return token


def renew(ticket: Ticket, *, now: datetime) -> str:
    """Give a ticket another token and its whole lifetime again; the link sent before no longer works."""
    token = secrets.token_urlsafe(32)
    ticket.token_hash = _digest(token)
    ticket.expires_at = now + LIFETIMES[ticket.purpose]
    db.session.flush()
    return token


def get(token: str, purpose: TicketPurpose, *, now: datetime) -> Ticket:
    """Return the ticket that a link belongs to.

    Raises:
        Spent: there is none, or it has been used or has expired.
    """
    ticket = db.session.scalar(
        sa.select(Ticket).where(
            Ticket.token_hash == _digest(token),
            Ticket.purpose == purpose,
            Ticket.used_at.is_(None),
            Ticket.expires_at > now,
        )
    )
    if ticket is None:
        raise Spent
    return ticket


def use(ticket: Ticket, *, now: datetime) -> None:
    """Use a ticket up. Of two who try at once, one succeeds.

    Raises:
        Spent: it has been used already.
    """
    claimed = db.session.execute(
        sa.update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Spent
    db.session.refresh(ticket)


def use_all(purpose: TicketPurpose, email: str, *, now: datetime) -> None:
    """Use up every open ticket of a purpose that was sent to an address."""
    db.session.execute(
        sa.update(Ticket)
        .where(Ticket.purpose == purpose, Ticket.email == email, Ticket.used_at.is_(None))
        .values(used_at=now)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
