"""Agendas for calendar programs (iCalendar, RFC 5545): everything of one event, or a person's sessions of every event.

Times are London's, with its definition in the file, so that a change of the clocks is understood everywhere. A session
keeps its UID in every version and carries the version as SEQUENCE: calendars then move what has moved.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Account, Agenda, CalendarFeed, Event, Membership, Placement, SessionWish, Speaker
from showcase.models.enums import AgendaState, EventState
from showcase.policies import Actor
from showcase.services import agenda_listing, audit, event_messages, messages
from showcase.services.agenda_listing import Item
from showcase.services.agenda_problems import LONDON

NAME = "Tech Innovation Showcase"


def of_agenda(agenda: Agenda) -> bytes:
    """Return every session of a published agenda as an iCalendar file."""
    return _file(agenda.event.name, [(agenda, agenda_listing.items_of(agenda))])


def of_organisation(agenda: Agenda, organisation_id: uuid.UUID) -> bytes:
    """Return the sessions of a published agenda that concern an organisation as an iCalendar file."""
    ids = _sessions_of([agenda], {organisation_id}, None)
    items = [item for item in agenda_listing.items_of(agenda) if item.id in ids]
    return _file(agenda.event.name, [(agenda, items)])


def of_person(account: Account) -> bytes:
    """Return the sessions that concern a person, at every event whose agenda is published, as an iCalendar file."""
    agendas = db.session.scalars(
        sa.select(Agenda)
        .join(Event, Event.id == Agenda.event_id)
        .where(Agenda.state == AgendaState.PUBLISHED, Event.announced_at.is_not(None))
        .options(joinedload(Agenda.event))
        .order_by(Event.starts_at, Event.id)
    ).all()
    organisations = set(
        db.session.scalars(sa.select(Membership.organisation_id).where(Membership.account_id == account.id))
    )
    ids = _sessions_of(agendas, organisations, account)
    found = [(each, [item for item in agenda_listing.items_of(each) if item.id in ids]) for each in agendas]
    return _file(NAME, found)


def feed_of(account_id: uuid.UUID) -> CalendarFeed | None:
    """Return a person's feed, if they have made one."""
    return db.session.scalar(sa.select(CalendarFeed).where(CalendarFeed.account_id == account_id))


def renew_feed(account_id: uuid.UUID, *, by: Actor, now: datetime) -> CalendarFeed:
    """Give a person a new feed address; the one before ends."""
    if (before := feed_of(account_id)) is not None:
        db.session.delete(before)
        db.session.flush()
    made = CalendarFeed(account_id=account_id, created_at=now)
    db.session.add(made)
    db.session.flush()
    audit.record("account.calendar_link_renewed", made, by=by)
    return made


def find_person(token: str) -> Account | None:
    """Return whose feed a token opens, unless the person may no longer sign in."""
    return db.session.scalar(
        sa.select(Account)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .where(CalendarFeed.token == token, Account.deactivated_at.is_(None))
    )


def _sessions_of(agendas: Sequence[Agenda], organisations: set[uuid.UUID], account: Account | None) -> set[uuid.UUID]:
    """Return the ids of the sessions at which a person or their organisations speak, answer or want to be."""
    wanted = sa.select(SessionWish.session_id).where(
        SessionWish.organisation_id.in_(organisations), SessionWish.weight > 0
    )
    spoken = sa.select(Speaker.session_id).where(Speaker.organisation_id.in_(organisations))
    if account is not None:
        by_person = sa.or_(Speaker.account_id == account.id, sa.func.lower(Speaker.email) == account.email)
        spoken = sa.select(Speaker.session_id).where(sa.or_(Speaker.organisation_id.in_(organisations), by_person))
    found = set(db.session.scalars(wanted)) | set(db.session.scalars(spoken))
    own = {str(organisation) for organisation in organisations}
    placements = db.session.scalars(sa.select(Placement).where(Placement.agenda_id.in_([each.id for each in agendas])))
    return found | {p.session_id for p in placements if p.session_id is not None and own & set(p.organisation_ids)}


def _file(name: str, found: Iterable[tuple[Agenda, Sequence[Item]]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{NAME}//Agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for agenda, items in found:
        for item in items:
            if not item.is_off:
                calendar.add_component(_entry(agenda, item))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(agenda: Agenda, item: Item) -> Entry:
    event = agenda.event
    entry = Entry()
    entry.add("uid", f"session-{item.id}@showcase")
    entry.add("dtstamp", agenda.published_at)
    entry.add("last-modified", agenda.published_at)
    entry.add("sequence", agenda.number)
    entry.add("summary", item.title)
    entry.add("dtstart", item.starts_at.astimezone(LONDON))
    entry.add("dtend", item.ends_at.astimezone(LONDON))
    entry.add("location", ", ".join(part for part in (item.room, event.venue, " ".join(event.address.split())) if part))
    entry.add("status", "CANCELLED" if event.state is EventState.CANCELLED else "CONFIRMED")
    mark = event_messages.ILLUSTRATIVE if event.is_illustrative else ""
    said = "\n".join((*item.speakers, messages.link(f"/showcases/{event.id}/agenda")))
    entry.add("description", f"{mark}{said}")
    return entry
