"""No input breaks a page: whatever is typed, sent or put in an address, the answer is never a fault of the server.

What a view looks for in a form or an address is found by letting it look: a request without anything notes each name
that it asks for. Hypothesis then fills those names with what breaks programs: numbers beyond every column, days that no
calendar has, NUL, halves of characters, formulas, files that are not what they say, the same field many times. The
examples are always the same ones; the soak run tries many more.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Request
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import MapAdapter, Rule

from tests.integration.access_cases import Case, cases_of, outcome, rules_of
from tests.integration.conftest import CheckedClient
from tests.integration.test_access_matrix import right_answers
from tests.integration.test_files import a_docx, a_pdf, an_xlsx
from tests.integration.whole_world import World

PARTS = 8
ROLES = ("staff", "lead", "founder", "officer", "other officer", "other founder", "public")
"""Who sends, the first of them whom a route lets in."""
FEW, MANY = 2, 120
"""Examples for each case of a route in CI, and in the soak run."""

PLAIN = ("", " ", "0", "1", "-1", "12", "on", "yes", "no", "a@b.example", "Some plain words.", "2027-03-10", "10:30")
CHOICES = ("00000000-0000-0000-0000-000000000000", "not-a-uuid", "watching", "approve", "chosen", "csv", "in_person")
NUMBERS = ("9" * 19, "9" * 40, "-" + "9" * 30, "1e309", "NaN", "-Infinity", "0x10", "1_000", "²", "٣", "１２")
DAYS = (
    "9999-12-31",
    "0001-01-01",
    "0000-00-00",
    "2026-02-30",
    "99999-01-01",
    "31/12/9999",
    "24:61",
    "2026-13",
    "9999-99",
)
CODE = (
    "=1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "'; DROP TABLE accounts;--",
    "../../etc/passwd",
    "[]",
)
LETTERS = ("\r\nSet-Cookie: a=b", "\u202egpj.exe", "👩‍👩‍👧‍👦", "a\u0300" * 50, "\ufeff", "\u2028", "x" * 20_000)
BYTES = (b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", b"%", b"%zz", b"\x1b[2J")
WORDS = (*(word.encode() for words in (PLAIN, CHOICES, NUMBERS, DAYS, CODE, LETTERS) for word in words), *BYTES)
PATHS: Sequence[str] = (
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%ff",
    "x" * 3000,
    "9" * 40,
    "-1",
    "%F0%9F%92%A9",
    "a b",
    "'\"<>",
)
FILES: Sequence[tuple[bytes, str]] = (
    (b"", "empty.pdf"),
    (a_pdf(), "../../letter.pdf"),
    (a_pdf(), "x" * 300 + ".pdf"),
    (a_docx(), "letter.docx"),
    (a_docx(**{"word/media.bin": b"\0" * 2_000_000}), "bomb.docx"),
    (an_xlsx(), "sheet.xlsx"),
    (an_xlsx()[:200], "half.xlsx"),
    (b'a,b\n=1+1,\0\n"unclosed', "rows.csv"),
    (b"\xff\xfe\x00\xd8,\n" * 50, "rows.csv"),
    (b"Supplier,Product\n" + b"x" * 200_000, "rows.csv"),
    (b"\x89PNG\r\n\x1a\n", "a.png"),
    (b"MZ", "a\0b.exe"),
)


# --- what a view looks for --------------------------------------------------------------------------------------------


class Listening(ImmutableMultiDict[str, Any]):
    """The values of a form or an address, noting every name that is looked for among them."""

    asked: set[str] = set()

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(str(key))
        return super().__getitem__(key)

    def get(self, key: str, *rest: Any, **options: Any) -> Any:
        self.asked.add(str(key))
        return super().get(key, *rest, **options)

    def getlist(self, key: str, *rest: Any, **options: Any) -> list[Any]:
        self.asked.add(str(key))
        return super().getlist(key, *rest, **options)


class ListeningRequest(Request):
    """A request whose form and address listen."""

    parameter_storage_class = Listening


@contextmanager
def listening(world: World) -> Iterator[set[str]]:
    """Note, for a block, the names that views look for."""
    before = world.app.request_class
    Listening.asked = set()
    world.app.request_class = ListeningRequest
    try:
        yield Listening.asked
    finally:
        world.app.request_class = before


# --- what is sent -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a view asks for: the names it looks for, and the values that its page offers to choose from."""

    names: list[str]
    offered: list[bytes]


