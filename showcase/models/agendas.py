"""Agendas of events: which session is held where and when, as a draft that staff work on and as published versions.

An event has at most one draft. Publishing freezes it under the next number and takes the one before out of force. What
councils want to see (wishes) goes into the next suggestion; calendar feeds carry what was published.
"""

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum
from showcase.models.enums import AgendaState
from showcase.models.events import Event, Room, Session
from showcase.models.organisations import Organisation


def _new_token() -> str:
    return secrets.token_urlsafe(24)


class Agenda(Base):
    """A draft or a published version of an event's agenda."""

    __tablename__ = "agendas"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.Index(
            "uq_agendas_draft",
            "event_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        ),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    state: Mapped[AgendaState] = mapped_column(text_enum(AgendaState), default=AgendaState.DRAFT)
    number: Mapped[int | None]
    """Counts the published versions of an event from 1; None for a draft."""
    turnaround_minutes: Mapped[int] = mapped_column(default=0)
    """Minutes that a person has at least between two sessions."""
    made_from: Mapped[str] = mapped_column(default="")
    """Hash of what the event was when the draft was last brought up to it: rooms, times, sessions, people."""
    cost: Mapped[int | None]
    """What the last suggestion taken over costs, as `showcase.scheduling` counts."""
    bound: Mapped[int | None]
    """What no agenda can cost less than, as proven with that suggestion; None once a pin it kept to was taken away."""
    bound_for: Mapped[str] = mapped_column(default="")
    """Hash of what that was proven for: the same with the wishes of councils and the turnaround."""
    note: Mapped[str] = mapped_column(default="")
    """What staff said to those whom a new version concerns."""
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every change of a draft, so that nobody overwrites another's unseen."""
    event: Mapped[Event] = relationship()
    placements: Mapped[list["Placement"]] = relationship(
        back_populates="agenda",
        order_by="Placement.starts_at, Placement.room_name, Placement.id",
        cascade="all, delete-orphan",
    )

    @property
    def is_published(self) -> bool:
        """Whether it is the version in force."""
        return self.state is AgendaState.PUBLISHED


class Placement(Base):
    """Where and when one session is held. A published one keeps the names it was published with."""

    __tablename__ = "agenda_placements"
    __table_args__ = (sa.UniqueConstraint("agenda_id", "session_id"),)

    agenda_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("agendas.id", ondelete="CASCADE"))
    session_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("event_sessions.id", ondelete="SET NULL"), index=True
    )
    """None: the session was taken off after this was published."""
    room_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event_rooms.id", ondelete="SET NULL"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    """Whether suggestions leave it where it is."""
    title: Mapped[str]
    room_name: Mapped[str]
    track_name: Mapped[str] = mapped_column(default="")
    organisation_ids: Mapped[list[str]] = mapped_column(default=list)
    """Whom it concerned when it was published: the organisations that speak, and the council whose challenge it is."""
    agenda: Mapped[Agenda] = relationship(back_populates="placements")
    session: Mapped[Session | None] = relationship()
    room: Mapped[Room | None] = relationship()

    @property
    def ends_at(self) -> datetime:
        """When the session is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class SessionWish(Base):
    """How much a council wants to see a session: 0 not at all to 3 very much."""

    __tablename__ = "session_wishes"
    __table_args__ = (sa.UniqueConstraint("session_id", "organisation_id"),)

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_sessions.id", ondelete="CASCADE"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    weight: Mapped[int]
    session: Mapped[Session] = relationship()
    organisation: Mapped[Organisation] = relationship()


class CalendarFeed(Base):
    """The address under which a person's calendar program reads their sessions without signing in."""

    __tablename__ = "calendar_feeds"

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    token: Mapped[str] = mapped_column(unique=True, default=_new_token)
    """Whoever has it can read the sessions of the person; making a new one ends it."""
    account: Mapped[Account] = relationship()
