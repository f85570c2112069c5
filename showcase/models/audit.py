"""The audit trail: what was done, by whom, for whom. Appended, never changed; the worker seals it into a hash chain.

A seal holds ids and a salted digest of the details. The readable text stands in the entry and can be erased, its salt
with it, without breaking the chain.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base
from showcase.models.organisations import Organisation


class AuditEntry(Base):
    """One thing that was done."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index(None, "created_at", "id"),
        sa.Index(
            "ix_audit_entries_unsealed",
            "created_at",
            sqlite_where=sa.text("NOT is_sealed"),
            postgresql_where=sa.text("NOT is_sealed"),
        ),
        sa.Index(
            "ix_audit_entries_not_erased",
            "action",
            "created_at",
            sqlite_where=sa.text("erased_at IS NULL"),
            postgresql_where=sa.text("erased_at IS NULL"),
        ),
    )

    action: Mapped[str] = mapped_column(index=True)
    """Such as "challenge.published"."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    """Who did it; None for the platform itself."""
    acting_for_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    subject_kind: Mapped[str]
    subject_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Before and after, as far as they matter; never a password, a link or a price."""
    is_sealed: Mapped[bool] = mapped_column(default=False)
    salt: Mapped[str | None]
    """Random; part of what the seal's digest of the details is made from. Goes when they are erased."""
    erased_at: Mapped[datetime | None]
    """When the details were erased because a person's data had to go."""
    by: Mapped[Account | None] = relationship()
    acting_for: Mapped[Organisation | None] = relationship()


class AuditSeal(Base):
    """One link of the chain: what an entry claimed when it was sealed, bound to the link before."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    """1 for the first; without gaps."""
    entry_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """No foreign key: an entry that went missing must show."""
    claims: Mapped[str]
    """The text that is hashed: JSON of ids, time, action and the digest of the details."""
    previous: Mapped[str] = mapped_column(sa.String(64))
    """Hash of the link before; 64 noughts for the first."""
    hash: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256, in hexadecimal, of `previous`, a line feed and `claims`."""
