"""Who is considered for each challenge of a showcase, under which name, and for which reasons.

Candidates are those put forward by their suppliers before the last call closed, and the nearest that the ranking finds,
each with the reasons as they stood. Their numbers are drawn by lot. Councils score them (`scoring`), staff decide
(`selections`).
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Challenge,
    Event,
    EventChallenge,
    Response,
    Score,
    Solution,
)
from showcase.models.enums import CandidateState, ResponseState
from showcase.models.questions import Content
from showcase.policies import Actor, Permission, answers_for, can, require, visible_to
from showcase.services import audit, events, masking, matches
from showcase.services.match_cards import Card, Closeness

BEING_REWRITTEN = (
    "The council is writing a new version of this challenge, so the ranking was not asked. Do this again once it is "
    "published."
)


@dataclass(frozen=True)
class Gathered:
    """What gathering candidates found."""

    added: int
    late: int
    """Solutions put forward after the last call had closed: left out."""
    notices: tuple[str, ...] = ()
    """What the ranking says of itself, such as that only words could be compared."""


# --- reading ----------------------------------------------------------------------------------------------------------


def list_for(entry: EventChallenge, *, seen_by: Actor) -> Sequence[Candidate]:
    """Return an entry's candidates that the viewer may see, by number."""
    return db.session.scalars(
        _select().where(Candidate.entry_id == entry.id, visible_to(seen_by, Candidate)).order_by(Candidate.number)
    ).all()


def list_of(event: Event) -> Sequence[Candidate]:
    """Return all candidates of an event, by challenge and number: for figures that name nobody, and decisions."""
    query = _select().join(Candidate.entry).where(EventChallenge.event_id == event.id)
    return db.session.scalars(query.order_by(EventChallenge.position, EventChallenge.id, Candidate.number)).all()


def _select() -> sa.Select[Candidate]:
    return sa.select(Candidate).options(
        joinedload(Candidate.entry).joinedload(EventChallenge.event),
        joinedload(Candidate.entry).joinedload(EventChallenge.challenge).joinedload(Challenge.organisation),
        joinedload(Candidate.entry).joinedload(EventChallenge.challenge).joinedload(Challenge.published_version),
        joinedload(Candidate.entry).selectinload(EventChallenge.declarations),
        joinedload(Candidate.solution).joinedload(Solution.organisation),
        joinedload(Candidate.solution).joinedload(Solution.published_version),
        joinedload(Candidate.solution).selectinload(Solution.versions),
        joinedload(Candidate.version),
        selectinload(Candidate.scores).joinedload(Score.account),
    )


def title_of(candidate: Candidate) -> str:
    """Return what a candidate is called where it is judged: by a number while names are hidden."""
    return f"Solution {candidate.number}" if candidate.entry.event.is_blind else candidate.solution.known_title


def supplier_of(candidate: Candidate) -> str:
    """Return its supplier's name; blank while names are hidden."""
    return "" if candidate.entry.event.is_blind else candidate.solution.organisation.name


def reasons_of(candidate: Candidate) -> list[str]:
    """Return why the ranking found it, without names while they are hidden."""
    if not candidate.entry.event.is_blind:
        return candidate.reasons
    return [masking.mask_text(reason, candidate.solution) for reason in candidate.reasons]


def comment_of(score: Score) -> str:
    """Return the comment of a score; should it name the supplier while names are hidden, without that."""
    candidate = score.candidate
    return masking.mask_text(score.comment, candidate.solution) if candidate.entry.event.is_blind else score.comment


def answers_of(candidate: Candidate, *, seen_by: Actor) -> Content:
    """Return what the version that is scored says, as far as the reader may see it; without names while hidden.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.CANDIDATE_READ, candidate)
    solution = candidate.solution
    content = candidate.version.content if candidate.version else solution.published_content
    answers = answers_for(seen_by, solution, content)
    return masking.mask(answers, solution) if candidate.entry.event.is_blind else answers


def chosen_of(entry: EventChallenge) -> int:
    """Return how many of its places are taken."""
    count = sa.select(sa.func.count(Candidate.id)).where(
        Candidate.entry_id == entry.id, Candidate.state == CandidateState.CHOSEN
    )
    return db.session.scalar(count) or 0


def next_reserve(entry: EventChallenge) -> Candidate | None:
    """Return the candidate that comes next when a place is free; None when no place is, or nobody is in reserve."""
    if chosen_of(entry) >= entry.places:
        return None
    query = _select().where(Candidate.entry_id == entry.id, Candidate.state == CandidateState.RESERVE)
    return db.session.scalars(query.order_by(Candidate.reserve_place, Candidate.number).limit(1)).first()


# --- gathering --------------------------------------------------------------------------------------------------------


def gather(entry: EventChallenge, *, by: Actor, now: datetime) -> Gathered:
    """Take in everyone who put a solution forward, and the nearest that the ranking finds; may be done again.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.SELECTION_GATHER, entry)
    events.hold(entry.event)
    closes_at = max((call.closes_at for call in entry.event.calls), default=None)
    given = db.session.scalars(
        sa.select(Response)
        .where(Response.challenge_id == entry.challenge_id, Response.state != ResponseState.WITHDRAWN)
        .options(joinedload(Response.solution))
        .order_by(Response.created_at, Response.id)
    ).all()
    late = [response for response in given if closes_at is not None and response.created_at > closes_at]
    wanted = {response.solution_id: response.solution for response in given if response not in late}
    put_forward = set(wanted)
    if not can(by, Permission.MATCH_SEE, entry.challenge):
        added = _take_in(entry, wanted, put_forward, {}, {}, now)
        audit.record("candidates.gathered", entry, by=by, added=added, late=len(late))
        return Gathered(added, len(late), (BEING_REWRITTEN,))
    page = matches.solutions_for(entry.challenge, seen_by=by)
    cards = {card.publication.id: card for card in page.cards if card.closeness is not Closeness.LOOSE}
    wanted |= {
        card.publication.id: card.publication for card in cards.values() if isinstance(card.publication, Solution)
    }
    ranks = {place.id: place.rank for place in page.order.places}
    added = _take_in(entry, wanted, put_forward, cards, ranks, now)
    audit.record("candidates.gathered", entry, by=by, added=added, late=len(late), ranker=page.order.ranker)
    return Gathered(added, len(late), page.order.notices)


