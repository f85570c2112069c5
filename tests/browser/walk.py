"""Walks the service as a person would: from the start page along every link, once for each kind of page.

The kinds are the application's own routes, so that a new page is checked as soon as something leads to it.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.routing.exceptions import RequestRedirect

LINKS = """() => [...document.querySelectorAll('a[href]')].map(
    link => ({ href: link.href, isFile: link.hasAttribute('download') })
)"""
# Forms in which something is typed: sending them empty shows their error state and does no other harm.
FORMS = """() => [...document.querySelectorAll('main form[method=post]')].map((form, number) => ({
    number, action: form.getAttribute('action') || location.pathname,
    isTyped: !!form.querySelector('textarea, input:is([type=text], [type=email], [type=password], [type=url])')
})).filter(form => form.isTyped)"""
EMPTY = """number => {
    const form = document.querySelectorAll('main form[method=post]')[number]
    for (const field of form.elements) {
        if (['checkbox', 'radio'].includes(field.type)) field.checked = false
        else if (!['hidden', 'submit', 'button'].includes(field.type) && field.tagName !== 'SELECT') field.value = ''
    }
    form.noValidate = true
    form.requestSubmit(form.querySelector('button:not([type=button]), input[type=submit]'))
}"""


@dataclass
class Walk:
    """One person's walk, and what it has come past."""

    page: Page
    server: str
    routes: MapAdapter
    visits_of_a_kind: int
    seen: Counter[str] = field(default_factory=Counter)
    """How often each endpoint was visited."""
    files: dict[str, str] = field(default_factory=dict)
    """One address of each endpoint that gives a file."""
    forms: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By the endpoint that a form is sent to: the page it stands on and its number there."""
    faults: list[str] = field(default_factory=list)
    """Links that lead nowhere."""

    def pages(self, starts: list[str]) -> Iterator[tuple[str, str, str]]:
        """Go to each page in turn; give its endpoint, its address and the markup that the server sent."""
        waiting = deque(starts)
        known = set(starts)
        while waiting:
            path = waiting.popleft()
            endpoint = self.endpoint_of(path)
            if endpoint is None or self.seen[endpoint] >= self.visits_of_a_kind:
                continue
            response = self.page.goto(path, wait_until="load")
            assert response is not None
            self.seen[endpoint] += 1
            yield endpoint, path, response.text()
            for link in self._links(path):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
            self._note_forms(path)

    def endpoint_of(self, path: str, method: str = "GET") -> str | None:
        """Return the endpoint that answers an address; a redirection to a tidier address has none."""
        try:
            endpoint, _ = self.routes.match(urlsplit(path).path, method)
            return str(endpoint)
        except RequestRedirect:
            return None
        except HTTPException:
            self.faults.append(f"leads nowhere: {method} {path}")
            return None

    def send_empty(self, path: str, number: int) -> tuple[int, str]:
        """Send a form with nothing filled in; return the status of the answer and its markup."""
        self.page.goto(path, wait_until="load")
        with self.page.expect_navigation(wait_until="load") as navigation:
            self.page.evaluate(EMPTY, number)
        return navigation.value.status, navigation.value.text()

    def _links(self, path: str) -> list[str]:
        links = []
        for link in self.page.evaluate(LINKS):
            parts = urlsplit(link["href"])
            if not link["href"].startswith(self.server + "/") or (parts.path == urlsplit(path).path and parts.fragment):
                continue
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if link["isFile"]:
                if endpoint := self.endpoint_of(target):
                    self.files.setdefault(endpoint, target)
            else:
                links.append(target)
        return links

    def _note_forms(self, path: str) -> None:
        for form in self.page.evaluate(FORMS):
            if endpoint := self.endpoint_of(form["action"], "POST"):
                self.forms.setdefault(endpoint, (path, form["number"]))
