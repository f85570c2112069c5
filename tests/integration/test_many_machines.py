"""Two hosts with a web server and a worker each, one PostgreSQL, nothing else shared: what holds on one machine holds.

Each host has a folder of its own; what one takes in, the other gives out. The former version goes on serving while the
next one is brought in beside it.
"""

import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from matching.embedder import HashEmbedder
from matching.remote import HttpEmbedder, serve_embeddings
from showcase.extensions import db
from showcase.models import Account, Solve, utc_now
from showcase.models.enums import Hall, SolveState
from showcase.policies import Actor
from showcase.services import backups, consistency, passwords, solves
from tests.conftest import ROOT
from tests.integration.conftest import make_app
from tests.integration.interest_texts import LETTER
from tests.integration.processes import Machine, Person, Postgres, machines, mailbox, wait_until
from tests.integration.storm import PLACES, Storm, World, make_world
from tests.integration.storm_checks import check_index, check_kept, check_mail, check_whole, let_it_settle
from tests.integration.test_mail import Server
from tests.integration.test_registration_bursts import check_order, rows
from tests.integration.test_solves import PROBLEM

pytestmark = pytest.mark.either_database  # it brings its own
ELSEWHERE = "127.0.0.2"
PASSWORD = "a long enough password"
SOLVES = 2
GUESTS = 20


@dataclass
class Site:
    """All there is: two hosts, the database and the mail server; and this process's view of the database."""

    app: Flask
    server: Postgres
    hosts: tuple[Machine, Machine]
    mail: Server
    world: World
    environment: dict[str, str]

    @property
    def addresses(self) -> list[str]:
        return [host.address for host in self.hosts]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two hosts at work."""
    server = Postgres(tmp_path / "postgres")
    embeddings = serve_embeddings(HashEmbedder(), ELSEWHERE)
    name = HashEmbedder().name
    environment = {"EMBEDDER_URL": f"http://{ELSEWHERE}:{embeddings.server_address[1]}", "MODEL_NAME": name}
    try:
        with mailbox() as received:
            environment["SMTP_URL"] = f"smtp://127.0.0.1:{received.port}"
            hosts = tuple(Machine(server.url, tmp_path / f"host{n}", **environment) for n in (1, 2))
            app = make_app(server.url, tmp_path / "own", model_name=name)
            with app.app_context():
                world = make_world(app, guests=GUESTS, challenges=6)
            with machines(*hosts):
                yield Site(app, server, (hosts[0], hosts[1]), received, world, environment)
            with app.app_context():
                db.session.rollback()
                db.engine.dispose()
    finally:
        embeddings.shutdown()
        embeddings.server_close()
        server.stop()


def test_two_hosts_work_as_one(site: Site, tmp_path: Path) -> None:
    """One set-up for all of it, because that is most of the time it takes."""
    check_burst(site)
    check_session_and_throttle(site)
    check_file(site)
    check_followers(site)
    check_solved_once(site)
    storm = Storm(site.world, site.addresses)
    with storm.raging():
        storm.wait_for(8)
        file = tmp_path / "showcase.zip"
        backup = site.hosts[0].run("backup", str(file))
        assert backup.returncode == 0, backup.stderr[-2000:]
        storm.wait_for(8)
    with site.app.app_context():
        check_kept(site.world, storm.acknowledged())
        let_it_settle()
        check_whole(site.world)
        check_mail(site.mail, most_twice=0)
        check_index(HttpEmbedder(site.environment["EMBEDDER_URL"], name=site.environment["MODEL_NAME"]))
    check_backup(file, tmp_path)


# --- what holds -------------------------------------------------------------------------------------------------------


def check_burst(site: Site) -> None:
    """All guests ask at one instant, half at each host: no more places are given out than there are."""
    links = site.world.links
    gate = threading.Barrier(len(links))

    def ask(number: int) -> int:
        person = Person()
        page = site.addresses[number % 2] + links[number]
        person.get(page)
        gate.wait(60)
        return person.send(page).status_code

    with ThreadPoolExecutor(len(links)) as threads:
        assert set(threads.map(ask, range(len(links)))) == {302}
    with site.app.app_context():
        found = rows(site.world.event)
        assert len(found) == len(links)
        assert sum(each.placed_in is Hall.IN_PERSON for each in found) == PLACES
        check_order(found, {Hall.IN_PERSON: PLACES})


def check_session_and_throttle(site: Site) -> None:
    """Who signs in at one host is known at the other, and signed out of both; tries are counted together."""
    one, other = site.addresses
    with site.app.app_context():
        account = db.session.scalars(sa.select(Account).where(Account.name == "Olive Officer")).one()
        account.password_hash = passwords.hash_of(PASSWORD)
        email = account.email
        db.session.commit()
    person = Person()
    assert person.send(f"{one}/sign-in", {"email": email, "password": PASSWORD}).status_code == 302
    assert person.get(f"{other}/account").status_code == 200
    assert "Olive Officer" in person.get(f"{other}/account").text
    assert person.send(f"{other}/account", to=f"{other}/sign-out").status_code == 302
    assert "Olive Officer" not in person.get(f"{one}/").text
    wrong = {"email": "nobody@elsewhere.example", "password": "a wrong password"}
    answers = [Person().send(f"{site.addresses[n % 2]}/sign-in", wrong).text for n in range(11)]
    assert ["Too many tries" in text for text in answers] == [False] * 10 + [True]


def check_file(site: Site) -> None:
    """A file that one host took in is given out by the other, byte for byte."""
    one, other = (f"{address}/interest-lists/{site.world.interest_list}/place" for address in site.addresses)
    lead = site.world.people["lead"]
    said = {"quantity": "1", "need": "We see mould too late.", "role": "Head", "authority": "cabinet"}
    assert lead.send(f"{one}/interested", said).status_code == 302
    letter = {"file": ("letter.pdf", LETTER, "application/pdf")}
    assert lead.send(f"{one}/evidence", {"description": "A letter"}, files=letter).status_code == 302
    link = re.search(r'href="[^"]*(/evidence/[0-9a-f-]{36})"', lead.get(other).text)
    assert link is not None
    address = f"{site.addresses[1]}/interest-lists/{site.world.interest_list}{link[1]}"
    assert lead.get(address).content == LETTER


def check_followers(site: Site) -> None:
    """A text published at one host is found by both, and both order everything alike."""
    word = "xylophone"
    page = f"{site.addresses[0]}/solutions/{site.world.solution}"
    founder, staff = site.world.people["founder"], site.world.people["staff"]
    said = {
        "name": "Dry Rooms",
        "summary": f"A {word} for damp homes.",
        "service_areas": "housing-repairs",
        "exit": "1",
    }
    assert founder.send(f"{page}/edit/solution", said).status_code == 302
    assert founder.send(f"{page}/steps/submit").status_code == 302
    assert staff.send(f"{page}/steps/publish").status_code == 302

    def found(address: str, words: str) -> list[str]:
        text = staff.get(f"{address}/search?q={words}").text
        return list(dict.fromkeys(re.findall(r'href="(/(?:challenges|solutions)/[0-9a-f-]{36})', text)))

    for address in site.addresses:
        wait_until(lambda: f"/solutions/{site.world.solution}" in found(address, word), "that both find it")  # noqa: B023
    one, other = (found(address, "mend+a+road+in+damp+homes") for address in site.addresses)
    assert one == other
    assert len(one) > 2


def check_solved_once(site: Site) -> None:
    """Of two workers that look for problems at the same time, one solves each."""
    with site.app.app_context():
        by, now = Actor(name="Sam"), utc_now()
        for _ in range(SOLVES):
            solves.queue("agenda", uuid.uuid4(), PROBLEM, by=by, now=now, seconds=1)
        db.session.commit()

        def states() -> list[SolveState]:
            db.session.rollback()
            return list(db.session.scalars(sa.select(Solve.state)))

        wait_until(lambda: set(states()) == {SolveState.DONE}, "that all are solved", 90)
        assert list(db.session.scalars(sa.select(Solve.tries))) == [1] * SOLVES


def check_backup(file: Path, folder: Path) -> None:
    """What was saved amid all of it is one consistent moment, on the other engine too."""
    app = make_app(f"sqlite:///{folder / 'restored.sqlite'}", folder / "third")
    with app.app_context():
        backups.restore(db.engine, file)
        assert list(consistency.faults()) == []
        db.session.rollback()
        db.engine.dispose()
    assert backups.check(file)["tables"]["registrations"]["rows"] == GUESTS


# --- the next version -------------------------------------------------------------------------------------------------


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("colour", sa.String()))
    op.create_index("ix_events_colour", "events", ["colour"])
"""


