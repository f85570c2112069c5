"""What people do again and again in browser tests: press a button, start a draft, ask for review, read a ranking."""

import re
import time

from playwright.sync_api import Locator, Page, expect

WORKER_SECONDS = 20
"""How long a published text may take to be ranked: two seconds once the worker sees it, and room for a busy machine."""


def press(page: Page, name: str) -> None:
    """Press the one button of this name within the page's content."""
    main(page).get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow the first link of this name in the page's content; one that looks like a button is announced as one."""
    main(page).get_by_role("link", name=name).or_(main(page).get_by_role("button", name=name)).first.click()
    page.wait_for_load_state()


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def told(page: Page, words: str) -> None:
    """Expect the banner that says something was done."""
    expect(main(page).locator(".govuk-notification-banner--success")).to_contain_text(words)


def start_draft(page: Page, noun: str, title: str, pasted: str = "") -> str:
    """Start a challenge or a solution; return the address of the text, without its end."""
    page.goto(f"/{noun}s/new")
    page.fill("main [name=title]", title)
    page.fill("main [name=pasted]", pasted)
    press(page, "Start the draft")
    told(page, "Draft started")
    return page.url.removesuffix("/draft")


def ask_for_review(page: Page, text: str) -> None:
    page.goto(f"{text}/draft")
    press(page, "Ask for review")
    told(page, "LGA staff will review it")


def publish(staff: Page, text: str) -> None:
    staff.goto(f"{text}/draft")
    press(staff, "Publish")
    told(staff, "It is published")


def ranked_names(page: Page) -> list[str]:
    """Return the titles of the ranking that is shown, best first."""
    return [name.strip() for name in page.locator(".app-match .app-card__title").all_inner_texts()]


def wait_until_first(page: Page, name: str) -> float:
    """Load the page again until a solution of this name is first in its ranking; return the seconds it took."""
    started = time.monotonic()
    while True:
        page.reload()
        names = ranked_names(page)
        if names and names[0] == name:
            return time.monotonic() - started
        assert time.monotonic() - started < WORKER_SECONDS, f"ranked first after {WORKER_SECONDS} s: {names[:3]}"
        time.sleep(0.5)


def assert_status(page: Page, address: str, status: int) -> None:
    """Go to an address and expect it to answer with a status."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, address