def values_for(asked: Asked) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """Return a strategy for what is sent under these names: each once, often or not at all, in any order."""
    names = asked.names
    if not names:
        return st.just([])
    likely = [*asked.offered, *(word.encode() for word in PLAIN)]
    any_text = st.text(max_size=12).map(lambda text: text.encode(errors="replace"))
    a_value = st.one_of(st.sampled_from(likely), st.sampled_from(WORDS), any_text)
    pair = st.tuples(st.sampled_from(names), a_value)
    whole = st.tuples(*(a_value for _ in names)).map(lambda values: list(zip(names, values, strict=True)))
    return st.one_of(whole, st.lists(pair, max_size=2 * len(names)), st.lists(pair, min_size=40, max_size=60))


def send(world: World, role: str, case: Case, adapter: MapAdapter, data: st.DataObject, asked: Asked) -> None:
    """Send one example; fail if the server is at fault."""
    values = data.draw(values_for(asked))
    options: dict[str, Any] = {"query_string": urlencode(values[:30])}
    if case.method == "POST":
        kind = data.draw(st.sampled_from(("form", "form", "files", "json", "garbage")))
        options = body_of(kind, values, asked.names, data)
    with world.undone():
        response = case.ask(world.clients[role], adapter, **options)
        response.close()
    assert response.status_code < 500, f"{role}: {case.of}: {response.status_code} after {options!r:.600}"


def body_of(
    kind: str, values: Sequence[tuple[str, bytes]], names: Sequence[str], data: st.DataObject
) -> dict[str, Any]:
    """Return the body of a request, as a client of the tests is told of it."""
    if kind == "json":
        words = data.draw(st.sampled_from((b"{", b"[]", b'{"a": NaN}', b"\0")))
        return {"data": words, "content_type": "application/json"}
    if kind == "garbage":
        words = b"--x\r\nContent-Disposition: form-data\r\n\r\n"
        return {"data": words, "content_type": "multipart/form-data; boundary=x"}
    if kind == "files":
        form: dict[str, Any] = {name: value.decode(errors="replace") for name, value in values}
        for name in names:
            if any(word in name for word in ("file", "letter", "upload", "slides")):
                content, called = data.draw(st.sampled_from(FILES))
                form[name] = (BytesIO(content), called)
        return {"data": form, "content_type": "multipart/form-data"}
    return {"data": urlencode(values), "content_type": "application/x-www-form-urlencoded"}


# --- every route ------------------------------------------------------------------------------------------------------


@pytest.mark.either_database
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_that_is_sent_breaks_a_page(world: World, part: int) -> None:
    break_all(world, rules_of(world)[part::PARTS], FEW)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4 * PARTS))
def test_nothing_that_is_sent_ever_breaks_a_page(world: World, part: int) -> None:
    break_all(world, rules_of(world)[part :: 4 * PARTS], MANY)


def break_all(world: World, rules: list[Rule], examples: int) -> None:
    """Send so many examples to each case of these routes that lets somebody in; fail with all that broke."""
    faults: list[str] = []
    with world.app.app_context():
        adapter = world.app.url_map.bind("localhost")
        for rule in rules:
            for role, case in open_cases(world, rule):
                asked = what_is_asked(world, role, case, adapter)
                try:
                    examples_of(world, role, case, adapter, asked, examples)
                except AssertionError as fault:
                    faults.append(str(fault).partition("\n")[0])
    assert faults == [], "\n".join(faults)


