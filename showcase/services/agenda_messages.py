"""Who is told by e-mail of a published agenda: each person whom a change concerns, with exactly what concerns them.

A session concerns those who speak at it, the organisations they speak for, the council whose challenge it answers, and
the councils that asked to see it. When the first agenda is published, all that are invited are told.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from showcase.models import Agenda, Placement
from showcase.services import agenda_audience, event_messages, messages
from showcase.services.agenda_changes import Change, ChangeKind
from showcase.services.agenda_problems import LONDON
from showcase.services.agenda_words import clock

CHANGED = "The agenda of “{event}” on {day} has changed. This concerns you:"
FIRST = "The agenda of “{event}” on {day} is published. Your sessions:"
FIRST_WITHOUT = "The agenda of “{event}” on {day} is published."


def tell(agenda: Agenda, changes: Sequence[Change], *, is_first: bool, now: datetime) -> None:
    """Queue an e-mail to each person whom changes concern; at the first version, to everyone invited as well."""
    readers: dict[str, list[Change]] = {}
    for change in changes:
        if change.is_told:
            for address in _concerned(change.placement):
                readers.setdefault(address, []).append(change)
    if is_first:
        for person in event_messages.invited_people(agenda.event):
            readers.setdefault(person.email, [])
    for address, concerning in sorted(readers.items()):
        _send(agenda, address, concerning, is_first=is_first, now=now)


def _concerned(placement: Placement) -> set[str]:
    """Return the addresses of those whom a session concerns."""
    organisations = {uuid.UUID(id) for id in placement.organisation_ids}
    addresses: set[str] = set()
    if placement.session is not None:
        organisations |= agenda_audience.organisations_of(placement.session)
        organisations |= agenda_audience.councils_wanting(placement.session)
        addresses = agenda_audience.speakers_of(placement.session)
    return addresses | {person.email for person in event_messages.members_of(organisations)}


def _send(agenda: Agenda, address: str, changes: Sequence[Change], *, is_first: bool, now: datetime) -> None:
    event = agenda.event
    opening = CHANGED if not is_first else FIRST if changes else FIRST_WITHOUT
    parts = [opening.format(event=event.name, day=_day(event.starts_at))]
    if changes:
        parts.append("\n".join(f"- {_line(change)}" for change in changes))
    if agenda.note and not is_first:
        parts.append(f"LGA staff say:\n{agenda.note}")
    parts.append(messages.link(f"/showcases/{event.id}/agenda"))
    subject = f"{'Agenda' if is_first else 'Changed times'}: {event.name}"
    mark = event_messages.ILLUSTRATIVE if event.is_illustrative else ""
    messages.queue(address, subject, mark + "\n\n".join(parts), now=now, key=f"agenda:{agenda.id}:{address}")


def _line(change: Change) -> str:
    placement = change.placement
    if change.kind is ChangeKind.GONE:
        return f"“{placement.title}”, which was to start at {_start(placement)}, is taken off."
    until = clock(placement.ends_at.astimezone(LONDON))
    words = f"“{placement.title}”: {_start(placement)} to {until}, {placement.room_name}"
    if change.before is None or change.kind is not ChangeKind.MOVED:
        return f"{words}."
    return f"{words}. It was {_start(change.before)}, {change.before.room_name}."


def _start(placement: Placement) -> str:
    return clock(placement.starts_at.astimezone(LONDON))


def _day(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
