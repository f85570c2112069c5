"""What was made of an interest list's demand and prices: plans, the recommendation pack, and how it ended.

A plan compares options and awards nothing. It names the solve that found it, whose problem and answer never change.
Staff look at it and share it; then each member reads its own line, and the lead authority totals and options.
"""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, text_enum, utc_now
from showcase.models.interests import InterestList
from showcase.models.organisations import Council
from showcase.models.solves import Solve


class Plan(Base):
    """A comparison of what a list's councils could do together with the prices that were given."""

    __tablename__ = "plans"
    __table_args__ = (sa.UniqueConstraint("interest_list_id", "number"),)

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    """From 1."""
    solve_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("solves.id"))
    rungs: Mapped[dict[str, Any]]
    """Council id → the rung it stood on when the plan was asked for."""
    left_out: Mapped[dict[str, Any]]
    """Council id → why what it said could not be planned with."""
    shared_at: Mapped[datetime | None]
    """When staff let members read their lines."""
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was told of its totals when it was shared, rounded: nothing else of them is ever told. See `plan_totals`."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    interest_list: Mapped[InterestList] = relationship()
    solve: Mapped[Solve] = relationship()

    @property
    def is_shared(self) -> bool:
        """Whether members may read their lines."""
        return self.shared_at is not None


class Pack(Base):
    """What staff write for a list's recommendation pack; all else in it is read from where it is kept."""

    __tablename__ = "packs"

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), unique=True
    )
    plan_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("plans.id", ondelete="SET NULL"))
    """The plan whose options it compares."""
    recommendation: Mapped[str] = mapped_column(default="")
    risks: Mapped[str] = mapped_column(default="")
    engagement: Mapped[str] = mapped_column(default="")
    """How suppliers were engaged: events, questions, who was told what and when."""
    notice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Draft content of a preliminary market engagement notice, by the names in `services.pack_notice`."""
    shared_at: Mapped[datetime | None]
    """When staff let the lead authority read it."""
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    interest_list: Mapped[InterestList] = relationship()
    plan: Mapped[Plan | None] = relationship()

    @property
    def is_shared(self) -> bool:
        """Whether the lead authority may read it."""
        return self.shared_at is not None


class MarketRoute(StrEnum):
    """How a list went to market."""

    JOINT = "joint_contract"
    FRAMEWORK = "framework"
    SEPARATE = "separate_contracts"
    NEGOTIATED = "existing_supplier"
    NONE = "did_not_go"


class Closing(Base):
    """How a list ended: whether and how its councils bought, and at what price."""

    __tablename__ = "list_closings"

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), unique=True
    )
    route: Mapped[MarketRoute] = mapped_column(text_enum(MarketRoute))
    went_on: Mapped[date | None]
    """The day of the tender notice or first order."""
    notice_reference: Mapped[str] = mapped_column(default="")
    unit_price_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Reached, per unit and year, excluding VAT."""
    note: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    interest_list: Mapped[InterestList] = relationship()
    savings: Mapped[list["Saving"]] = relationship(
        back_populates="closing", order_by="Saving.created_at, Saving.id", cascade="all, delete-orphan"
    )


class Saving(Base):
    """What one council saves in a year by the price that was reached: claimed by staff, confirmed by the council."""

    __tablename__ = "list_savings"
    __table_args__ = (sa.UniqueConstraint("closing_id", "council_id"),)

    closing_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("list_closings.id", ondelete="CASCADE"), index=True)
    council_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    cost_before_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Per unit and year, excluding VAT; None: not known, and then nothing is claimed."""
    claimed_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """A year, excluding VAT."""
    confirmed_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """What the council says it saves in a year, excluding VAT."""
    confirmed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    closing: Mapped[Closing] = relationship(back_populates="savings")
    council: Mapped[Council] = relationship()

    @property
    def organisation_id(self) -> uuid.UUID:
        """The organisation that it belongs to."""
        return self.council_id
