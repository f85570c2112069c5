"""Reminders of interest lists: what a council asked to be reminded of, lists that close soon, lists that should have.

That a list closes soon is told to members that have not moved in its last days.

The worker calls `remind` now and then; each reminder is sent once. A reminder goes to the council's own people or to
staff, and tells nothing of anyone else.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import InterestList, Pledge
from showcase.models.interests import ListState, Rung
from showcase.models.rungs import LABELS
from showcase.services import interest_messages

LONDON = ZoneInfo("Europe/London")
CLOSES_WITHIN = timedelta(days=7)
GOING_ON = (ListState.OPEN, ListState.CLOSING)


def remind(*, now: datetime) -> int:
    """Queue every reminder that is due; return how many councils and lists they are about."""
    today = now.astimezone(LONDON).date()
    done = _as_asked(today, now) + _of_closing(today, now) + _of_overdue(today, now)
    db.session.flush()
    return done


def _as_asked(today: date, now: datetime) -> int:
    due = _pledges().where(Pledge.remind_on <= today, Pledge.reminded_at.is_(None))
    found = db.session.scalars(due).all()
    for pledge in found:
        words = (
            f"You asked to be reminded of the interest list “{pledge.interest_list.title}” today."
            f" Your council stands at: {LABELS[pledge.rung].lower()}."
        )
        interest_messages.remind(pledge, words, key=f"pledge:{pledge.id}:{pledge.remind_on}", now=now)
        pledge.reminded_at = now
    return len(found)


def _of_closing(today: date, now: datetime) -> int:
    soon = _pledges().where(
        InterestList.closes_on.between(today, today + CLOSES_WITHIN),
        Pledge.rung.not_in((Rung.COMMITMENT, Rung.WITHDRAWN)),
    )
    found = [pledge for pledge in db.session.scalars(soon) if not _has_moved_lately(pledge)]
    for pledge in found:
        closes = pledge.interest_list.closes_on
        words = (
            f"The interest list “{pledge.interest_list.title}” closes on {closes:%-d %B %Y}. Until then your council"
            f" can change where it stands: {LABELS[pledge.rung].lower()}."
        )
        interest_messages.remind(pledge, words, key=f"closing:{pledge.id}:{closes}", now=now)
    return len(found)


def _has_moved_lately(pledge: Pledge) -> bool:
    """Tell whether a council changed anything in the days in which it would be reminded: it knows."""
    closes = pledge.interest_list.closes_on
    return closes is not None and pledge.updated_at.astimezone(LONDON).date() >= closes - CLOSES_WITHIN


def _of_overdue(today: date, now: datetime) -> int:
    late = sa.select(InterestList).where(InterestList.state.in_(GOING_ON), InterestList.closes_on < today)
    found = db.session.scalars(late.order_by(InterestList.id)).all()
    for each in found:
        body = f"The closing date of the interest list “{each.title}” has passed. Close it, or set a later date."
        interest_messages.send_to_staff(
            each, f"Past its closing date: {each.title}", body, key=f"overdue:{each.id}:{each.closes_on}", now=now
        )
    return len(found)


def _pledges() -> sa.Select[Pledge]:
    return (
        sa.select(Pledge)
        .join(Pledge.interest_list)
        .where(InterestList.state.in_(GOING_ON))
        .options(joinedload(Pledge.interest_list))
        .order_by(Pledge.id)
    )
