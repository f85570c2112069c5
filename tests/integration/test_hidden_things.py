"""Nobody can tell from an answer that another's hidden thing exists: not by what it says, its size, headers or queries.

Each route is asked for something that exists and is hidden from the role, and for the id of nothing; with the id itself
taken out, both answers must be the same byte for byte and cost the same number of queries. And no page, file or search
that a role may read may hold the id or the words of a thing that it may not see.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
import sqlalchemy as sa
from werkzeug.routing import MapAdapter, Rule
from werkzeug.test import TestResponse

from showcase.extensions import db
from showcase.models import Challenge, Publication
from showcase.policies import Actor, can
from tests.integration.access_cases import NOWHERE, Case, cases_of, foreign_id, rules_of
from tests.integration.access_conditions import HIDDEN, LET_IN
from tests.integration.access_rows import SEE
from tests.integration.test_access_matrix import kind_of, right_answers
from tests.integration.whole_world import World
from tests.integration.world_of_texts import SECRET

pytestmark = pytest.mark.either_database

PARTS = 4
ROLES = ("other officer", "other founder")
"""Who looks for what is not theirs in CI; in the soak run everybody does."""
CHANGING = re.compile(rb'name="csrf_token"[^>]*>|"nonce-[^"]*"')
LEAST_LETTERS = 12
"""Of a title that stands in no page by chance."""
OWN_HEADERS = {"X-Request-ID", "Set-Cookie"}
"""Headers that differ between any two answers."""


@dataclass(frozen=True)
class Seen:
    """All that somebody can see of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    queries: int


