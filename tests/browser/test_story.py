"""The main job from end to end, in a real browser, with the real worker and the real model.

A council writes a challenge, a firm a solution, LGA staff publish both; the ranking finds one for the other and says
why; the council decides, the firm puts its solution forward and is invited; and another firm sees none of it.
"""

import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import keep_picture
from tests.browser.conftest import ROLES, Demo, OpenPage
from tests.browser.steps import (
    WORKER_SECONDS,
    ask_for_review,
    assert_status,
    follow,
    main,
    press,
    publish,
    ranked_names,
    start_draft,
    told,
    wait_until_first,
)
from tests.browser.story_texts import INVITATION, NOT_FOR_US, NOTE, PROFILE, SOLUTION, TITLE
from tests.browser.story_writing import (
    amend,
    anyone_reads_it,
    ask_for_changes,
    compare_versions,
    publish_from_the_queue,
    see_what_the_draft_finds,
    write_challenge,
)

pytestmark = pytest.mark.slow


@dataclass
class People:
    """Everyone in the story, each in a browser of their own."""

    officer: Page
    staff: Page
    founder: Page
    rival: Page


def test_a_challenge_finds_its_solution(open_own: OpenPage, own_demo: Demo) -> None:
    people = People(*(open_own(role) for role in ("officer", "staff", "supplier", "other_supplier")))
    challenge = write_challenge(people.officer)
    see_what_the_draft_finds(people.officer, challenge)
    ask_for_review(people.officer, challenge)
    ask_for_changes(people.staff)
    amend(people.officer)
    publish_from_the_queue(people.staff)
    compare_versions(people.officer, challenge)
    anyone_reads_it(open_own("public"), challenge)

    solution = write_solution(people.founder)
    publish(people.staff, solution)
    find_it_first(people.officer, challenge)
    decide_and_undo(people.officer, challenge)

    put_forward(people.founder, solution, challenge)
    put_an_outsider_forward(people.founder, challenge)
    response = consider_and_invite(people.officer, challenge)
    read_the_invitation(people.founder)
    sees_none_of_it(people.rival, challenge, solution, response)
    emails_were_sent(people.staff, own_demo.folder / "mail")


# --- the firm writes, the ranking finds -------------------------------------------------------------------------------


def write_solution(founder: Page) -> str:
    """Start from the text of a web page, say whom to ask, ask for review."""
    founder.goto("/")
    follow(founder, "Describe a solution")
    solution = start_draft(founder, "solution", SOLUTION, PROFILE)
    follow(founder, "Change the solution")
    founder.get_by_label("Climate and energy").check()
    press(founder, "Save and exit")
    follow(founder, "Change contact")
    founder.fill("main [name=contact_name]", "Founder")
    founder.fill("main [name=contact_email]", ROLES["supplier"] or "")
    press(founder, "Save and continue")
    ask_for_review(founder, solution)
    return solution


def find_it_first(officer: Page, challenge: str) -> None:
    """Within seconds it is first, with the passages, the words and the facts that speak for it, and what is missing."""
    officer.goto(challenge)
    follow(officer, "Matches for this challenge")
    seconds = wait_until_first(officer, SOLUTION)
    print(f"published to ranked first: {seconds:.1f} s")
    assert seconds < WORKER_SECONDS
    best = officer.locator(".app-match").first
    expect(best.locator(".app-match__rank")).to_contain_text("1")
    asked, offered = best.locator(".app-passage").all()
    expect(asked.locator("mark").first).to_be_visible()
    expect(offered.locator("mark").first).to_be_visible()
    expect(best.locator(".app-shared mark").first).to_be_visible()
    expect(best.get_by_role("heading", name="What is missing")).to_be_visible()
    expect(main(officer)).to_contain_text("Ranked by")
    expect(main(officer).locator(".app-notice")).to_have_count(0)
    keep_picture(officer, "story-matches")


def decide_and_undo(officer: Page, challenge: str) -> None:
    """Shortlist the first, turn the second down with a reason, and take that back."""
    officer.goto(f"{challenge}/matches")
    other = ranked_names(officer)[1]
    press(officer, f"Shortlist {SOLUTION}")
    told(officer, f"Shortlisted: {SOLUTION}")
    main(officer).get_by_role("button", name=f"Not for us {other}", exact=True).click()
    press(officer, "Save")
    expect(officer.locator(".govuk-error-summary")).to_contain_text("Say why it is not for you")
    officer.problems.clear()  # type: ignore[attr-defined]  # the refusal answered 422, as it should
    officer.fill("main [name=reason]", NOT_FOR_US)
    press(officer, "Save")
    told(officer, f"Marked as not for us: {other}")
    follow(officer, "Decided (2)")
    expect(main(officer)).to_contain_text(NOT_FOR_US)
    expect(main(officer).locator(".app-card").filter(has_text=SOLUTION)).to_contain_text("rank 1 at the time")
    keep_picture(officer, "story-decided")
    press(officer, f"Undo the decision about {other}")
    told(officer, f"nothing is decided about {other}")
    expect(main(officer)).not_to_contain_text(NOT_FOR_US)
    expect(main(officer).locator(".app-card")).to_have_count(1)


# --- put forward and invited ------------------------------------------------------------------------------------------


