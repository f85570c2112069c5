"""Feedback after an event: councils on each pitch, suppliers on the event and how fair it was.

What a council says to a supplier reaches that supplier without an officer's name; everything else is read by LGA staff
alone. Figures are given from three answers on, so that nobody can be told from an average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Candidate, Challenge, Event, EventChallenge, Feedback, Invitation, Registration, Solution
from showcase.models.enums import CandidateState, InvitationState
from showcase.models.feedback_questions import MARKS, ON_EVENT, ON_PITCH, Ask
from showcase.models.outcomes import ABOUT_EVENT
from showcase.policies import Actor, Permission, require
from showcase.services import audit

LEAST = 3
"""Answers from which on an average is given."""


@dataclass(frozen=True)
class Summary:
    """Figures of one question: how many answered, the average mark or the count of each choice."""

    ask: Ask
    count: int
    average: float | None
    """Of marks from 1 to 5; None below `LEAST` answers, or for a choice."""
    chosen: Mapping[str, int]
    """Answers by label; empty below `LEAST`."""


def takes_part(event: Event, *, by: Actor) -> bool:
    """Tell whether the actor's organisation took part: by a challenge, a pitch, an invitation or a registration."""
    if by.organisation_id is None:
        return False
    own = Challenge.organisation_id if by.is_council else Solution.organisation_id
    entries = sa.select(EventChallenge.id).where(EventChallenge.event_id == event.id)
    through = (
        entries.join(Challenge, Challenge.id == EventChallenge.challenge_id)
        if by.is_council
        else entries.join(Candidate, Candidate.entry_id == EventChallenge.id)
        .join(Solution, Solution.id == Candidate.solution_id)
        .where(Candidate.state == CandidateState.CHOSEN)
    ).where(own == by.organisation_id)
    invited = sa.select(Invitation.id).where(
        Invitation.event_id == event.id,
        Invitation.organisation_id == by.organisation_id,
        Invitation.state == InvitationState.ACCEPTED,
    )
    came = sa.select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.organisation_id == by.organisation_id,
        Registration.checked_in_at.is_not(None),
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in (through, invited, came))


def give(
    event: Event, answers: Mapping[str, Any], *, by: Actor, now: datetime, candidate: Candidate | None = None
) -> Feedback:
    """Keep a person's answers about a pitch, or about the event; again to change them.

    Raises:
        NotAllowed: the policy says no, or the person's organisation did not take part.
        DomainError: a question is not answered.
    """
    require(by, Permission.FEEDBACK_GIVE, event)
    is_about_pitch = candidate is not None
    if by.is_council is not is_about_pitch or not takes_part(event, by=by):
        raise NotAllowed("Those who took part give feedback: councils on pitches, suppliers on the showcase.")
    checked = _checked(ON_PITCH if is_about_pitch else ON_EVENT, answers)
    about = str(candidate.id) if candidate else ABOUT_EVENT
    found = find(event, about, by=by)
    if found is None:
        assert by.organisation_id is not None
        found = Feedback(
            event_id=event.id,
            account_id=by.account_id,
            organisation_id=by.organisation_id,
            candidate_id=candidate.id if candidate else None,
            about=about,
            updated_at=now,
            created_at=now,
        )
        try:
            with db.session.begin_nested():
                db.session.add(found)
        except IntegrityError:
            raise Conflict("You sent this at the same moment in another window. Look at what it says.") from None
    found.answers, found.updated_at = checked, now
    db.session.flush()
    audit.record("feedback.given", found, by=by, event=str(event.id))
    return found


def find(event: Event, about: str, *, by: Actor) -> Feedback | None:
    """Return what the actor said before."""
    return db.session.scalar(
        sa.select(Feedback).where(
            Feedback.event_id == event.id, Feedback.account_id == by.account_id, Feedback.about == about
        )
    )


def own_of(event: Event, *, by: Actor) -> set[str]:
    """Return what the actor gave feedback about: candidates' ids, `ABOUT_EVENT`."""
    query = sa.select(Feedback.about).where(Feedback.event_id == event.id, Feedback.account_id == by.account_id)
    return set(db.session.scalars(query))


def passed_on_to(event: Event, *, by: Actor) -> list[tuple[Candidate, list[str]]]:
    """Return what councils said to the actor's firm about each of its pitches, without names or their order."""
    query = (
        sa.select(Feedback)
        .join(Feedback.candidate)
        .join(Solution, Solution.id == Candidate.solution_id)
        .where(Feedback.event_id == event.id, Solution.organisation_id == by.organisation_id)
        .options(joinedload(Feedback.candidate).joinedload(Candidate.solution).joinedload(Solution.published_version))
        .order_by(Candidate.number)
    )
    said: dict[Candidate, list[str]] = {}
    for each in db.session.scalars(query):
        if each.candidate is not None and each.answers.get("said"):
            said.setdefault(each.candidate, []).append(each.answers["said"])
    return [(candidate, sorted(words)) for candidate, words in said.items()]


def list_for_staff(event: Event, *, seen_by: Actor) -> Sequence[Feedback]:
    """Return everything that was said, with who said it.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.FEEDBACK_SEE, event)
    query = (
        sa.select(Feedback)
        .where(Feedback.event_id == event.id)
        .options(
            joinedload(Feedback.organisation),
            joinedload(Feedback.account),
            joinedload(Feedback.candidate).joinedload(Candidate.solution).joinedload(Solution.published_version),
        )
        .order_by(Feedback.about, Feedback.created_at, Feedback.id)
    )
    return db.session.scalars(query).all()


def summarise(event: Event) -> dict[str, list[Summary]]:
    """Return the figures that may be shown to everyone: of "pitches" and of the "event"."""
    rows = db.session.execute(
        sa.select(Feedback.candidate_id, Feedback.answers).where(Feedback.event_id == event.id)
    ).all()
    on_pitches = [answers for candidate, answers in rows if candidate is not None]
    on_event = [answers for candidate, answers in rows if candidate is None]
    return {
        "pitches": [_summary(ask, on_pitches) for ask in ON_PITCH if ask.choices],
        "event": [_summary(ask, on_event) for ask in ON_EVENT if ask.choices],
    }


def _summary(ask: Ask, answers: Sequence[Mapping[str, Any]]) -> Summary:
    given = [str(each[ask.name]) for each in answers if each.get(ask.name)]
    if len(given) < LEAST:
        return Summary(ask, len(given), None, {})
    if ask.choices is MARKS:
        return Summary(ask, len(given), sum(map(int, given)) / len(given), {})
    return Summary(ask, len(given), None, {label: given.count(name) for name, label in (ask.choices or {}).items()})


def _checked(asks: Sequence[Ask], answers: Mapping[str, Any]) -> dict[str, str]:
    checked = {ask.name: str(answers.get(ask.name) or "").strip() for ask in asks}
    for ask in asks:
        if ask.choices is not None and checked[ask.name] not in ask.choices:
            raise DomainError(f"Choose an answer: {ask.label}")
    return {name: value for name, value in checked.items() if value}