def look(world: World, role: str, case: Case, adapter: MapAdapter, id: uuid.UUID, **options: Any) -> Seen:
    """Ask and return what can be seen, with the id that was asked for taken out."""

    def tidy(text: bytes) -> bytes:
        return CHANGING.sub(b"", text.replace(str(id).encode(), b"ID"))

    with world.undone(), counted(world) as queries:
        response = case.ask(world.clients[role], adapter, **options)
    headers = tuple(
        (name, tidy(value.encode()).decode()) for name, value in response.headers.items() if name not in OWN_HEADERS
    )
    body = tidy(response.data)
    kept = tuple((name, value) for name, value in headers if name != "Content-Length")
    return Seen(response.status_code, (*kept, ("Length", str(len(body)))), body, len(queries))


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Note the queries of a block."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement:
            found.append(statement)

    sa.event.listen(world.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(world.engine, "before_cursor_execute", note)


# --- what exists and is hidden, and what does not exist ---------------------------------------------------------------


@pytest.mark.parametrize("part", range(PARTS))
def test_the_hidden_is_answered_like_the_missing(world: World, part: int) -> None:
    compare_all(world, rules_of(world)[part::PARTS], ROLES)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_the_hidden_is_answered_like_the_missing_to_everyone(world: World, part: int) -> None:
    compare_all(world, rules_of(world)[part::PARTS], tuple(world.actors))


def compare_all(world: World, rules: list[Rule], roles: tuple[str, ...]) -> None:
    """Compare, for each of these routes and roles, the answers for something hidden and for nothing."""
    wrong: list[str] = []
    with world.app.app_context():
        adapter = world.app.url_map.bind("localhost")
        for rule in rules:
            for role in roles:
                for case, name, hidden in hidden_cases(world, rule, world.actors[role]):
                    missing = replace(case, values={**case.values, name: NOWHERE})
                    existing = replace(case, values={**case.values, name: hidden})
                    of_missing, of_hidden = (
                        look(world, role, each, adapter, id) for each, id in ((missing, NOWHERE), (existing, hidden))
                    )
                    if of_missing != of_hidden:  # what a process does once, the first to ask pays for
                        of_missing = look(world, role, missing, adapter, NOWHERE)
                        of_hidden = look(world, role, existing, adapter, hidden)
                    if of_missing != of_hidden:
                        wrong.append(f"{role}: {case.of} by {name}: {difference(of_missing, of_hidden)}")
    assert wrong == [], "\n".join(wrong)


def difference(missing: Seen, hidden: Seen) -> str:
    """Say where two answers differ."""
    found = [f"{a} / {b}" for a, b in zip(missing.headers, hidden.headers, strict=False) if a != b]
    if missing.status != hidden.status or missing.queries != hidden.queries:
        found.append(f"{missing.status} in {missing.queries} / {hidden.status} in {hidden.queries} queries")
    return ", ".join([*found, "body"] if missing.body != hidden.body else found)


def hidden_cases(world: World, rule: Rule, actor: Actor) -> Iterator[tuple[Case, str, uuid.UUID]]:
    """Give one case for each method of a route and each id in its address, with the id of something hidden.

    Hidden is a thing that the actor may not see, and a part that belongs to another thing than the one in the address.
    """
    done: set[tuple[str, str]] = set()
    model = getattr(world.app.view_functions[rule.endpoint], "guard_model", None)
    first = f"{model.__name__.lower()}_id" if model is not None else ""
    for case in cases_of(world, rule):
        for name, id in hidden_ids(case, first, actor):
            if (case.method, name) not in done:
                done.add((case.method, name))
                yield case, name, id


def hidden_ids(case: Case, first: str, actor: Actor) -> Iterator[tuple[str, uuid.UUID]]:
    """Give the parts of an address that can hold the id of something hidden from the actor, each with such an id."""
    if case.subject is not None and not can(actor, SEE[kind_of(case)], case.subject):
        yield first, case.values[first]
        return
    right = right_answers(actor, case)
    for name, value in case.values.items():
        if name == first or not isinstance(value, uuid.UUID):
            continue
        if right == HIDDEN and value != NOWHERE:
            yield name, value
        elif right & (LET_IN | HIDDEN) and (foreign := foreign_id(case.rule, name, case.subject)):
            yield name, foreign


# --- what pages, files and searches hold ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["public", "other officer", "other founder", "suspended founder"])
def test_no_list_search_or_file_holds_what_is_hidden(world: World, role: str) -> None:
    read_all(world, role, [rule for rule in rules_of(world) if "<uuid" not in rule.rule])


@pytest.mark.soak
@pytest.mark.parametrize(
    "role", ["public", "officer", "lead", "other officer", "founder", "other founder", "suspended officer", "staff"]
)
def test_no_page_at_all_holds_what_is_hidden(world: World, role: str) -> None:
    read_all(world, role, rules_of(world))


def read_all(world: World, role: str, rules: list[Rule]) -> None:
    """Read, as a role, all that these routes give, searching for what texts that are hidden have in their titles."""
    actor, held, count = world.actors[role], [], 0
    with world.app.app_context():
        adapter = world.app.url_map.bind("localhost")
        marks = hidden_marks(actor)
        assert len(marks) > (0 if actor.is_staff else 50)
        for rule in rules:
            for case in cases_of(world, rule):
                if case.method != "GET" or rule.arguments & {"token", "filename"}:
                    continue  # a secret link shows what it is the link to
                if "let in" not in right_answers(actor, case):
                    continue
                with world.undone():
                    text = text_of(case.ask(world.clients[role], adapter, query_string={"q": SECRET}))
                count += 1
                asked_for = {str(value).encode() for value in case.values.values()}
                held += [f"{case.of}: {marks[mark]}" for mark in marks if mark in text and mark not in asked_for]
    assert count > 10
    assert held == [], "\n".join(held)


def hidden_marks(actor: Actor) -> dict[bytes, str]:
    """Return what must not stand in anything that the actor reads: ids and words of things, each with what it is of."""
    marks: dict[bytes, str] = {}
    for model, permission in SEE.items():
        for each in db.session.scalars(sa.select(model)).unique():
            if not can(actor, permission, each):
                marks[str(each.id).encode()] = f"the id of {model.__name__} {each.id}"
                title = str(getattr(each, "title", "") or getattr(each, "wording", ""))
                was_public = isinstance(each, Challenge) and any(version.published_at for version in each.versions)
                if len(title) > LEAST_LETTERS and not was_public:
                    marks[title.encode()] = f"the words of {model.__name__} {each.id}"
    if not actor.is_staff:
        marks |= {f"diet-of-{role}".encode(): "what a person may eat" for role in ("officer", "founder", "otto")}
        marks |= {b"Incumbent Systems": "a contract that only its council names"} if not actor.is_council else {}
    seen = {each.title for each in db.session.scalars(sa.select(Publication)) if can(actor, SEE[type(each)], each)}
    return {mark: what for mark, what in marks.items() if mark.decode() not in seen}


def text_of(response: TestResponse) -> bytes:
    """Return all that an answer says, a workbook or bundle unpacked."""
    data: bytes = response.data
    if not is_zipfile(BytesIO(data)):
        return data
    with ZipFile(BytesIO(data)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())
