"""What lies on an event's day and moves along with it, at London's same time of day: breaks and speakers' hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from showcase.models import Event

LONDON = ZoneInfo("Europe/London")


def days_between(first: datetime, second: datetime) -> timedelta:
    """Return the whole days from one moment's day in London to another's."""
    return second.astimezone(LONDON).date() - first.astimezone(LONDON).date()


def moved(moment: datetime, later: timedelta) -> datetime:
    """Return the same time of day in London, some days later."""
    return moment.astimezone(LONDON) + later


def move(event: Event, *, to: datetime) -> None:
    """Move an event's breaks, and the hours at which its speakers are free, to another day."""
    later = days_between(event.starts_at, to)
    if not later:
        return
    for pause in event.breaks:
        pause.starts_at = moved(pause.starts_at, later)
    for speaker in (speaker for session in event.sessions for speaker in session.speakers):
        if speaker.available_from and speaker.available_until:
            speaker.available_from = moved(speaker.available_from, later)
            speaker.available_until = moved(speaker.available_until, later)
