"""Asks those who took part in a finished event for feedback: councils on pitches, suppliers on the event."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import (
    Account,
    Candidate,
    Challenge,
    Event,
    EventChallenge,
    Invitation,
    Membership,
    Organisation,
    Solution,
)
from showcase.models.enums import CandidateState, EventState, InvitationState, OrganisationKind
from showcase.services import messages

ASKED_FOR = timedelta(days=30)
"""How long after its end an event's people are asked."""
BODY = (
    "“{event}” is over. {what} It takes a few minutes.\n\n{link}\n\nYou get this once, as an administrator of an "
    "organisation that took part."
)
WHAT = {
    OrganisationKind.COUNCIL: "Please say what you think of each pitch: suppliers read your words without your name.",
    OrganisationKind.SUPPLIER: "Please say how useful and how fair it was: LGA staff read it, and nobody else.",
}


def ask_due(*, now: datetime) -> int:
    """Queue the e-mails for events that finished lately, one for each person and event; return how many people."""
    query = sa.select(Event).where(Event.state == EventState.FINISHED, Event.ends_at > now - ASKED_FOR)
    asked = 0
    for event in db.session.scalars(query):
        mark = "Illustrative.\n\n" if event.is_illustrative else ""
        link = messages.link(f"/showcases/{event.id}/feedback")
        for person, kind in _people(event):
            body = mark + BODY.format(event=event.name, what=WHAT[kind], link=link)
            key = f"feedback:{event.id}:{person.id}"
            messages.queue(person.email, f"Your feedback: {event.name}", body, now=now, key=key)
            asked += 1
    return asked


def _people(event: Event) -> list[tuple[Account, OrganisationKind]]:
    """Return the administrators of those who set a challenge, pitched or accepted an invitation, by address."""
    entries = sa.select(EventChallenge.id).where(EventChallenge.event_id == event.id)
    ids: sa.CompoundSelect[Any] = sa.union(
        sa.select(Challenge.organisation_id)
        .join(EventChallenge, EventChallenge.challenge_id == Challenge.id)
        .where(EventChallenge.event_id == event.id),
        sa.select(Solution.organisation_id)
        .join(Candidate, Candidate.solution_id == Solution.id)
        .where(Candidate.entry_id.in_(entries), Candidate.state == CandidateState.CHOSEN),
        sa.select(Invitation.organisation_id).where(
            Invitation.event_id == event.id, Invitation.state == InvitationState.ACCEPTED
        ),
    )
    query = (
        sa.select(Account, Organisation.kind)
        .join(Account.memberships)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.is_administrator, Account.deactivated_at.is_(None), Organisation.id.in_(ids))
        .where(Organisation.kind.in_(list(WHAT)))
        .order_by(Account.email, Organisation.id)
    )
    return [(person, kind) for person, kind in db.session.execute(query)]
