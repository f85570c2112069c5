"""What staff decide about candidates: chosen, in reserve, not chosen; and that everyone is told.

A chosen one gets its pitch in the programme, as long as all others; one that was not chosen gets feedback. What was
told is not taken back: only a reserve can still move up.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Candidate, Event, EventChallenge, Session, Speaker
from showcase.models.enums import CandidateState, EventState, SessionKind
from showcase.models.selections import FEEDBACK
from showcase.policies import Actor, Permission, require
from showcase.services import audit, candidates, event_records, events, selection_messages, speakers

NEEDED_FEEDBACK = ("strengths", "gaps")
OPEN_STATES = (CandidateState.CONSIDERED, CandidateState.CHOSEN, CandidateState.RESERVE, CandidateState.NOT_CHOSEN)


def ask_to_score(entry: EventChallenge, *, by: Actor, now: datetime) -> None:
    """Tell the council that candidates wait for its scores.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the showcase is not announced.
        DomainError: there is no candidate.
    """
    require(by, Permission.SELECTION_GATHER, entry)
    if entry.event.state is not EventState.ANNOUNCED:
        raise Conflict("Councils score once the showcase is announced: its criteria are fixed then.")
    count = sum(each.entry_id == entry.id for each in candidates.list_of(entry.event))
    if not count:
        raise DomainError("There is no candidate yet.")
    selection_messages.tell_ready(entry, count, now=now)
    audit.record("candidates.sent_to_council", entry, by=by, count=count)
    event_records.note_sent_to_council(entry, count, by=by, now=now)


def choose(candidate: Candidate, reason: str, *, by: Actor, now: datetime) -> Session:
    """Give a candidate one of its challenge's places, and its pitch in the programme.

    Raises:
        NotAllowed: the policy says no, or names are still hidden.
        Conflict: all places are taken, or it was decided and told already.
        DomainError: a reason is missing, or nobody has scored it.
    """
    _must_be_open(candidate, by)
    if candidate.state is CandidateState.CHOSEN:
        raise Conflict("It is chosen already.")
    entry = candidate.entry
    if candidates.chosen_of(entry) >= entry.places:
        raise Conflict(f"All {entry.places} places of this challenge are taken. Put it in reserve, or add a place.")
    if not candidate.scores:
        raise DomainError("Its council has not scored it yet.")
    _decide(candidate, CandidateState.CHOSEN, reason, by=by, now=now)
    return _add_pitch(candidate, now)


def put_in_reserve(candidate: Candidate, reason: str, *, by: Actor, now: datetime) -> None:
    """Keep a candidate for a place that becomes free, behind those kept before it.

    Raises:
        NotAllowed: the policy says no, or names are still hidden.
        Conflict: it is in reserve, or was decided and told already.
        DomainError: a reason is missing.
    """
    _must_be_open(candidate, by)
    if candidate.state is CandidateState.RESERVE:
        raise Conflict("It is in reserve already.")
    last = db.session.scalar(
        sa.select(sa.func.max(Candidate.reserve_place)).where(Candidate.entry_id == candidate.entry_id)
    )
    _decide(candidate, CandidateState.RESERVE, reason, by=by, now=now)
    candidate.reserve_place = (last or 0) + 1
    db.session.flush()


def turn_down(candidate: Candidate, reason: str, feedback: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Do not choose a candidate, and say to its supplier what stood out and what was missing.

    Raises:
        NotAllowed: the policy says no, or names are still hidden.
        Conflict: it was decided and told already.
        DomainError: a reason, or the feedback, is missing.
    """
    _must_be_open(candidate, by)
    said = {name: feedback.get(name, "").strip() for name in FEEDBACK}
    lacking = [FEEDBACK[name] for name in NEEDED_FEEDBACK if not said[name]]
    if lacking:
        raise DomainError(f"Its supplier reads your feedback. Say also: {'; '.join(lacking).lower()}.")
    _decide(candidate, CandidateState.NOT_CHOSEN, reason, by=by, now=now)
    candidate.feedback = said
    db.session.flush()


def reconsider(candidate: Candidate, *, by: Actor, now: datetime) -> None:
    """Take back what was decided, as long as its supplier was not told.

    Raises:
        NotAllowed: the policy says no.
        Conflict: its supplier was told, or nothing was decided.
    """
    _must_be_open(candidate, by)
    if candidate.state is CandidateState.CONSIDERED:
        raise Conflict("Nothing is decided about it.")
    _decide(candidate, CandidateState.CONSIDERED, "Taken back", by=by, now=now)
    candidate.feedback = {}
    db.session.flush()


