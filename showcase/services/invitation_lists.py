"""Which invitations, outcomes and places of challenges a page lists: for staff of one event, for others their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Candidate, Challenge, Council, Event, EventChallenge, Invitation, Organisation, Solution
from showcase.models.enums import CandidateState, EventState, InvitationState
from showcase.policies import Actor, visible_to
from showcase.services import candidates

STANDING = (InvitationState.SENT, InvitationState.ACCEPTED)


def list_of(event: Event) -> Sequence[Invitation]:
    """Return an event's invitations: those without an answer first, then by organisation."""
    waits = sa.case((Invitation.state == InvitationState.SENT, 0), else_=1)
    query = select().join(Invitation.organisation).where(Invitation.event_id == event.id)
    return db.session.scalars(query.order_by(waits, Organisation.name, Invitation.id)).unique().all()


def list_own(*, seen_by: Actor) -> Sequence[Invitation]:
    """Return the invitations of the organisation that the viewer acts for, the latest event first."""
    query = (
        select()
        .join(Invitation.event)
        .where(Invitation.organisation_id == seen_by.organisation_id, visible_to(seen_by, Invitation))
    )
    return db.session.scalars(query.order_by(Event.starts_at.desc(), Invitation.id)).unique().all()


def list_own_outcomes(*, seen_by: Actor) -> Sequence[Candidate]:
    """Return what a supplier was told of its solutions that were not chosen or are in reserve, the latest first."""
    query = (
        sa.select(Candidate)
        .join(Candidate.solution.of_type(Solution))
        .where(Solution.organisation_id == seen_by.organisation_id, Candidate.told_at.is_not(None))
        .where(Candidate.state.in_((CandidateState.RESERVE, CandidateState.NOT_CHOSEN)))
        .where(visible_to(seen_by, Candidate))
        .options(
            joinedload(Candidate.entry).joinedload(EventChallenge.event),
            joinedload(Candidate.entry).joinedload(EventChallenge.challenge).joinedload(Challenge.published_version),
            joinedload(Candidate.solution).joinedload(Solution.published_version),
        )
        .order_by(Candidate.told_at.desc(), Candidate.id)
    )
    return db.session.scalars(query).unique().all()


def list_own_entries(*, seen_by: Actor) -> Sequence[EventChallenge]:
    """Return the places of a council's challenges in announced events, the next event first."""
    query = (
        sa.select(EventChallenge)
        .join(EventChallenge.event)
        .join(EventChallenge.challenge.of_type(Challenge))
        .where(Challenge.organisation_id == seen_by.organisation_id, Event.state == EventState.ANNOUNCED)
        .options(
            joinedload(EventChallenge.event),
            joinedload(EventChallenge.challenge).joinedload(Challenge.published_version),
        )
        .order_by(Event.starts_at, EventChallenge.position, EventChallenge.id)
    )
    return db.session.scalars(query).unique().all()


def list_uninvited(event: Event) -> Sequence[Council]:
    """Return the councils that could still be invited, by name."""
    asked = sa.select(Invitation.organisation_id).where(
        Invitation.event_id == event.id, Invitation.candidate_id.is_(None), Invitation.state.in_(STANDING)
    )
    query = sa.select(Council).where(
        Council.id.not_in(asked), Council.approved_at.is_not(None), Council.suspended_at.is_(None)
    )
    return db.session.scalars(query.order_by(Council.name, Council.id)).all()


def waiting(event: Event) -> tuple[list[Candidate], list[Organisation]]:
    """Return who should be invited and is not: chosen candidates, and councils of the event's challenges."""
    asked = {(each.organisation_id, each.candidate_id) for each in list_of(event)}
    chosen = [each for each in candidates.list_of(event) if each.state is CandidateState.CHOSEN]
    councils = {entry.challenge.organisation_id: entry.challenge.organisation for entry in event.entries}
    return (
        [each for each in chosen if (each.solution.organisation_id, each.id) not in asked],
        [council for id, council in councils.items() if (id, None) not in asked],
    )


def select() -> sa.Select[Invitation]:
    """Return the query for invitations with what a page says of them."""
    return sa.select(Invitation).options(
        joinedload(Invitation.event),
        joinedload(Invitation.organisation),
        joinedload(Invitation.candidate).joinedload(Candidate.solution).joinedload(Solution.published_version),
        joinedload(Invitation.candidate)
        .joinedload(Candidate.entry)
        .joinedload(EventChallenge.challenge)
        .joinedload(Challenge.published_version),
    )
