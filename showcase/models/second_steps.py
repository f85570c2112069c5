"""The second step at sign-in: a code from an app, recovery codes, and the browsers a person has signed in from."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from showcase.models.base import Base


class SecondStep(Base):
    """The secret that a person's app makes codes from (RFC 6238); kept once the app has shown a right code."""

    __tablename__ = "second_steps"

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str] = mapped_column(sa.String(200))
    """As `services.locked_secrets` keeps it: unreadable without the service's key."""
    last_used: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Half-minute of the last code that was taken: none is taken twice."""


class RecoveryCode(Base):
    """A code for the day the app is lost; works once."""

    __tablename__ = "recovery_codes"

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256: the code has 50 random bits."""
    used_at: Mapped[datetime | None]


class KnownBrowser(Base):
    """A browser from which a person has signed in: signing in from another is told to them."""

    __tablename__ = "known_browsers"
    __table_args__ = (sa.UniqueConstraint("account_id", "token_hash"),)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the random token in the browser's long-lived cookie."""
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
