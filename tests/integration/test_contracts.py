"""Contracts and their radar: own and staff's to read, imported all or none, told to other councils in bands alone."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from itertools import count

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Contract, Council, Membership, utc_now
from showcase.models.contracts import months_after
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import contract_import, contracts, radar, radar_bands
from showcase.services.contracts import Details, plain_supplier
from showcase.services.radar import Wanted
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.publication_texts import a_challenge

pytestmark = pytest.mark.either_database

DETAILS = Details(
    "Incumbent Systems Ltd", "Repairs Desk", "housing-repairs", date(2028, 3, 31), 6, 12, 4_000_000, "Data back"
)
FORM = {
    "supplier": "Incumbent Systems Ltd",
    "product": "Repairs Desk",
    "service_area": "housing-repairs",
    "ends_on-day": "31",
    "ends_on-month": "3",
    "ends_on-year": "2028",
    "notice_months": "6",
    "annual_cost": "£40,000",
}


def recorded(member: Membership, **changes: object) -> Contract:
    details = Details(**{**vars(DETAILS), **changes})  # type: ignore[arg-type]
    return contracts.record(details, by=actor_for(member), now=utc_now())


def councils(count: int) -> list[Membership]:
    made = [
        member_of(Council(name=f"Council {n}", region="london", approved_at=utc_now()), f"Officer {n}")
        for n in range(count)
    ]
    db.session.flush()
    return made


def test_a_council_records_changes_and_deletes(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    assert client.post("/contracts/new", data=FORM).status_code == 302
    contract = db.session.scalars(sa.select(Contract)).one()
    assert (contract.annual_cost_pence, contract.notice_by) == (4_000_000, date(2027, 9, 30))
    assert "£40,000" in client.get("/contracts").text
    page = client.get(f"/contracts/{contract.id}/edit").text
    assert 'value="40000"' in page
    changed = {**FORM, "annual_cost": "45000", "revision": "1"}
    assert client.post(f"/contracts/{contract.id}/edit", data=changed).status_code == 302
    late = client.post(f"/contracts/{contract.id}/edit", data={**changed, "annual_cost": "1"})
    assert late.status_code == 409
    assert "£45,000" in late.text
    assert 'value="1"' in late.text
    again = client.post(f"/contracts/{contract.id}/edit", data={**changed, "annual_cost": "1", "revision": "2"})
    assert again.status_code == 302
    assert client.post(f"/contracts/{contract.id}/delete").status_code == 302
    assert db.session.scalar(sa.select(sa.func.count(Contract.id))) == 0
    trail = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("contract."))).all()
    assert {entry.action for entry in trail} == {"contract.recorded", "contract.changed", "contract.deleted"}
    assert not re.search(r"45000|4500000|4000000|Incumbent", str([entry.details for entry in trail]))


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    page = client.post("/contracts/new", data={**FORM, "service_area": "", "annual_cost": "forty"})
    assert page.status_code == 422
    assert "Choose a service" in page.text
    assert 'value="forty"' in page.text
    assert "Repairs Desk" in page.text
    recorded(people.officer)
    assert client.post("/contracts/new", data={**FORM, "supplier": "incumbent systems"}).status_code == 409


def test_who_reads_a_contract(client: CheckedClient, people: People) -> None:
    contract = recorded(people.officer)
    db.session.commit()
    expected = {"officer": 200, "staff": 200, "other_officer": 404, "founder": 404}
    for role, status in expected.items():
        member = getattr(people, role)
        client.sign_in(member)
        assert client.get(f"/contracts/{contract.id}").status_code == status, role
        assert client.get("/contracts").status_code == (403 if role == "founder" else 200)
        assert client.get("/contract-radar").status_code == (403 if role == "founder" else 200)
        assert client.get(f"/contracts/{contract.id}/edit").status_code == {"officer": 200, "staff": 403}.get(role, 404)
        if status != 200:
            assert "Repairs Desk" not in client.get("/contracts").text
    for actor in (PUBLIC, *(actor_for(getattr(people, role)) for role in vars(people))):
        listed = set(db.session.scalars(sa.select(Contract.id).where(visible_to(actor, Contract))))
        assert (contract.id in listed) == can(actor, Permission.CONTRACT_SEE, contract)
    with pytest.raises(NotAllowed):
        contracts.delete(contract, by=actor_for(people.other_officer))


def test_it_is_carried_from_a_challenge(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer, contract_product="Repairs Desk", contract_ends_on="2028-03-31")
    db.session.commit()
    client.sign_in(people.officer)
    link = f"/contracts/new?challenge={challenge.id}"
    assert link in client.get("/contracts").text
    page = client.get(link).text
    for value in ("Incumbent Systems", "Repairs Desk", 'value="2028"'):
        assert value in page
    assert client.post(link, data=FORM).status_code == 302
    assert db.session.scalars(sa.select(Contract)).one().challenge_id == challenge.id
    assert link not in client.get("/contracts").text
    client.sign_in(people.other_officer)
    assert "Incumbent Systems" not in client.get(link).text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_is_imported_unchanged(client: CheckedClient, people: People, kind: str) -> None:
    recorded(people.officer)
    recorded(people.officer, product="=SUM(A1)", annual_cost_pence=1_234_50, notice_months=None, exit_terms="a\nb")
    recorded(people.officer, product="Third", annual_cost_pence=None, extension_months=0)
    before = [vars_of(c) for c in db.session.scalars(sa.select(Contract).order_by(Contract.identity))]
    client.sign_in(people.officer)
    file = client.get(f"/contracts/all.{kind}").data
    assert "0 new, 0 changed, 3 the same" in uploaded(client, file, f"mine.{kind}")
    client.sign_in(people.other_officer)
    page = uploaded(client, file, f"mine.{kind}")
    assert "3 new, 0 changed" in page
    assert db.session.scalar(sa.select(sa.func.count(Contract.id))) == 3
    assert confirmed(client, page) == 302
    own = Contract.council_id == people.other_officer.organisation_id
    assert [
        vars_of(c) for c in db.session.scalars(sa.select(Contract).where(own).order_by(Contract.identity))
    ] == before


def vars_of(contract: Contract) -> dict[str, object]:
    return {name: getattr(contract, name) for name in vars(DETAILS)}


def uploaded(client: CheckedClient, data: bytes, name: str) -> str:
    return client.post("/contracts/import", data={"file": (BytesIO(data), name)}).text


def confirmed(client: CheckedClient, page: str) -> int:
    found = re.search(r'name="rows" value="([^"]*)"', page.replace("&#34;", "&quot;"), re.DOTALL)
    assert found
    return client.post("/contracts/import/confirm", data={"rows": unescape(found.group(1))}).status_code


def test_every_fault_is_named_and_nothing_is_kept(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    text = (
        "Supplier,product,service,ends on,notice months,annual cost\n"
        "A,B,Planning,2028-03-31,6,1200\n"
        "A,B,planning,31/03/2029,6,1200\n"
        ",C,Nowhere,31 3 28,six,12k\n"
    )
    page = unescape(uploaded(client, text.encode(), "contracts.csv"))
    for words in ("6 problems", "Row 3", "stand in row 2", "it is empty", "is none of", "not a date", "whole number"):
        assert words in page
    assert "Import</button>" not in page
    for data, name, words in (
        (b"colour\nred\n", "a.csv", "there is no such column"),
        (b"", "a.csv", "the column is missing"),
        (b"x", "a.txt", "ends in .csv or .xlsx"),
    ):
        assert words in unescape(uploaded(client, data, name))
    plan = contract_import.plan_import([["supplier"], ["A"]], by=actor_for(people.officer))
    with pytest.raises(DomainError):
        contract_import.apply_import(plan, by=actor_for(people.officer), now=utc_now())
    assert db.session.scalar(sa.select(sa.func.count(Contract.id))) == 0


def test_supplier_names_agree_in_every_spelling() -> None:
    same = ("Civica UK Ltd", "CIVICA UK LIMITED", "civica", "Civica Group plc")
    assert {plain_supplier(name) for name in same} == {"civica"}
    assert plain_supplier("Limited") == "limited"


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2027, 8, 31), -6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 1, 15), 0, date(2027, 1, 15)),
        (date(2027, 12, 1), 1, date(2028, 1, 1)),
    ],
)
def test_months_end_where_the_calendar_does(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


# --- the radar --------------------------------------------------------------------------------------------------------

TODAY = date(2027, 2, 10)
NOON = datetime(2027, 2, 10, 12, tzinfo=UTC)


def test_the_wave_counts_by_quarter(people: People) -> None:
    made = councils(3)
    for member, ends_on in zip(made, (date(2027, 2, 10), date(2027, 3, 31), date(2027, 4, 1)), strict=True):
        recorded(member, ends_on=ends_on)
    recorded(made[0], ends_on=date(2027, 2, 9), product="Ended yesterday")
    recorded(made[1], ends_on=date(2030, 2, 9), product="Far away")
    wave = radar.wave(Wanted(months=6), by=actor_for(people.staff), today=TODAY)
    assert [(q.label, q.contracts, q.councils, q.annual_cost_pence) for q in wave] == [
        ("Jan–Mar 2027", 2, 2, 8_000_000),
        ("Apr–Jun 2027", 1, 1, 4_000_000),
        ("Jul–Sep 2027", 0, 0, 0),
    ]
    found = radar.clusters(Wanted(months=6), by=actor_for(people.staff), today=TODAY)
    assert [(c.service_area, c.councils, len(c.contracts), c.annual_cost_pence) for c in found] == [
        ("housing-repairs", 3, 3, 12_000_000)
    ]
    assert found[0].first_notice == date(2026, 8, 10)
    assert radar.clusters(Wanted(region="wales"), by=actor_for(people.staff), today=TODAY) == []


def test_a_large_supplier_is_pointed_out(people: People) -> None:
    for number, member in enumerate(councils(5)):
        names = ("Large Ltd", "LARGE", "Large Limited", "Small", "Other")
        recorded(member, supplier=names[number], ends_on=date(2027, 5, 1) if number < 2 else date(2035, 1, 1))
    (cluster,) = radar.clusters(Wanted(), by=actor_for(people.staff), today=TODAY)
    assert cluster.councils == 2
    assert [(s.supplier, s.councils, s.of_councils) for s in cluster.shares] == [("Large Ltd", 3, 5)]
    words = radar.proposal(cluster, cluster.shares[0])
    assert words["asked_supplier"] == "Large Ltd"
    assert words["service_area"] == "housing-repairs"


def told(member: Membership) -> list[tuple[str, str, str]]:
    found = radar_bands.list_told(by=actor_for(member), today=TODAY)
    return [(band.service_area, band.quarter.label, band.words) for band in found]


def days() -> Callable[[], int]:
    """Return what lets the worker look, each time a day later."""
    later = count()
    return lambda: radar_bands.take_due(now=NOON + timedelta(days=next(later)))


def test_a_council_reads_bands_the_day_after(people: People) -> None:
    others, look = councils(6), days()
    recorded(people.officer, ends_on=date(2027, 5, 1))
    for member in others[:3]:
        recorded(member, ends_on=date(2027, 5, 1))
    assert look() == 0
    recorded(others[3], ends_on=date(2027, 6, 30))
    assert radar_bands.take_due(now=NOON + timedelta(hours=6)) == 0  # the hour does not show
    assert told(people.officer) == []
    assert look() == 1
    for reader in (people.officer, others[0], others[5]):
        assert told(reader) == [("housing-repairs", "Apr–Jun 2027", "5 to 9")]
    assert look() == 0


def test_no_band_tells_that_one_council_recorded_a_contract(people: People) -> None:
    """Four accomplices record and delete around a fifth: nothing that is told changes until five have."""
    others, look = councils(14), days()
    for member in others[:8]:
        recorded(member, ends_on=date(2027, 5, 1))
    look()
    before = told(people.officer)
    kept = [recorded(member, ends_on=date(2027, 5, 1)) for member in others[8:12]]
    assert look() == 0
    for member, contract in list(zip(others[8:], kept, strict=False))[:2]:
        contracts.delete(contract, by=actor_for(member))
    assert look() == 0
    recorded(others[12], ends_on=date(2027, 5, 1))
    assert look() == 0
    assert told(people.officer) == before == [("housing-repairs", "Apr–Jun 2027", "5 to 9")]
    recorded(others[8], ends_on=date(2027, 5, 1))
    recorded(others[9], ends_on=date(2027, 5, 1))
    assert look() == 1
    assert told(people.officer) == [("housing-repairs", "Apr–Jun 2027", "10 to 14")]


def test_nobody_else_reads_what_staff_read(client: CheckedClient, people: People) -> None:
    for member in councils(6):
        recorded(member, ends_on=utc_now().date() + timedelta(days=200), annual_cost_pence=777_700)
    radar_bands.take_due(now=utc_now())
    db.session.commit()
    client.sign_in(people.other_officer)
    for address in ("/contract-radar", "/contract-radar/wave.csv", "/contract-radar?region=london&months=6"):
        text = client.get(address).text
        assert "5 to 9" in text
        assert not re.search(r"7,777|Council \d|Incumbent|Repairs Desk", text)
    sheet = CalamineWorkbook.from_filelike(BytesIO(client.get("/contract-radar/wave.xlsx").data))
    assert sheet.sheet_names == ["Radar"]
    with pytest.raises(NotAllowed):
        radar.clusters(Wanted(), by=actor_for(people.other_officer), today=TODAY)
    client.sign_in(people.founder)
    assert client.get("/contract-radar/wave.csv").status_code == 403
    client.sign_in(people.staff)
    page = client.get("/contract-radar").text
    assert "Incumbent Systems Ltd serves 6 of the 6 councils" in page
    assert "<svg" in page
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/contract-radar/wave.xlsx").data))
    assert book.get_sheet_by_name("Contracts").to_python()[1][6] == 7777.0


def test_lists_cost_the_same_with_more_rows(
    client: CheckedClient, people: People, count_queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    made = councils(6)
    client.sign_in(people.staff)
    costs = []
    for batch in (made[:2], made[2:]):
        for member in batch:
            recorded(member, ends_on=utc_now().date() + timedelta(days=200))
        db.session.commit()
        for address in ("/contracts", "/contract-radar"):
            client.get(address)
            with count_queries() as queries:
                client.get(address)
            costs.append(len(queries))
    assert costs[:2] == costs[2:]


def test_the_same_contract_twice_is_refused(people: People) -> None:
    recorded(people.officer)
    with pytest.raises(Conflict):
        recorded(people.officer, supplier="INCUMBENT SYSTEMS LIMITED")
    recorded(people.other_officer)
