"""What came of an event: feedback of each side, outcomes of the chosen pairs over two years, and the event's report."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum
from showcase.models.enums import OutcomeState
from showcase.models.events import Event
from showcase.models.organisations import Organisation
from showcase.models.selections import Candidate

ABOUT_EVENT = "event"
MONTHS = (6, 12, 24)
"""When councils are asked what came of a pitch, counted from the event."""


class Feedback(Base):
    """One person's answers after an event: a council's about a pitch, a supplier's about the event."""

    __tablename__ = "event_feedback"
    __table_args__ = (sa.UniqueConstraint("event_id", "account_id", "about"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    candidate_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("candidates.id", ondelete="CASCADE"), index=True
    )
    """The pitch that it is about; None: the event."""
    about: Mapped[str]
    """`ABOUT_EVENT` or the candidate's id, so that nobody answers twice."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]
    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    account: Mapped[Account | None] = relationship()
    candidate: Mapped[Candidate | None] = relationship()


class Outcome(Base):
    """What a council says came of a pitch, so many months after the event."""

    __tablename__ = "outcomes"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "months"),)

    candidate_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("candidates.id", ondelete="CASCADE"), index=True)
    months: Mapped[int]
    """One of `MONTHS`."""
    state: Mapped[OutcomeState] = mapped_column(text_enum(OutcomeState))
    value_pence_excluding_vat: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Of a contract."""
    note: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    candidate: Mapped[Candidate] = relationship()


class EventReport(Base):
    """What staff tell everyone about an event once it is over."""

    __tablename__ = "event_reports"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What staff wrote, by part."""
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The figures as they stood at publication."""
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    event: Mapped[Event] = relationship()