def consider(
    entry: EventChallenge, solution: Solution, *, by: Actor, now: datetime, reasons: Sequence[str] = ()
) -> Candidate:
    """Take in one solution by hand.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is a candidate already.
        DomainError: it is not published.
    """
    require(by, Permission.SELECTION_GATHER, entry)
    events.hold(entry.event)
    if not solution.is_visible:
        raise DomainError("Only a published solution can be considered.")
    if not _take_in(entry, {solution.id: solution}, set(), {}, {}, now):
        raise Conflict("It is being considered already.")
    found = select_one(entry, solution)
    found.reasons = list(reasons)
    db.session.flush()
    audit.record("candidate.added", found, by=by, challenge=str(entry.challenge_id), solution=str(solution.id))
    return found


def list_offered(entry: EventChallenge, *, seen_by: Actor) -> list[Solution]:
    """Return the published solutions that are not candidates for an entry yet, by title."""
    taken = sa.select(Candidate.solution_id).where(Candidate.entry_id == entry.id)
    query = (
        sa.select(Solution)
        .where(Solution.published_version_id.is_not(None), Solution.id.not_in(taken), visible_to(seen_by, Solution))
        .options(joinedload(Solution.published_version), joinedload(Solution.organisation))
    )
    return sorted(db.session.scalars(query), key=lambda each: (each.published_title.lower(), str(each.id)))


def select_one(entry: EventChallenge, solution: Solution) -> Candidate:
    """Return the candidate that a solution is for an entry."""
    query = sa.select(Candidate).where(Candidate.entry_id == entry.id, Candidate.solution_id == solution.id)
    return db.session.scalars(query).one()


def _take_in(
    entry: EventChallenge,
    wanted: Mapping[uuid.UUID, Solution],
    put_forward: set[uuid.UUID],
    cards: Mapping[uuid.UUID, Card],
    ranks: Mapping[uuid.UUID, int],
    now: datetime,
) -> int:
    """Add what is not there yet, numbered by lot; return how many that were."""
    known = {c.solution_id: c for c in db.session.scalars(sa.select(Candidate).where(Candidate.entry_id == entry.id))}
    for solution_id in put_forward & set(known):
        known[solution_id].was_put_forward = True
    missing = [solution for id, solution in wanted.items() if id not in known]
    secrets.SystemRandom().shuffle(missing)
    start = max((candidate.number for candidate in known.values()), default=0)
    for number, solution in enumerate(missing, start + 1):
        card = cards.get(solution.id)
        db.session.add(
            Candidate(
                entry_id=entry.id,
                solution_id=solution.id,
                version_id=solution.published_version_id,
                number=number,
                was_put_forward=solution.id in put_forward,
                rank=ranks.get(solution.id),
                reasons=_sentences(card) if card else [],
                created_at=now,
                state_since=now,
            )
        )
    db.session.flush()
    return len(missing)


def _sentences(card: Card) -> list[str]:
    """Return a match's reasons as sentences. What compares a price with a budget is the council's own, and left out."""
    told = []
    if card.closeness:
        told.append(f"{card.closeness}.")
    if card.why.asked and card.why.offered:
        asked, offered = ("".join(piece.text for piece in said) for said in (card.why.asked, card.why.offered))
        told.append(f"The challenge says “{asked.strip()}” and the solution “{offered.strip()}”.")
    if card.why.terms:
        told.append(f"Words they share: {', '.join(card.why.terms)}.")
    told += [f"Fits: {facet.text}." for facet in card.why.fitting(True) if facet.facet != "price"]
    told += [f"Does not fit: {facet.text}." for facet in card.why.fitting(False) if facet.facet != "price"]
    told += [f"Says nothing about: {gap.text}." for gap in card.why.gaps]
    return told
