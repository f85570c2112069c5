"""Snapshots: the rounded totals of interest lists that suppliers and members see. One verb makes them.

The worker looks at each list once a day, so that the hour at which a figure changes tells nothing about the hour at
which a council moved.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import InterestList, Snapshot
from showcase.models.interests import COUNTED, ListState
from showcase.policies import Actor
from showcase.services import audit, interests, plan_totals
from showcase.services.small_numbers import State, next_state, rounded_councils, rounded_quantity

LONDON = ZoneInfo("Europe/London")
LOOKED_AT = (ListState.OPEN, ListState.CLOSING, ListState.CLOSED)


def is_due(*, now: datetime) -> bool:
    """Tell whether the worker has lists to look at today."""
    return db.session.scalar(sa.select(_due(_day(now)).limit(1).exists())) or False


def take_due(*, now: datetime) -> int:
    """Look at every list that was not looked at today, and take the snapshots that may be taken; return how many."""
    taken = 0
    for interest_list in db.session.scalars(_due(_day(now)).order_by(InterestList.id)).all():
        taken += take(interest_list, now=now) is not None
        interest_list.looked_on = _day(now)
    db.session.flush()
    return taken


def take(interest_list: InterestList, *, now: datetime) -> Snapshot | None:
    """Take a snapshot of a list if one may be taken that gives nobody away; else return None."""
    interests.hold(interest_list)
    interests.load_pledges(interest_list)
    told = next_state(
        [snapshot.state for snapshot in interest_list.snapshots],
        state_of(interest_list),
        least_councils=interest_list.least_councils,
        least_changes=interest_list.least_changes,
        told_besides=plan_totals.told_of(interest_list),
    )
    if told is None:
        return None
    snapshot = Snapshot(
        interest_list=interest_list,
        number=len(interest_list.snapshots) + 1,
        taken_on=_day(now),
        figures=_figures(told),
        names=_names(interest_list, told),
        contributions={str(council): [rung.value, quantity] for council, (rung, quantity) in told.items()},
        created_at=now,
    )
    db.session.add(snapshot)
    db.session.flush()
    audit.record("interest_list.snapshot_taken", interest_list, by=Actor(name="The platform"), number=snapshot.number)
    return snapshot


def state_of(interest_list: InterestList) -> State:
    """Return what a list's councils count for now."""
    return {p.council_id: (p.rung, p.quantity or 0) for p in interest_list.pledges if p.is_counted}


def _figures(told: State) -> dict[str, dict[str, int]]:
    figures = {}
    for rung in COUNTED:
        quantities = [quantity for at, quantity in told.values() if at is rung]
        if quantities:
            figures[rung.value] = {
                "councils": rounded_councils(len(quantities)),
                "quantity": rounded_quantity(sum(quantities)),
            }
    return figures


def _names(interest_list: InterestList, told: State) -> dict[str, list[str]]:
    """Return the ids of councils that agreed to be named to suppliers, by the rung at which they are told."""
    agreed = [p.council_id for p in interest_list.pledges if p.is_named_to_suppliers and p.council_id in told]
    return {
        rung.value: sorted(str(council) for council in agreed if told[council][0] is rung)
        for rung in COUNTED
        if any(told[council][0] is rung for council in agreed)
    }


def _due(today: date) -> sa.Select[InterestList]:
    was_not_looked_at = sa.or_(InterestList.looked_on.is_(None), InterestList.looked_on < today)
    return sa.select(InterestList).where(InterestList.state.in_(LOOKED_AT), was_not_looked_at)


def _day(now: datetime) -> date:
    return now.astimezone(LONDON).date()
