"""The story of a showcase, its day and after: the door, what was new, the engagement record, its bundle, the report."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import SHOWCASE
from tests.browser.hands import Hand
from tests.browser.showcase_invitation_steps import ANSWER
from tests.browser.showcase_steps import DAMPSENSE, STONECROP, WARMWOOD, Showcase, forget_refusal
from tests.browser.steps import main, told

NEW = "The council will replace the windows of two estates next year, whatever comes of this."

# --- the door ---------------------------------------------------------------------------------------------------------


def check_in(staff: Hand, showcase: Showcase, from_list: str, by_code: str) -> None:
    """Check one person in from the list, another on the page that the code of a ticket opens."""
    staff.go(f"{showcase.address}/manage/check-in")
    staff.press(f"Check in {from_list}")
    told(staff.page, f"{from_list} is checked in")
    link = main(staff.page).get_by_role("link", name=by_code, exact=True)
    staff.go(link.get_attribute("href") or "")
    staff.press("Check in")
    expect(main(staff.page)).to_contain_text("Checked in in person")


def join_online(firm: Hand, showcase: Showcase) -> None:
    firm.go(showcase.address)
    firm.follow("Your ticket")
    firm.press("Join online")
    expect(main(firm.page).get_by_role("link", name="Engine hall")).to_be_visible()


# --- the meeting afterwards -------------------------------------------------------------------------------------------


def release_and_close(officer: Hand, others: list[Hand], meeting: str, challenge: str) -> None:
    """Say what was new; the meeting cannot be closed before everyone has it."""
    officer.go(meeting)
    officer.choose("is_new", "yes")
    officer.write("new_information", NEW)
    officer.press("Keep")
    told(officer.page, "Kept")
    expect(main(officer.page)).to_contain_text("This meeting can be closed once what was new is released")
    expect(main(officer.page).get_by_role("button", name="Close this meeting")).to_have_count(0)
    officer.write("title", "Windows of two estates")
    officer.press("Release")
    told(officer.page, "Released")
    for other in others:
        other.go(challenge)
        expect(main(other.page)).to_contain_text(NEW)
        expect(main(other.page)).not_to_contain_text(DAMPSENSE)
    officer.go(meeting)
    officer.press("Close this meeting")
    told(officer.page, "Closed")


# --- the engagement record --------------------------------------------------------------------------------------------


def keep_record(officer: Hand, rival: Hand, challenge: str) -> None:
    """Say what the engagement was for and judge each supplier; no supplier reads any of it."""
    officer.go(challenge)
    officer.follow("Engagement record")
    for happened in (ANSWER, NEW, "A one-to-one meeting was closed", "people were present"):
        expect(main(officer.page)).to_contain_text(happened)
    officer.go(f"{challenge}/record/purposes")
    for letter in ("a", "d"):
        officer.tick("purposes", letter)
    officer.press("Save")
    for firm in (DAMPSENSE, STONECROP, WARMWOOD):
        officer.follow(re.compile(f"^Judge.*{firm}"))
        officer.choose("verdict", "none")
        officer.write("reasons", "What it learned stands on the challenge’s public page.")
        officer.press("Record the judgement")
        told(officer.page, "")
    answer = rival.page.goto(f"{challenge}/record")
    assert answer is not None
    assert answer.status in (403, 404)
    forget_refusal(rival)


def verify_bundle(officer: Hand, challenge: str, folder: Path) -> None:
    """Download the bundle and have it checked by the command that needs no database; one changed byte is noticed."""
    officer.go(f"{challenge}/record")
    bundle = folder / "record.zip"
    officer.download("Make the bundle").save_as(bundle)
    sound = verified(bundle)
    assert sound.returncode == 0, sound.stdout
    assert "Nothing was changed" in sound.stdout
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    assert verified(bundle).returncode == 1


def verified(bundle: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SHOWCASE, "record", "verify", str(bundle)], capture_output=True, text=True)


# --- the report -------------------------------------------------------------------------------------------------------


def finish(staff: Hand, showcase: Showcase) -> None:
    staff.go(f"{showcase.address}/manage")
    staff.follow("Finish this showcase")
    staff.press("Finish it")
    told(staff.page, "Finished")


def report(staff: Hand, public: Hand, showcase: Showcase) -> None:
    staff.go(showcase.address)
    staff.follow("Write the report")
    staff.write("learned", "Ask for readings before the pitches.")
    staff.press("Save")
    told(staff.page, "Saved")
    staff.press("Publish")
    told(staff.page, "Published")
    public.go(showcase.address)
    public.follow("Report of the showcase")
    expect(main(public.page)).to_contain_text("Ask for readings before the pitches.")
    assert public.page.request.get(f"{showcase.address}/report.pdf").status == 200
