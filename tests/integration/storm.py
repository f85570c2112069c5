"""People who change things all the time, by HTTP, while something goes wrong beneath them; and what must be true after.

Each says something new at every try, so that the database alone tells which tries were kept. A try that was answered
with a redirect was acknowledged and must be there; one that was cut off or refused with 503 may be there whole or not
at all; any other answer of the server's own fault is a fault.
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import sqlalchemy as sa
from flask import Flask

from matching.embedder import Embedder
from matching.encoding import encode, encode_challenges
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Challenge,
    Membership,
    Message,
    Pledge,
    PledgeStep,
    Publication,
    Question,
    Response,
    Solution,
    Supplier,
    Vector,
    Version,
    utc_now,
)
from showcase.models.enums import Hall
from showcase.models.interests import Rung
from showcase.services import consistency, encodings, index, mail, vectors
from showcase.transactions import begin_writing
from tests.integration.conftest import make_people, member_of
from tests.integration.interest_texts import a_group
from tests.integration.processes import Person, wait_until
from tests.integration.publication_texts import a_challenge, a_solution, published
from tests.integration.test_mail import Server
from tests.integration.test_registration_bursts import an_event, check_order, invite, rows

PLACES = 12
QUIET = 4.0
"""Seconds without a sign after which nobody is at work on an e-mail."""
Act = Callable[[str, int], int]
"""Says something new by its number, at a web server's address; returns the status of the answer."""


@dataclass
class World:
    """What there is before the storm, by id."""

    people: dict[str, Person] = field(default_factory=dict)
    draft: str = ""
    solution: str = ""
    offered: str = ""
    challenges: list[str] = field(default_factory=list)
    interest_list: str = ""
    event: uuid.UUID | None = None
    links: list[str] = field(default_factory=list)


def make_world(app: Flask, *, guests: int, challenges: int) -> World:
    """Make people and things to change. Must run within the application's context."""
    world = World()
    people = make_people()
    third = Supplier(name="Third Floor Ltd", region="london", approved_at=utc_now())
    asker = member_of(third, "Tess Third", is_administrator=True)
    draft = a_challenge(people.officer)
    solution, offered = a_solution(people.founder), a_solution(people.other_founder, name="Quiet Kerbs")
    topics = [a_challenge(people.other_officer, title=f"How might we mend road {n}?") for n in range(challenges)]
    for text in (*topics, solution, offered):
        published(text, people)
    group = a_group(people.staff, 1)
    event = an_event(PLACES, 0)
    world.links = [invite(event, n, Hall.IN_PERSON) for n in range(guests)]
    db.session.commit()
    members: dict[str, Membership] = {
        "officer": people.officer,
        "founder": people.founder,
        "staff": people.staff,
        "lead": group.leads[0],
        "responder": people.other_founder,
        "asker": asker,
    }
    world.people = {name: Person(app, member) for name, member in members.items()}
    world.draft, world.solution, world.offered = (str(each.id) for each in (draft, solution, offered))
    world.challenges = [str(each.id) for each in topics]
    world.interest_list, world.event = str(group.interest_list.id), event.id
    db.session.commit()
    return world


