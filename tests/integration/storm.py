"""People who change things all the time, by HTTP, while something goes wrong beneath them.

Each says something new at every try, so that the database alone tells which tries were kept. A try that was answered
with a redirect was acknowledged and must be there; one that was cut off or refused with 503 may be there whole or not
at all; any other answer of the server's own fault is a fault. What must be true afterwards is in `storm_checks`.
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from flask import Flask

from showcase.extensions import db
from showcase.models import (
    Membership,
    Supplier,
    utc_now,
)
from showcase.models.enums import Hall
from tests.integration.conftest import make_people, member_of
from tests.integration.interest_texts import a_group
from tests.integration.processes import Person, wait_until
from tests.integration.publication_texts import a_challenge, a_solution, published
from tests.integration.test_registration_bursts import an_event, invite

PLACES = 12
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
