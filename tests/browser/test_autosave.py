"""Drafts save themselves: while typing, after a lost connection, and without ever overwriting a colleague's words."""

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.checks import keep_picture
from tests.browser.conftest import PASSWORD, ROLES, Demo, Keys, OpenPage, sign_in
from tests.browser.steps import follow, main, press, start_draft, told

pytestmark = pytest.mark.slow

COLLEAGUE = "colleague@camden.demo.example"
PAUSE = 6_000
"""Milliseconds within which a pause in typing must have been saved; the page waits for one and a half seconds."""
PROBLEM = "Callers wait for twenty minutes because every call about a missed bin is looked up by hand."


@pytest.fixture
def officer(open_own: OpenPage) -> Page:
    return open_own("officer")


@pytest.fixture(scope="module")
def colleague(own_demo: Demo, own_keys: Keys) -> str:
    """A second officer of the same council, who accepted an invitation from their e-mail."""
    context = own_keys.browser.new_context(base_url=own_demo.address, storage_state=own_keys.of("officer"))
    page = context.new_page()
    page.goto("/account")
    follow(page, re.compile("Camden"))
    follow(page, "Invite a colleague")
    page.fill("main [name=email]", COLLEAGUE)
    press(page, "Send the invitation")
    told(page, "is invited")
    context.clear_cookies()
    page.goto(link_sent_to(COLLEAGUE, page, own_demo.folder / "mail"))
    page.fill("main [name=name]", "Second Officer")
    page.fill("main [name=password]", PASSWORD + "-own")
    press(page, "Accept the invitation")
    told(page, "You may now act for")
    own_keys.kept[COLLEAGUE] = context.storage_state()
    context.close()
    return COLLEAGUE


def link_sent_to(address: str, page: Page, folder: Path) -> str:
    """Wait for the worker to write an e-mail; return the link in it."""
    for _ in range(40):
        for file in folder.glob("*.eml"):
            email = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            if email["To"] == address:
                return str(re.findall(r"https?://\S+", email.get_content())[0])
        page.wait_for_timeout(500)
    raise AssertionError(f"no e-mail to {address}")


def status(page: Page) -> Locator:
    return page.locator(".app-save-status")


def write(page: Page, name: str, words: str) -> None:
    """Replace an answer key by key, as a person types."""
    box = page.locator(f"main [name={name}]")
    box.fill("")
    box.press_sequentially(words)


def kept_on_device(page: Page) -> str:
    kept: str = page.evaluate("() => JSON.stringify({ ...localStorage })")
    return kept