def what_is_asked(world: World, role: str, case: Case, adapter: MapAdapter) -> Asked:
    """Return what a view looks for; a form looks for its fields only where something was sent."""
    sent = {"data": {"nothing": "1"}} if case.method == "POST" else {}
    with listening(world) as names, world.undone():
        response = case.ask(world.clients[role], adapter, **sent)
        page = response.text if response.mimetype == "text/html" else ""
        response.close()
    offered = sorted(set(re.findall(r'value="([^"]{1,100})"', page.partition("<main")[2])))
    return Asked(sorted(names - {"csrf_token"}), [unescape(value).encode() for value in offered])


@pytest.mark.either_database
def test_the_names_of_fields_are_found(world: World) -> None:
    """Without this, everything above could pass by sending nothing that anyone reads."""
    found: dict[str, list[str]] = {}
    with world.app.app_context():
        adapter = world.app.url_map.bind("localhost")
        for rule in rules_of(world):
            if rule.endpoint in ("contracts.new", "events.new", "prices.give", "solutions.save", "challenges.index"):
                for role, case in open_cases(world, rule):
                    found[f"{case.method} {rule.endpoint}"] = what_is_asked(world, role, case, adapter).names
    assert {"supplier", "product", "service_area", "ends_on-day"} <= set(found["POST contracts.new"])
    assert {"name", "venue", "in_person_places"} <= set(found["POST events.new"])
    assert {"q", "page", "sort"} <= set(found["GET challenges.index"])
    assert len(found["POST prices.give"]) > 10
    assert {"summary", "version"} <= set(found["POST solutions.save"])


def examples_of(world: World, role: str, case: Case, adapter: MapAdapter, asked: Asked, examples: int) -> None:
    """Send so many examples to one case, always the same ones."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        send(world, role, case, adapter, data, asked)

    try_it()


def open_cases(world: World, rule: Rule) -> Iterator[tuple[str, Case]]:
    """Give one case for each method of a route, and the first role that it lets in."""
    found: set[str] = set()
    cases = list(cases_of(world, rule))
    turned = zlib.crc32(rule.rule.encode()) % len(cases) if cases else 0
    for role in ROLES:
        for case in cases[turned:] + cases[:turned]:
            if case.method not in found and "let in" in right_answers(world.actors[role], case):
                found.add(case.method)
                yield role, case


@pytest.mark.parametrize("sent", ["/challenges?q=a%00b", "/challenges?service_area=%00", "/challenges?a%00b=1"])
def test_what_no_database_can_compare_is_refused(client: CheckedClient, sent: str) -> None:
    assert client.get(sent).status_code == 400
    assert client.post("/sign-in", data={"email": "a\0@b.example"}).status_code == 400


@pytest.mark.either_database
@pytest.mark.parametrize("role", ["public", "staff"])
def test_no_address_breaks_a_page(world: World, role: str) -> None:
    with world.app.app_context():
        for rule in rules_of(world):
            for name in rule.arguments:
                kind = type(rule._converters[name]).__name__
                if kind in ("UUIDConverter", "AnyConverter"):
                    continue
                case = next(cases_of(world, rule), None)
                for odd in PATHS if case is not None else ():
                    path = "/".join(
                        odd if f":{name}>" in part or f"<{name}>" in part else quote(str(part))
                        for part in address_of(rule, case).split("/")
                    )
                    with world.undone(), world.app.app_context():
                        response = world.clients[role].open(path, method=case.method)  # type: ignore[union-attr]
                        response.close()
                    assert outcome(response), path


def address_of(rule: Rule, case: Case | None) -> str:
    """Return a route's address with its ids filled in and its words as they stand in the rule."""
    address = rule.rule
    for name, value in (case.values if case is not None else {}).items():
        address = address.replace(f"<uuid:{name}>", str(value))
        address = address.replace(f"<any(csv, xlsx):{name}>", str(value))
    return address
