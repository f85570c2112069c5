"""Contracts that councils have now: what they tell the radar of contracts that end close together.

Read by the council that recorded them and by staff. Nobody else sees one; councils see how many of them have contracts
that end together, as it was last told.
"""

import uuid
from calendar import monthrange
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, utc_now
from showcase.models.organisations import Council


class Contract(Base):
    """One contract of a council with a supplier for a product."""

    __tablename__ = "contracts"
    __table_args__ = (sa.UniqueConstraint("council_id", "identity"),)

    council_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    supplier: Mapped[str]
    product: Mapped[str]
    identity: Mapped[str]
    """Supplier, product and service in one plain form: a council records each such contract once."""
    service_area: Mapped[str] = mapped_column(index=True)
    """Id of the vocabulary `service_areas`."""
    ends_on: Mapped[date] = mapped_column(index=True)
    """Last day, before any extension."""
    notice_months: Mapped[int | None]
    """How long before its end notice must be given."""
    extension_months: Mapped[int | None]
    """For how long the council may extend it; 0: not at all; None: not said."""
    annual_cost_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """Excluding VAT."""
    exit_terms: Mapped[str] = mapped_column(default="")
    challenge_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("publications.id", ondelete="SET NULL"), index=True
    )
    """The challenge whose answers it was carried from."""
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every save, so that nobody overwrites another's unseen."""
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    council: Mapped[Council] = relationship()

    @property
    def organisation_id(self) -> uuid.UUID:
        """The organisation that it belongs to."""
        return self.council_id

    @property
    def notice_by(self) -> date | None:
        """Last day on which notice can be given in time; None where the notice is not known."""
        return None if self.notice_months is None else months_after(self.ends_on, -self.notice_months)

    @property
    def ends_at_the_latest_on(self) -> date:
        """Its last day if it is extended for as long as it may be."""
        return months_after(self.ends_on, self.extension_months or 0)


class RadarBand(Base):
    """Which councils were counted when it was last told how many have a contract for a service that ends in a quarter.

    Nobody reads the councils: the next figure is measured against all that were told.
    """

    __tablename__ = "radar_bands"
    __table_args__ = (sa.UniqueConstraint("service_area", "starts_on", "number"),)

    service_area: Mapped[str]
    """Id of the vocabulary `service_areas`."""
    starts_on: Mapped[date] = mapped_column(index=True)
    """First day of the quarter."""
    number: Mapped[int]
    """From 1, for one service and quarter."""
    taken_on: Mapped[date]
    councils: Mapped[list[str]]
    """Ids of those counted."""


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, or the last of that month where it has no such day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
