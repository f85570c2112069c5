"""When each step of an illustrative showcase was taken, or is to be."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
WEDNESDAY = 2


@dataclass(frozen=True)
class Times:
    """The moments of one showcase."""

    created: datetime
    announced: datetime
    opens: datetime
    closes: datetime
    scored: datetime
    decided: datetime
    invited: datetime
    answered: datetime
    starts: datetime
    ends: datetime
    finished: datetime | None
    answer_by: datetime


def times_of(row: dict[str, Any], now: datetime) -> Times:
    """Return when each step of a showcase was taken: at set days, or counted from now."""
    if "starts_at" in row:
        return _past(row)
    opened, closed = (_morning(_days_ago(now, days)) for days in row["call_days_ago"])
    announced = _morning(_days_ago(now, row["announced_days_ago"]))
    scored = now - timedelta(days=row["scored_days_ago"])
    starts, ends = hours(row, now)
    return Times(
        created=announced - timedelta(days=3),
        announced=announced,
        opens=opened,
        closes=closed,
        scored=scored,
        decided=scored + timedelta(hours=2),
        invited=scored + timedelta(hours=3),
        answered=scored + timedelta(hours=6),
        starts=starts,
        ends=ends,
        finished=None,
        answer_by=datetime.combine(_days_ago(now, -14), time(23, 59), tzinfo=LONDON),
    )


def hours(row: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Return start and end on the first Wednesday that is so many weeks ahead."""
    day = (now + timedelta(weeks=row["weeks_ahead"])).astimezone(LONDON).date()
    day += timedelta(days=(WEDNESDAY - day.weekday()) % 7)
    starts, ends = (datetime.combine(day, time.fromisoformat(row[each]), tzinfo=LONDON) for each in ("starts", "ends"))
    return starts, ends


def _past(row: dict[str, Any]) -> Times:
    starts, ends = (datetime.fromisoformat(row[each]).replace(tzinfo=LONDON) for each in ("starts_at", "ends_at"))
    steps = ("created", "announced", "scored", "decided", "invited", "answered", "finished")
    on = {step: _morning(date.fromisoformat(row[f"{step}_on"])) for step in steps}
    opens, closes = (_morning(date.fromisoformat(day)) for day in row["call"])
    answer_by = on["answered"] + timedelta(days=7)
    return Times(starts=starts, ends=ends, opens=opens, closes=closes, answer_by=answer_by, **on)


def _days_ago(now: datetime, days: int) -> date:
    return (now - timedelta(days=days)).astimezone(LONDON).date()


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=LONDON).astimezone(UTC)
