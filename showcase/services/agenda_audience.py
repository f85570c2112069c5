"""Whom a session concerns: who speaks, for which organisations, whose challenge it answers, who wants to see it."""

import uuid

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Candidate, Publication, Session, SessionWish


def organisations_of(session: Session) -> set[uuid.UUID]:
    """Return the organisations that take part in a session: those that speak, and the council whose challenge it is."""
    found = {speaker.organisation_id for speaker in session.speakers if speaker.organisation_id is not None}
    if session.entry is not None:
        found.add(session.entry.challenge.organisation_id)
    if session.candidate_id is not None:
        query = sa.select(Publication.organisation_id).join(Candidate, Candidate.solution_id == Publication.id)
        found |= set(db.session.scalars(query.where(Candidate.id == session.candidate_id)))
    return found


def councils_wanting(session: Session) -> set[uuid.UUID]:
    """Return the councils that said they want to see a session."""
    query = sa.select(SessionWish.organisation_id).where(SessionWish.session_id == session.id, SessionWish.weight > 0)
    return set(db.session.scalars(query))


def speakers_of(session: Session) -> set[str]:
    """Return the e-mail addresses of those who speak at a session."""
    ids = {speaker.account_id for speaker in session.speakers if speaker.account_id is not None}
    of_accounts = db.session.scalars(sa.select(Account.email).where(Account.id.in_(ids)))
    others = (speaker.email for speaker in session.speakers if speaker.account_id is None)
    return {address.lower() for address in (*of_accounts, *others) if address}