def next_version(folder: Path) -> Path:
    """Return a copy of the software with a further migration and a model that needs it."""
    shutil.copytree(ROOT / "showcase", folder / "showcase", ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    for name in ("matching", "seeds", "templates", "wsgi.py"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "showcase/static/vendor").symlink_to(ROOT / "showcase/static/vendor")
    versions = folder / "showcase/migrations/versions"
    written = [(each, each.read_text()) for each in versions.glob("*.py")]
    followed = set(re.findall(r'^down_revision[^"\n]*"(\w+)"', "\n".join(text for _, text in written), re.MULTILINE))
    known = {match[1] for _, text in written if (match := re.search(r'^revision[^"\n]*"(\w+)"', text, re.MULTILINE))}
    (head,) = known - followed
    (versions / "9999_colour.py").write_text(NEXT.format(head=head))
    model = folder / "showcase/models/events.py"
    text = model.read_text()
    start = text.index("    venue: Mapped")
    model.write_text(f"{text[:start]}    colour: Mapped[str | None] = mapped_column(index=True)\n{text[start:]}")
    return folder


@pytest.mark.soak
def test_the_next_version_is_brought_in_while_people_work(site: Site, tmp_path: Path) -> None:
    tree = next_version(tmp_path / "next")
    storm = Storm(site.world, site.addresses)
    newer = Machine(site.server.url, tmp_path / "next-host", tree=tree, **site.environment)
    with storm.raging():
        storm.wait_for(30)
        assert newer.run("verify").returncode == 1, "it says that the database has another shape"
        newer.start("web")
        wait_until(lambda: newer.health() == 503, "that the new host waits for its shape")
        with ThreadPoolExecutor(2) as both:  # two who do so at once are one
            upgrades = list(both.map(lambda _: newer.run("db", "upgrade"), range(2)))
        assert [done.returncode for done in upgrades] == [0, 0], [done.stderr[-2000:] for done in upgrades]
        assert [host.health() for host in site.hosts] == [200, 200], "the former version goes on"
        newer.wait_until_up()
        storm.wait_for(30)
        for host in site.hosts:  # one after the other
            storm.leave_out(host.address)
            for part in ("web", "worker"):
                host.stop(part)
            host.tree, host.environment["PYTHONPATH"] = tree, str(tree)
            host.start("web", "worker")
            host.wait_until_up()
            storm.take_in(host.address)
            storm.wait_for(30)
        newer.stop("web")
    assert (storm.statuses[503], storm.cut_off) == (0, 0), "nobody was turned away"
    with site.app.app_context():
        check_kept(site.world, storm.acknowledged())
        let_it_settle()
        check_mail(site.mail, most_twice=0)
    verified = site.hosts[0].run("verify")
    assert (verified.returncode, verified.stdout.strip()) == (0, "Nothing is wrong.")
