"""The story of a showcase, its beginning: built around a need that councils share, and announced.

Each step is one person's doing, told in a `Hand`, so that the same steps are played with a mouse and by keyboard.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.hands import Hand, fill_date
from tests.browser.steps import main, told

CAMDEN, LEEDS, IPSWICH = "London Borough of Camden", "Leeds City Council", "Ipswich Borough Council"
DAMPSENSE, STONECROP, WARMWOOD = "DampSense Ltd", "Stonecrop Housing Ltd", "Warmwood Energy Data LLP"
NEED_SECONDS = 90
"""How long the worker may take until it has put the demo's challenges that are alike together."""
SOLVE_SECONDS = 90


@dataclass
class Cast:
    """Everyone in the story, each at a page of their own."""

    staff: Hand
    camden: Hand
    leeds: Hand
    dampsense: Hand
    stonecrop: Hand
    warmwood: Hand
    public: Hand

    @property
    def everyone(self) -> list[Hand]:
        return list(vars(self).values())


@dataclass
class Showcase:
    """What the story comes to know."""

    name: str
    address: str
    camden_challenge: str
    camden_title: str
    leeds_challenge: str
    leeds_title: str

    @property
    def id(self) -> str:
        return self.address.rpartition("/")[2]


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def forget_refusal(hand: Hand) -> None:
    """Empty what was noted of a refusal that the story asked for."""
    hand.page.problems.clear()  # type: ignore[attr-defined]


# --- building ---------------------------------------------------------------------------------------------------------


def build(staff: Hand, name: str) -> Showcase:
    """Find a need that councils share, start a showcase, make a track of the need, and say what else it takes."""
    need = find_need(staff)
    staff.go("/showcases")
    staff.follow("Start a showcase")
    write_particulars(staff, name)
    staff.press("Save as a draft")
    told(staff.page, "Draft started")
    staff.go(need)
    staff.select("event", name)
    staff.press("Make a track of it")
    told(staff.page, "Track added")
    showcase = read_tracks(staff.page, name)
    leave_out(staff)
    add_call(staff)
    add_rooms_and_criteria(staff)
    return showcase


def find_need(staff: Hand) -> str:
    """Wait until the worker has put the challenges about damp together; return the address of their need."""
    started = time.monotonic()
    staff.go("/needs")
    while not (
        card := main(staff.page).locator(".app-card").filter(has_text="Camden").filter(has_text="Leeds")
    ).count():
        assert time.monotonic() - started < NEED_SECONDS, "the worker put no challenges together"
        time.sleep(1)
        staff.go("/needs")
    staff.follow(card.get_by_role("link").first.inner_text())
    expect(main(staff.page)).to_contain_text("What they say alike", timeout=20_000)
    return staff.page.url


def write_particulars(staff: Hand, name: str) -> None:
    staff.write("name", name)
    staff.write("summary", "Two councils, one problem: homes that are damp again each winter.")
    fill_date(staff, "day", in_days(45).date())
    staff.write("starts", "9:30am")
    staff.write("ends", "4:30pm")
    staff.write("venue", "Old Fire Station")
    staff.write("pitch_minutes", "20")
    staff.write("in_person_places", "3")
    staff.write("online_places", "1")
    fill_date(staff, "registration_opens_on", in_days(-1).date())
    staff.tick("hides_names")


def read_tracks(page: Page, name: str) -> Showcase:
    """Read which challenges the track got, and where they are."""
    found = {}
    for council in (CAMDEN, LEEDS):
        link = main(page).get_by_role("row").filter(has_text=council).get_by_role("link").first
        found[council] = (link.get_attribute("href") or "", link.inner_text())
    address = page.url.removesuffix("/manage/tracks").removesuffix("#main-content")
    return Showcase(name, address, *found[CAMDEN], *found[LEEDS])


def leave_out(staff: Hand) -> None:
    """Leave out the third council, which cannot come, and give each of the others its number of pitches."""
    row = main(staff.page).get_by_role("row").filter(has_text=IPSWICH)
    title = row.get_by_role("link").first.inner_text()
    staff.press(f"Remove {title}")
    told(staff.page, "removed")
    for council, places in ((CAMDEN, "2"), (LEEDS, "1")):
        row = main(staff.page).get_by_role("row").filter(has_text=council)
        staff.follow(f"Change {row.get_by_role('link').first.inner_text()}")
        staff.write("places", places)
        staff.press("Save")
        told(staff.page, "Saved")


def add_call(staff: Hand) -> None:
    staff.follow("Add a call")
    fill_date(staff, "opens_on", in_days(0).date())
    staff.write("opens", "0:00")
    fill_date(staff, "closes_on", in_days(10).date())
    staff.press("Save")
    expect(main(staff.page)).to_contain_text("Allow 28, or say why fewer")
    forget_refusal(staff)
    staff.write("short_because", "Both challenges have been published for months.")
    staff.press("Save")
    told(staff.page, "Call added")


def add_rooms_and_criteria(staff: Hand) -> None:
    staff.follow("Rooms and breaks")
    for name, capacity in (("Engine hall", "60"), ("Watch room", "30")):
        staff.follow("Add a room")
        staff.write("name", name)
        staff.write("capacity", capacity)
        staff.write("stream_url", "https://stream.example/" + name.replace(" ", "-").lower())
        staff.press("Save")
        told(staff.page, "Room added")
    staff.follow("Add a break")
    staff.write("name", "Lunch")
    staff.write("starts", "12:30")
    staff.write("minutes", "45")
    staff.press("Save")
    told(staff.page, "Break added")
    staff.follow("Criteria")
    for name, kind, weight in (("Answers the problem", "rating", "3"), ("Could start this winter", "yes_no", "1")):
        staff.follow("Add a criterion")
        staff.write("name", name)
        staff.choose("kind", kind)
        staff.write("weight", weight)
        staff.press("Save")
        told(staff.page, "Criterion added")


def announce(staff: Hand, public: Hand, showcase: Showcase) -> None:
    public.page.goto(showcase.address)
    expect(main(public.page)).to_contain_text("Sign in to see this page")
    forget_refusal(public)
    staff.go(f"{showcase.address}/manage")
    staff.follow("Announce it")
    staff.press("Announce it")
    told(staff.page, "Everyone can see it now")
    public.go(showcase.address)
    expect(main(public.page)).to_contain_text("Both challenges have been published for months.")