class Storm:
    """The people at work, until they are told to stop."""

    def __init__(self, world: World, addresses: list[str]) -> None:
        self.world = world
        self.addresses = list(addresses)
        """Of the web servers that people are led to, as a load balancer does."""
        self.kept: dict[str, list[int]] = defaultdict(list)
        """By kind of act, the numbers that were acknowledged."""
        self.statuses: dict[int, int] = defaultdict(int)
        self.faults: list[str] = []
        self.cut_off = 0
        """How often nothing answered, or no whole answer came."""
        self._busy: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._next_guest = iter(range(len(world.links)))
        self._responses: dict[str, str] = {}
        """By challenge, where the response is."""

    @property
    def done(self) -> int:
        """How much was acknowledged so far."""
        with self._lock:
            return sum(len(numbers) for numbers in self.kept.values())

    def has_all(self) -> bool:
        """Tell whether something of each kind was acknowledged."""
        return bool(self.faults) or {"edit", "publish", "pledge", "respond", "ask", "register"} <= self.kept.keys()

    def told(self) -> str:
        """Say in a line how much was done and refused."""
        counts = {kind: len(numbers) for kind, numbers in self.kept.items()}
        return f"acknowledged: {counts}; answers: {dict(self.statuses)}; cut off: {self.cut_off}"

    def acknowledged(self) -> dict[str, list[int]]:
        with self._lock:
            return {kind: list(numbers) for kind, numbers in self.kept.items()}

    def wait_for(self, more: int) -> None:
        """Wait until so much more was acknowledged, by whoever."""
        before = self.done
        wait_until(lambda: self.faults or self.done >= before + more, f"{more} more changes")
        assert self.faults == []

    def wait_for_refusals(self, more: int) -> None:
        """Wait until so many more were refused because nothing can be kept."""
        before = self.statuses[503]
        wait_until(lambda: self.faults or self.statuses[503] >= before + more, f"{more} refusals")
        assert self.faults == []

    def leave_out(self, address: str) -> None:
        """Lead nobody there any more; return once nobody is there."""
        with self._lock:
            self.addresses.remove(address)
        wait_until(lambda: not self._busy[address], "that nobody uses the host")

    def take_in(self, address: str) -> None:
        """Lead people there again."""
        with self._lock:
            self.addresses.append(address)

    @contextmanager
    def _host(self, number: int) -> Iterator[str]:
        with self._lock:
            address = self.addresses[number % len(self.addresses)]
            self._busy[address] += 1
        try:
            yield address
        finally:
            with self._lock:
                self._busy[address] -= 1

    @contextmanager
    def raging(self) -> Iterator[None]:
        """Let everyone work within the block."""
        acts: Mapping[str, Act] = {
            "edit": self._edit,
            "publish": self._publish,
            "pledge": self._pledge,
            "respond": self._respond,
            "ask": self._ask,
        }
        work = [threading.Thread(target=self._repeat, args=(kind, act), daemon=True) for kind, act in acts.items()]
        work += [threading.Thread(target=self._register, daemon=True) for _ in range(2)]
        for thread in work:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in work:
                thread.join(60)
        assert self.faults == []

    def _repeat(self, kind: str, act: Act) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            self._try(kind, number, act)

    def _try(self, kind: str, number: int, act: Act) -> int:
        try:
            with self._host(number) as address:
                status = act(address, number)
        except requests.RequestException:
            self.cut_off += 1
            time.sleep(0.1)
            return 0
        with self._lock:
            self.statuses[status] += 1
            if status == 302:
                self.kept[kind].append(number)
        if status >= 500 and status != 503:
            self.faults.append(f"{kind} {number}: answered {status}")
        if status != 302:
            time.sleep(0.2)
        return status

    # --- what they do -------------------------------------------------------------------------------------------------

    def _edit(self, address: str, number: int) -> int:
        fields = {"title": f"Edit {number}", "problem": f"Said at try {number}.", "exit": "1"}
        page = f"{address}/challenges/{self.world.draft}/edit/problem"
        return self._send("officer", page, fields)

    def _publish(self, address: str, number: int) -> int:
        """Write another version and have it published: the index must follow."""
        page = f"{address}/solutions/{self.world.solution}"
        said = {"name": "Dry Rooms", "summary": f"Finds damp homes, as said at try x{number}x.", "exit": "1"}
        said["service_areas"] = "housing-repairs"
        status = self._send("founder", f"{page}/edit/solution", said)
        if status == 302:
            status = self._send("founder", f"{page}/steps/submit")
        elif status in (403, 409):  # an earlier version waits for review still
            self._send("staff", f"{page}/steps/publish")
        return self._send("staff", f"{page}/steps/publish") if status == 302 else status

    def _pledge(self, address: str, number: int) -> int:
        fields = {"quantity": str(number), "need": "We see mould too late.", "role": "Head", "authority": "cabinet"}
        return self._send("lead", f"{address}/interest-lists/{self.world.interest_list}/place/interested", fields)

    def _respond(self, address: str, number: int) -> int:
        """Put the solution forward for each challenge, then change the note: e-mails to councils follow."""
        challenge = self.world.challenges[number % len(self.world.challenges)]
        note = {"note": f"Offered at try {number}."}
        if given := self._responses.get(challenge):
            return self._send("responder", address + given, note, to=f"{address}{given}/note")
        page = f"{address}/challenges/{challenge}/put-forward"
        answer = self.world.people["responder"].send(page, {**note, "solution": self.world.offered})
        if answer.status_code == 302:
            self._responses[challenge] = answer.headers["Location"]
        return answer.status_code

    def _ask(self, address: str, number: int) -> int:
        challenge = self.world.challenges[number % len(self.world.challenges)]
        page = f"{address}/challenges/{challenge}/questions/ask"
        return self._send("asker", page, {"wording": f"Who mends it at night, asked at try {number}?"})

    def _send(self, name: str, page: str, fields: Mapping[str, str] | None = None, to: str | None = None) -> int:
        return self.world.people[name].send(page, fields, to=to).status_code

    def _register(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                guest = next(self._next_guest, None)
            if guest is None:
                return
            # 410: the answer to an earlier try was lost, the place was not
            while self._try("register", guest, self._confirm) not in (302, 410) and not self._stop.is_set():
                continue

    def _confirm(self, address: str, number: int) -> int:
        return Person().send(address + self.world.links[number]).status_code


# --- what must be true afterwards -------------------------------------------------------------------------------------


def kept_in_database(world: World) -> dict[str, set[int]]:
    """Return by kind of act which tries are in the database."""

    def numbers(texts: sa.Select[str], mark: str) -> set[int]:
        found = (text.partition(mark)[2] for text in db.session.scalars(texts))
        return {int("".join(c for c in rest if c.isdigit())) for rest in found if rest}

    notes = numbers(sa.select(Response.note), "at try ")
    draft = db.session.get_one(Challenge, uuid.UUID(world.draft), populate_existing=True)
    last = int(draft.title.split()[-1]) if draft.title.startswith("Edit ") else 0
    versions = db.session.scalars(sa.select(Version).where(Version.publication_id == uuid.UUID(world.solution)))
    summaries = [str(version.content["summary"]) for version in versions if version.published_at is not None]
    return {
        "edit": set(range(1, last + 1)),  # one writer: what came later stands in place of what came before
        "publish": {int(text.split("x")[1]) for text in summaries if "try x" in text},
        "pledge": {q for q in db.session.scalars(sa.select(PledgeStep.quantity)) if q},
        "respond": {n for last in notes for n in range(last, 0, -len(world.challenges))},  # in place as well
        "ask": numbers(sa.select(Question.wording), "at try "),
        "register": {int(each.name.split()[-1]) for each in rows(world.event)},
    }


def check_kept(world: World, acknowledged: Mapping[str, list[int]]) -> None:
    """Everything that was acknowledged is there."""
    found = kept_in_database(world)
    for kind, numbers in acknowledged.items():
        assert set(numbers) <= found[kind], f"{kind}: acknowledged and lost"


def check_whole(world: World) -> None:
    """Each change is there with all that belongs to it: its entry in the audit trail, its history, its e-mails."""

    def entries(action: str) -> int:
        query = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == action)
        return db.session.scalar(query) or 0

    def count(query: sa.Select[Any]) -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0

    draft = db.session.get_one(Challenge, uuid.UUID(world.draft), populate_existing=True)
    solution = db.session.get_one(Solution, uuid.UUID(world.solution), populate_existing=True)
    assert entries("challenge.saved") == draft.revision - 1
    assert entries("solution.saved") == solution.revision - 1
    published = [version for version in solution.versions if version.published_at is not None]
    assert entries("solution.publish") == len(published) + 1  # that of the other supplier
    assert solution.published_version in published
    pledge = db.session.scalars(sa.select(Pledge)).one()
    steps = sorted(pledge.steps, key=lambda step: step.number)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert (pledge.quantity, pledge.rung) == (steps[-1].quantity, Rung.INTERESTED)
    assert entries("pledge.stepped") == len(steps)
    assert entries("response.put_forward") == count(sa.select(Response.id))
    assert entries("question.asked") == count(sa.select(Question.id))
    told = sa.select(Message.to).where(Message.subject.in_(["Your place: Burst", "Waiting list: Burst"]))
    found = rows(world.event)
    assert entries("registration.made") == len(found)
    assert sorted(db.session.scalars(told)) == sorted(str(each.email) for each in found)
    check_order(found, {Hall.IN_PERSON: PLACES})
    assert list(consistency.faults()) == []


