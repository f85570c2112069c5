"""Invitations to a showcase: to suppliers to pitch what was chosen, to councils to meet them.

Asking twice is one invitation, also at the same moment. The one invited accepts with a name, sends someone else,
declines, or takes up again what it declined as long as its place is free. A supplier that declines frees its place, and
staff are told who comes next.
"""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Candidate, Council, Event, Invitation, Organisation
from showcase.models.enums import CandidateState, EventState, InvitationState
from showcase.policies import Actor, Permission, require
from showcase.services import (
    audit,
    candidates,
    event_records,
    events,
    invitation_lists,
    invitation_messages,
    selections,
    speakers,
)

REMIND_BEFORE = timedelta(days=3)
"""How long before its answer is due an organisation is reminded."""


# --- inviting ---------------------------------------------------------------------------------------------------------


def invite(
    event: Event,
    organisation: Organisation,
    *,
    answer_by: datetime,
    by: Actor,
    now: datetime,
    candidate: Candidate | None = None,
) -> Invitation:
    """Invite a supplier with a chosen candidate, or a council. One that stands already is left as it is.

    Raises:
        NotAllowed: the policy says no, or the event is not announced.
        DomainError: the answer would be due too soon or too late, or this organisation cannot be invited so.
    """
    require(by, Permission.INVITATION_SEND, event)
    if not now < answer_by <= event.starts_at:
        raise DomainError("The answer must be due after today and before the showcase starts.")
    events.hold(event)
    _check_invited(event, organisation, candidate)
    found = _find(event, organisation.id, candidate)
    if found is not None and found.state in invitation_lists.STANDING:
        return found
    if found is None:
        found = Invitation(event_id=event.id, organisation_id=organisation.id, created_at=now)
        found.candidate_id = candidate.id if candidate else None
        db.session.add(found)
    found.answer_by, found.note, found.reminded_at = answer_by, "", None
    _name_first_speaker(found, candidate)
    _move(found, InvitationState.SENT, "invitation.sent", by=by, now=now)
    if candidate is not None and candidate.told_at is None:
        candidate.told_at = now
        db.session.flush()
    invitation_messages.tell_invited(found, now=now)
    return found


def invite_waiting(event: Event, *, answer_by: datetime, by: Actor, now: datetime) -> int:
    """Invite everyone chosen, and the councils of the event's challenges, as far as they are not; return how many.

    Raises:
        NotAllowed: the policy says no, or the event is not announced.
        DomainError: the answer would be due too soon or too late.
    """
    require(by, Permission.INVITATION_SEND, event)
    events.hold(event)
    chosen, councils = invitation_lists.waiting(event)
    for candidate in chosen:
        firm = candidate.solution.organisation
        invite(event, firm, answer_by=answer_by, by=by, now=now, candidate=candidate)
    for council in councils:
        invite(event, council, answer_by=answer_by, by=by, now=now)
    return len(chosen) + len(councils)


def withdraw(invitation: Invitation, reason: str, *, by: Actor, now: datetime) -> None:
    """Take an invitation back; the one invited is told why.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it does not stand any more.
        DomainError: a reason is missing.
    """
    require(by, Permission.INVITATION_SEND, invitation.event)
    _hold(invitation)
    if invitation.state not in invitation_lists.STANDING:
        raise Conflict("It does not stand any more.")
    if not reason.strip():
        raise DomainError("Say why: the one invited reads it.")
    invitation.note = reason.strip()
    _move(invitation, InvitationState.WITHDRAWN, "invitation.withdrawn", by=by, now=now)
    if invitation.candidate is not None and invitation.candidate.state is CandidateState.CHOSEN:
        selections.withdraw(invitation.candidate, f"Invitation withdrawn: {reason.strip()}", by=by, now=now)
    invitation_messages.tell_withdrawn(invitation, now=now)


# --- answering --------------------------------------------------------------------------------------------------------


def accept(
    invitation: Invitation, *, speaker_name: str, speaker_email: str, note: str = "", by: Actor, now: datetime
) -> None:
    """Accept, naming who comes; or, once accepted, send someone else.

    Raises:
        NotAllowed: the policy says no, or the event is over.
        Conflict: the place has gone to another meanwhile.
        DomainError: nobody is named.
    """
    require(by, Permission.INVITATION_ANSWER, invitation)
    _hold(invitation)
    require(by, Permission.INVITATION_ANSWER, invitation)
    if not speaker_name.strip() or "@" not in speaker_email:
        raise DomainError("Name who comes, with an e-mail address.")
    was_accepted = invitation.state is InvitationState.ACCEPTED
    candidate = invitation.candidate
    if candidate is not None and candidate.state is not CandidateState.CHOSEN:
        raise Conflict("The place has gone to another solution meanwhile.")
    before = invitation.speaker_name
    invitation.speaker_name, invitation.speaker_email = speaker_name.strip(), speaker_email.strip().lower()
    invitation.note = note.strip()
    action = "invitation.speaker_changed" if was_accepted else "invitation.accepted"
    _move(invitation, InvitationState.ACCEPTED, action, by=by, now=now)
    _set_speaker(invitation)
    if not was_accepted or before != invitation.speaker_name:
        invitation_messages.tell_accepted(invitation, is_change=was_accepted, now=now)


