"""A registered person’s calendar file: the event, and their organisation’s one-to-one meetings that have a time.

Every entry keeps its UID, so that a calendar that reads the file again moves what has moved.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar
from icalendar import Event as Entry

from showcase.extensions import db
from showcase.models import Meeting, MeetingPlan, Registration
from showcase.models.enums import EventState, Hall, MeetingState
from showcase.services import messages
from showcase.services.event_messages import ILLUSTRATIVE


def of_registration(registration: Registration, *, now: datetime) -> bytes:
    """Return the calendar of a ticket as an iCalendar file (RFC 5545), times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tech Innovation Showcase//Ticket//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_of_event(registration, now))
    for meeting in _meetings(registration):
        calendar.add_component(_of_meeting(meeting, now))
    return bytes(calendar.to_ical())


def _of_event(registration: Registration, now: datetime) -> Entry:
    event = registration.event
    entry = _entry(f"ticket-{registration.id}", event.name, event.starts_at, event.ends_at, now)
    is_on = registration.placed_in is not None and event.state is not EventState.CANCELLED
    entry.add("status", "CONFIRMED" if is_on else "CANCELLED")
    if registration.placed_in is Hall.IN_PERSON:
        entry.add("location", ", ".join(part for part in (event.venue, " ".join(event.address.split())) if part))
    mark = ILLUSTRATIVE if event.is_illustrative else ""
    entry.add("description", f"{mark}Your ticket: {messages.link(f'/tickets/{registration.token}')}")
    return entry


def _of_meeting(meeting: Meeting, now: datetime) -> Entry:
    assert meeting.starts_at is not None
    ends_at = meeting.starts_at + timedelta(minutes=meeting.plan.minutes)
    title = f"Meeting: {meeting.council.name} and {meeting.supplier.name}"
    entry = _entry(f"meeting-{meeting.id}", title, meeting.starts_at, ends_at, now)
    entry.add("location", meeting.place or "")
    return entry


def _entry(uid: str, title: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", f"{uid}@showcase")
    entry.add("dtstamp", now)
    entry.add("summary", title)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    return entry


def _meetings(registration: Registration) -> list[Meeting]:
    if registration.organisation_id is None:
        return []
    query = (
        sa.select(Meeting)
        .join(MeetingPlan, MeetingPlan.id == Meeting.plan_id)
        .where(
            MeetingPlan.event_id == registration.event_id,
            sa.or_(
                Meeting.council_id == registration.organisation_id, Meeting.supplier_id == registration.organisation_id
            ),
            Meeting.starts_at.is_not(None),
            Meeting.state == MeetingState.ACCEPTED,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return list(db.session.scalars(query))
