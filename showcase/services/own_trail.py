"""The part of the audit trail that an organisation's administrators read: what its people did, and what was done to it.

Its own people are named. Of others it learns what they did to its texts and to itself, which it was told at the time,
and never who they are: only that it was LGA staff or somebody of another organisation.
"""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Organisation, Publication, Response, Solution
from showcase.models.enums import OrganisationKind
from showcase.policies.texts import is_scored_blind
from showcase.services import audit
from showcase.services.audit import STEPS, Wanted

PRIVATE = ("registration.needs_kept", "interest.declared", "interest.decided", "candidate.scored", "account.exported")
"""What a person does that their own administrators need not know: needs, interests, marks, asking for their data."""
TOLD_OF_TEXTS = (*STEPS, "handed_to_lead", "contact_erased")
"""Steps of others with a text that its organisation learns of."""


def search(organisation: Organisation, wanted: Wanted) -> sa.Select[AuditEntry]:
    """Return the query for an organisation's own entries that fit, the newest first."""
    own = sa.and_(AuditEntry.acting_for_id == organisation.id, AuditEntry.action.not_in(PRIVATE))
    # A name is searched for among its own people alone: that an entry is found would tell who did it.
    seen = own if wanted.person else sa.or_(own, _done_to(organisation))
    narrowed = Wanted(
        action=wanted.action, person=wanted.person, subject_id=wanted.subject_id, since=wanted.since, until=wanted.until
    )
    return audit.search(narrowed).where(seen)


def list_actions(organisation: Organisation) -> list[str]:
    """Return the actions in an organisation's own entries, in alphabetical order."""
    found = search(organisation, Wanted()).options(joinedload(AuditEntry.by).raiseload("*")).order_by(None).subquery()
    return list(db.session.scalars(sa.select(found.c.action).distinct().order_by(found.c.action)))


def who(entry: AuditEntry, organisation: Organisation) -> str:
    """Return who did it as the organisation may know it."""
    if entry.acting_for_id == organisation.id:
        return entry.by.name if entry.by is not None else organisation.name
    if entry.acting_for is None:
        return "The service"
    return "LGA staff" if entry.acting_for.kind is OrganisationKind.HOST else "Somebody of another organisation"


def _done_to(organisation: Organisation) -> sa.ColumnElement[bool]:
    steps = [f"{kind}.{step}" for kind in ("challenge", "solution") for step in TOLD_OF_TEXTS]
    texts = sa.select(Publication.id).where(Publication.organisation_id == organisation.id)
    responses = sa.select(Response.id).where(
        sa.or_(
            Response.challenge.has(sa.and_(Challenge.organisation_id == organisation.id, sa.not_(is_scored_blind()))),
            Response.solution.has(Solution.organisation_id == organisation.id),
        )
    )
    return sa.or_(
        sa.and_(AuditEntry.subject_id == organisation.id, AuditEntry.action.startswith("organisation.")),
        sa.and_(AuditEntry.subject_id.in_(texts), AuditEntry.action.in_(steps)),
        sa.and_(AuditEntry.subject_id.in_(responses), AuditEntry.action.startswith("response.")),
    )
