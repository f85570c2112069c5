"""Appends to the audit trail, inside the transaction of the change it tells of."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from showcase.extensions import db
from showcase.models import AuditEntry, Base
from showcase.policies import Actor


def record(
    action: str, subject: Base | None = None, *, by: Actor, session: Session | None = None, **details: Any
) -> None:
    """Append that `by` did `action` to `subject`. Details are JSON values; never a password, a link or a price."""
    subject_id: uuid.UUID | None = subject.id if subject is not None else None
    entry = AuditEntry(
        action=action,
        by_id=by.account_id,
        acting_for_id=by.organisation_id,
        subject_kind=type(subject).__name__.lower() if subject is not None else "",
        subject_id=subject_id,
        details=details,
    )
    (session or db.session).add(entry)
