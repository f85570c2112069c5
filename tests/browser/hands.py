"""How the people of a story use a page: with a mouse, or by keyboard alone. The story's steps are the same for both.

With the mouse, each new kind of page is also checked as every page is (axe, markup, width) at both widths; what is
found is kept in `faults`, for the story to fail with at its end.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Download, Locator, Page, Response, expect

from tests.browser.checks import page_faults
from tests.browser.conftest import WIDTHS
from tests.browser.steps import main
from tests.browser.test_keyboard import LOOKS, SEEN

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/tickets/)[^/]+")
Name = str | re.Pattern[str]
# How many stops of the Tab key lie between what has the focus and the target; a group of radios is one stop.
STOPS = """target => {
    const group = e => [...document.getElementsByName(e.name)].filter(other => other.form === e.form)
    const isStop = e => e.type !== 'radio' || e === (group(e).find(other => other.checked) ?? group(e)[0])
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
        .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility() && isStop(e))
    return stops.indexOf(target) - stops.indexOf(document.activeElement)
}"""
MOST_STOPS = 400


class Hand(Protocol):
    """Somebody at a page."""

    page: Page
    faults: list[str]

    def go(self, address: str) -> None:
        """Type an address."""

    def follow(self, name: Name) -> None:
        """Follow the first link of this name in the content."""

    def press(self, name: Name) -> None:
        """Press the first button of this name in the content."""

    def download(self, name: Name) -> Download:
        """Press a button that answers with a file."""

    def write(self, name: str, words: str) -> None:
        """Fill in a field."""

    def choose(self, name: str, value: str) -> None:
        """Choose one of a few."""

    def tick(self, name: str, value: str | None = None) -> None:
        """Tick a box."""

    def select(self, name: str, words: Name) -> None:
        """Choose from a list the first entry that holds these words."""


def fill_date(hand: Hand, name: str, day: date) -> None:
    for part in ("day", "month", "year"):
        hand.write(f"{name}-{part}", str(getattr(day, part)))


def field_of(page: Page, name: str, value: str | None = None) -> Locator:
    return page.locator(f'main [name="{name}"]' + (f'[value="{value}"]' if value is not None else "")).first


def link_of(page: Page, name: Name) -> Locator:
    """Return the first link of a name; one that looks like a button is announced as one."""
    is_exact = isinstance(name, str)
    links = main(page).get_by_role("link", name=name, exact=is_exact)
    return links.or_(main(page).get_by_role("button", name=name, exact=is_exact).and_(page.locator("a"))).first


def button_of(page: Page, name: Name) -> Locator:
    buttons = main(page).get_by_role("button", name=name, exact=isinstance(name, str))
    return buttons.and_(page.locator("button")).first


def index_of(box: Locator, words: Name) -> int:
    """Return the place in a list of the first entry that holds these words."""
    entries = box.locator("option").all_inner_texts()
    pattern = re.compile(re.escape(words)) if isinstance(words, str) else words
    return next(number for number, text in enumerate(entries) if pattern.search(text))


@dataclass
class Mouse:
    """Somebody with a mouse, who also looks at every kind of page they come to."""

    page: Page
    who: str
    faults: list[str] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def go(self, address: str) -> None:
        self._look(self.page.goto(address, wait_until="load"))

    def follow(self, name: Name) -> None:
        self._click(link_of(self.page, name))

    def press(self, name: Name) -> None:
        self._click(button_of(self.page, name))

    def download(self, name: Name) -> Download:
        with self.page.expect_download() as coming:
            button_of(self.page, name).click()
        return coming.value

    def write(self, name: str, words: str) -> None:
        field_of(self.page, name).fill(words)

    def choose(self, name: str, value: str) -> None:
        field_of(self.page, name, value).check()

    def tick(self, name: str, value: str | None = None) -> None:
        field_of(self.page, name, value).check()

    def select(self, name: str, words: Name) -> None:
        box = field_of(self.page, name)
        box.select_option(index=index_of(box, words))

    def _click(self, target: Locator) -> None:
        with self.page.expect_navigation(wait_until="load") as coming:
            target.click()
        self._look(coming.value)

    def _look(self, answer: Response | None) -> None:
        """Check the page at both widths, once for each kind of page and the forms it has."""
        path = ID.sub("*", re.sub(r"https?://[^/]+|[?#].*", "", self.page.url))
        kind = f"{path} with {main(self.page).locator('form').count()} forms"
        if answer is None or kind in self.looked_at:
            return
        self.looked_at.add(kind)
        markup = answer.text() if answer.request.method == "GET" else None
        for width in reversed(WIDTHS):
            self.page.set_viewport_size({"width": width, "height": 900})
            found = page_faults(self.page, markup)
            self.faults += [f"{self.who} at {self.page.url}, {width} wide: {fault}" for fault in found]
            self._keep_picture(f"{len(self.looked_at):02d}{path.replace('/', '-')}-{width}")

    def _keep_picture(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{self.who}-{name}.png", full_page=True)


@dataclass
class Keys:
    """Somebody without a mouse: Tab, arrows, Space, Enter and typing. Whatever has the focus can be seen to have it."""

    page: Page
    who: str
    faults: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        self.page.goto(address, wait_until="load")

    def follow(self, name: Name) -> None:
        self._enter(link_of(self.page, name))

    def press(self, name: Name) -> None:
        self._enter(button_of(self.page, name))

    def download(self, name: Name) -> Download:
        self._reach(button_of(self.page, name))
        with self.page.expect_download() as coming:
            self.page.keyboard.press("Enter")
        return coming.value

    def write(self, name: str, words: str) -> None:
        target = self._reach(field_of(self.page, name))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)
        expect(target).to_have_value(words)

    def choose(self, name: str, value: str) -> None:
        wanted = field_of(self.page, name, value)
        group = self.page.locator(f'main [name="{name}"]')
        checked = group.and_(self.page.locator(":checked"))
        self._reach((checked if checked.count() else group).first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrows never lead to {name} {value}")

    def tick(self, name: str, value: str | None = None) -> None:
        target = self._reach(field_of(self.page, name, value))
        if not target.is_checked():
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def select(self, name: str, words: Name) -> None:
        box = self._reach(field_of(self.page, name))
        wanted = index_of(box, words)
        for _ in range(wanted + 1):
            if box.evaluate("box => box.selectedIndex") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrows never lead to {words} in {name}")

    def _enter(self, target: Locator) -> None:
        self._reach(target)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> Locator:
        """Press Tab until the target has the focus; fail when it never does, or when the focus cannot be seen."""
        wanted = target.element_handle()
        plain = wanted.evaluate(LOOKS)
        if wanted.evaluate("element => element === document.activeElement"):
            return target
        stops = wanted.evaluate(STOPS)
        key = "Tab" if stops > 0 else "Shift+Tab"
        for number in range(1, MOST_STOPS):
            self.page.keyboard.press(key)
            if number < stops:
                continue
            if wanted.evaluate("element => element === document.activeElement"):
                assert wanted.evaluate(SEEN), f"has the focus outside the screen: {target}"
                assert wanted.evaluate(LOOKS) != plain, f"looks the same with and without the focus: {target}"
                return target
        raise AssertionError(f"{self.who}, {self.page.url}: the keyboard never reaches {target}")
