"""One person with a browser, for `bench load`: reads and forms over HTTP, with time to think between.

Each is a thread that mostly sleeps. What a person does comes from `load_doings`. Each answer is timed to its last byte
and named after the kind of page. Anything but what a page should answer is an error and kept in words.
"""

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pyotp

from bench.load_parties import PASSWORD, Person

ID = "[0-9a-f-]{36}"
TIMEOUT = 30
LEAST_THINK, MOST_THINK = 0.5, 6.0
"""Bounds of a time to think, as multiples of its mean."""


@dataclass(frozen=True)
class Timed:
    """One answer."""

    at: float
    """Seconds since the start."""
    name: str
    seconds: float


@dataclass
class Seen:
    """What all people saw, together."""

    started: float = field(default_factory=time.monotonic)
    answers: list[Timed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: int = 0
    """Forms that were answered with words about what was typed: the measurement's own clumsiness, not a fault."""


class Stopped(Exception):
    """The time is over."""


class Visitor:
    """One person with a browser."""

    def __init__(self, person: Person, number: int, url: str, seen: Seen, stop: threading.Event, think: float) -> None:
        """Take who it is, where the service is, and for how many seconds people think on average."""
        self.person = person
        self.dice = random.Random(f"visitor {number}")
        self._host = urlsplit(url).netloc
        self._base = url
        self._address = f"10.{number // 250}.{number % 250}.1"
        self._seen, self._stop, self._think = seen, stop, think
        self._cookies: dict[str, str] = {}
        self._assets: set[str] = set()
        self._path = ""
        """Of the page that is read."""

    def live(self, doings: Mapping[Callable[["Visitor"], None], int]) -> None:
        """Come at some time of the first minute, sign in, and do one thing after another until the end."""
        try:
            self._wait(self.dice.random() * 6 * self._think)
            if self.person.role != "public":
                self._sign_in()
            while True:
                (doing,) = self.dice.choices(list(doings), list(doings.values()))
                doing(self)
        except Stopped:
            return
        except Exception as error:
            self._seen.errors.append(f"{self.person.role}: {type(error).__name__}: {error}")

    def get(self, name: str, path: str) -> str:
        """Think, then read a page; return it, blank where it is not there for this person."""
        self._wait(min(MOST_THINK, max(LEAST_THINK, self.dice.expovariate(1))) * self._think)
        return self._page(name, "GET", path)

    def send(self, name: str, page: str, action: str, **typed: str) -> str:
        """Think, then send the form whose address matches `action`, with what was typed; return the answer."""
        form = self._form(page, action)
        if form is None:
            return ""
        self._wait(min(MOST_THINK, max(LEAST_THINK, self.dice.expovariate(1))) * self._think)
        kept = [(field, value) for field, value in form.values if field not in typed]
        return self._page(name, "POST", form.action or self._path, [*kept, *typed.items()])

    def long_answers(self, page: str, action: str) -> list[tuple[str, str]]:
        """Return the boxes for prose of a form, with what stands in them."""
        form = self._form(page, action)
        return [(name, said) for name, said in form.values if name in form.areas and said] if form else []

    def _form(self, page: str, action: str) -> "FormOnPage | None":
        return next((f for f in forms_of(page) if re.fullmatch(action, urlsplit(f.action or self._path).path)), None)

    def pick(self, page: str, pattern: str) -> str:
        """Return one of the addresses on a page that match, blank when none does."""
        found = sorted(set(re.findall(f'href="({pattern})"', page)))
        return unescape(self.dice.choice(found)) if found else ""

    def _page(self, name: str, method: str, path: str, values: list[tuple[str, str]] | None = None) -> str:
        status, where, text = self._ask(name, method, path, values)
        if method == "POST" and status == 200 and "error-summary" in text:
            self._seen.refused += 1
        self._path = path
        while status in (301, 302, 303):
            self._path = where
            status, where, text = self._ask(f"{name}, next page" if method == "POST" else name, "GET", where, None)
        for asset in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text)) - self._assets:
            self._assets.add(asset)
            self._ask("assets", "GET", unescape(asset), None)
        return text

    def _ask(self, name: str, method: str, path: str, values: list[tuple[str, str]] | None) -> tuple[int, str, str]:
        body = urlencode(values) if values is not None else None
        headers = {"Accept": "text/html", "X-Forwarded-For": self._address, "User-Agent": "Firefox/140 Linux"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self._base + path}
        started = time.monotonic()
        connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace") if reply.headers.get_content_maintype() == "text" else ""
        except OSError as error:
            self._fault(f"{method} {path}: {type(error).__name__}: {error}")
            return 0, "", ""
        finally:
            connection.close()
        now = time.monotonic()
        self._seen.answers.append(Timed(now - self._seen.started, name, now - started))
        for cookie in reply.headers.get_all("Set-Cookie") or ():
            key, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[key] = value
        if reply.status >= 400 and not (method == "POST" and reply.status in (409, 422)):
            heading = re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", text, re.DOTALL)
            self._fault(f"{self.person.role}: {method} {path}: {reply.status} {heading[1] if heading else ''}")
        if method == "POST" and reply.status in (409, 422):
            self._seen.refused += 1
        where = urlsplit(reply.headers.get("Location") or "")
        return reply.status, where.path + (f"?{where.query}" if where.query else ""), text

    def _fault(self, words: str) -> None:
        self._seen.errors.append(words)

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def _sign_in(self) -> None:
        page = self.get("sign-in page", "/sign-in")
        page = self.send("sign in", page, "/sign-in.*", email=self.person.email, password=PASSWORD)
        if self.person.secret:
            page = self.send("second step", page, "/sign-in/.*", code=pyotp.TOTP(self.person.secret).now())
        if "Sign out" not in page:
            self._fault(f"{self.person.email} could not sign in")


# --- forms ------------------------------------------------------------------------------------------------------------


@dataclass
class FormOnPage:
    """A form as a browser would send it untouched."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    areas: set[str] = field(default_factory=set)
    """Names of the boxes for prose."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self._area: str | None = None
        self._select: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, kind = has.get("name") or "", has.get("type") or "text"
        if tag == "form" and (has.get("method") or "").lower() == "post":
            self.forms.append(FormOnPage(has.get("action") or ""))
        if not self.forms:
            return
        values = self.forms[-1].values
        if tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind not in ("checkbox", "radio") or "checked" in has:
                values.append((name, has.get("value") or ""))
        elif tag == "textarea":
            self._area, self._words = name, []
            self.forms[-1].areas.add(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in has:
            values.append((self._select, has.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area and self.forms:
            self.forms[-1].values.append((self._area, "".join(self._words).removeprefix("\n")))
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._words.append(data)


def forms_of(page: str) -> list[FormOnPage]:
    """Return the forms of a page that change something."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms
