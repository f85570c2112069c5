"""One-to-one meetings after the pitches: the plan that makes the same offer to everyone, and what was asked for.

Staff set times, places and limits once for all. In one window of time councils ask suppliers and suppliers ask
councils; what is agreed is put into the timetable by the same solver as the agenda. A meeting is closed only once
anything new that the council said in it has been released to everyone.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, text_enum, utc_now
from showcase.models.enums import MeetingState, OrganisationKind
from showcase.models.events import Event, EventChallenge
from showcase.models.organisations import Organisation


class MeetingPlan(Base):
    """When and where meetings can be held at an event, who may have how many, and when to ask."""

    __tablename__ = "meeting_plans"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    minutes: Mapped[int] = mapped_column(default=15)
    """Length of every meeting: the same for all."""
    places: Mapped[list[str]] = mapped_column(default=list)
    """Tables, or calls online: each holds one meeting at a time."""
    opens_at: Mapped[datetime]
    """From when councils and suppliers may ask: the same moment for all."""
    closes_at: Mapped[datetime]
    most_of_supplier: Mapped[int] = mapped_column(default=3)
    """Meetings a supplier may have, those it asks for included: the same for every supplier."""
    most_of_council: Mapped[int] = mapped_column(default=6)
    """Meetings a council may have, those it asks for included: the same for every council."""
    offered_at: Mapped[datetime | None]
    """When the offer went out to all."""
    revision: Mapped[int] = mapped_column(default=1)
    event: Mapped[Event] = relationship()
    rounds: Mapped[list["MeetingRound"]] = relationship(
        back_populates="plan", order_by="MeetingRound.starts_at, MeetingRound.id", cascade="all, delete-orphan"
    )

    def is_open(self, now: datetime) -> bool:
        """Whether meetings can be asked for."""
        return self.opens_at <= now < self.closes_at

    def most_of(self, kind: OrganisationKind) -> int:
        """Return how many meetings an organisation of a kind may have."""
        return self.most_of_council if kind is OrganisationKind.COUNCIL else self.most_of_supplier


class MeetingRound(Base):
    """A time at which a meeting can be held at every place."""

    __tablename__ = "meeting_rounds"
    __table_args__ = (sa.UniqueConstraint("plan_id", "starts_at"),)

    plan_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting_plans.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    plan: Mapped[MeetingPlan] = relationship(back_populates="rounds")


class Meeting(Base):
    """A meeting of a council and a supplier about a challenge of an event."""

    __tablename__ = "meetings"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "supplier_id"),
        sa.UniqueConstraint("plan_id", "starts_at", "place"),
    )

    plan_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("meeting_plans.id", ondelete="CASCADE"))
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_challenges.id", ondelete="CASCADE"))
    council_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    supplier_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    state: Mapped[MeetingState] = mapped_column(text_enum(MeetingState), default=MeetingState.ASKED)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    asked_by: Mapped[OrganisationKind] = mapped_column(text_enum(OrganisationKind))
    """Which side asked."""
    note: Mapped[str] = mapped_column(default="")
    """What the side that asked would like to talk about."""
    reason: Mapped[str] = mapped_column(default="")
    """Why it was declined or cancelled."""
    starts_at: Mapped[datetime | None]
    place: Mapped[str | None]
    new_information: Mapped[str] = mapped_column(default="")
    """What the council said that the challenge statement does not: to be released to everyone."""
    noted_at: Mapped[datetime | None]
    """When the council wrote that down, or that there was nothing new."""
    released_at: Mapped[datetime | None]
    """When what was new was released."""
    plan: Mapped[MeetingPlan] = relationship()
    entry: Mapped[EventChallenge] = relationship()
    council: Mapped[Organisation] = relationship(foreign_keys=[council_id])
    supplier: Mapped[Organisation] = relationship(foreign_keys=[supplier_id])

    @property
    def is_standing(self) -> bool:
        """Whether it is asked for or agreed, and may still take place or did."""
        return self.state not in (MeetingState.DECLINED, MeetingState.CANCELLED)

    @property
    def is_timetabled(self) -> bool:
        """Whether it has a time and a place."""
        return self.starts_at is not None

    @property
    def awaits_release(self) -> bool:
        """Whether the council said something new in it that others do not have yet."""
        return bool(self.new_information) and self.released_at is None
