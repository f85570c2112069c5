"""The main paths with scripts switched off: every form is a form, every filter an address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import keep_picture
from tests.browser.conftest import ROLES, OpenPage, sign_in
from tests.browser.steps import ask_for_review, follow, main, press, ranked_names, start_draft, told

pytestmark = pytest.mark.slow

DOCUMENT = """Problem: Residents wait six weeks for a reply about a grave, because the burial registers are on paper.
Users: A bereaved family needs to know where a relative lies. A cemetery officer has to look it up in a bound book.
Problem owner: Cemeteries manager
"""


@pytest.fixture
def plain(open_own: OpenPage) -> OpenPage:
    """Open a browser as a role, with scripts switched off."""

    def new(role: str) -> Page:
        return open_own(role, java_script_enabled=False)

    return new


def test_signing_in_and_out(plain: OpenPage) -> None:
    page = plain("public")
    page.goto("/sign-in")
    page.fill("main [name=email]", ROLES["officer"] or "")
    page.fill("main [name=password]", "not the password")
    press(page, "Sign in")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.problems.clear()  # type: ignore[attr-defined]  # the refusal
    sign_in(page, ROLES["officer"] or "")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_writing_a_challenge_and_asking_for_review(plain: OpenPage) -> None:
    page = plain("officer")
    challenge = start_draft(page, "challenge", "How might families find a grave without a wait?", DOCUMENT)
    follow(page, "Change the problem")
    page.get_by_label("Registration, cemeteries", exact=False).first.check()
    page.fill("main [name=measures]", "From six weeks to one day.")
    press(page, "Save and continue")
    told(page, "Saved: The problem")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What it must work with")
    press(page, "Save and exit")
    expect(main(page)).to_contain_text("From six weeks to one day.")
    ask_for_review(page, challenge)
    press(page, "Take back to draft")
    told(page, "It is a draft again")


def test_adding_rows_of_outcomes(plain: OpenPage) -> None:
    """A row is added by the server, and what was typed in the others stays."""
    page = plain("supplier")
    solution = start_draft(page, "solution", "Rows without a script")
    page.goto(f"{solution}/edit/evidence")
    before = page.locator(".app-outcome").count()
    page.fill("[name=outcomes-0-claim]", "Replies in one day instead of six weeks")
    press(page, "Add another outcome")
    expect(page.locator(".app-outcome")).to_have_count(before + 1)
    expect(page.locator("[name=outcomes-0-claim]")).to_have_value("Replies in one day instead of six weeks")
    keep_picture(page, "plain-outcomes")
    page.fill(f"[name=outcomes-{before}-claim]", "Nine registers read")
    press(page, "Save and exit")
    expect(main(page)).to_contain_text("Replies in one day instead of six weeks")
    expect(main(page)).to_contain_text("Nine registers read")


@pytest.mark.parametrize(("role", "path"), [("public", "/challenges"), ("officer", "/solutions")])
def test_filtering_a_list(role: str, path: str, plain: OpenPage) -> None:
    """The filters are an address that can be kept; clearing them leads back."""
    page = plain(role)
    page.goto(path)
    everything = count(page)
    page.get_by_role("search").get_by_label("Housing repairs", exact=False).first.check()
    press(page, "Apply filters")
    assert "service_area=housing-repairs" in page.url
    assert 0 < count(page) < everything
    expect(page.get_by_role("search").get_by_label("Housing repairs", exact=False).first).to_be_checked()
    follow(page, "Clear filters")
    assert count(page) == everything


def count(page: Page) -> int:
    """Return how many the list says it holds."""
    return int(re.sub(r"\D", "", page.locator("[data-count]").inner_text()))


def test_deciding_on_a_match(plain: OpenPage) -> None:
    """Shortlist one with its filter in the address kept, turn one down with a reason, take both back."""
    page = plain("officer")
    page.goto("/challenges/yours")
    follow(page, re.compile("^Published page"))
    follow(page, "Matches for this challenge")
    page.get_by_label("Only what fits").check()
    press(page, "Apply filters")
    address = page.url
    best, other, *_ = ranked_names(page)
    press(page, f"Shortlist {best}")
    told(page, f"Shortlisted: {best}")
    assert page.url == address
    main(page).get_by_role("button", name=f"Not for us {other}", exact=True).click()
    page.fill("main [name=reason]", "We have one already.")
    press(page, "Save")
    told(page, f"Marked as not for us: {other}")
    assert page.url == address
    follow(page, re.compile(r"^Decided \(\d+\)"))
    expect(main(page)).to_contain_text("We have one already.")
    for name in (best, other):
        press(page, f"Undo the decision about {name}")
        told(page, f"nothing is decided about {name}")
