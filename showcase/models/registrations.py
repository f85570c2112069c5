"""Registrations: who comes to an event, in person or online, who waits for a place, and who was there.

In person and online are two halls with places and a waiting list each. A person has one registration for an event; it
may hold a place in one hall and wait for the other. What somebody needs in order to take part stands in a table of its
own, which is emptied after the event.
"""

import secrets
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.enums import AttendeeKind, Hall
from showcase.models.events import Event
from showcase.models.organisations import Organisation


def _new_token() -> str:
    return secrets.token_urlsafe(24)


class Registration(Base):
    """One person's registration for one event."""

    __tablename__ = "registrations"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "email"),
        sa.UniqueConstraint("event_id", "number"),
        sa.Index("ix_registrations_event_id_placed_in", "event_id", "placed_in"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    """None for observers, who need no account."""
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[AttendeeKind] = mapped_column(text_enum(AttendeeKind))
    name: Mapped[str]
    email: Mapped[str | None]
    """Lower case; None for somebody who came to the door without one."""
    organisation_name: Mapped[str] = mapped_column(default="")
    """As on the badge."""
    placed_in: Mapped[Hall | None] = mapped_column(text_enum(Hall))
    """Where the person has a place."""
    waits_for: Mapped[Hall | None] = mapped_column(text_enum(Hall))
    """Whose waiting list the person is on."""
    number: Mapped[int]
    """Order of asking within the event: the lowest on a waiting list is the next to get a place."""
    cancelled_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    attended: Mapped[Hall | None] = mapped_column(text_enum(Hall))
    """Where the person was when checked in."""
    is_walk_in: Mapped[bool] = mapped_column(default=False)
    """Whether staff let the person in at the door."""
    token: Mapped[str] = mapped_column(unique=True, default=_new_token)
    """What the link to the ticket carries, which e-mails repeat: whoever has it can change and cancel."""

    event: Mapped[Event] = relationship()
    account: Mapped[Account | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def is_live(self) -> bool:
        """Whether the person has a place or waits for one."""
        return self.placed_in is not None or self.waits_for is not None

    @property
    def is_present(self) -> bool:
        """Whether the person was checked in."""
        return self.checked_in_at is not None


class AttendeeNeeds(Base):
    """What a person needs in order to take part and to eat: for the event's staff alone, deleted after the event."""

    __tablename__ = "attendee_needs"

    registration_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), unique=True
    )
    access: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the vocabulary `access_needs`."""
    access_words: Mapped[str] = mapped_column(default="")
    wants_call: Mapped[bool] = mapped_column(default=False)
    """Whether the person would rather talk about it."""
    telephone: Mapped[str] = mapped_column(default="")
    dietary: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the vocabulary `dietary_needs`."""
    dietary_words: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    registration: Mapped[Registration] = relationship()
