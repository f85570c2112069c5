"""The story of a showcase, its middle: invitations answered, the agenda published, places, meetings and a question."""

import re
import time

from playwright.sync_api import expect

from tests.browser.hands import Hand, fill_date, link_of
from tests.browser.showcase_choice_steps import decide
from tests.browser.showcase_steps import CAMDEN, DAMPSENSE, SOLVE_SECONDS, STONECROP, WARMWOOD, Showcase, in_days
from tests.browser.steps import main, told

# --- invitations ------------------------------------------------------------------------------------------------------


def invite_all(staff: Hand, showcase: Showcase, number: int) -> None:
    staff.go(f"{showcase.address}/manage/invitations")
    fill_date(staff, "answer_by", in_days(14).date())
    staff.press("Invite them all")
    told(staff.page, f"{number} invitation")


def accept_all(hand: Hand, name: str, email: str) -> None:
    """Accept every invitation of the showcase that waits for an answer."""
    hand.go("/showcases/yours")
    waiting = main(hand.page).locator(".app-card").filter(has_text="Waits for your answer")
    addresses = [card.get_by_role("link").first.get_attribute("href") or "" for card in waiting.all()]
    assert addresses
    for address in addresses:
        hand.go(address)
        hand.write("speaker_name", name)
        hand.write("speaker_email", email)
        hand.press("Accept")
        told(hand.page, "Thank you")


def send_someone_else(hand: Hand, name: str, email: str) -> None:
    hand.write("speaker_name", name)
    hand.write("speaker_email", email)
    hand.press("Save who comes")
    told(hand.page, "Thank you")
    expect(main(hand.page)).to_contain_text(name)


def decline(hand: Hand) -> None:
    hand.go("/showcases/yours")
    hand.follow(re.compile("pitch"))
    hand.write("why", "Our only installer is away that month.")
    hand.press("Decline")
    told(hand.page, "Declined")


def move_reserve_up(staff: Hand, showcase: Showcase) -> None:
    """The place that was declined goes to the supplier in reserve, which is then invited."""
    staff.go(f"{showcase.address}/manage/selection")
    staff.follow(showcase.camden_title)
    expect(main(staff.page)).to_contain_text("A place is free. Next in reserve")
    row = main(staff.page).get_by_role("row").filter(has_text=WARMWOOD).filter(has_text="reserve")
    decide(staff, row.first.get_by_role("link").get_attribute("href") or "", "chosen")
    invite_all(staff, showcase, 1)


# --- the agenda -------------------------------------------------------------------------------------------------------


def make_agenda(staff: Hand, showcase: Showcase) -> None:
    """Have the agenda worked out, take it over, move a session by hand, publish."""
    staff.go(f"{showcase.address}/manage/agenda")
    staff.press("Start an agenda")
    staff.press("Suggest an agenda")
    wait_for(staff, re.compile("Take it over"))
    staff.press("Take it over into the draft")
    expect(main(staff.page)).to_contain_text("This draft keeps every rule")
    staff.follow(re.compile("^Move "))
    now = main(staff.page).locator("[name=slot]:checked").get_attribute("value")
    slots = [box.get_attribute("value") or "" for box in main(staff.page).locator("[name=slot]").all()[:2]]
    staff.choose("slot", next(slot for slot in slots if slot != now))
    staff.press("Move it")
    expect(main(staff.page)).to_contain_text("This draft keeps every rule")
    staff.follow("Check and publish")
    staff.press("Publish version 1")
    told(staff.page, "Version 1 is published")


def wait_for(staff: Hand, name: re.Pattern[str]) -> None:
    """Look again until the worker has found a suggestion."""
    started = time.monotonic()
    while not main(staff.page).get_by_role("button", name=name).count():
        assert time.monotonic() - started < SOLVE_SECONDS, (
            f"the worker suggested nothing: {main(staff.page).inner_text()}"
        )
        time.sleep(1)
        staff.go(staff.page.url)


def read_agenda(hand: Hand, showcase: Showcase) -> None:
    hand.go(showcase.address)
    hand.follow("Agenda")
    expect(main(hand.page)).to_contain_text("Version 1")
    expect(main(hand.page)).to_contain_text("Engine hall")
    for kind in ("pdf", "ics", "json", "csv"):
        assert hand.page.request.get(f"{showcase.address}/agenda/agenda.{kind}").status == 200


# --- places -----------------------------------------------------------------------------------------------------------


