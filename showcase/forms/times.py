"""The field for a time of day, and how a day and a time typed on a page become one moment.

People type London's time; the database keeps UTC.
"""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from showcase.forms.fields import _Converted

LONDON = ZoneInfo("Europe/London")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\.?)?", re.IGNORECASE)


def read_time(text: str) -> time:
    """Read a time of day, such as 9:30, 9.30am, 2pm or 14:00.

    Raises:
        ValueError: it is not one.
    """
    found = _TIME.fullmatch(text.strip())
    fault = ValueError("Enter a time, such as 9:30am or 14:00")
    if found is None or (found[2] is None and found[3] is None):
        raise fault
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()[:1]
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise fault
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute)


def write_time(value: time) -> str:
    """Write a time of day for a text box: 9:30am."""
    return f"{value.hour % 12 or 12}:{value:%M}{'am' if value.hour < 12 else 'pm'}"


class TimeField(_Converted):
    """A time of day in London, typed as 9:30am or 14:00."""

    data: Any  # time or None
    convert = staticmethod(read_time)
    write = staticmethod(write_time)

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        options.setdefault("description", "Such as 9:30am or 14:00")
        options.setdefault("render_kw", {"params": {"classes": "govuk-input--width-5"}})
        super().__init__(label, validators, **options)


def moment_of(day: date | None, at: time) -> datetime:
    """Return the moment of a day, which a valid form has, and a time in London."""
    assert day is not None
    return datetime.combine(day, at, tzinfo=LONDON)


def day_of(moment: datetime | None) -> date | None:
    """Return the day of a moment in London."""
    return moment.astimezone(LONDON).date() if moment else None


def time_of(moment: datetime | None) -> time | None:
    """Return the time of day of a moment in London."""
    return moment.astimezone(LONDON).time().replace(second=0, microsecond=0) if moment else None