def is_forgotten(page: Page, words: str) -> None:
    """Wait until the device keeps the words no longer: the page's script sees to it once the page is there."""
    for _ in range(50):
        if words not in kept_on_device(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the device still keeps the words")


def start(page: Page, title: str) -> str:
    """Start a draft and open its first section; return the address of the section."""
    text = start_draft(page, "challenge", title)
    page.goto(f"{text}/edit/problem")
    return page.url


# --- typing -----------------------------------------------------------------------------------------------------------


def test_typing_saves_itself_and_advice_follows(officer: Page) -> None:
    section = start(officer, "How might we answer calls sooner?")
    users = officer.locator(".govuk-character-count").filter(has=officer.locator("[name=users]"))
    expect(users.locator(".govuk-character-count__status")).to_have_text("You have 200 words remaining")
    write(officer, "users", "The whole of the area.")
    expect(users.locator(".govuk-character-count__status")).to_have_text("You have 195 words remaining")
    expect(status(officer)).to_contain_text("Draft saved at", timeout=PAUSE)
    advice = officer.locator("#advice")
    expect(advice).to_contain_text("No people are named", timeout=PAUSE)
    write(
        officer, "users", "A call handler needs to see where the crew is so that the resident knows when to expect it."
    )
    expect(advice).not_to_contain_text("No people are named", timeout=PAUSE)
    keep_picture(officer, "autosave-advice")
    officer.goto(section)
    expect(officer.locator("[name=users]")).to_have_value(re.compile("^A call handler needs to see"))
    officer.goto(section.removesuffix("/edit/problem") + "/draft")
    expect(main(officer)).to_contain_text("A call handler needs to see")


def test_a_choice_saves_itself_too(officer: Page) -> None:
    section = start(officer, "How might we choose?")
    officer.get_by_label("Libraries").check()
    expect(status(officer)).to_contain_text("Draft saved at", timeout=PAUSE)
    officer.goto(section)
    expect(officer.get_by_label("Libraries")).to_be_checked()


def test_what_cannot_be_read_is_said_and_the_rest_is_saved(officer: Page) -> None:
    section = start(officer, "How might we end a contract?").replace("/edit/problem", "/edit/timing")
    officer.goto(section)
    officer.fill("[name=contract_ends_on-day]", "31")
    officer.fill("[name=contract_ends_on-month]", "2")
    officer.fill("[name=contract_ends_on-year]", "2028")
    officer.fill("[name=timing]", "Before the summer.")
    expect(status(officer)).to_contain_text("Not saved yet", timeout=PAUSE)
    expect(status(officer)).to_contain_text("When that contract ends")
    officer.goto(section)
    expect(officer.locator("[name=timing]")).to_have_value("Before the summer.")


# --- no connection ----------------------------------------------------------------------------------------------------


def test_a_lost_connection_loses_no_words(officer: Page) -> None:
    section = start(officer, "How might we stay in touch?")
    officer.context.set_offline(True)
    write(officer, "problem", PROBLEM)
    expect(status(officer)).to_contain_text("Your words are kept on this device", timeout=PAUSE)
    assert PROBLEM in kept_on_device(officer)
    keep_picture(officer, "autosave-offline")
    officer.context.set_offline(False)
    expect(status(officer)).to_contain_text("Draft saved at", timeout=15_000)
    is_forgotten(officer, PROBLEM)
    officer.goto(section)
    expect(officer.locator("[name=problem]")).to_have_value(PROBLEM)


def test_words_kept_on_the_device_come_back_after_the_page_was_closed(officer: Page) -> None:
    """The connection is lost, the page is closed; opened again, the words are there and are saved."""
    section = start(officer, "How might we come back?")
    officer.context.set_offline(True)
    write(officer, "problem", PROBLEM)
    expect(status(officer)).to_contain_text("Your words are kept on this device", timeout=PAUSE)
    officer.close()
    officer.context.set_offline(False)
    again = officer.context.new_page()
    again.goto(section)
    expect(again.locator("[name=problem]")).to_have_value(PROBLEM)
    expect(status(again)).to_contain_text("Draft saved at", timeout=PAUSE)
    is_forgotten(again, PROBLEM)
    again.reload()
    expect(again.locator("[name=problem]")).to_have_value(PROBLEM)


def test_signing_out_leaves_no_words_behind(own_demo: Demo, own_keys: Keys) -> None:
    """On a shared computer the next person must not find what the service could not take."""
    context = own_keys.browser.new_context(base_url=own_demo.address)
    page = context.new_page()
    sign_in(page, ROLES["officer"] or "")
    start(page, "How might we leave nothing behind?")
    context.route("**/autosave/**", lambda route: route.abort())
    write(page, "problem", PROBLEM)
    expect(status(page)).to_contain_text("Your words are kept on this device", timeout=PAUSE)
    assert PROBLEM in kept_on_device(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    is_forgotten(page, PROBLEM)
    context.close()


# --- signed out, a server that fails, a slow line ---------------------------------------------------------------------


def signed_in(own_demo: Demo, own_keys: Keys) -> Page:
    """A browser whose sign-in can be ended without ending that of other tests."""
    page = own_keys.browser.new_context(base_url=own_demo.address).new_page()
    sign_in(page, ROLES["officer"] or "")
    return page


def sign_in_here(page: Page) -> None:
    page.fill("main [name=email]", ROLES["officer"] or "")
    page.fill("main [name=password]", PASSWORD)
    press(page, "Sign in")


@pytest.mark.parametrize("by_button", [True, False])
def test_words_outlive_the_end_of_the_sign_in(own_demo: Demo, own_keys: Keys, by_button: bool) -> None:
    page = signed_in(own_demo, own_keys)
    section = start(page, "How might we outlive a sign-in?")
    page.context.clear_cookies()
    write(page, "problem", PROBLEM)
    if by_button:
        press(page, "Save and continue")
    else:
        expect(status(page)).to_contain_text("you are signed out", timeout=PAUSE)
        status(page).get_by_role("link", name="Sign in to go on").click()
    sign_in_here(page)
    page.wait_for_url(section)
    expect(page.locator("[name=problem]")).to_have_value(PROBLEM)
    expect(status(page)).to_contain_text("Draft saved at", timeout=PAUSE)
    is_forgotten(page, PROBLEM)
    page.reload()
    expect(page.locator("[name=problem]")).to_have_value(PROBLEM)
    page.context.close()


def test_words_outlive_a_save_that_fails(officer: Page) -> None:
    section = start(officer, "How might we outlive a failure?")
    officer.route("**/edit/problem", lambda route: route.fulfill(status=503, body="<title>Away</title>"))
    officer.locator("[name=problem]").fill(PROBLEM)
    press(officer, "Save and continue")
    expect(officer).to_have_title("Away")
    officer.problems.clear()  # type: ignore[attr-defined]  # the refusal was made here
    officer.unroute("**/edit/problem")
    officer.goto(section)
    expect(officer.locator("[name=problem]")).to_have_value(PROBLEM)
    press(officer, "Save and continue")
    told(officer, "Saved: The problem")
    is_forgotten(officer, PROBLEM)


def test_saving_while_a_slow_save_is_under_way_is_no_clash_with_oneself(officer: Page) -> None:
    start(officer, "How might we bear a slow line?")
    box = officer.locator("[name=problem]")

    def slowly(route: Route) -> None:
        answer = route.fetch()
        box.page.wait_for_timeout(2_500)
        route.fulfill(response=answer)

    officer.route("**/autosave/problem", slowly, times=1)
    with officer.expect_request("**/autosave/problem"):
        box.fill(PROBLEM)
    box.fill(f"{PROBLEM} And more.")
    press(officer, "Save and continue")
    told(officer, "Saved: The problem")
    officer.go_back()
    expect(officer.locator("[name=problem]")).to_have_value(f"{PROBLEM} And more.")


# --- two officers -----------------------------------------------------------------------------------------------------


def test_two_officers_in_one_section_lose_nothing(officer: Page, open_own: OpenPage, colleague: str) -> None:
    """Both change the problem: the second is shown both texts, keeps their own in the box, and decides."""
    section = start(officer, "How might we write together?")
    second = open_own(colleague)
    second.goto(section)
    write(officer, "problem", "First officer’s words about waiting callers.")
    write(officer, "why_now", "Calls have doubled since May.")
    expect(status(officer)).to_contain_text("Draft saved at", timeout=PAUSE)
    write(second, "problem", "Second officer’s words about waiting callers.")
    write(second, "tried", "A recorded message.")
    expect(status(second)).to_contain_text("Someone else has saved this draft", timeout=PAUSE)
    press(second, "Save and continue")
    expect(second.get_by_role("heading", level=1)).to_have_text("Someone else changed this too")
    theirs, mine = second.locator(".app-passage").all()
    expect(theirs.locator("del")).to_contain_text("First")
    expect(mine.locator("ins")).to_contain_text("Second")
    expect(second.locator("[name=problem]")).to_have_value("Second officer’s words about waiting callers.")
    expect(second.locator("[name=tried]")).to_have_value("A recorded message.")
    expect(second.locator("[name=why_now]")).to_have_value("Calls have doubled since May.")
    keep_picture(second, "autosave-clash")
    second.problems.clear()  # type: ignore[attr-defined]  # the two refusals answered 409, as they should
    second.fill("[name=problem]", "Both officers’ words about waiting callers.")
    press(second, "Save mine over theirs")
    told(second, "Saved: The problem")
    officer.goto(section)
    for name, words in (("problem", "Both officers’"), ("why_now", "Calls have doubled"), ("tried", "A recorded")):
        expect(officer.locator(f"[name={name}]")).to_have_value(re.compile(f"^{words}"))


def test_officers_who_change_different_answers_are_joined_without_asking(
    officer: Page, open_own: OpenPage, colleague: str
) -> None:
    section = start(officer, "How might we join in?")
    second = open_own(colleague)
    second.goto(section)
    write(officer, "problem", PROBLEM)
    expect(status(officer)).to_contain_text("Draft saved at", timeout=PAUSE)
    write(second, "measures", "From 20 minutes to 2.")
    expect(status(second)).to_contain_text("Draft saved at", timeout=PAUSE)
    second.goto(section)
    expect(second.locator("[name=problem]")).to_have_value(PROBLEM)
    expect(second.locator("[name=measures]")).to_have_value("From 20 minutes to 2.")
