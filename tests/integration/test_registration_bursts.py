"""Registrations in a burst, on real databases: never oversold, order kept, and nothing acknowledged is lost to a crash.

The crash tests run the real web server and worker as processes and kill them with SIGKILL while people register.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from showcase.extensions import db
from showcase.models import Event, Message, Registration, utc_now
from showcase.models.enums import EventState, Hall, TicketPurpose
from showcase.services import tickets
from tests.conftest import ROOT

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


# --- crashes ----------------------------------------------------------------------------------------------------------


class Processes:
    """The web server and the worker as they really run, to be killed and started again."""

    def __init__(self, app: Flask, folder: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "processes.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": app.config["SQLALCHEMY_ENGINES"]["default"],
            "INSTANCE_PATH": str(folder / "instance"),
            "SECRET_KEY": "only-for-tests-" + "0" * 32,
            "EMBEDDER_URL": "",
            "BASE_URL": self.address,
            "PORT": str(self.port),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        gunicorn = ["gunicorn", "wsgi:app", "--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{self.port}"]
        command = ["-m", *gunicorn] if name == "web" else ["-m", "showcase.commands", "work"]
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill a process and all its children without warning."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text()[-3000:])


@contextmanager
def processes(app: Flask, folder: Path) -> Iterator[Processes]:
    made = Processes(app, folder)
    try:
        made.start("web")
        made.start("worker")
        made.wait_until_up()
        yield made
    finally:
        for name in list(made.running):
            made.kill(name)


def confirm(address: str, path: str) -> bool:
    """Follow a link and press its button, as a browser does; return whether the place was acknowledged."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        page = browser.open(address + path, timeout=20).read().decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        answer = browser.open(address + path, data=f"csrf_token={token[1]}".encode(), timeout=20)
        return "/tickets/" in answer.geturl()
    except urllib.error.HTTPError as error:
        return error.code == 410  # used already: the answer was lost, the place was not
    except (OSError, HTTPException):  # the server is down, or cut its answer off
        return False


def burst_with_crashes(app: Flask, folder: Path, *, people: int, places: int, crashes: int) -> None:
    """Have people register while web and worker are killed again and again; then check that nothing is lost."""
    with app.app_context():
        event = an_event(places, 0)
        links = {n: invite(event, n, IN_PERSON) for n in range(people)}
        db.session.commit()
        event_id = event.id
    acknowledged: set[int] = set()
    with processes(app, folder) as running, ThreadPoolExecutor(8) as threads:

        def register(n: int) -> None:
            for _ in range(200):
                if confirm(running.address, links[n]):
                    acknowledged.add(n)
                    return
                time.sleep(0.1)

        work = [threads.submit(register, n) for n in links]
        for crash in range(crashes):
            while len(acknowledged) < people * (crash + 1) // (crashes + 1) and not all(w.done() for w in work):
                time.sleep(0.002)
            before = set(acknowledged)
            running.kill("web" if crash % 2 == 0 else "worker")
            with app.app_context():
                kept = {each.name for each in rows(event_id)}
            assert {f"Person {n}" for n in before} <= kept, "acknowledged and lost"
            running.start("web" if crash % 2 == 0 else "worker")
        for each in work:
            each.result()
    assert acknowledged == set(links)
    with app.app_context():
        found = rows(event_id)
        assert {each.name for each in found} == {f"Person {n}" for n in links}
        assert sum(each.placed_in is IN_PERSON for each in found) == places
        check_order(found, {IN_PERSON: places})
        told = db.session.scalars(
            sa.select(Message.to).where(Message.subject.in_(["Your place: Burst", "Waiting list: Burst"]))
        )
        assert sorted(told) == sorted(str(each.email) for each in found), "each is told once what came of it"


@pytest.mark.slow
def test_no_registration_is_lost_to_a_crash(own_app: Flask, tmp_path: Path) -> None:
    burst_with_crashes(own_app, tmp_path, people=60, places=25, crashes=2)


@pytest.mark.soak
def test_no_registration_is_lost_to_many_crashes(own_app: Flask, tmp_path: Path) -> None:
    burst_with_crashes(own_app, tmp_path, people=600, places=250, crashes=24)
