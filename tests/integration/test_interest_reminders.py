"""What the worker does for interest lists: reminders, each once; one look a day for a new snapshot."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Message, Snapshot
from showcase.models.interests import Rung
from showcase.services import pledge_reminders, snapshots
from showcase.worker import SLOW_STEPS
from tests.integration.conftest import People
from tests.integration.interest_texts import a_group

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


def told_since(before: set[object]) -> list[tuple[str, str]]:
    found = db.session.scalars(sa.select(Message).order_by(Message.to, Message.subject))
    return [(message.to, message.subject) for message in found if message.id not in before]


def known() -> set[object]:
    return set(db.session.scalars(sa.select(Message.id)))


def test_the_worker_does_both() -> None:
    assert {pledge_reminders.remind, snapshots.take_due} <= set(SLOW_STEPS)


def test_a_council_is_reminded_on_the_day_it_asked_for(people: People) -> None:
    group = a_group(people.staff, 2)
    group.move(0, Rung.INTERESTED, remind_on=date(2027, 3, 10))
    group.move(1, Rung.INTERESTED)
    before = known()
    assert pledge_reminders.remind(now=NOON - timedelta(days=1)) == 0
    assert pledge_reminders.remind(now=NOON) == 1
    assert pledge_reminders.remind(now=NOON) == 0
    assert told_since(before) == [(group.leads[0].account.email, "Reminder: Damp sensors together")]


def test_members_hear_that_a_list_closes_soon_and_staff_that_it_should_have(people: People) -> None:
    group = a_group(people.staff, 3, closes_on=date(2027, 3, 15))
    group.interest_list.closes_on = date(2027, 3, 15)
    group.move(0, Rung.INTERESTED)
    group.move(1, Rung.COMMITMENT)
    group.move(2, Rung.INTERESTED)
    group.move(2, Rung.WITHDRAWN)
    before = known()
    pledge_reminders.remind(now=NOON - timedelta(days=5))
    assert told_since(before) == []
    for day in range(3):
        pledge_reminders.remind(now=NOON + timedelta(days=day))
    assert told_since(before) == [(group.leads[0].account.email, "Reminder: Damp sensors together")]
    before = known()
    for day in range(6, 9):
        pledge_reminders.remind(now=NOON + timedelta(days=day))
    assert told_since(before) == [(people.staff.account.email, "Past its closing date: Damp sensors together")]


def test_a_list_is_looked_at_once_a_day(people: People) -> None:
    group = a_group(people.staff, 6)
    for place in range(4):
        group.move(place, Rung.EXPRESSION, 100)
    assert snapshots.take_due(now=NOON) == 0
    for place in (4, 5):
        group.move(place, Rung.EXPRESSION, 100)
    assert snapshots.take_due(now=NOON + timedelta(hours=5)) == 0  # the fifth does not show when it came
    assert snapshots.take_due(now=NOON + timedelta(days=1)) == 1
    assert snapshots.take_due(now=NOON + timedelta(days=2)) == 0
    taken = db.session.scalars(sa.select(Snapshot)).one()
    assert taken.taken_on == date(2027, 3, 11)
    assert taken.figures == {"expression_of_interest": {"councils": 5, "quantity": 600}}
