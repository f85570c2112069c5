"""Organisations: the host, councils and suppliers, and the e-mail domains that councils' officers write from."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, text_enum
from showcase.models.enums import OrganisationKind

if TYPE_CHECKING:
    from showcase.models.accounts import Membership


class Organisation(Base):
    """An organisation that people act for."""

    __tablename__ = "organisations"
    # All kinds' columns at once: a list of suppliers that came through `organisation` would ask for each one's anew.
    __mapper_args__ = {"polymorphic_on": "kind", "with_polymorphic": "*"}

    kind: Mapped[OrganisationKind] = mapped_column(text_enum(OrganisationKind), index=True)
    name: Mapped[str] = mapped_column(index=True)
    region: Mapped[str | None] = mapped_column(index=True)
    """Id of the vocabulary `regions`."""
    approved_at: Mapped[datetime | None]
    """When staff let a supplier in; councils and the host are let in when they are made."""
    suspended_at: Mapped[datetime | None]
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    """Whether it was made for the demo: an invented firm."""

    domains: Mapped[list["EmailDomain"]] = relationship(
        back_populates="organisation", order_by="EmailDomain.domain", cascade="all, delete-orphan"
    )
    lead: Mapped["Membership | None"] = relationship(
        "Membership",
        primaryjoin="and_(Organisation.id == Membership.organisation_id, Membership.is_procurement_lead)",
        uselist=False,
        viewonly=True,
    )
    """The member who approves what a council publishes and binds itself to, if it named one."""

    @property
    def is_active(self) -> bool:
        """Whether its texts may be seen by others."""
        return self.approved_at is not None and self.suspended_at is None


class Host(Organisation):
    """The Local Government Association."""

    __mapper_args__ = {"polymorphic_identity": OrganisationKind.HOST}


class Council(Organisation):
    """A principal council, combined authority or the Greater London Authority, from the register."""

    __mapper_args__ = {"polymorphic_identity": OrganisationKind.COUNCIL}

    gss_code: Mapped[str | None] = mapped_column(sa.String(9), unique=True)
    """Code of the Government Statistical Service, such as E09000007."""
    short_name: Mapped[str | None]
    council_type: Mapped[str | None] = mapped_column(index=True)
    """Id of the vocabulary `council_types`."""
    tier: Mapped[str | None]
    county_code: Mapped[str | None]
    """GSS code of the county council that a district lies in."""
    combined_authority_code: Mapped[str | None]
    population: Mapped[int | None]
    population_year: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """Last day on which the council exists, once an order says so."""
    successor_codes: Mapped[list[str] | None]
    """GSS codes of the councils that take over."""


class Supplier(Organisation):
    """A technology firm. Its size decides whether it is an SME, and nothing about its rank."""

    __mapper_args__ = {"polymorphic_identity": OrganisationKind.SUPPLIER}

    about: Mapped[str | None]
    website: Mapped[str | None]
    companies_house_number: Mapped[str | None] = mapped_column(sa.String(8))
    ppon: Mapped[str | None]
    """Public procurement organisation number."""
    staff: Mapped[int | None]
    turnover_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    balance_sheet_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    figures_on: Mapped[date | None]
    """The date that staff, turnover and balance sheet are true for."""
    is_vcse: Mapped[bool | None]
    founded_year: Mapped[int | None]

    @property
    def is_sme(self) -> bool | None:
        """Whether it is a small or medium-sized enterprise; None when its figures do not tell.

        Fewer than 250 staff, and turnover below £44 million or a balance sheet below £38 million: the definition used
        for notices under the Procurement Act 2023.
        """
        if self.staff is None or (self.turnover_pence is None and self.balance_sheet_pence is None):
            return None
        turnover, balance = self.turnover_pence, self.balance_sheet_pence
        is_small = (turnover is not None and turnover < 44_000_000_00) or (
            balance is not None and balance < 38_000_000_00
        )
        if not is_small and self.staff < 250 and (turnover is None or balance is None):
            return None
        return self.staff < 250 and is_small


class EmailDomain(Base):
    """An e-mail domain of a council's officers. Shared services give one domain to several councils."""

    __tablename__ = "email_domains"
    __table_args__ = (sa.UniqueConstraint("domain", "organisation_id"),)

    domain: Mapped[str] = mapped_column(index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    organisation: Mapped[Organisation] = relationship(back_populates="domains")
