"""What came of each pitch, asked of its council 6, 12 and 24 months after the event.

A contract's value is read by the council, the pitch's own supplier and LGA staff; others see counts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Candidate, Event, EventChallenge, Outcome
from showcase.models.enums import CandidateState, EntryKind, EventState, OutcomeState
from showcase.models.outcomes import MONTHS
from showcase.policies import Actor, Permission, can, require
from showcase.services import audit, messages, pitches, publication_messages, records

ASKED_FOR = timedelta(days=90)
"""How long after it is due an outcome is asked for."""
WORDS = {
    OutcomeState.NONE: "Nothing came of it",
    OutcomeState.PILOT: "A pilot",
    OutcomeState.TENDER: "A tender",
    OutcomeState.CONTRACT: "A contract",
}


@dataclass(frozen=True)
class Pair:
    """A challenge and the solution that was pitched for it, with what came of it by month."""

    candidate: Candidate
    outcomes: dict[int, Outcome]
    may_record: bool


def due_on(event: Event, months: int) -> date:
    """Return the day on which an outcome is asked for."""
    held = event.ends_at.astimezone(audit.LONDON).date()
    year, month = divmod(held.month - 1 + months, 12)
    year, month = held.year + year, month + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date.resolution).day
    return date(year, month, min(held.day, last))


def list_for(event: Event, *, seen_by: Actor) -> list[Pair]:
    """Return the pairs whose outcomes the viewer may see: own ones; for staff all."""
    found: dict[object, dict[int, Outcome]] = {}
    query = sa.select(Outcome).join(Candidate).join(Candidate.entry).where(EventChallenge.event_id == event.id)
    for outcome in db.session.scalars(query):
        found.setdefault(outcome.candidate_id, {})[outcome.months] = outcome
    return [
        Pair(each, found.get(each.id, {}), can(seen_by, Permission.OUTCOME_RECORD, each))
        for each in pitches.list_of(event)
        if seen_by.is_staff
        or seen_by.organisation_id in (each.entry.challenge.organisation_id, each.solution.organisation_id)
    ]


def record(
    candidate: Candidate,
    months: int,
    state: OutcomeState,
    *,
    by: Actor,
    now: datetime,
    value_pence_excluding_vat: int | None = None,
    note: str = "",
) -> Outcome:
    """Say what came of a pitch, once it is due; again to put it right.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the event is not finished, or the time has not come.
        DomainError: it is no pitch, or the value is missing or out of place.
    """
    require(by, Permission.OUTCOME_RECORD, candidate)
    event = candidate.entry.event
    if candidate.state is not CandidateState.CHOSEN or months not in MONTHS:
        raise NotAllowed
    if event.state is not EventState.FINISHED or now.astimezone(audit.LONDON).date() < due_on(event, months):
        raise Conflict("It is too early to say: come back when it is due.")
    if state is OutcomeState.CONTRACT and not value_pence_excluding_vat:
        raise DomainError("Enter the value of the contract, excluding VAT.")
    if state is not OutcomeState.CONTRACT and value_pence_excluding_vat is not None:
        raise DomainError("Enter a value for a contract alone.")
    query = sa.select(Outcome).where(Outcome.candidate_id == candidate.id, Outcome.months == months)
    outcome = db.session.scalar(query.with_for_update())
    if outcome is None:
        outcome = Outcome(candidate_id=candidate.id, months=months, created_at=now)
        db.session.add(outcome)
    outcome.state, outcome.value_pence_excluding_vat = state, value_pence_excluding_vat
    outcome.note, outcome.updated_at, outcome.by_id = note.strip(), now, by.account_id
    db.session.flush()
    audit.record("outcome.recorded", outcome, by=by, months=months, state=state.value)
    solution = candidate.solution
    records.note(
        candidate.entry.challenge,
        EntryKind.OUTCOME,
        f"{months} months after {event.name}, of the pitch of “{solution.known_title}” by "
        f"{solution.organisation.name}: {WORDS[state].lower()}. {outcome.note}".strip(),
        by=by,
        now=now,
    )
    return outcome


def remind(*, now: datetime) -> int:
    """Ask councils by e-mail for each outcome that is due and not recorded, once; return how many were asked for."""
    asked = 0
    for event in db.session.scalars(sa.select(Event).where(Event.state == EventState.FINISHED)):
        today = now.astimezone(audit.LONDON).date()
        due = [months for months in MONTHS if due_on(event, months) <= today]
        if not due or today - due_on(event, due[-1]) > ASKED_FOR:
            continue
        recorded = _recorded(event)
        for candidate in pitches.list_of(event):
            months = due[-1]  # one that was missed is not asked for once the next is due
            if (candidate.id, months) not in recorded:
                asked += _ask(event, candidate, months, now=now)
    return asked


def counts(event: Event) -> dict[int, dict[str, int]]:
    """Return by month how many pairs came to what; a month in which nothing was recorded is left out."""
    query = (
        sa.select(Outcome.months, Outcome.state, sa.func.count())
        .join(Candidate, Candidate.id == Outcome.candidate_id)
        .join(Candidate.entry)
        .where(EventChallenge.event_id == event.id)
        .group_by(Outcome.months, Outcome.state)
    )
    found: dict[int, dict[str, int]] = {}
    for months, state, count in db.session.execute(query):
        found.setdefault(months, {each.value: 0 for each in OutcomeState})[state.value] = count
    return dict(sorted(found.items()))


def values_of(event: Event) -> Sequence[int]:
    """Return the values of the contracts, each pair's latest, in whole pence excluding VAT: for sums, not for pages."""
    query = (
        sa.select(Outcome)
        .join(Candidate, Candidate.id == Outcome.candidate_id)
        .join(Candidate.entry)
        .where(EventChallenge.event_id == event.id, Outcome.value_pence_excluding_vat.is_not(None))
        .order_by(Outcome.months)
    )
    latest = {each.candidate_id: each.value_pence_excluding_vat or 0 for each in db.session.scalars(query)}
    return list(latest.values())


def _recorded(event: Event) -> set[tuple[object, int]]:
    query = (
        sa.select(Outcome.candidate_id, Outcome.months)
        .join(Candidate, Candidate.id == Outcome.candidate_id)
        .join(Candidate.entry)
        .where(EventChallenge.event_id == event.id)
    )
    return {(candidate, months) for candidate, months in db.session.execute(query)}


def _ask(event: Event, candidate: Candidate, months: int, *, now: datetime) -> int:
    challenge, solution = candidate.entry.challenge, candidate.solution
    mark = f"{challenge.illustration}.\n\n" if challenge.is_illustrative else ""
    body = (
        f"{months} months ago “{solution.known_title}” of {solution.organisation.name} was pitched for your challenge "
        f"“{challenge.known_title}” at “{event.name}”. What came of it: nothing, a pilot, a tender, a contract? "
        f"It takes a minute and tells councils what showcases are good for.\n\n"
        f"{messages.link(f'/showcases/{event.id}/outcomes')}"
    )
    for person in publication_messages.writers_of(challenge):
        key = f"outcome:{candidate.id}:{months}:{person.id}"
        messages.queue(person.email, f"What came of it: {solution.known_title}", mark + body, now=now, key=key)
    return 1
