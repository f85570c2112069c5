"""Who is told by e-mail of one-to-one meetings: both sides of one, and everybody of the offer at one time."""

from collections.abc import Sequence
from datetime import datetime

from showcase.models import Meeting, MeetingPlan, Organisation
from showcase.models.enums import OrganisationKind
from showcase.services import event_messages
from showcase.services.event_messages import members_of, when


def offer(
    plan: MeetingPlan, suppliers: Sequence[Organisation], councils: Sequence[Organisation], *, now: datetime
) -> int:
    """Tell each organisation what every other of its kind is told; return how many people are told, or were."""
    event, told = plan.event, 0
    for kind, organisations in ((OrganisationKind.SUPPLIER, suppliers), (OrganisationKind.COUNCIL, councils)):
        others = "the councils" if kind is OrganisationKind.SUPPLIER else "the invited suppliers"
        body = (
            f"After the pitches of “{event.name}” there is time for one-to-one meetings of {plan.minutes} minutes. You "
            f"can ask {others} for a meeting until {when(plan.closes_at)}, and answer those who ask you. Each supplier "
            f"can have up to {plan.most_of_supplier}, each council up to {plan.most_of_council}: the same for all.\n\n"
            "Anything new that a council says in a meeting is released to everyone afterwards."
        )
        for organisation in organisations:
            people = members_of([organisation.id])
            told += len(people)
            key = f"meeting-offer:{plan.id}:{organisation.id}"
            path = f"/showcases/{event.id}/meetings"
            event_messages.send(event, people, f"One-to-one meetings: {event.name}", body, path, key=key, now=now)
    return told


def tell_asked(meeting: Meeting, *, now: datetime) -> None:
    """Tell the side that is asked."""
    asker, asked = _sides(meeting)
    body = f"{asker.name} asks you for a one-to-one meeting about “{_title(meeting)}”.\n\n{meeting.note}".strip()
    _send(meeting, [asked], f"Meeting asked for by {asker.name}", body, now)


def tell_accepted(meeting: Meeting, *, now: datetime) -> None:
    """Tell the side that asked. The time follows with the timetable."""
    asker, asked = _sides(meeting)
    body = (
        f"{asked.name} accepts to meet you about “{_title(meeting)}”. We tell you the time once the timetable is made."
    )
    _send(meeting, [asker], f"Meeting accepted by {asked.name}", body, now)


def tell_declined(meeting: Meeting, *, now: datetime) -> None:
    """Tell the side that asked, with the reason if there is one."""
    asker, asked = _sides(meeting)
    body = f"{asked.name} cannot meet you about “{_title(meeting)}”.\n\n{meeting.reason}".strip()
    _send(meeting, [asker], f"No meeting with {asked.name}", body, now)


def tell_cancelled(meeting: Meeting, *, now: datetime) -> None:
    """Tell both sides."""
    body = (
        f"The meeting of {meeting.council.name} and {meeting.supplier.name} about “{_title(meeting)}” is cancelled.\n\n"
        f"{meeting.reason}"
    ).strip()
    _send(meeting, [meeting.council, meeting.supplier], "Meeting cancelled", body, now)


def tell_time(meeting: Meeting, *, now: datetime) -> None:
    """Tell both sides when and where, also when that has changed."""
    assert meeting.starts_at is not None
    body = (
        f"{meeting.council.name} and {meeting.supplier.name} meet about “{_title(meeting)}” on "
        f"{when(meeting.starts_at)}, {meeting.place}, for {meeting.plan.minutes} minutes."
    )
    _send(meeting, [meeting.council, meeting.supplier], f"Meeting on {when(meeting.starts_at)}", body, now)


def _sides(meeting: Meeting) -> tuple[Organisation, Organisation]:
    """Return who asked, and who was asked."""
    pair = (meeting.council, meeting.supplier)
    return pair if meeting.asked_by is OrganisationKind.COUNCIL else (pair[1], pair[0])


def _title(meeting: Meeting) -> str:
    return meeting.entry.challenge.known_title


def _send(meeting: Meeting, to: Sequence[Organisation], subject: str, body: str, now: datetime) -> None:
    people = members_of([organisation.id for organisation in to])
    key = f"meeting:{meeting.id}:{subject}:{now.isoformat()}"
    event_messages.send(meeting.plan.event, people, subject, body, f"/meetings/{meeting.id}", key=key, now=now)
