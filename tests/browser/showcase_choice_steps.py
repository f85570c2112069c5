"""The story of a showcase, who pitches: candidates, interests declared, scores without names, decisions, feedback."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import Hand
from tests.browser.showcase_steps import DAMPSENSE, STONECROP, WARMWOOD, Showcase, forget_refusal
from tests.browser.steps import main, told

SCORE = "It speaks of the cold corner behind the wardrobe; how it was measured is not said."
STRENGTHS = "You know how homes are let and repaired."
GAPS = "Nothing in the profile says how mould is foreseen."


def put_forward(firm: Hand, challenge: str, note: str) -> None:
    firm.go(challenge)
    firm.follow("Put a solution forward")
    box = main(firm.page).locator("[name=solution]").first
    firm.choose("solution", box.get_attribute("value") or "")
    firm.write("note", note)
    firm.press("Put it forward")
    told(firm.page, "The council has been told")


def take_in_candidates(staff: Hand, showcase: Showcase) -> None:
    """Declare for each challenge, take candidates in, and read why the ranking found one."""
    for title in (showcase.camden_title, showcase.leeds_title):
        staff.go(f"{showcase.address}/manage/selection")
        staff.follow(title)
        staff.follow("Declare your interests")
        staff.choose("has_conflict", "no")
        staff.press("Declare")
        staff.press("Take in candidates")
        told(staff.page, "added")
        staff.press("Ask the council to score")
        told(staff.page, "The council has been told")
        expect(main(staff.page)).not_to_contain_text(STONECROP)
    staff.follow(re.compile("^Solution"))
    expect(main(staff.page)).to_contain_text("Names are left out of this text")


def declare_without(officer: Hand, title: str) -> None:
    officer.go("/showcases/yours")
    officer.follow(title)
    officer.follow("Declare your interests")
    officer.choose("has_conflict", "no")
    officer.press("Declare")
    expect(main(officer.page)).to_contain_text("suppliers’ names are left out")


def declare_a_conflict(officer: Hand, staff: Hand, showcase: Showcase) -> None:
    """Say that there is one: the candidates stay closed until staff decide."""
    officer.go("/showcases/yours")
    officer.follow(showcase.leeds_title)
    officer.follow("Declare your interests")
    officer.choose("has_conflict", "yes")
    officer.write("details", "My brother works for a firm that sells humidity sensors.")
    officer.press("Declare")
    expect(main(officer.page)).to_contain_text("LGA staff decide whether you may read the candidates")
    staff.go(f"{showcase.address}/manage/selection")
    staff.follow("Dana Lister")
    staff.choose("is_let_in", "yes")
    staff.write("steps", "The firm is no candidate. She tells us if it becomes one.")
    staff.press("Decide")
    told(staff.page, "Decided, and told")
    officer.go("/showcases/yours")
    officer.follow(showcase.leeds_title)


def candidates_on(page: Page) -> list[str]:
    """Return the addresses of the candidates that a page lists."""
    links = main(page).locator("table a[href*='/showcases/candidates/']").all()
    return [link.get_attribute("href") or "" for link in links]


def score_all(officer: Hand) -> None:
    """Score every candidate of the challenge at hand by both criteria, without knowing whose it is."""
    found = candidates_on(officer.page)
    assert found
    for address in found:
        officer.go(address)
        for firm in (DAMPSENSE, STONECROP, WARMWOOD):
            expect(main(officer.page)).not_to_contain_text(firm)
        for name, value in marks_of(officer.page):
            officer.choose(name, value)
        officer.write("comment", SCORE)
        officer.press("Keep my score")
        told(officer.page, "Your score is kept")


def marks_of(page: Page) -> list[tuple[str, str]]:
    """Return the fields of a score's form with a mark for each: 4 of a rating, yes to a question."""
    good = main(page).locator("[name^=mark-]:is([value='4'], [value='yes'])").all()
    return [(mark.get_attribute("name") or "", mark.get_attribute("value") or "") for mark in good]


def decide_all(staff: Hand, showcase: Showcase) -> None:
    """Show names, choose, keep one in reserve, and give everyone else feedback; tell them all."""
    staff.go(f"{showcase.address}/manage/selection")
    staff.follow("End the first pass and show names")
    staff.press("Show names")
    told(staff.page, "names are shown")
    wanted = {
        showcase.camden_title: {DAMPSENSE: "chosen", STONECROP: "chosen", WARMWOOD: "reserve"},
        showcase.leeds_title: {DAMPSENSE: "chosen"},
    }
    for title, states in wanted.items():
        staff.go(f"{showcase.address}/manage/selection")
        staff.follow(title)
        rows = main(staff.page).locator("tbody tr").all_inner_texts()
        for address, row in zip(candidates_on(staff.page), rows, strict=True):
            state = next((state for firm, state in states.items() if firm in row), "not_chosen")
            states = {firm: kept for firm, kept in states.items() if firm not in row}  # a firm's second is turned down
            decide(staff, address, state)
    staff.go(f"{showcase.address}/manage/selection")
    staff.press("Tell everyone not chosen or in reserve")
    told(staff.page, "been told")


def decide(staff: Hand, address: str, state: str) -> None:
    staff.go(address)
    staff.choose("state", state)
    staff.write("reason", "As its council scored it, and so that both pitches differ.")
    if state == "not_chosen":
        staff.write("strengths", STRENGTHS)
        staff.write("gaps", GAPS)
    staff.press("Decide")
    told(staff.page, "Decided")


def read_feedback(firm: Hand, rival: Hand) -> None:
    firm.go("/showcases/yours")
    outcome = main(firm.page).locator("a[href*='/showcases/outcomes/']").first.get_attribute("href") or ""
    firm.go(outcome)
    expect(main(firm.page)).to_contain_text(GAPS)
    rival.page.goto(outcome)
    expect(main(rival.page)).not_to_contain_text(GAPS)
    forget_refusal(rival)