def let_it_settle() -> None:
    """Let the time pass that e-mails wait for, those of killed workers too, and the worker do what is left."""
    in_use, ahead = encodings.in_use(), utc_now()
    unsent = Message.sent_at.is_(None) & (Message.tries < mail.MOST_TRIES)
    seen: list[tuple[float, set[uuid.UUID]]] = []

    def is_settled() -> bool:
        db.session.rollback()
        begin_writing(db.session)
        left = set(db.session.scalars(sa.select(Message.id).where(unsent)))
        if not seen or seen[-1][1] != left:
            seen.append((time.monotonic(), left))
        is_still = time.monotonic() - seen[-1][0] > QUIET  # nobody is sending these: who was to is dead
        waits = unsent if is_still else unsent & (Message.tries == 0)
        db.session.execute(sa.update(Message).where(waits, Message.next_try_at > utc_now()).values(next_try_at=ahead))
        db.session.commit()
        unsealed = db.session.scalars(sa.select(AuditEntry.id).where(~AuditEntry.is_sealed).limit(1)).first()
        return not left and not unsealed and not vectors.count_stale(in_use)

    wait_until(is_settled, "that the worker does what is left")


def check_mail(server: Server, most_twice: int) -> None:
    """Each e-mail came, and only what a kill caught between sending and noting it came twice, as one and the same."""
    came: dict[str, int] = defaultdict(int)
    bodies: dict[str, set[str]] = defaultdict(set)
    for text in server.received:
        id = text.partition("Message-ID: <")[2].partition("@")[0]
        came[id] += 1
        bodies[id].add(text)
    queued = {str(id) for id in db.session.scalars(sa.select(Message.id))}
    assert came.keys() == queued
    assert all(len(texts) == 1 for texts in bodies.values())
    assert sum(came.values()) - len(came) <= most_twice


def check_index(embedder: Embedder) -> None:
    """The rows of the index are what encoding everything anew gives, and this process's follower holds just that."""
    model = encodings.in_use()
    held = db.session.scalars(sa.select(Vector).where(Vector.model == model)).all()
    kept = {row.publication_id: (row.vectors, row.terms) for row in held if row.vectors}
    live = db.session.scalars(sa.select(Publication).where(Publication.published_version_id.is_not(None))).all()
    assert kept.keys() == {each.id for each in live}
    for each in live:
        text = vectors.text_of(each.id, each.questionnaire, each.published_content)
        (anew,) = (encode_challenges if isinstance(each, Challenge) else encode)([text], embedder)
        assert kept[each.id] == anew.to_blobs()
    followed = {kind: _held(kind, model) for kind in ("challenge", "solution")}
    index.forget()
    assert followed == {kind: _held(kind, model) for kind in followed}
    assert sum(len(held) for held in followed.values()) == len(kept)


def _held(kind: str, model: str) -> dict[str, tuple[bytes, bytes]]:
    collection = index.live(kind, model).collection
    return {id: collection.get(id).to_blobs() for id in collection}
