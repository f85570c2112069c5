"""Agendas in a browser: a session is dragged, moved by keyboard alone, and a suggestion arrives by itself."""

import re

from playwright.sync_api import Page, expect

from tests.browser.checks import page_faults
from tests.browser.conftest import OpenPage

COMING = "li.app-card a.govuk-link"


def to_draft(page: Page) -> None:
    """Go to the draft of the showcase that is to come."""
    page.goto("/showcases")
    page.locator(COMING).first.click()
    page.get_by_role("link", name="Agenda", exact=True).click()
    page.get_by_role("button", name="Make or change the agenda").click()
    expect(page.get_by_role("heading", name="This draft keeps every rule")).to_be_visible()


def test_a_session_is_dragged_and_what_is_wrong_is_named(open_own: OpenPage) -> None:
    page = open_own("staff")
    to_draft(page)
    card = page.locator("td .app-session").first
    title = card.locator(".app-agenda__title").inner_text()
    card.hover()
    page.mouse.down()
    target = page.locator("td:has(.app-session)").nth(1)
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10, steps=5)
    expect(page.locator("td[data-breaks]").first).to_be_visible()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
    expect(page.locator("[data-drag-says]")).to_contain_text(f"“{title}”")
    page.mouse.up()
    expect(page.locator("[data-drag-says]")).to_have_text(f"“{title}” moved.", timeout=20_000)
    expect(page.get_by_role("heading", name="What is wrong with this draft")).to_be_visible()
    expect(page.locator(".app-session__wrong").first).to_be_visible()
    assert page_faults(page) == []


def test_a_suggestion_arrives_by_itself_and_is_taken_over_by_keyboard(open_own: OpenPage) -> None:
    page = open_own("staff")
    page.goto("/showcases")
    page.locator(COMING).first.click()
    page.get_by_role("link", name="Agenda", exact=True).click()
    page.get_by_role("button", name="Make or change the agenda").click()
    page.get_by_role("button", name="Suggest an agenda").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Suggested agenda")).to_be_visible()
    take = page.get_by_role("button", name=re.compile("Take it over|Note that"))
    expect(take).to_be_visible(timeout=90_000)
    assert page_faults(page) == []
    take.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This draft keeps every rule")).to_be_visible()


def test_a_session_is_moved_by_keyboard_alone(open_own: OpenPage) -> None:
    page = open_own("staff")
    to_draft(page)
    link = page.get_by_role("link", name=re.compile("^Move ")).first
    title = (link.inner_text()).removeprefix("Move").strip()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page_faults(page) == []
    page.locator("input[name=slot]:checked").focus()
    page.keyboard.press("ArrowDown")
    page.locator("input[name=slot]:checked").press("Enter")
    expect(page.get_by_text(f"“{title}” moved.")).to_be_visible()


def test_the_agenda_is_a_grid_on_a_wide_screen_and_a_list_on_a_phone(open_own: OpenPage) -> None:
    for width, is_grid in ((1280, True), (375, False)):
        page = open_own("public", width)
        page.goto("/showcases")
        page.locator(COMING).first.click()
        page.get_by_role("link", name="Agenda", exact=True).click()
        expect(page.locator(".app-agenda__wide")).to_be_visible(visible=is_grid)
        expect(page.locator(".app-agenda__narrow")).to_be_visible(visible=not is_grid)
        assert page_faults(page) == []
