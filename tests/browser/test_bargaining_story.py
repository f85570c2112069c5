"""Bargaining from end to end in a real browser with the real worker: from the radar to the recommendation pack.

Staff see contracts that end together and open a list; six councils say what they would take and give letters of intent;
three suppliers give sealed prices; the worker finds the plan; each reads what is theirs and nothing else.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from showcase.extensions import db
from showcase.models import Account, Council, InterestList, Membership, Organisation, PriceOffer, Supplier, utc_now
from showcase.services import passwords
from tests.browser.checks import check_accessibility, keep_picture
from tests.browser.conftest import PASSWORD, Demo, OpenPage
from tests.browser.database import in_database
from tests.browser.steps import assert_status, follow, main, press, told

pytestmark = pytest.mark.slow
COUNCILS = ("E09000007", "E09000012", "E09000019", "E09000022", "E08000035", "E08000006")
"""Camden, which leads, and five more whose contracts for managing housing end together in the demo."""
FIRMS = ("DampSense Ltd", "Stonecrop Housing Ltd", "Warmwood Energy Data LLP")
PRICES = ((("100", "60"), ("4000", "41")), (("100", "55"),), (("500", "52"), ("9000", "30")))
LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"}
SOLVE_SECONDS = 90


@dataclass(frozen=True)
class Story:
    """Who takes part, by e-mail address."""

    demo: Demo
    councils: tuple[str, ...]
    firms: tuple[str, ...]


@pytest.fixture(scope="module")
def story(own_demo: Demo) -> Story:
    """Give every organisation of the story a person."""
    return in_database(own_demo, lambda: people_of(own_demo))


def people_of(demo: Demo) -> Story:
    councils = tuple(
        person(db.session.scalars(sa.select(Council).where(Council.gss_code == code)).one(), f"lead{n}@story.example")
        for n, code in enumerate(COUNCILS)
    )
    firms = tuple(
        person(db.session.scalars(sa.select(Supplier).where(Supplier.name == name)).one(), f"firm{n}@story.example")
        for n, name in enumerate(FIRMS)
    )
    return Story(demo, councils, firms)


def person(organisation: Organisation, email: str) -> str:
    account = Account(email=email, name=email.split("@")[0], password_hash=passwords.hash_of(PASSWORD), is_demo=True)
    is_council = isinstance(organisation, Council)
    db.session.add(Membership(account=account, organisation=organisation, is_procurement_lead=is_council))
    return email


def test_from_the_radar_to_the_pack(open_own: OpenPage, story: Story) -> None:
    staff = open_own("staff")
    councils = [open_own(email) for email in story.councils]
    firms = [open_own(email) for email in story.firms]
    address = open_a_list(staff)
    for number, council in enumerate(councils):
        give_letter(council, address, number)
    for firm, tiers in zip(firms, PRICES, strict=True):
        give_prices(firm, address, tiers)
    nothing_is_open_yet(staff, firms, address)
    in_database(story.demo, lambda: let_the_time_come(address))
    plan = make_a_plan(staff, address)
    each_council_reads_its_line(councils, plan)
    for firm in firms:
        assert_status(firm, plan, 404)
        assert_status(firm, f"{address}/plans", 403)
        firm.problems.clear()  # type: ignore[attr-defined]  # the refusals themselves
    write_and_share_a_pack(staff, councils, firms, address)


def open_a_list(staff: Page) -> str:
    """Start from the radar; return the address of the list that was opened."""
    staff.goto("/contract-radar?service_area=housing-management&months=36")
    expect(main(staff)).to_contain_text("Harbour Housing Systems Ltd serves")
    follow(staff, re.compile("Prepare an interest list"))
    expect(staff.locator("[name=service_area]")).to_have_value("housing-management")
    staff.fill("main [name=need]", "Councils manage homes with systems whose contracts end in one winter.")
    staff.select_option("[name=unit]", "home")
    staff.check("[name=route][value=group-buy]")
    fill_date(staff, "closes_on", 90)
    fill_date(staff, "prices_close_on", 30)
    staff.check("[name=must_haves][value=uk-hosting]")
    staff.select_option("[name=lead]", label="London Borough of Camden")
    press(staff, "Prepare")
    told(staff, "Prepared")
    address = staff.url
    follow(staff, "Open this list")
    press(staff, "Open this list")
    told(staff, "Done")
    return address


def give_letter(council: Page, address: str, number: int) -> None:
    council.goto(address)
    follow(council, "Join this list")
    council.goto(f"{address}/place/watching")
    press(council, "Record it")
    told(council, "watching")
    council.goto(f"{address}/place/demand")
    council.fill("[name=price_1]", "58")
    council.fill("[name=quantity_1]", str(600 + number))
    council.fill("[name=price_2]", "45")
    council.fill("[name=quantity_2]", str(800 + number))
    council.fill("[name=current_unit_cost]", f"{62 + number}")
    council.select_option("[name=earliest]", index=4)
    council.select_option("[name=latest]", index=16)
    check_accessibility(council)
    press(council, "Save")
    told(council, "Saved")
    council.goto(f"{address}/place/letter_of_intent")
    council.fill("[name=quantity]", str(800 + number))
    council.fill("[name=director]", "Director of Housing")
    council.check("[name=finance_aware]")
    council.fill("[name=approvals]", "Board, then cabinet.")
    fill_date(council, "decision_on", 60)
    council.fill("[name=data_contact]", "Data protection officer, dpo@council.example")
    council.check("[name=controller][value=own]")
    council.set_input_files("[name=letter]", LETTER)  # type: ignore[arg-type]
    council.fill("[name=role]", "Procurement lead")
    council.check("[name=authority][value=director]")
    press(council, "Record it")
    told(council, "letter of intent")


def give_prices(firm: Page, address: str, tiers: tuple[tuple[str, str], ...]) -> None:
    firm.goto(f"{address}/prices")
    follow(firm, "Give indicative prices")
    for number, (quantity, price) in enumerate(tiers, start=1):
        firm.fill(f"[name=least_{number}]", quantity)
        firm.fill(f"[name=price_{number}]", price)
    firm.select_option("[name=earliest]", index=2)
    firm.select_option("[name=latest]", index=12)
    firm.fill("[name=includes]", "Set-up, training and support.")
    firm.check("[name=meets][value=uk-hosting]")
    fill_date(firm, "valid_until", 700)
    check_accessibility(firm)
    press(firm, "Save and seal")
    expect(main(firm)).to_contain_text("Only a supplier that meets the list’s published conditions")
    firm.check("[name=meets_conditions]")
    press(firm, "Save and seal")
    told(firm, "Version 1 saved and sealed")


def nothing_is_open_yet(staff: Page, firms: list[Page], address: str) -> None:
    staff.goto(f"{address}/prices")
    expect(main(staff)).to_contain_text("sealed")
    for name in FIRMS:
        expect(main(staff)).not_to_contain_text(name)
    staff.goto(f"{address}/plans")
    press(staff, "Make a plan")
    expect(main(staff)).to_contain_text("Prices are sealed until suppliers can give no more")
    for firm, own in zip(firms, FIRMS, strict=True):
        firm.goto(f"{address}/prices")
        for name in FIRMS:
            if name != own:
                expect(main(firm)).not_to_contain_text(name)
    staff.problems.clear()  # type: ignore[attr-defined]  # the refusal itself


def let_the_time_come(address: str) -> None:
    past = utc_now() - timedelta(minutes=1)
    one = db.session.get_one(InterestList, UUID(address.rpartition("/")[2]))
    one.prices_close_at = past
    for offer in db.session.scalars(sa.select(PriceOffer).where(PriceOffer.interest_list_id == one.id)):
        offer.sealed_until = past


def make_a_plan(staff: Page, address: str) -> str:
    staff.goto(f"{address}/plans")
    check_accessibility(staff)
    press(staff, "Make a plan")
    plan, started = staff.url, time.monotonic()
    while not main(staff).get_by_role("button", name="Share this plan").count():
        assert time.monotonic() - started < SOLVE_SECONDS, "the worker found no plan"
        time.sleep(1)
        staff.goto(plan)
    check_accessibility(staff)
    keep_picture(staff, "story-plan")
    expect(main(staff)).to_contain_text("DampSense Ltd: tier 2, £41 a unit and year")
    expect(main(staff)).to_contain_text("No plan saves more.")
    press(staff, "Share this plan")
    told(staff, "Shared")
    return plan


def each_council_reads_its_line(councils: list[Page], plan: str) -> None:
    for number, council in enumerate(councils):
        council.goto("/plans")
        follow(council, re.compile("contracts that end together: plan 1"))
        assert council.url == plan
        expect(main(council)).to_contain_text(f"{800 + number}")
        saving = (800 + number) * (21 + number)
        expect(main(council)).to_contain_text(f"£{saving:,}")
        others = [800 + n for n in range(len(councils)) if n != number]
        assert not set(re.findall(r"\b80\d\b", main(council).inner_text())) & set(map(str, others))
        check_accessibility(council)


def write_and_share_a_pack(staff: Page, councils: list[Page], firms: list[Page], address: str) -> None:
    staff.goto(address)
    press(staff, "Start a recommendation pack")
    staff.select_option("[name=plan]", label="Plan 1")
    staff.fill("[name=recommendation]", "Test the market for a framework.")
    staff.fill("[name=notice_cpv]", "48000000")
    press(staff, "Save")
    told(staff, "Saved")
    pack = staff.url
    expect(main(staff)).to_contain_text("London Borough of Hackney")
    assert_status(councils[0], pack, 404)
    councils[0].problems.clear()  # type: ignore[attr-defined]
    press(staff, "Share with the lead authority")
    told(staff, "Shared")
    lead, member = councils[0], councils[1]
    lead.goto(pack)
    expect(main(lead)).to_contain_text("Test the market for a framework.")
    expect(main(lead)).to_contain_text("Stonecrop Housing Ltd")
    for name in ("Hackney", "Islington", "Lambeth", "Leeds", "Salford"):
        expect(main(lead)).not_to_contain_text(name)
    check_accessibility(lead)
    for kind in ("pdf", "xlsx", "json"):
        assert lead.request.get(f"{pack}.{kind}").status == 200
        assert firms[0].request.get(f"{pack}.{kind}").status == 404
    assert_status(member, pack, 404)
    member.problems.clear()  # type: ignore[attr-defined]


def fill_date(page: Page, name: str, days: int) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"[name={name}-{part}]", str(value))
