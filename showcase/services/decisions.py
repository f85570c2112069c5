"""What a council decides about solutions for its challenge: shortlisted, not for us, taken back.

Each decision keeps the place and the ranker that the officer was looking at, and stays on record when it is undone.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, Decision, Publication, Solution
from showcase.models.enums import EntryKind, Verdict
from showcase.policies import Actor, Permission, require
from showcase.services import audit, matches, ranking, records

WORDS = {Verdict.SHORTLISTED: "was shortlisted by the council", Verdict.NOT_FOR_US: "was turned down by the council"}
"""What the engagement record says of each verdict."""


def decide(
    challenge: Challenge, solution: Solution, verdict: Verdict, *, by: Actor, now: datetime, reason: str = ""
) -> Decision:
    """Keep what a council decided about a solution, with its place in the ranking; takes the place of an earlier one.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a reason is missing.
    """
    require(by, Permission.MATCH_DECIDE, challenge)
    require(by, Permission.PUBLICATION_SEE, solution)
    reason = reason.strip()
    if verdict is Verdict.NOT_FOR_US and not reason:
        raise DomainError("Say why it is not for you, so that colleagues need not look again.")
    _lock(challenge)
    for earlier in standing_on(challenge, solution.id):
        _undo(earlier, by=by, now=now)
    order = ranking.order(Solution, matches.query_for(challenge), seen_by=by)
    place = next((place for place in order.places if place.id == solution.id), None)
    decision = Decision(
        challenge=challenge,
        solution=solution,
        verdict=verdict,
        reason=reason,
        by_id=by.account_id,
        rank=place.rank if place else None,
        score=place.score if place else None,
        ranker=order.ranker,
        shown=dict(place.contributions) if place else {},
        created_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    audit.record(
        "match.decided",
        challenge,
        by=by,
        solution=str(solution.id),
        verdict=verdict.value,
        reason=reason,
        rank=decision.rank,
        ranker=decision.ranker,
    )
    _note(decision, WORDS[verdict], by=by, now=now)
    return decision


def undo(challenge: Challenge, solution: Solution, *, by: Actor, now: datetime) -> None:
    """Take back what was decided about a solution; the record of it stays.

    Raises:
        NotAllowed: the policy says no.
        Conflict: nothing is decided, or a colleague has taken it back already.
    """
    require(by, Permission.MATCH_DECIDE, challenge)
    _lock(challenge)
    standing = standing_on(challenge, solution.id)
    if not standing:
        raise Conflict("Nothing is decided about this solution. A colleague may have taken it back already.")
    for decision in standing:
        _undo(decision, by=by, now=now)
        audit.record("match.undone", challenge, by=by, solution=str(solution.id), verdict=decision.verdict.value)
        _note(decision, "is no longer " + WORDS[decision.verdict].removeprefix("was "), by=by, now=now)
    db.session.flush()


def standing_on(challenge: Challenge, *solution_ids: uuid.UUID) -> list[Decision]:
    """Return the decisions that stand, newest first; of all solutions, or of those named."""
    query = (
        sa.select(Decision)
        .where(Decision.challenge_id == challenge.id, Decision.undone_at.is_(None))
        .options(
            joinedload(Decision.by),
            joinedload(Decision.solution).joinedload(Solution.organisation),
            joinedload(Decision.solution).joinedload(Solution.published_version),
        )
        .order_by(Decision.created_at.desc(), Decision.id)
    )
    if solution_ids:
        query = query.where(Decision.solution_id.in_(solution_ids))
    return list(db.session.scalars(query))


def _note(decision: Decision, words: str, *, by: Actor, now: datetime) -> None:
    """Tell the challenge's engagement record what was decided, or taken back."""
    solution = decision.solution
    rank = f", at rank {decision.rank} of the ranking" if decision.rank else ""
    reason = f" {decision.reason}" if decision.reason else ""
    said = f"“{solution.known_title}” of {solution.organisation.name} {words}{rank}.{reason}"
    records.note(decision.challenge, EntryKind.SELECTION, said, by=by, now=now)


def _undo(decision: Decision, *, by: Actor, now: datetime) -> None:
    decision.undone_at = now
    decision.undone_by_id = by.account_id


def _lock(challenge: Challenge) -> None:
    """Make two officers who decide at once follow each other."""
    db.session.execute(sa.select(Publication.id).where(Publication.id == challenge.id).with_for_update())