def decline(invitation: Invitation, note: str, *, by: Actor, now: datetime) -> None:
    """Decline, before or after having accepted. A chosen solution's place is free again; staff are told who is next.

    Raises:
        NotAllowed: the policy says no, or the event is over.
        Conflict: it is declined already.
    """
    require(by, Permission.INVITATION_ANSWER, invitation)
    _hold(invitation)
    if invitation.state not in invitation_lists.STANDING:
        raise Conflict("It is declined already.")
    invitation.note = note.strip()
    _move(invitation, InvitationState.DECLINED, "invitation.declined", by=by, now=now)
    following = None
    if invitation.candidate is not None and invitation.candidate.state is CandidateState.CHOSEN:
        selections.withdraw(invitation.candidate, "Its supplier declined the invitation", by=by, now=now)
        following = candidates.next_reserve(invitation.candidate.entry)
    invitation_messages.tell_declined(invitation, following, now=now)


def is_reminder_due(*, now: datetime) -> bool:
    """Tell whether anyone is to be reminded."""
    return db.session.scalar(sa.select(_due(now).exists())) or False


def remind_due(*, now: datetime) -> int:
    """Remind those who have not answered and whose answer is due soon, once each; return how many were reminded."""
    due = invitation_lists.select().where(Invitation.id.in_(_due(now))).order_by(Invitation.id)
    found = db.session.scalars(due).unique().all()
    for invitation in found:
        invitation.reminded_at = now
        invitation_messages.remind(invitation, now=now)
    db.session.flush()
    return len(found)


def _due(now: datetime) -> sa.Select[uuid.UUID]:
    return (
        sa.select(Invitation.id)
        .join(Invitation.event)
        .where(
            Invitation.state == InvitationState.SENT,
            Invitation.reminded_at.is_(None),
            Event.state == EventState.ANNOUNCED,
            Invitation.answer_by > now,
            Invitation.answer_by <= now + REMIND_BEFORE,
        )
    )


# --- steps ------------------------------------------------------------------------------------------------------------


def _find(event: Event, organisation_id: uuid.UUID, candidate: Candidate | None) -> Invitation | None:
    same = Invitation.candidate_id.is_(None) if candidate is None else Invitation.candidate_id == candidate.id
    query = sa.select(Invitation).where(
        Invitation.event_id == event.id, Invitation.organisation_id == organisation_id, same
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def _check_invited(event: Event, organisation: Organisation, candidate: Candidate | None) -> None:
    if candidate is None:
        if not isinstance(organisation, Council) or not organisation.is_active:
            raise DomainError("Suppliers are invited with a chosen solution, councils by themselves.")
        return
    db.session.refresh(candidate, ["state"])
    is_of_event = candidate.entry.event_id == event.id and candidate.solution.organisation_id == organisation.id
    if not is_of_event or candidate.state is not CandidateState.CHOSEN:
        raise DomainError("Only a solution that is chosen can be invited.")


def _name_first_speaker(invitation: Invitation, candidate: Candidate | None) -> None:
    content = candidate.solution.published_content if candidate else {}
    invitation.speaker_name = str(content.get("contact_name") or "")
    invitation.speaker_email = str(content.get("contact_email") or "").lower()


def _set_speaker(invitation: Invitation) -> None:
    """Put who comes into the pitch, so that the agenda knows who must be free."""
    if invitation.candidate is None:
        return
    pitch = selections.pitch_of(invitation.candidate)
    if pitch is None:
        return
    own = [each for each in pitch.speakers if each.organisation_id == invitation.organisation_id]
    speaker = own[0] if own else speakers.add(pitch, invitation.organisation_id)
    if (speaker.name, speaker.email) != (invitation.speaker_name, invitation.speaker_email):
        speaker.name, speaker.email, speaker.account_id = invitation.speaker_name, invitation.speaker_email, None
        speaker.available_from = speaker.available_until = None  # the hours were another person's
        speakers.link_account(speaker)
    db.session.flush()


def _hold(invitation: Invitation) -> None:
    events.hold(invitation.event)
    db.session.refresh(invitation)


def _move(invitation: Invitation, to: InvitationState, action: str, *, by: Actor, now: datetime) -> None:
    invitation.state, invitation.state_since = to, now
    db.session.flush()
    audit.record(
        action,
        invitation,
        by=by,
        event=str(invitation.event_id),
        organisation=str(invitation.organisation_id),
        note=invitation.note,
    )
    event_records.note_invitation(invitation, by=by, now=now)
