"""Indicative prices that suppliers give for an interest list: market engagement, never accepted or scored.

Each save is a version that is never changed. A version is sealed until the time that was stated when it was given, and
until the list's own time where that was moved later: moving a time can keep prices sealed for longer, never shorter.
"""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, utc_now
from showcase.models.interests import InterestList
from showcase.models.organisations import Supplier

NOTICE = (
    "Indicative prices are preliminary market engagement under section 16 of the Procurement Act 2023. "
    "They are never accepted, scored for award or carried into a tender, and this is not a call for competition."
)
"""Stands on every page and document that shows prices or what was made of them."""
MOST_TIERS = 6
"""Prices that one offer may have."""


class PriceOffer(Base):
    """One supplier's indicative prices for a list, in all their versions."""

    __tablename__ = "price_offers"
    __table_args__ = (sa.UniqueConstraint("interest_list_id", "supplier_id"),)

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), index=True
    )
    supplier_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    sealed_until: Mapped[datetime]
    """The latest of the times that were stated with its versions."""
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str] = mapped_column(default="")
    interest_list: Mapped[InterestList] = relationship()
    supplier: Mapped[Supplier] = relationship()
    versions: Mapped[list["PriceVersion"]] = relationship(back_populates="offer", order_by="PriceVersion.number")

    @property
    def organisation_id(self) -> uuid.UUID:
        """The organisation that it belongs to."""
        return self.supplier_id

    @property
    def last(self) -> "PriceVersion":
        """The version that stands."""
        return self.versions[-1]

    @property
    def opens_at(self) -> datetime:
        """When others than its supplier may first read it."""
        closes = self.interest_list.prices_close_at
        return max(self.sealed_until, closes) if closes else self.sealed_until

    @property
    def is_sealed(self) -> bool:
        """Whether nobody but its supplier may read it, or know that it is there."""
        return utc_now() < self.opens_at

    @property
    def is_standing(self) -> bool:
        """Whether it was not withdrawn."""
        return self.withdrawn_at is None


class PriceVersion(Base):
    """What a supplier said at one time, never changed."""

    __tablename__ = "price_versions"
    __table_args__ = (sa.UniqueConstraint("offer_id", "number"),)

    offer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("price_offers.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """From 1."""
    tiers: Mapped[list[dict[str, Any]]]
    """[{"min_quantity", "unit_price_pence"}], by least total quantity; price per unit and year, excluding VAT."""
    capacity: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Most units in all; None: no limit."""
    earliest: Mapped[str] = mapped_column(sa.String(7))
    """First month in which councils could start, such as "2027-04"."""
    latest: Mapped[str] = mapped_column(sa.String(7))
    includes: Mapped[str]
    meets: Mapped[list[str]]
    """Ids of the vocabulary `must_haves`."""
    valid_until: Mapped[date]
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    offer: Mapped[PriceOffer] = relationship(back_populates="versions")
