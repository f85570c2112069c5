"""Agendas of the illustrative showcases: the first that keeps every rule, published; and a draft to try things on.

Found by trying places in order, which loads no solver: seeding stays quick. Staff can have the best one suggested.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Agenda, Event
from showcase.models.enums import EventState
from showcase.policies import Actor
from showcase.services import agenda_publishing, agendas
from showcase.services.agenda_problems import Brief, brief_for

PUBLISHED_BEFORE = timedelta(days=10)
"""How long before a showcase that was held its agenda was published."""


def load(staff: Actor, *, now: datetime) -> int:
    """Publish an agenda for each illustrative showcase that has none; return how many were published."""
    has_one = sa.select(Agenda.event_id)
    query = sa.select(Event).where(Event.is_illustrative, Event.announced_at.is_not(None), Event.id.not_in(has_one))
    found = [event for event in db.session.scalars(query.order_by(Event.starts_at, Event.id)) if event.sessions]
    return sum(_publish(event, staff, now) for event in found)


def _publish(event: Event, staff: Actor, now: datetime) -> bool:
    published_at = event.starts_at - PUBLISHED_BEFORE if event.state is EventState.FINISHED else now
    draft = agendas.start(event, by=staff, now=published_at)
    places = first_that_keeps_every_rule(brief_for(event, draft))
    if places is None:
        return False
    for session in event.sessions:
        slot = places[session.id.hex]
        agendas.move(draft, session, slot, revision=draft.revision, swap=False, by=staff)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=staff, now=published_at, is_told=False)
    if event.state is EventState.ANNOUNCED:
        agendas.start(event, by=staff, now=now)
    return True


def first_that_keeps_every_rule(brief: Brief) -> dict[str, str] | None:
    """Return session → slot, each session in the first slot that fits, the longest first; None when one finds none."""
    problem, found = brief.problem, dict[str, str]()
    slots = sorted(problem.slots, key=lambda slot: (slot.start, slot.minutes, slot.room))
    for session in sorted(problem.sessions, key=lambda each: (-each.audience, -each.minutes, each.track, each.id)):
        unplaced = len(problem.sessions) - len(found) - 1  # each of these breaks one rule: it has no place yet
        for slot in slots:
            tried = {**found, session.id: slot.id}
            if slot.minutes == session.minutes and len(brief.check(tried).broken) == unplaced:
                found = tried
                break
        else:
            return None
    return found