def put_forward(founder: Page, solution: str, challenge: str) -> None:
    """See the challenge among those the solution may answer, without a rank or score, and put it forward."""
    founder.goto(solution)
    follow(founder, "Challenges this may answer")
    first = founder.locator(".app-match").first
    expect(first.get_by_role("heading").first).to_have_text(TITLE)
    expect(first.locator(".app-passage")).to_have_count(2)
    expect(founder.locator(".app-match__rank, .app-parts, .app-closeness")).to_have_count(0)
    keep_picture(founder, "story-challenges-for-solution")
    main(founder).get_by_role("button", name=f"Put a solution forward for {TITLE}").click()
    assert founder.url == f"{challenge}/put-forward"
    give(founder, SOLUTION, NOTE)


def put_an_outsider_forward(founder: Page, challenge: str) -> None:
    """A profile about something else may be put forward as well: the council is shown every response."""
    founder.goto(f"{challenge}/put-forward")
    give(founder, "DampSense Casebook", "")


def give(founder: Page, solution: str, note: str) -> None:
    founder.get_by_label(solution, exact=True).check()
    founder.fill("main [name=note]", note)
    press(founder, "Put it forward")
    told(founder, "The council has been told")


def consider_and_invite(officer: Page, challenge: str) -> str:
    """Read both responses, whatever their rank; tell the supplier of the better one, twice. Return its address."""
    officer.goto("/")
    expect(main(officer)).to_contain_text(f"{SOLUTION} by")
    officer.goto(challenge)
    follow(officer, "Put forward by suppliers")
    expect(main(officer).get_by_role("link", name="Decided (1)")).to_be_visible()
    expect(main(officer).locator(".app-card")).to_have_count(2)
    expect(main(officer).locator(".app-card").filter(has_text="DampSense Casebook")).to_contain_text(
        re.compile(r"rank \d+ in the ranking|not among the best")
    )
    card = main(officer).locator(".app-card").filter(has_text=NOTE)
    expect(card).to_contain_text("rank 1 in the ranking")
    keep_picture(officer, "story-responses")
    follow(officer, f"Read and answer {SOLUTION}")
    officer.get_by_label("Being considered").check()
    press(officer, "Tell the supplier")
    told(officer, "The supplier has been told")
    officer.get_by_label("Invited to talk").check()
    officer.fill("main [name=reason]", INVITATION)
    press(officer, "Tell the supplier")
    told(officer, "The supplier has been told")
    return officer.url


def read_the_invitation(founder: Page) -> None:
    founder.goto("/")
    expect(main(founder)).to_contain_text(INVITATION)
    follow(founder, TITLE)
    expect(main(founder)).to_contain_text("Invited")
    expect(main(founder)).to_contain_text(INVITATION)
    keep_picture(founder, "story-invited")


# --- what others see --------------------------------------------------------------------------------------------------


def sees_none_of_it(rival: Page, challenge: str, solution: str, response: str) -> None:
    """Another firm reads the challenge as everyone does, and nothing behind it; the rest might as well not exist."""
    assert_status(rival, challenge, 200)
    expect(main(rival)).not_to_contain_text(SOLUTION)
    behind = (
        "/draft",
        "/history",
        "/compare",
        "/edit/problem",
        "/draft-matches",
        "/matches",
        "/matches.csv",
        "/responses",
    )
    for end in (*behind, "/matches/decided"):
        assert_status(rival, f"{challenge}{end}", 403)
        expect(rival.locator("body")).not_to_contain_text(SOLUTION)
    for address in (solution, f"{solution}/draft", f"{solution}/history", f"{solution}/matches", response):
        assert_status(rival, address, 404)
        expect(rival.locator("body")).not_to_contain_text(SOLUTION)
        expect(rival.get_by_role("heading", level=1)).to_have_text("Page not found")
    rival.problems.clear()  # type: ignore[attr-defined]  # every refusal of these was asked for
    for address in ("/responses", "/solutions/yours", f"/search?q={SOLUTION}"):
        assert_status(rival, address, 200)
        expect(main(rival).get_by_role("link", name=SOLUTION)).to_have_count(0)


def emails_were_sent(staff: Page, folder: Path) -> None:
    """Every step was told to the right people: staff read it in the outbox, and it lies as a file beside the data."""
    expected = {
        (ROLES["staff"], f"For review: {TITLE}"),
        (ROLES["officer"], f"Changes asked for: {TITLE}"),
        (ROLES["officer"], f"Published: {TITLE}"),
        (ROLES["staff"], f"For review: {SOLUTION}"),
        (ROLES["supplier"], f"Published: {SOLUTION}"),
        (ROLES["officer"], f"Put forward: {SOLUTION}"),
        (ROLES["supplier"], f"Invited: {SOLUTION}"),
    }
    staff.goto("/staff/messages")
    for to, subject in expected:
        row = main(staff).get_by_role("row").filter(has_text=subject).filter(has_text=to or "")
        expect(row.first).to_contain_text("Kept, no mail server")
    keep_picture(staff, "story-outbox")
    emails = [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in folder.glob("*.eml")]
    assert expected <= {(str(email["To"]), str(email["Subject"])) for email in emails}
    invited = next(email for email in emails if email["Subject"] == f"Invited: {SOLUTION}")
    assert INVITATION in invited.get_content()
    to_the_rival = [email for email in emails if email["To"] == ROLES["other_supplier"]]
    assert not [email for email in to_the_rival if SOLUTION in f"{email['Subject']} {email.get_content()}"]
