"""Reads everything that one person can fetch, so that two moments can be compared byte by byte."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from html import unescape
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, BuildError, Rule
from werkzeug.routing.converters import NumberConverter
from werkzeug.test import TestResponse

from showcase.extensions import db
from showcase.models import Membership
from tests.integration.conftest import CheckedClient

NOBODYS = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""
LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
NOT_THEIRS = re.compile(r"^/(static|sign-out|health|metrics)\b")
"""Files that are the same for all, and what tells the clock of the machine."""
OF_THE_SESSION = re.compile(rb'name="csrf_token" value="[^"]*"')
VOLATILE = ("Date", "Set-Cookie", "X-Request-ID", "Content-Length")
"""Headers that are another at every request, or follow from the body as it was before it was cleaned."""
LISTS = ("/interest-lists", "/interest-lists/all.csv")
"""Addresses that take filters."""
MOST_FOLLOWED = 60
"""Links that are followed beside the routes themselves."""
Told = Mapping[str, tuple[int, bytes, str]]
"""Address → status, body and headers."""


class Reader(CheckedClient):
    """A browser that reads quickly: whether pages are faulty is for other tests."""

    may_fail = True

    def open(self, *args: Any, **options: Any) -> TestResponse:
        db.session.commit()
        self.environ_base.setdefault("HTTP_ACCEPT", "text/html")
        with self.application.app_context():
            return FlaskClient.open(self, *args, **options)


def reader_for(app: Flask, member: Membership) -> Reader:
    """Return a browser in which a person is signed in."""
    reader = Reader(app, app.response_class, use_cookies=True)
    reader.sign_in(member)
    return reader


def read_everything(
    app: Flask, reader: Reader, known: Mapping[str, Sequence[str]], queries: Sequence[str], beneath: str = ""
) -> Told:
    """Fetch every GET route with every known value of its parts, and every link found on these pages.

    `known` gives values by the name of the part; `queries` are added to each address as well; `beneath` leaves out
    routes that do not begin so.
    """
    waiting = [address for address in _addresses(app, known) if address.startswith(beneath)]
    waiting += [f"{address}?{query}" for address in waiting if address in LISTS for query in queries]
    told: dict[str, tuple[int, bytes, str]] = {}
    followed = 0
    while waiting:
        address = waiting.pop(0)
        if address in told or NOT_THEIRS.match(address):
            continue
        answer = reader.get(address)
        told[address] = _kept(answer)
        links = (
            {unescape(found) for found in LINK.findall(answer.get_data(as_text=True))} if _is_page(answer) else set()
        )
        for link in sorted(links - told.keys()):
            if followed < MOST_FOLLOWED and urlsplit(link).query:
                waiting.append(link)
                followed += 1
    return told


def differing(before: Told, after: Told) -> list[str]:
    """Return the addresses that answer otherwise than before."""
    return sorted(address for address in {*before, *after} if before.get(address) != after.get(address))


def post_everywhere(app: Flask, reader: Reader, known: Mapping[str, Sequence[str]], part: str) -> Told:
    """Send an empty form to every route beneath an address with this part; return what was answered."""
    told = {}
    for rule in _rules(app, "POST"):
        if part in rule.arguments:
            for address in _filled(app, rule, known):
                answer = reader.post(address)
                told[address] = _kept(answer)
    return told


def read_again(reader: Reader, told: Told, part: str) -> Told:
    """Fetch again what was fetched and whose address has this part."""
    return {
        address: _kept(reader.get(address)) for address in told if part in address and not address.startswith("POST")
    }


def _addresses(app: Flask, known: Mapping[str, Sequence[str]]) -> Iterable[str]:
    for rule in _rules(app, "GET"):
        yield from _filled(app, rule, known)


def _rules(app: Flask, method: str) -> Iterable[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"),
        key=lambda rule: rule.rule,
    )


def _filled(app: Flask, rule: Rule, known: Mapping[str, Sequence[str]]) -> Iterable[str]:
    names = sorted(rule.arguments)
    adapter = app.url_map.bind("localhost")
    for values in product(*(_values(rule._converters[name], known.get(name, (NOBODYS,))) for name in names)):
        with suppress(BuildError, ValueError):
            yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))


def _values(converter: BaseConverter, known: Sequence[str]) -> Sequence[object]:
    """Return what a part of an address may be: what it is limited to, else what is known."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    return (1,) if isinstance(converter, NumberConverter) else known


def _kept(answer: TestResponse) -> tuple[int, bytes, str]:
    """Return an answer without what belongs to the session of the reader."""
    body = _unpacked(answer.data) if answer.data.startswith(b"PK") else OF_THE_SESSION.sub(b"", answer.data)
    return answer.status_code, body, _headers(answer)


def _unpacked(data: bytes) -> bytes:
    """Return the parts of a workbook without the time at which it was made."""
    with ZipFile(BytesIO(data)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist() if not name.startswith("docProps"))


def _is_page(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html"


def _headers(answer: TestResponse) -> str:
    return "\n".join(f"{name}: {value}" for name, value in answer.headers if name not in VOLATILE)
