"""Who has an interest in a candidate: what people declare before they read any, and what staff decide about it.

Without a conflict the door opens at once; with one, when another member of staff says so and which steps were taken.
A later declaration replaces the earlier; scores of someone who is no longer let in do not count.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Event, EventChallenge, InterestDeclaration
from showcase.policies import Actor, Permission, require
from showcase.services import audit, event_records, events, selection_messages


def find(entry: EventChallenge, *, by: Actor) -> InterestDeclaration | None:
    """Return what a person declared for a challenge of an event."""
    return next((each for each in entry.declarations if each.account_id == by.account_id), None)


def declare(
    entry: EventChallenge, *, has_conflict: bool, details: str = "", by: Actor, now: datetime
) -> InterestDeclaration:
    """Declare whether one has an actual, potential or perceived conflict of interest in candidates for a challenge.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a conflict is not described.
    """
    require(by, Permission.SELECTION_DECLARE, entry)
    details = details.strip()
    if has_conflict and not details:
        raise DomainError("Say what the conflict is: staff decide by it.")
    events.hold(entry.event)
    declaration = find(entry, by=by)
    if declaration is None:
        declaration = InterestDeclaration(entry=entry, account_id=by.account_id, created_at=now)
        db.session.add(declaration)
    declaration.has_conflict, declaration.details, declaration.is_of_staff = has_conflict, details, by.is_staff
    declaration.steps, declaration.is_let_in, declaration.updated_at = "", not has_conflict, now
    db.session.flush()
    audit.record("interest.declared", entry, by=by, has_conflict=has_conflict)
    event_records.note_declared(declaration, by=by, now=now)
    if has_conflict:
        selection_messages.tell_conflict(declaration, by=by, now=now)
    return declaration


def decide(declaration: InterestDeclaration, *, is_let_in: bool, steps: str, by: Actor, now: datetime) -> None:
    """Say whether a person with a conflict may read and score all the same, and which steps were taken.

    Raises:
        NotAllowed: the policy says no: nobody decides about their own.
        Conflict: no conflict was declared.
        DomainError: the steps are missing.
    """
    require(by, Permission.DECLARATION_DECIDE, declaration)
    if not declaration.has_conflict:
        raise Conflict("No conflict was declared.")
    if not steps.strip():
        raise DomainError("Say which steps were taken: they are part of the record.")
    declaration.is_let_in, declaration.steps = is_let_in, steps.strip()
    db.session.flush()
    audit.record("interest.decided", declaration.entry, by=by, account=str(declaration.account_id), is_let_in=is_let_in)
    event_records.note_declared(declaration, by=by, now=now)
    selection_messages.tell_conflict_decided(declaration, now=now)


def list_of(event: Event) -> Sequence[InterestDeclaration]:
    """Return what people declared for any challenge of an event: those awaiting a decision first."""
    query = (
        sa.select(InterestDeclaration)
        .join(InterestDeclaration.entry)
        .where(EventChallenge.event_id == event.id)
        .options(joinedload(InterestDeclaration.account), joinedload(InterestDeclaration.entry))
        .order_by(InterestDeclaration.is_let_in, InterestDeclaration.updated_at, InterestDeclaration.id)
    )
    return db.session.scalars(query).all()
