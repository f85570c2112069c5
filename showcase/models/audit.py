"""The audit trail: what was done, by whom, for whom. Appended, never changed."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base
from showcase.models.organisations import Organisation


class AuditEntry(Base):
    """One thing that was done."""

    __tablename__ = "audit_entries"
    __table_args__ = (sa.Index(None, "created_at", "id"),)

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
    by: Mapped[Account | None] = relationship()
    acting_for: Mapped[Organisation | None] = relationship()
