"""Who is told by e-mail of an invitation's steps: the one invited, and LGA staff of what it answers."""

from datetime import datetime

from showcase.models import Account, Candidate, Event, Invitation
from showcase.services import event_messages, publication_messages


def tell_invited(invitation: Invitation, *, now: datetime) -> None:
    """Invite by e-mail; once for each time that staff ask."""
    event = invitation.event
    body = (
        f"The Local Government Association invites you to {_purpose(invitation)}.\n\n"
        f"When: {event_messages.when(event.starts_at)}\nWhere: {event_messages.where(event)}\n\n"
        f"Please answer by {event_messages.when(invitation.answer_by)}."
    )
    _send(invitation, invited(invitation), f"Invitation: {event.name}", body, "invited", now)


def remind(invitation: Invitation, *, now: datetime) -> None:
    """Remind those who have not answered."""
    body = (
        f"You have not answered yet whether you come to {_purpose(invitation)}. Please answer by "
        f"{event_messages.when(invitation.answer_by)}: your place then goes to another."
    )
    _send(invitation, invited(invitation), f"Please answer: {invitation.event.name}", body, "reminder", now)


def tell_withdrawn(invitation: Invitation, *, now: datetime) -> None:
    """Tell the one invited that the invitation does not stand any more."""
    body = f"LGA staff withdrew the invitation to {_purpose(invitation)}:\n\n{invitation.note}"
    subject = f"Invitation withdrawn: {invitation.event.name}"
    _send(invitation, invited(invitation), subject, body, "withdrawn", now)


def tell_accepted(invitation: Invitation, *, is_change: bool, now: datetime) -> None:
    """Confirm to the one invited who comes, and tell staff."""
    name, event = invitation.organisation.name, invitation.event
    verb = "now sends" if is_change else "accepts and sends"
    note = f"\n\n{invitation.note}" if invitation.note else ""
    to_staff = f"{name} {verb} {invitation.speaker_name} to {_purpose(invitation)}.{note}"
    _send(invitation, event_messages.staff(), f"{name} comes: {event.name}", to_staff, "accepted-staff", now)
    body = (
        f"Thank you. {invitation.speaker_name} comes to {_purpose(invitation)}, on "
        f"{event_messages.when(event.starts_at)}, {event_messages.where(event)}. You can still send someone else."
    )
    _send(invitation, invited(invitation), f"You come: {event.name}", body, "accepted", now)


def tell_declined(invitation: Invitation, following: Candidate | None, *, now: datetime) -> None:
    """Tell staff that someone does not come, and which reserve is next."""
    name, event = invitation.organisation.name, invitation.event
    note = f"\n\n{invitation.note}" if invitation.note else ""
    after = ""
    if following is not None:
        after = f"\n\nNext in reserve: “{following.solution.known_title}”, {following.solution.organisation.name}."
    elif invitation.candidate is not None:
        after = "\n\nNobody is in reserve for this challenge."
    body = f"{name} declines to {_purpose(invitation)}.{note}{after}"
    people, subject = event_messages.staff(), f"{name} does not come: {event.name}"
    path = f"/showcases/{event.id}/manage/invitations"
    key = f"invitation:{invitation.id}:declined:{now.isoformat()}"
    event_messages.send(event, people, subject, body, path, key=key, now=now)


def invited(invitation: Invitation) -> list[Account]:
    """Return who is written to: those who wrote the solution; of a council, everyone who acts for it."""
    if invitation.candidate is not None:
        return publication_messages.writers_of(invitation.candidate.solution)
    return event_messages.members_of([invitation.organisation_id])


def _purpose(invitation: Invitation) -> str:
    event: Event = invitation.event
    if invitation.candidate is None:
        return f"“{event.name}”"
    solution, challenge = invitation.candidate.solution, invitation.candidate.entry.challenge
    return f"pitch “{solution.known_title}” for “{challenge.known_title}” at “{event.name}”"


def _path(invitation: Invitation) -> str:
    return f"/showcases/invitations/{invitation.id}"


def _send(invitation: Invitation, people: list[Account], subject: str, body: str, what: str, now: datetime) -> None:
    key = f"invitation:{invitation.id}:{what}:{invitation.state_since.isoformat()}"
    event_messages.send(invitation.event, people, subject, body, _path(invitation), key=key, now=now)
