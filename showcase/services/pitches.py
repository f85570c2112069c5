"""The pitches of an event: the chosen candidates, with what pages and e-mails say of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from showcase.extensions import db
from showcase.models import Candidate, Challenge, Event, EventChallenge, Publication, Solution
from showcase.models.enums import CandidateState


def list_of(event: Event) -> Sequence[Candidate]:
    """Return the pitches of an event, by challenge and number."""
    entry, solution = contains_eager(Candidate.entry), joinedload(Candidate.solution)
    query = (
        sa.select(Candidate)
        .join(Candidate.entry)
        .where(EventChallenge.event_id == event.id, Candidate.state == CandidateState.CHOSEN)
        .options(
            entry.joinedload(EventChallenge.event),
            entry.joinedload(EventChallenge.challenge).joinedload(Challenge.organisation),
            entry.joinedload(EventChallenge.challenge).joinedload(Challenge.published_version),
            entry.joinedload(EventChallenge.challenge).selectinload(Publication.versions),
            solution.joinedload(Solution.organisation),
            solution.joinedload(Solution.published_version),
            solution.selectinload(Publication.versions),
        )
        .order_by(EventChallenge.position, EventChallenge.id, Candidate.number)
    )
    return db.session.scalars(query).all()
