"""Registrations in a burst, on real databases: never oversold, and order kept."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from showcase.extensions import db
from showcase.models import Event, Message, Registration, utc_now
from showcase.models.enums import EventState, Hall, TicketPurpose
from showcase.services import tickets

IN_PERSON, ONLINE = Hall.IN_PERSON, Hall.ONLINE


def an_event(in_person: int, online: int) -> Event:
    """Make a showcase that is open for registration, by the clock on the wall."""
    now = utc_now()
    event = Event(
        name="Burst",
        state=EventState.ANNOUNCED,
        announced_at=now,
        starts_at=now + timedelta(days=10),
        ends_at=now + timedelta(days=10, hours=6),
        in_person_places=in_person,
        online_places=online,
        registration_opens_at=now - timedelta(days=1),
    )
    db.session.add(event)
    db.session.flush()
    return event


def invite(event: Event, number: int, hall: Hall) -> str:
    """Return the path of the link by which somebody confirms a place."""
    details = {"event": str(event.id), "hall": hall.value, "name": f"Person {number}", "organisation_name": ""}
    token = tickets.issue(
        TicketPurpose.REGISTER_OBSERVER, f"person{number}@elsewhere.example", now=utc_now(), details=details
    )
    return f"/observers/{token}"


def at_once(jobs: list[Callable[[], int]]) -> list[int]:
    """Do everything at the same moment, each in a thread of its own; return what each gave."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], int]) -> int:
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def poster(app: Flask, path: str, **data: str) -> Callable[[], int]:
    return lambda: FlaskClient(app).post(path, data=data).status_code


def rows(event_id: object) -> list[Registration]:
    query = sa.select(Registration).where(Registration.event_id == event_id).order_by(Registration.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def check_order(found: list[Registration], places: dict[Hall, int]) -> None:
    """Nobody has a place that is not there, and nobody who waits asked before somebody who was placed at once."""
    for hall, seats in places.items():
        placed = [each.number for each in found if each.placed_in is hall]
        waiting = [each.number for each in found if each.waits_for is hall]
        assert len(placed) <= seats
        assert len(placed) == seats or not waiting, "a place is free while somebody waits"
        assert not waiting or max(placed, default=0) < min(waiting)


def test_fifty_at_once_get_the_places_there_are(own_app: Flask) -> None:
    places = {IN_PERSON: 20, ONLINE: 8}
    with own_app.app_context():
        event = an_event(20, 8)
        paths = [invite(event, n, IN_PERSON if n % 7 < 5 else ONLINE) for n in range(50)]
        db.session.commit()
        event_id = event.id
    assert at_once([poster(own_app, path) for path in paths]) == [302] * 50
    with own_app.app_context():
        found = rows(event_id)
        assert len(found) == 50
        assert sum(each.placed_in is IN_PERSON for each in found) == 20
        assert sum(each.placed_in is ONLINE for each in found) == 8
        check_order(found, places)
        leaving = [each.token for each in found if each.placed_in][::2]
        changing = [each.token for each in found if each.placed_in is IN_PERSON][1::4]
        before = [each.email for each in found if each.waits_for]
    cancels = [poster(own_app, f"/tickets/{token}/cancel") for token in leaving]
    changes = [poster(own_app, f"/tickets/{token}/change", hall="online") for token in changing if token not in leaving]
    assert set(at_once([*cancels, *changes])) == {302}
    with own_app.app_context():
        found = rows(event_id)
        for hall, seats in places.items():
            assert sum(each.placed_in is hall for each in found) == seats or not any(
                each.waits_for is hall for each in found
            )
            assert sum(each.placed_in is hall for each in found) <= seats
        for hall in Hall:  # those who waited moved up in the order of asking
            waited = [each for each in found if each.email in before and hall in (each.placed_in, each.waits_for)]
            assert [each.placed_in is hall for each in waited] == sorted(
                (each.placed_in is hall for each in waited), reverse=True
            )


def test_one_person_at_once_in_many_windows_is_one_registration(own_app: Flask) -> None:
    with own_app.app_context():
        event = an_event(3, 0)
        paths = [invite(event, 1, IN_PERSON) for _ in range(8)]
        db.session.commit()
        event_id = event.id
    assert set(at_once([poster(own_app, path) for path in paths])) == {302}
    with own_app.app_context():
        assert len(rows(event_id)) == 1
        sent = sa.select(sa.func.count(Message.id)).where(Message.subject == "Your place: Burst")
        assert db.session.scalar(sent) == 1
