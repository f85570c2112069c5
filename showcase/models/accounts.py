"""People: accounts, what they act for, their signed-in sessions, one-time links and the sign-in throttle."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, text_enum
from showcase.models.enums import OrganisationKind, TicketPurpose
from showcase.models.organisations import Organisation


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "accounts"

    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    name: Mapped[str]
    password_hash: Mapped[str | None]
    """Argon2id, in its encoded form."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    """Whether it came with the demo and is refused outside it."""
    deactivated_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]
    """None for someone who never did, whose time then runs from when the account was made."""
    warned_at: Mapped[datetime | None]
    """When the person was told that the account will be erased because it is not used."""
    erased_at: Mapped[datetime | None]
    """When everything that tells who it was went; the row stays, for what the law wants kept."""

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="Membership.created_at"
    )


class Membership(Base):
    """That a person may act for an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("account_id", "organisation_id"),)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_procurement_lead: Mapped[bool] = mapped_column(default=False)
    """Whether the person approves, for a council, what it publishes and binds itself to; one member at most."""
    is_told_of_challenges: Mapped[bool] = mapped_column(default=True)
    """Whether the person, as a supplier's administrator, wants an e-mail about each new challenge in its services."""
    account: Mapped[Account] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class SignInSession(Base):
    """One browser in which a person is signed in. Deleting the row signs that browser out."""

    __tablename__ = "sign_in_sessions"
    LIFETIME: ClassVar = timedelta(days=14)
    """From signing in, whether or not it is used."""
    IDLE: ClassVar = timedelta(hours=24)
    """Without a request for so long it is over."""
    HOST_LIFETIME: ClassVar = timedelta(hours=12)
    HOST_IDLE: ClassVar = timedelta(hours=2)
    """The same for LGA staff, who see everyone's texts."""
    FRESH: ClassVar = timedelta(minutes=15)
    """For so long after showing who they are, a person may do what is dangerous."""

    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the random token in the browser's cookie."""
    membership_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    """Which membership the person acts under at present."""
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the person last showed again who they are; None: when signing in."""
    address: Mapped[str]
    """Network address at sign-in."""
    browser: Mapped[str]
    """The browser's own description, shortened."""
    membership: Mapped[Membership] = relationship()

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has lasted, or lain idle, for too long."""
        is_host = self.membership.organisation.kind is OrganisationKind.HOST
        lifetime, idle = (self.HOST_LIFETIME, self.HOST_IDLE) if is_host else (self.LIFETIME, self.IDLE)
        return now >= min(self.expires_at, self.created_at + lifetime, self.last_seen_at + idle)

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the person showed lately enough who they are for what is dangerous."""
        return now < (self.confirmed_at or self.created_at) + self.FRESH


class Ticket(Base):
    """A link sent by e-mail that can be used once, before it expires."""

    __tablename__ = "tickets"

    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[TicketPurpose] = mapped_column(text_enum(TicketPurpose))
    email: Mapped[str] = mapped_column(index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    invited_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    organisation: Mapped[Organisation | None] = relationship()


class Throttle(Base):
    """How often something was tried within a window, for one account or one network address."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(unique=True)
    """What is counted, for example a digest of "sign-in" and an e-mail address."""
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