def withdraw(candidate: Candidate, reason: str, *, by: Actor, now: datetime) -> None:
    """Note that a chosen candidate's supplier does not come: its place is free again and its pitch is gone."""
    events.hold(candidate.entry.event)
    _decide(candidate, CandidateState.WITHDRAWN, reason, by=by, now=now)


def tell_outcomes(event: Event, *, by: Actor, now: datetime) -> int:
    """Tell every supplier that was not chosen, or is in reserve, what was decided and why; return how many were told.

    Raises:
        NotAllowed: the policy says no.
        DomainError: candidates are not decided about yet.
    """
    require(by, Permission.EVENT_EDIT, event)
    events.hold(event)
    found = candidates.list_of(event)
    open_ones = [candidate for candidate in found if candidate.state is CandidateState.CONSIDERED]
    if open_ones:
        count = len(open_ones)
        raise DomainError(f"{count} {'candidate is' if count == 1 else 'candidates are'} not decided about yet.")
    told = [
        candidate
        for candidate in found
        if candidate.told_at is None and candidate.state in (CandidateState.RESERVE, CandidateState.NOT_CHOSEN)
    ]
    for candidate in told:
        tell(candidate, by=by, now=now)
    return len(told)


def tell(candidate: Candidate, *, by: Actor, now: datetime) -> None:
    """Let a supplier see what was decided about its solution, and send it the e-mail that says so."""
    candidate.told_at = now
    db.session.flush()
    audit.record("candidate.told", candidate, by=by, state=candidate.state.value)
    event_records.note_told(candidate, by=by, now=now)
    selection_messages.tell_outcome(candidate, now=now)


def pitch_of(candidate: Candidate) -> Session | None:
    """Return a chosen candidate's pitch."""
    return db.session.scalar(sa.select(Session).where(Session.candidate_id == candidate.id))


def _must_be_open(candidate: Candidate, by: Actor) -> None:
    require(by, Permission.CANDIDATE_DECIDE, candidate)
    events.hold(candidate.entry.event)
    db.session.refresh(candidate, ["state", "told_at"])
    is_moving_up = candidate.state is CandidateState.RESERVE
    if candidate.state not in OPEN_STATES or (candidate.told_at is not None and not is_moving_up):
        raise Conflict("Its supplier has been told already.")


def _decide(candidate: Candidate, to: CandidateState, reason: str, *, by: Actor, now: datetime) -> None:
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why: it is part of the record.")
    before = candidate.state
    candidate.state, candidate.state_since, candidate.reason = to, now, reason
    candidate.decided_by_id, candidate.reserve_place = by.account_id, None
    if before is CandidateState.CHOSEN:
        db.session.execute(sa.delete(Session).where(Session.candidate_id == candidate.id))
        db.session.expire(candidate.entry.event, ["sessions"])
    db.session.flush()
    audit.record("candidate.decided", candidate, by=by, before=before.value, after=to.value, reason=reason)
    event_records.note_decided(candidate, by=by, now=now)


def _add_pitch(candidate: Candidate, now: datetime) -> Session:
    event, solution = candidate.entry.event, candidate.solution
    content = solution.published_content
    session = Session(
        event_id=event.id,
        track_id=candidate.entry.track_id,
        entry_id=candidate.entry_id,
        candidate_id=candidate.id,
        kind=SessionKind.PITCH,
        title=f"{solution.known_title}, {solution.organisation.name}",
        summary=str(content.get("summary", "")),
        minutes=event.pitch_minutes,
        created_at=now,
    )
    name = str(content.get("contact_name") or solution.organisation.name)
    email = str(content.get("contact_email") or "").lower()
    speaker = Speaker(name=name, email=email, organisation_id=solution.organisation_id)
    speakers.link_account(speaker)
    session.speakers.append(speaker)
    db.session.add(session)
    db.session.flush()
    db.session.expire(event, ["sessions"])
    return session


def show_names(event: Event, *, by: Actor, now: datetime) -> None:
    """End the first pass: from now on everyone who may read candidates sees their suppliers.

    Raises:
        NotAllowed: the policy says no.
        Conflict: names are shown already, or nobody could score yet.
    """
    require(by, Permission.EVENT_EDIT, event)
    events.hold(event)
    if event.state is not EventState.ANNOUNCED:
        raise Conflict("Candidates are scored once the showcase is announced.")
    if not event.is_blind:
        raise Conflict("Names are shown already.")
    event.names_shown_at = now
    db.session.flush()
    audit.record("event.names_shown", event, by=by)
