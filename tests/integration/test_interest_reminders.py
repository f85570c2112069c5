"""What the worker does for interest lists: reminders, each once; one look a day for a new snapshot."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import InterestList, Message, Snapshot, utc_now
from showcase.models.interests import ListState, Rung
from showcase.services import pledge_reminders, price_reminders, prices, snapshots
from showcase.worker import SLOW_STEPS
from tests.integration import price_texts
from tests.integration.conftest import People
from tests.integration.interest_texts import a_group
from tests.integration.publication_texts import a_solution, published

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


def told_since(before: set[object]) -> list[tuple[str, str]]:
    found = db.session.scalars(sa.select(Message).order_by(Message.to, Message.subject))
    return [(message.to, message.subject) for message in found if message.id not in before]


def known() -> set[object]:
    return set(db.session.scalars(sa.select(Message.id)))


def test_the_worker_does_both() -> None:
    assert {pledge_reminders.remind, price_reminders.tell, snapshots.take_due} <= set(SLOW_STEPS)


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
    group = a_group(people.staff, 4, closes_on=date(2027, 3, 15))
    group.interest_list.closes_on = date(2027, 3, 15)
    group.move(3, Rung.INTERESTED).updated_at = NOON - timedelta(days=1)  # moved within the last week: it knows
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


# --- suppliers --------------------------------------------------------------------------------------------------------


def priced(people: People, **changes: object) -> InterestList:
    """Return a list for which one supplier follows the service and another, that does not, gave prices."""
    published(a_solution(people.founder), people)
    published(a_solution(people.other_founder, service_areas=["waste"]), people)
    closes = utc_now() + timedelta(days=30)
    made = price_texts.a_list(people, closes=closes, service_area="housing-repairs", **changes)
    price_texts.an_offer(made, people.other_founder)
    db.session.commit()
    return made


def told_of_prices() -> list[tuple[str, str]]:
    found = db.session.scalars(sa.select(Message).where(Message.key.startswith("price-")))
    return sorted((message.to.split("@")[0], message.subject.partition(":")[0]) for message in found)


def test_followers_hear_of_a_list_and_givers_too_before_its_prices_close(people: People) -> None:
    made = priced(people)
    closes = made.prices_close_at
    assert closes is not None
    for _ in range(2):
        price_reminders.tell(now=utc_now())
    assert told_of_prices() == [("fay.founder", "Indicative prices wanted")]
    for hours in (73, 72, 1):
        price_reminders.tell(now=closes - timedelta(hours=hours))
    price_reminders.tell(now=closes)
    assert told_of_prices() == [
        ("fay.founder", "Indicative prices wanted"),
        ("fay.founder", "Prices close soon"),
        ("finn.founder", "Prices close soon"),
    ]
    bodies = {m.body for m in db.session.scalars(sa.select(Message).where(Message.subject.startswith("Prices close")))}
    assert len(bodies) == 1  # the same words for all: they tell nobody who gave prices


def test_who_withdrew_or_said_no_is_not_reminded(people: People) -> None:
    made = priced(people)
    people.founder.is_told_of_challenges = False
    offer = prices.list_for(made, seen_by=actor_for(people.other_founder))[0]
    prices.withdraw(offer, "", by=actor_for(people.other_founder), now=utc_now())
    assert made.prices_close_at is not None
    price_reminders.tell(now=made.prices_close_at - timedelta(hours=1))
    assert told_of_prices() == []


def test_nobody_is_told_of_a_list_that_is_illustrative_or_takes_no_prices(people: People) -> None:
    made = priced(people)
    closes = made.prices_close_at
    assert closes is not None
    made.is_illustrative = True
    price_reminders.tell(now=closes - timedelta(hours=1))
    made.is_illustrative = False
    made.state = ListState.CLOSED
    price_reminders.tell(now=closes - timedelta(hours=1))
    assert told_of_prices() == []
