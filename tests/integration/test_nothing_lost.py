"""Web, worker and database are killed, and the disk is full, while people work: nothing acknowledged is lost.

The processes are the real ones. What must hold afterwards is said in `storm_checks`. The long form goes through many
more troubles in a random order.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from matching.embedder import HashEmbedder
from matching.remote import HttpEmbedder, serve_embeddings
from showcase.extensions import db
from showcase.services import encodings, index
from tests.integration.conftest import make_app
from tests.integration.processes import Machine, Postgres, machines, mailbox, wait_until
from tests.integration.storm import Storm, World, make_world
from tests.integration.storm_checks import check_index, check_kept, check_mail, check_whole, let_it_settle

ELSEWHERE = "127.0.0.2"
"""An address that the worker does not take for its own: it asks there instead of loading a model."""


class Troubles:
    """What goes wrong, each by a verb; returns how many e-mails it may have caught between sending and noting."""

    def __init__(self, machine: Machine, storm: Storm, server: Postgres | None) -> None:
        self.machine, self.storm, self.server = machine, storm, server

    def kill_worker(self) -> int:
        self.machine.kill("worker")
        self.machine.start("worker")
        return 1

    def kill_web(self) -> int:
        self.machine.kill("web")
        self.machine.start("web")
        return 0

    def kill_child(self) -> int:
        """The process that answers requests; the one that minds it starts another."""
        self.machine.kill_child()
        return 0

    def kill_database(self) -> int:
        """PostgreSQL with all its processes; SQLite has none but ours, so that both go at one instant."""
        if self.server is not None:
            self.server.kill()
            self.server.start()
            return 1
        for name in ("web", "worker"):
            self.machine.kill(name)
        self.machine.start("web", "worker")
        return 1

    def kill_connection(self) -> int:
        """One process of PostgreSQL, which then goes through its own recovery."""
        if self.server is not None:
            self.server.kill_connection()
        return 1

    def refuse_changes(self) -> int:
        """The database takes no changes for a while: it is read-only, or the disk is full. Nothing is started anew."""
        if self.server is not None:
            self.server.set_read_only(True)
            self.storm.wait_for_refusals(5)
            self.server.set_read_only(False)
        else:
            self.machine.limit_files(4096)
            self.storm.wait_for_refusals(5)
            self.machine.limit_files(-1)
        return 1


@contextmanager
def following(app: Flask) -> Iterator[None]:
    """Keep this process's index in step all the time, as a web process does, whatever happens to the database."""
    stop = threading.Event()

    def follow() -> None:
        while not stop.wait(0.1):
            with app.app_context():
                try:
                    for kind in ("challenge", "solution"):
                        index.live(kind, encodings.in_use())
                except SQLAlchemyError:
                    db.session.invalidate()

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Postgres | None]:
    """A PostgreSQL server that may be killed; None where the tests run on SQLite."""
    if not request.config.getoption("--postgres"):
        yield None
        return
    made = Postgres(tmp_path / "postgres")
    try:
        yield made
    finally:
        made.stop()


def weather(
    server: Postgres | None, folder: Path, *, troubles: list[str], chance: random.Random, guests: int, most: int
) -> None:
    """Let people work through these troubles, then look at everything."""
    url = server.url if server else f"sqlite:///{folder / 'showcase.sqlite'}"
    embeddings = serve_embeddings(HashEmbedder(), ELSEWHERE)
    name, address = HashEmbedder().name, f"http://{ELSEWHERE}:{embeddings.server_address[1]}"
    app = make_app(url, folder, model_name=name)
    with mailbox() as received:
        machine = Machine(
            url,
            folder / "machine",
            EMBEDDER_URL=address,
            MODEL_NAME=name,
            SMTP_URL=f"smtp://127.0.0.1:{received.port}",
        )
        with app.app_context():
            world = make_world(app, guests=guests, challenges=max(12, guests // 5))
        storm = Storm(world, [machine.address])
        with machines(machine):
            most_twice = _rage(app, storm, Troubles(machine, storm, server), troubles, chance, most)
            with app.app_context():
                let_it_settle()
            machine.stop("worker")
        with app.app_context():
            check_whole(world)
            check_mail(received, most_twice)
            check_index(HttpEmbedder(address, name=name))
            db.session.rollback()
            db.engine.dispose()
    embeddings.shutdown()
    embeddings.server_close()


def _rage(app: Flask, storm: Storm, known: Troubles, troubles: list[str], chance: random.Random, most: int) -> int:
    """Go through the troubles, each after fewer than `most` changes; return how many e-mails they may have doubled."""
    most_twice = 0
    with following(app), storm.raging():
        for trouble in troubles:
            storm.wait_for(chance.randrange(2, most))
            before = storm.acknowledged()
            act: Callable[[], int] = getattr(known, trouble)
            most_twice += act()
            with app.app_context():
                wait_until(partial(_is_looked_at, storm.world, before), "that the database answers")
            print(f"{trouble}; {storm.told()}", flush=True)
        wait_until(storm.has_all, "that each kind of change was acknowledged")
    print(storm.told())
    with app.app_context():
        check_kept(storm.world, storm.acknowledged())
    return most_twice


def _is_looked_at(world: World, acknowledged: Mapping[str, list[int]]) -> bool:
    """Check what was acknowledged, unless the database still recovers."""
    try:
        check_kept(world, acknowledged)
    except OperationalError:
        db.session.invalidate()
        return False
    return True


@pytest.mark.slow
def test_nothing_is_lost_when_a_part_is_killed_or_the_disk_is_full(server: Postgres | None, tmp_path: Path) -> None:
    troubles = ["kill_child", "kill_worker"] if server else []  # which SQLite's last trouble is made of
    troubles += ["refuse_changes", "kill_database"]
    weather(server, tmp_path, troubles=troubles, chance=random.Random(6), guests=30, most=10)


@pytest.mark.soak
def test_nothing_is_lost_in_a_long_storm(server: Postgres | None, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    troubles = [name for name in vars(Troubles) if not name.startswith("_")] * 5
    chance.shuffle(troubles)
    weather(server, tmp_path, troubles=troubles, chance=chance, guests=600, most=25)
