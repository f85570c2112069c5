"""What happens at an event, as the engagement records of its challenges are told: selection, invitations, attendance.

Each challenge's record gets what concerns that challenge. Nothing is decided about a candidate while suppliers' names
are hidden, so that what is noted can name them.
"""

from collections import Counter
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import (
    Candidate,
    Event,
    EventChallenge,
    InterestDeclaration,
    Invitation,
    Organisation,
    Registration,
)
from showcase.models.enums import CandidateState, EntryKind, Hall, InvitationState
from showcase.policies import Actor
from showcase.services import pitches, records

DECIDED = {
    CandidateState.CONSIDERED: "is considered again",
    CandidateState.CHOSEN: "was chosen to be pitched",
    CandidateState.RESERVE: "was put in reserve",
    CandidateState.NOT_CHOSEN: "was not chosen",
}
INVITED = {
    InvitationState.SENT: "was invited",
    InvitationState.ACCEPTED: "accepted",
    InvitationState.DECLINED: "declined",
    InvitationState.WITHDRAWN: "was told that its invitation is withdrawn",
}
HALLS = {Hall.IN_PERSON: "in person", Hall.ONLINE: "online"}


def note_sent_to_council(entry: EventChallenge, count: int, *, by: Actor, now: datetime) -> None:
    """Note that candidates were given to the council to be scored."""
    given = "1 candidate was" if count == 1 else f"{count} candidates were"
    words = f"{given} given to the council to score for {entry.event.name}, by the published criteria."
    council = entry.challenge.organisation.name
    records.note(entry.challenge, EntryKind.SELECTION, words, by=by, now=now, released_to=council)


def note_decided(candidate: Candidate, *, by: Actor, now: datetime) -> None:
    """Note what staff decided about a candidate, and why."""
    event = candidate.entry.event
    words = (
        f"{_name(candidate)} {DECIDED.get(candidate.state, 'was decided about')} at {event.name}. {candidate.reason}"
    )
    records.note(candidate.entry.challenge, EntryKind.SELECTION, words.strip(), by=by, now=now)


def note_told(candidate: Candidate, *, by: Actor, now: datetime) -> None:
    """Note that a supplier was told what became of its solution, with the feedback it was given."""
    feedback = "; ".join(candidate.feedback.values())
    words = f"The supplier of {_name(candidate)} was told: it {DECIDED.get(candidate.state, 'was decided about')}."
    records.note(
        candidate.entry.challenge,
        EntryKind.SELECTION,
        f"{words} {feedback}".strip(),
        by=by,
        now=now,
        released_to="That supplier",
    )


def note_declared(declaration: InterestDeclaration, *, by: Actor, now: datetime) -> None:
    """Note a declaration of interests, or what was decided about one."""
    person = declaration.account.name if declaration.account else by.name
    words = f"{person} declared no conflict of interest."
    if declaration.has_conflict:
        words = f"{person} declared a conflict of interest: {declaration.details}"
        if declaration.steps:
            let_in = "may take part in the selection" if declaration.is_let_in else "takes no part in the selection"
            words += f" Decided: {person} {let_in}. Steps: {declaration.steps}"
    event = declaration.entry.event
    records.note(declaration.entry.challenge, EntryKind.CONFLICT, f"{event.name}: {words}", by=by, now=now)


def note_invitation(invitation: Invitation, *, by: Actor, now: datetime) -> None:
    """Note a step of an invitation: a supplier's on the challenge it pitches for, a council's on its own challenges."""
    if invitation.candidate is not None:
        entries = [invitation.candidate.entry]
    else:
        own = invitation.organisation_id
        entries = [entry for entry in invitation.event.entries if entry.challenge.organisation_id == own]
    note = f" {invitation.note}" if invitation.note else ""
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    words = f"{organisation.name} {INVITED[invitation.state]}: {invitation.event.name}.{note}"
    is_sent = invitation.state in (InvitationState.SENT, InvitationState.WITHDRAWN)
    for entry in entries:
        released_to = organisation.name if is_sent else ""
        records.note(entry.challenge, EntryKind.INVITATION, words, by=by, now=now, released_to=released_to)


def note_finished(event: Event, *, by: Actor, now: datetime) -> None:
    """Note on each challenge who was present, by organisation, and what was pitched."""
    present = sorted(_present(event).items())
    people = sum(count for _, count in present)
    who = "; ".join(f"{name} ({count} {hall})" for (name, hall), count in present)
    words = f"{event.name} was held. {people} people were present{f': {who}' if who else ''}"
    details = [{"organisation": name, "how": hall, "people": count} for (name, hall), count in present]
    chosen = pitches.list_of(event)
    for entry in event.entries:
        pitched = [f"{_name(each)}" for each in chosen if each.entry_id == entry.id]
        records.note(
            entry.challenge,
            EntryKind.ATTENDANCE,
            f"{words}. Pitched for this challenge: {'; '.join(pitched) or 'nothing'}.",
            by=by,
            now=now,
            happened_at=event.starts_at,
            key=f"attendance:{event.id}",
            details={"present": details},
        )


def _name(candidate: Candidate) -> str:
    return f"“{candidate.solution.known_title}” of {candidate.solution.organisation.name}"


def _present(event: Event) -> Counter[tuple[str, str]]:
    query = sa.select(Registration.organisation_name, Registration.attended).where(
        Registration.event_id == event.id, Registration.attended.is_not(None)
    )
    return Counter((name or "no organisation", HALLS[hall]) for name, hall in db.session.execute(query) if hall)
