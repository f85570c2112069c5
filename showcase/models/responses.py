"""Responses: solutions that their suppliers put forward for a challenge, whatever the ranking says."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.challenges import Challenge
from showcase.models.enums import ResponseState
from showcase.models.solutions import Solution

NOTE_WORDS = 200
DECISIONS = (ResponseState.CONSIDERED, ResponseState.INVITED, ResponseState.NOT_THIS_TIME)
"""What a council can decide, in the order in which it is offered."""


class Response(Base):
    """A solution put forward for a challenge, with up to `NOTE_WORDS` words."""

    __tablename__ = "responses"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "solution_id"),)

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    solution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    note: Mapped[str]
    state: Mapped[ResponseState] = mapped_column(text_enum(ResponseState), default=ResponseState.RECEIVED)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    reason: Mapped[str] = mapped_column(default="")
    """Why not this time; shown to the supplier."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    challenge: Mapped[Challenge] = relationship(foreign_keys=[challenge_id])
    solution: Mapped[Solution] = relationship(foreign_keys=[solution_id])
    by: Mapped[Account | None] = relationship()
