"""What holds of every answer: its headers, nothing loaded from elsewhere, and no formula in a file that people open."""

import csv
import re
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from showcase.extensions import db
from showcase.models import Base, Publication
from showcase.services import passwords
from tests.integration.access_cases import Case, cases_of, rules_of
from tests.integration.conftest import make_app, make_people
from tests.integration.test_no_500 import open_cases
from tests.integration.whole_world import World

pytestmark = pytest.mark.either_database

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
SHOWN = ("text/html", "application/json", "text/plain")
INLINE = re.compile(r"<[^>]+\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)
"""Style and script within a tag, which the policy would not let run."""
LOADED = re.compile(r"<(?:script|img|iframe|source|embed|object|link)\b[^>]*?\s(?:src|href|data)=[\"']([^\"']+)")
"""What a page has its browser load."""
FREE_TEXT = {
    *("name", "title", "note", "wording", "text", "subject", "reason", "supplier", "product", "venue", "address"),
    *("summary", "description", "organisation_name", "dietary_words", "access_words", "speaker_name", "browser"),
    *("withheld_because", "cancelled_because", "error", "email", "about", "words"),
}
"""Columns that hold what people typed."""
KEPT_AS_IT_IS = frozenset({"record_entries", "audit_entries", "audit_seals", "versions"})
"""Tables that no statement may change."""
FORMULA = "=1+1<img src=x onerror=alert(1)>"
"""What would run in a spreadsheet, or in a page that does not escape it."""
NUMBER = re.compile(r"-?[\d.,]+")


@pytest.mark.parametrize("part", range(2))
def test_every_answer_has_every_header(world: World, part: int) -> None:
    """One answer of each route to somebody whom it lets in, and one to nobody; all that people typed is markup."""
    wrong, count = [], 0
    with world.app.app_context():
        chosen = [(role, case) for rule in rules_of(world)[part::2] for role, case in asked(world, rule)]
    with world.undone():
        poison(world)
        for role, case in chosen:
            response = ask(world, role, case)
            wrong += [f"{role}: {case.of}: {fault}" for fault in faults_of_headers(response, case.rule)]
            count += "&lt;img src=x" in response.text if response.mimetype == "text/html" else 0
    assert wrong == [], "\n".join(wrong)
    assert count > 30, "what people typed came into no page, so that this shows nothing of it"


def asked(world: World, rule: Rule) -> Iterator[tuple[str, Case]]:
    """Give a case that lets somebody in, and one asked by nobody who is known."""
    yield from list(open_cases(world, rule))[:1]
    yield from (("public", case) for case in list(cases_of(world, rule))[-1:])


def ask(world: World, role: str, case: Case) -> TestResponse:
    """Ask over HTTPS."""
    response = case.ask(world.clients[role], world.app.url_map.bind("localhost"), base_url="https://localhost")
    response.get_data()
    response.close()
    return response


def faults_of_headers(response: TestResponse, rule: Rule) -> list[str]:
    """Say what an answer lacks."""
    faults = [
        f"{name}: {response.headers.get(name)}"
        for name, value in HEADERS.items()
        if response.headers.get(name) != value
    ]
    policy = response.headers.get("Content-Security-Policy", "")
    rules = dict(each.split(" ", 1) for each in policy.split("; ") if " " in each)
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append(f"policy: {policy}")
    faults += [f"{name} lets {sources} in" for name, sources in rules.items() if "http" in sources or "*" in sources]
    if rule.endpoint != "static" and response.headers.get("Cache-Control") != "private, no-store":
        faults.append(f"kept by caches: {response.headers.get('Cache-Control')}")
    is_file = response.mimetype not in SHOWN and rule.endpoint not in ("static", "calendars.feed")
    if is_file and not response.headers.get("Content-Disposition", "").startswith("attachment"):
        faults.append(f"{response.mimetype} is shown in place")
    if response.mimetype == "text/html":
        tags = re.sub(r'="[^"]*"', '=""', response.text)
        faults += [f"inline: {found.group()}" for found in INLINE.finditer(tags)]
        elsewhere = (
            url for url in LOADED.findall(response.text) if not re.match(r"/(?!/)|data:|#|https://localhost/", url)
        )
        faults += [f"loads {url}" for url in elsewhere]
    return faults


def test_cookies_are_for_this_host_alone(new_database: Callable[[], str], tmp_path: Path) -> None:
    app = make_app(new_database(), tmp_path, base_url="https://showcase.example", is_secure=True)
    with app.app_context():
        make_people().officer.account.password_hash = passwords.hash_of("three unrelated words")
        db.session.commit()
    typed = {"email": "olive.officer@northmere.example", "password": "three unrelated words"}
    with app.app_context():
        response = app.test_client().post("/sign-in", data=typed, base_url="https://showcase.example")
    assert response.status_code == 302
    cookies = response.headers.getlist("Set-Cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["__Host-showcase", "__Host-showcase_browser"]
    for cookie in cookies:
        parts = set(cookie.split("; ")[1:])
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)
    with app.app_context():
        db.engine.dispose()


# --- files that a person opens in a spreadsheet -----------------------------------------------------------------------


def test_no_file_holds_a_formula(world: World) -> None:
    """Everything that people typed becomes a formula; then every CSV file and workbook is taken and read."""
    running: list[str] = []
    disarmed = files = 0
    with world.app.app_context():
        chosen = [(role, case) for rule in rules_of(world) for role, case in exports(world, rule)]
    with world.undone():
        poison(world)
        for role, case in chosen:
            response = ask(world, role, case)
            assert response.status_code == 200, case.of
            files += 1
            cells = list(cells_of(response))
            running += [f"{case.of}: {cell[:40]!r}" for cell in cells if is_formula(cell)]
            disarmed += sum(FORMULA in cell for cell in cells)
    assert running == []
    assert files > 40
    assert disarmed > 100, "the formulas came into no file, so that this shows nothing"


def exports(world: World, rule: Rule) -> Iterator[tuple[str, Case]]:
    """Give each kind of table that a route gives as a file, with somebody who may take it."""
    if not re.search(r"\.csv$|\.xlsx$|csv, xlsx", rule.rule):
        return
    seen: set[object] = set()
    for role, case in open_cases(world, rule):
        for kind in ("csv", "xlsx") if "kind" in rule.arguments else ("",):
            if case.method == "GET" and kind not in seen:
                seen.add(kind)
                values = {**case.values, "kind": kind} if kind else case.values
                yield role, Case(case.endpoint, "GET", rule, case.subject, values)


def poison(world: World) -> None:
    """Put a formula with markup before every text that people typed, until what the world undoes is undone."""
    with world.app.app_context():
        _poison()
        db.session.commit()


def _poison() -> None:
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.c if c.name in FREE_TEXT and type(c.type) is sa.String and not c.unique]
        if columns and table.name not in KEPT_AS_IT_IS:
            db.session.execute(sa.update(table).values({c: sa.literal(FORMULA) + c for c in columns if not c.nullable}))
    for each in db.session.scalars(sa.select(Publication)):
        each.content = {**each.content, each.questionnaire.title_name: FORMULA + each.title}
        for version in each.versions:
            version.content = {**version.content, each.questionnaire.title_name: FORMULA + each.title}


def cells_of(response: TestResponse) -> Iterator[str]:
    """Give the cells of a CSV file; of a workbook its texts, and each formula as what would run."""
    if not is_zipfile(BytesIO(response.data)):
        for row in csv.reader(StringIO(response.data.decode("utf-8-sig"))):
            yield from row
        return
    with ZipFile(BytesIO(response.data)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        yield from (f"'{unescape(text)}" for text in re.findall(r"<t[^>]*>(.*?)</t>", texts, re.DOTALL))
        for name in book.namelist():
            if name.startswith("xl/worksheets/"):
                yield from (f"={found}" for found in re.findall(r"<f>(.*?)</f>", book.read(name).decode()))


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell."""
    return cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not NUMBER.fullmatch(cell)
