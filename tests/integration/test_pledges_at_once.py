"""Many who change where councils stand at the same instant: nothing is lost, and the later is told."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import Host, InterestList, Membership, Pledge, PledgeStep, utc_now
from showcase.models.interests import Rung
from showcase.services import interests, pledges
from showcase.transactions import begin_writing
from tests.integration.conftest import member_of
from tests.integration.interest_texts import a_group, said

AT_ONCE = 6


def at_once(app: Flask, number: int, do: Callable[[int], object]) -> list[str]:
    """Run `do` in so many transactions at the same instant; return how each ended: "done", or the refusal."""
    barrier = threading.Barrier(number)

    def run(place: int) -> str:
        with app.app_context():
            barrier.wait()
            begin_writing(db.session)
            try:
                do(place)
                db.session.commit()
            except (pledges.Moved, NotAllowed) as error:
                db.session.rollback()
                return type(error).__name__
        return "done"

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def a_list_and_leads(app: Flask, size: int) -> tuple[uuid.UUID, list[uuid.UUID], uuid.UUID]:
    with app.app_context():
        staff = member_of(Host(name="Local Government Association", approved_at=utc_now()), "Sam Staff")
        db.session.commit()
        group = a_group(staff, size)
        return group.interest_list.id, [lead.id for lead in group.leads], staff.id


def take(list_id: uuid.UUID, lead_id: uuid.UUID, quantity: int, revision: int) -> None:
    lead = db.session.get_one(Membership, lead_id)
    interest_list = db.session.get_one(InterestList, list_id)
    told = said(Rung.INTERESTED, quantity)
    pledges.step(interest_list, told, revision=revision, by=actor_for(lead), now=utc_now())


def _take_at(list_id: uuid.UUID, lead_id: uuid.UUID, revision: int, place: int) -> None:
    take(list_id, lead_id, 100 + place, revision)


def test_of_many_who_change_one_pledge_one_does_and_the_others_are_told(own_app: Flask) -> None:
    list_id, (lead_id,), _ = a_list_and_leads(own_app, 1)
    for revision in range(3):
        ended = at_once(own_app, AT_ONCE, partial(_take_at, list_id, lead_id, revision))
        assert sorted(ended) == ["Moved"] * (AT_ONCE - 1) + ["done"]
        with own_app.app_context():
            pledge = db.session.scalars(sa.select(Pledge)).one()
            steps = db.session.scalars(sa.select(PledgeStep).order_by(PledgeStep.number)).all()
            assert [step.number for step in steps] == list(range(1, revision + 2))
            assert (pledge.revision, pledge.quantity) == (revision + 1, steps[-1].quantity)
            assert pledge.quantity == 100 + ended.index("done")


def test_of_many_councils_all_are_taken_in(own_app: Flask) -> None:
    list_id, leads, _ = a_list_and_leads(own_app, AT_ONCE)
    assert at_once(own_app, AT_ONCE, lambda place: take(list_id, leads[place], 10 * place + 1, 0)) == ["done"] * AT_ONCE
    with own_app.app_context():
        found = db.session.scalars(sa.select(Pledge.quantity)).all()
        assert sorted(q for q in found if q) == [10 * place + 1 for place in range(AT_ONCE)]


def test_nobody_joins_a_list_that_closes_at_the_same_instant(own_app: Flask) -> None:
    list_id, leads, staff_id = a_list_and_leads(own_app, AT_ONCE - 1)

    def close_or_join(place: int) -> None:
        if place < len(leads):
            take(list_id, leads[place], 10, 0)
            return
        staff = db.session.get_one(Membership, staff_id)
        interest_list = db.session.get_one(InterestList, list_id)
        interests.take(interest_list, "close", by=actor_for(staff), now=utc_now())

    ended = at_once(own_app, AT_ONCE, close_or_join)
    assert ended[-1] == "done"
    with own_app.app_context():
        interest_list = db.session.get_one(InterestList, list_id)
        joined = db.session.scalars(sa.select(Pledge)).all()
        assert len(joined) == ended[:-1].count("done")
        assert set(ended[:-1]) <= {"done", "NotAllowed"}
        assert not interest_list.takes_steps
