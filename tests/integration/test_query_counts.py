"""No page asks the database once for each of its rows: every page of the demo, read as each role by following links.

A statement that is sent again and again while one page is made is what makes a page slow when a list grows; the demo's
lists are long enough to show it. What a list costs with one row and with three is tested beside each list.
"""

from collections import Counter
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

import seeds
from showcase.extensions import db
from showcase.models import Account, Membership, utc_now
from showcase.services import index, vectors
from tests.integration.conftest import make_app
from tests.integration.walking import LINK, NOT_THEIRS, Reader, reader_for

pytestmark = [pytest.mark.slow, pytest.mark.either_database]
PEOPLE = (
    "staff@lga.demo.example",
    pytest.param("officer@camden.demo.example", marks=pytest.mark.soak),
    pytest.param("founder@dampsense.demo.example", marks=pytest.mark.soak),
)
"""Staff read most pages; the others' own are read in the long run."""
OF_ONE_KIND = 2
"""Addresses read of one route by one person."""
MOST_REPEATS = 5
"""Times that one page may send one statement: some ask the same for a few things of different kinds."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The seeds, encoded by words alone, on a database of their own."""
    folder = tmp_path_factory.mktemp("demo")
    app = make_app(f"sqlite:///{folder / 'showcase.sqlite'}", folder, is_demo=True)
    with app.app_context():
        seeds.load(now=utc_now())
        db.session.commit()
        vectors.refresh(None, model=vectors.encodings.in_use())
        index.recalibrate(model=vectors.encodings.in_use())
        yield app
        db.engine.dispose()


@pytest.mark.parametrize("email", PEOPLE)
def test_no_page_asks_once_for_each_row(demo: Flask, email: str) -> None:
    statements: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements[statement] += 1

    member = db.session.scalars(sa.select(Membership).join(Membership.account).where(Account.email == email)).one()
    reader = reader_for(demo, member)
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        faults, read = [], 0
        for address, repeats, statement in _walk(demo, reader, statements):
            read += 1
            if repeats > MOST_REPEATS:
                faults.append(f"{address} sends {repeats} times: {' '.join(statement.split())[:160]}")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert read > 40, "the walk ended too soon"
    assert faults == []


def _walk(app: Flask, reader: Reader, statements: Counter[str]) -> Iterator[tuple[str, int, str]]:
    """Yield each address that is read, with its most repeated statement and how many times that was sent."""
    routes = app.url_map.bind("localhost")
    waiting, known, of_route = ["/"], {"/"}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        path = address.partition("?")[0]
        if NOT_THEIRS.match(path) or not routes.test(path, "GET"):
            continue
        endpoint = routes.match(path, "GET")[0]
        of_route[endpoint] += 1
        if of_route[endpoint] > OF_ONE_KIND:
            continue
        statements.clear()
        answer = reader.get(address)
        ((statement, repeats),) = statements.most_common(1) or [("", 0)]
        yield address, repeats, statement
        if answer.mimetype == "text/html":
            for link in map(unescape, LINK.findall(answer.get_data(as_text=True))):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
