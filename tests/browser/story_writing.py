"""The first half of the story: a council writes, LGA staff ask for changes and publish, the public reads."""

import re

from playwright.sync_api import Page, expect

from tests.browser.checks import keep_picture
from tests.browser.steps import ask_for_review, assert_status, follow, main, press, ranked_names, start_draft, told
from tests.browser.story_texts import DOCUMENT, PROBLEM, SOLUTION, STAFF_ASKS, TITLE

# --- the council writes -----------------------------------------------------------------------------------------------


def write_challenge(officer: Page) -> str:
    """Start from a document, read the advice, choose the service that no document names."""
    officer.goto("/")
    follow(officer, "Write a challenge statement")
    challenge = start_draft(officer, "challenge", TITLE, DOCUMENT)
    pasted = main(officer).locator(".govuk-notification-banner").filter(has_text="Your pasted text went to")
    for label in ("The problem", "Who the users are", "What has been tried", "Who owns the problem"):
        expect(pasted).to_contain_text(label)
    expect(pasted).to_contain_text("What stood under no heading we know is kept in “Notes for your council”")
    expect(main(officer).get_by_text("Head of tree services")).to_be_visible()
    expect(officer.locator(".app-advice").filter(has_text="“We need an app” names a solution")).to_be_visible()
    expect(main(officer).get_by_text("Still needed before review:")).to_be_visible()
    keep_picture(officer, "story-draft")
    follow(officer, "Change the problem")
    officer.get_by_label("Climate and energy").check()
    press(officer, "Save and exit")
    told(officer, "Saved: The problem")
    expect(main(officer).get_by_text("Still needed before review:")).to_have_count(0)
    return challenge


def see_what_the_draft_finds(officer: Page, challenge: str) -> None:
    """The council alone sees matches of what nobody else can read yet."""
    officer.goto(f"{challenge}/draft")
    follow(officer, "See what your draft would find")
    expect(main(officer)).to_contain_text("only your council sees it")
    expect(main(officer).locator(".app-notice")).to_have_count(0)
    assert len(ranked_names(officer)) > 1
    assert SOLUTION not in ranked_names(officer)
    keep_picture(officer, "story-draft-matches")


def amend(officer: Page) -> None:
    """Read what staff ask for, change the problem, ask again."""
    officer.goto("/")
    expect(main(officer)).to_contain_text(STAFF_ASKS)
    follow(officer, TITLE)
    expect(main(officer).locator(".govuk-inset-text").filter(has_text=STAFF_ASKS)).to_be_visible()
    text = officer.url.removesuffix("/draft")
    follow(officer, "Change the problem")
    officer.fill("main [name=problem]", PROBLEM)
    press(officer, "Save and exit")
    expect(officer.locator(".app-advice").filter(has_text="names a solution")).to_have_count(0)
    ask_for_review(officer, text)


def compare_versions(officer: Page, challenge: str) -> None:
    """What was reviewed first and what was published stand side by side, with what changed marked."""
    officer.goto(f"{challenge}/history")
    officer.select_option("main [name=from]", label="Version 1")
    officer.select_option("main [name=to]", label="Version 2")
    press(officer, "Compare")
    expect(officer.get_by_role("heading", level=1)).to_have_text("Version 1 and version 2")
    expect(main(officer)).to_contain_text("1 answer differs")
    before, after = officer.locator(".app-passage").all()
    assert "We need an app" in " ".join(before.locator("del").all_inner_texts())
    assert "£400" in " ".join(after.locator("ins").all_inner_texts())
    expect(before).to_contain_text("We plant about 600 young trees")
    expect(after).to_contain_text("We plant about 600 young trees")
    keep_picture(officer, "story-compare")


# --- LGA staff --------------------------------------------------------------------------------------------------------


def ask_for_changes(staff: Page) -> None:
    """Find the text in the queue; without a reason it does not go back, with one it does."""
    open_from_the_queue(staff)
    press(staff, "Ask for changes")
    expect(staff.locator(".govuk-error-summary")).to_contain_text("Say what needs to change")
    staff.problems.clear()  # type: ignore[attr-defined]  # the refusal answered 422, as it should
    staff.fill("main [name=reason]", STAFF_ASKS)
    press(staff, "Ask for changes")
    told(staff, "Its writers were told what to change")


def publish_from_the_queue(staff: Page) -> None:
    open_from_the_queue(staff)
    press(staff, "Publish")
    told(staff, "It is published")


def open_from_the_queue(staff: Page) -> None:
    staff.goto("/")
    follow(staff, re.compile("texts? to review"))
    follow(staff, TITLE)


def anyone_reads_it(reader: Page, challenge: str) -> None:
    assert_status(reader, challenge, 200)
    expect(main(reader)).to_contain_text("£400 to replace")
    expect(main(reader)).not_to_contain_text("We need an app")
