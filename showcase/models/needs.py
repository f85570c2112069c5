"""Needs: published challenges that describe the same problem, and what people decided about them.

Which challenge stands in which need is worked out by the worker and can be worked out again; a member that a person
placed (`is_fixed`), a refusal, a name and a dismissal are decisions and stay. A challenge that is like no other is a
need of its own: lists show those with two or more.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.sql.base import ExecutableOption

from showcase.models.base import Base
from showcase.models.challenges import Challenge


class Need(Base):
    """A need that one or more published challenges describe. Its id stays when challenges come and go."""

    __tablename__ = "needs"

    name: Mapped[str] = mapped_column(default="")
    """What staff call it; blank: it goes by the title of its central challenge."""
    central_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("publications.id", ondelete="SET NULL"))
    """The challenge most like the others."""
    likeness: Mapped[float | None]
    """Average likeness of its pairs, in spreads above two challenges taken at random; None: to be measured."""
    dismissed_at: Mapped[datetime | None]
    """When staff judged that it is no need councils share."""
    dismissed_because: Mapped[str] = mapped_column(default="")
    joined_into_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    """The need that took in all its challenges: its address leads there."""

    members: Mapped[list["NeedMember"]] = relationship(
        back_populates="need", order_by="NeedMember.created_at, NeedMember.id", passive_deletes=True
    )

    @classmethod
    def loaded_with(cls) -> Sequence[ExecutableOption]:
        """Return its members, each with what is published of its challenge; the working texts would double it."""
        challenge = selectinload(cls.members).selectinload(NeedMember.challenge)
        return (
            challenge.joinedload(Challenge.organisation),
            challenge.joinedload(Challenge.published_version),
            challenge.defer(Challenge.content),
        )

    @property
    def shown(self) -> list["NeedMember"]:
        """Return the members whose challenge everyone may see."""
        return [m for m in self.members if m.challenge.is_visible and m.challenge.organisation.is_active]

    @property
    def is_shared(self) -> bool:
        """Whether two or more published challenges describe it."""
        return len(self.shown) >= 2

    @property
    def is_dismissed(self) -> bool:
        """Whether staff took it off the lists."""
        return self.dismissed_at is not None


class NeedMember(Base):
    """Where a challenge stands: in one need."""

    __tablename__ = "need_members"

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), unique=True)
    need_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[uuid.UUID | None]
    """The published version that was looked at; None: nothing was published."""
    method: Mapped[str]
    """Model and way of grouping by which it was placed."""
    is_fixed: Mapped[bool] = mapped_column(default=False)
    """Whether a person placed it: then nothing but a person moves it."""
    need: Mapped[Need] = relationship(back_populates="members")
    challenge: Mapped[Challenge] = relationship()


class NeedRefusal(Base):
    """A person's word that a challenge is not of a need."""

    __tablename__ = "need_refusals"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "need_id"),)

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"))
    need_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("needs.id", ondelete="CASCADE"), index=True)