def register(hand: Hand, showcase: Showcase, hall: str, answer: str) -> None:
    hand.go(showcase.address)
    hand.follow("Register")
    hand.choose("hall", hall)
    hand.press("Register")
    told(hand.page, answer)
    hand.press("Save")
    hand.go(showcase.address)
    hand.follow("Your ticket")


def fill_both_halls(
    showcase: Showcase, in_person: list[Hand], online: Hand, waits_in_person: Hand, waits_online: Hand
) -> None:
    """Take all places of both halls; the next ones wait. One gives the place up, and the first who waits gets it."""
    for hand in in_person:
        register(hand, showcase, "in_person", "You have a place")
    register(online, showcase, "online", "You have a place")
    register(waits_in_person, showcase, "in_person", "You are on the waiting list")
    expect(main(waits_in_person.page)).to_contain_text("You are number 1 on the waiting list")
    register(waits_online, showcase, "online", "You are on the waiting list")
    leaver = in_person[0]
    leaver.follow("Cancel this registration")
    leaver.press("Cancel my registration")
    told(leaver.page, "Cancelled")
    waits_in_person.go(waits_in_person.page.url)
    expect(main(waits_in_person.page)).to_contain_text("Place in person")


# --- meetings ---------------------------------------------------------------------------------------------------------


def plan_meetings(staff: Hand, showcase: Showcase) -> None:
    staff.go(f"{showcase.address}/manage/meetings")
    staff.follow("Plan meetings")
    staff.write("starts", "3:00pm\n3:30pm")
    staff.write("places", "Table 1\nTable 2")
    fill_date(staff, "opens_on", in_days(-1).date())
    fill_date(staff, "closes_on", in_days(30).date())
    staff.press("Save")
    told(staff.page, "Saved")


def agree_to_meet(firm: Hand, officer: Hand, showcase: Showcase) -> str:
    """A supplier asks, the council accepts; return the address of the meeting."""
    firm.go(showcase.address)
    firm.follow("One-to-one meetings")
    firm.select("pair", f"{CAMDEN}, about")
    firm.write("note", "How you hear today which homes are damp.")
    firm.press("Ask")
    told(firm.page, "Asked")
    officer.go(showcase.address)
    officer.follow("One-to-one meetings")
    officer.follow(DAMPSENSE)
    officer.press("Accept")
    told(officer.page, "Accepted")
    return officer.page.url


def make_timetable(staff: Hand, showcase: Showcase) -> None:
    staff.go(f"{showcase.address}/manage/meetings")
    staff.press("Make the timetable")
    wait_for(staff, re.compile("Apply it"))
    staff.press("Apply it")
    told(staff.page, "1 meeting has a new time")


# --- a question without a name ----------------------------------------------------------------------------------------

QUESTION = "Do you hold readings of humidity from earlier winters?"
ANSWER = "Yes, for about four hundred homes, since the winter of 2022 to 2023."


def ask_and_answer(firm: Hand, officer: Hand, others: list[Hand], challenge: str) -> None:
    """A supplier asks without its name; the council answers once, and everyone reads the same."""
    firm.go(f"{challenge}/questions")
    firm.follow("Ask a question")
    firm.write("wording", QUESTION)
    firm.press("Ask")
    told(firm.page, "")
    officer.go("/questions")
    expect(main(officer.page)).to_contain_text(QUESTION)
    expect(main(officer.page)).not_to_contain_text(WARMWOOD)
    officer.go(f"{challenge}/questions")
    unanswered = officer.page.get_by_role("link", name=re.compile("^Answer to"))
    row = main(officer.page).locator(".app-card").filter(has_text=QUESTION).filter(has=unanswered).last
    number = row.get_by_role("heading").inner_text().removeprefix("Question ")
    officer.follow(f"Answer to question {number}")
    officer.write("text", ANSWER)
    officer.press("Answer to everyone")
    told(officer.page, "")
    for other in others:
        other.go(challenge)
        expect(main(other.page)).to_contain_text(QUESTION)
        expect(main(other.page)).to_contain_text(ANSWER)
        expect(main(other.page)).not_to_contain_text(WARMWOOD)


def reads_nothing_of_it(rival: Hand, showcase: Showcase, meeting: str) -> None:
    """Another supplier sees neither the meeting nor who else is invited."""
    answer = rival.page.goto(meeting)
    assert answer is not None
    assert answer.status == 404
    rival.page.problems.clear()  # type: ignore[attr-defined]
    rival.go(f"{showcase.address}/meetings")
    expect(main(rival.page)).not_to_contain_text(DAMPSENSE)
    expect(main(rival.page)).not_to_contain_text(STONECROP)
    assert link_of(rival.page, "Manage this showcase").count() == 0
