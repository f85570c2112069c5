"""Agendas of the illustrative showcases: the first that keeps every rule, published; and a draft to try things on.

Found by trying places in order, which loads no solver: seeding stays quick. Staff can have the best one suggested.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Agenda, Event, Session
from showcase.models.enums import EventState, SessionKind
from showcase.policies import Actor
from showcase.scheduling import Slot
from showcase.services import agenda_publishing, agendas
from showcase.services.agenda_problems import Brief, brief_for

PUBLISHED_BEFORE = timedelta(days=10)
"""How long before a showcase that was held its agenda was published."""
ORDER = {SessionKind.TALK: 0, SessionKind.PANEL: 1, SessionKind.PITCH: 2}
"""In which order sessions are given places."""


def load(staff: Actor, *, now: datetime) -> int:
    """Publish an agenda for each illustrative showcase that has none; return how many were published."""
    has_one = sa.select(Agenda.event_id)
    query = sa.select(Event).where(Event.is_illustrative, Event.announced_at.is_not(None), Event.id.not_in(has_one))
    found = [event for event in db.session.scalars(query.order_by(Event.starts_at, Event.id)) if event.sessions]
    return sum(_publish(event, staff, now) for event in found)


def _publish(event: Event, staff: Actor, now: datetime) -> bool:
    published_at = event.starts_at - PUBLISHED_BEFORE if event.state is EventState.FINISHED else now
    draft = agendas.start(event, by=staff, now=published_at)
    places = first_that_keeps_every_rule(brief_for(event, draft), event.sessions)
    if places is None:
        return False
    for session in event.sessions:
        slot = places[session.id.hex]
        agendas.move(draft, session, slot, revision=draft.revision, swap=False, by=staff)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=staff, now=published_at, is_told=False)
    if event.state is EventState.ANNOUNCED:
        agendas.start(event, by=staff, now=now)
    return True


def first_that_keeps_every_rule(brief: Brief, sessions: Sequence[Session]) -> dict[str, str] | None:
    """Return session → slot: talks first of all, panels last, pitches between them by track; None when one finds none.

    Talks and panels are for everyone, so no pitch is held beside them. A track stays in its room where it can.
    """
    found: dict[str, str] = {}
    room_of: dict[str, str] = {}
    for session in sorted(sessions, key=lambda each: (ORDER[each.kind], str(each.track_id), each.title, each.id.hex)):
        slot = next(
            (each for each in _slots_for(brief, session, found, room_of) if _fits(brief, session, each, found)), None
        )
        if slot is None:
            return None
        found[session.id.hex] = slot.id
        room_of[str(session.track_id)] = slot.room
    return found


def _slots_for(brief: Brief, session: Session, found: Mapping[str, str], room_of: Mapping[str, str]) -> list[Slot]:
    """Return the slots that a session would rather have first."""
    slots = [slot for slot in brief.problem.slots if slot.minutes == session.minutes]
    if session.kind is not SessionKind.PITCH:
        return sorted(slots, key=lambda slot: (slot.start, slot.room), reverse=session.kind is SessionKind.PANEL)
    home = room_of.get(str(session.track_id))
    alone = [slot for slot in slots if not any(_overlap(slot, taken) for taken in _for_everyone(brief, found))]
    return sorted(alone, key=lambda slot: (slot.start, slot.room != home, slot.room))


def _for_everyone(brief: Brief, found: Mapping[str, str]) -> list[Slot]:
    return [brief.problem.slot[slot] for id, slot in found.items() if not brief.problem.session[id].track]


def _overlap(one: Slot, other: Slot) -> bool:
    return one.start < other.end and other.start < one.end


def _fits(brief: Brief, session: Session, slot: Slot, found: Mapping[str, str]) -> bool:
    """Tell whether nothing is wrong with the sessions placed so far but that the others have no place yet."""
    unplaced = len(brief.problem.sessions) - len(found) - 1
    return len(brief.check({**found, session.id.hex: slot.id}).broken) == unplaced
