"""Organisations and their domains, decided on and described: the right people can, the others cannot."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import (
    Council,
    EmailDomain,
    Host,
    Membership,
    Organisation,
    Supplier,
    utc_now,
)
from showcase.services import organisations
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.mails import mails_to

pytestmark = pytest.mark.either_database


def page_of(membership: Membership, rest: str = "") -> str:
    return f"/organisations/{membership.organisation_id}{rest}"


# --- who sees which organisation --------------------------------------------------------------------------------------


def test_the_list_shows_what_each_may_see(client: CheckedClient, people: People) -> None:
    seen = {}
    for role in ("public", "founder", "officer", "staff"):
        if role != "public":
            client.sign_in(getattr(people, role))
        text = client.get("/organisations").text
        seen[role] = {
            o.organisation.name
            for o in (people.officer, people.founder, people.other_founder)
            if f">{o.organisation.name}</a>" in text
        }
    assert seen["public"] == {"Northmere"}
    assert seen["founder"] == {"Northmere", "Plain Answers Ltd"}
    assert seen["officer"] == seen["staff"] == {"Northmere", "Plain Answers Ltd", "Quiet Roads Ltd"}


def test_a_supplier_is_unknown_to_another_and_to_the_public(client: CheckedClient, people: People) -> None:
    path = page_of(people.other_founder)
    assert client.get(path).location.startswith("/sign-in")
    client.sign_in(people.founder)
    assert client.get(path).status_code == 404
    client.sign_in(people.officer)
    assert client.get(path).status_code == 200


def test_filters_narrow_the_list(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    assert "Eastbrook" not in client.get("/organisations?q=northm").text
    assert "Eastbrook" not in client.get("/organisations?kind=supplier").text
    assert "No organisation fits" in client.get("/organisations?region=south-west").text
    supplier = people.founder.organisation
    supplier.approved_at = None
    db.session.commit()
    waiting = client.get("/organisations?standing=waiting").text
    assert "Plain Answers Ltd" in waiting
    assert "Quiet Roads Ltd" not in waiting
    assert client.get("/organisations?kind=nonsense&page=99&standing=x").status_code == 200


@pytest.mark.parametrize("path", ["/organisations", "/organisations/export.csv"])
def test_the_list_costs_the_same_with_more_rows(
    client: CheckedClient,
    people: People,
    count_queries: Callable[[], AbstractContextManager[Statements]],
    path: str,
) -> None:
    client.sign_in(people.staff)
    client.get(path)
    with count_queries() as few:
        client.get(path)
    since = utc_now()
    for number in range(5):
        db.session.add(Council(name=f"Council {number}", council_type="county", approved_at=since))
        db.session.add(Supplier(name=f"Firm {number}", staff=3, turnover_pence=1, approved_at=since))
    db.session.commit()
    with count_queries() as many:
        text = client.get(path).text
    assert "Firm 4" in text
    assert len(few) == len(many)


def test_the_list_as_a_file_is_for_staff(client: CheckedClient, people: People) -> None:
    assert client.get("/organisations/export.csv").status_code == 302
    client.sign_in(people.officer)
    assert client.get("/organisations/export.csv").status_code == 403
    client.sign_in(people.staff)
    answer = client.get("/organisations/export.csv?kind=council")
    assert answer.mimetype == "text/csv"
    assert "Northmere" in answer.text
    assert "Plain Answers" not in answer.text
    head, row = answer.text.removeprefix("\ufeff").splitlines()[:2]
    assert head.startswith("Name,Kind,Type of council,GSS code,")
    assert ",Council," in row
    assert ",Active," in row


# --- councils ---------------------------------------------------------------------------------------------------------


def test_a_council_that_ends_says_who_takes_over(client: CheckedClient, people: People) -> None:
    old, new = people.officer.organisation, people.other_officer.organisation
    assert isinstance(old, Council)
    assert isinstance(new, Council)
    new.gss_code, new.starts_on = "E06000099", date(2028, 4, 1)
    old.gss_code, old.ends_on, old.successor_codes = "E07000099", date(2028, 3, 31), ["E06000099"]
    db.session.commit()
    assert ">Northmere</a>" in client.get("/organisations").text
    text = client.get(page_of(people.officer)).text
    assert "exists until 31 March 2028" in text
    assert ">Eastbrook</a> takes over" in text
    assert ">Northmere</a>" in client.get(page_of(people.other_officer)).text
    old.ends_on = date(2023, 3, 31)
    db.session.commit()
    assert "existed until 31 March 2023" in client.get(page_of(people.officer)).text
    assert ">Northmere</a>" not in client.get("/organisations").text
    assert ">Northmere</a>" in client.get("/organisations?ended=yes").text


def test_staff_edit_the_domains_of_a_council(client: CheckedClient, people: People) -> None:
    path = page_of(people.officer, "/domains")
    client.sign_in(people.officer)
    assert client.get(path).status_code == 403
    assert client.post(path, data={"domain": "northmere.gov.uk"}).status_code == 403
    client.sign_in(people.staff)
    assert client.post(path, data={"domain": "@Northmere.gov.uk"}).status_code == 302
    for wrong in ("northmere", "gmail.com", "northmere.gov.uk", ""):
        assert client.post(path, data={"domain": wrong}).status_code in (409, 422), wrong
    client.post(page_of(people.other_officer, "/domains"), data={"domain": "northmere.gov.uk"})
    assert "Eastbrook" in client.get(path).text, "a shared domain says with whom"
    row = db.session.scalar(sa.select(EmailDomain).where(EmailDomain.organisation_id == people.officer.organisation_id))
    assert row is not None
    remove = page_of(people.officer, f"/domains/{row.id}/remove")
    assert [client.post(remove).status_code for _ in range(2)] == [302, 404]
    assert client.get(page_of(people.founder, "/domains")).status_code == 404


# --- suppliers --------------------------------------------------------------------------------------------------------

FACTS = {
    "name": "Plain Answers Ltd",
    "about": "We answer.",
    "website": "plain.example",
    "region": "north-east",
    "companies_house_number": "7654321",
    "ppon": "PABC-1234-DEFG",
    "founded_year": "2015",
    "is_vcse": "no",
    "staff": "1,2",
    "turnover_pence": "£1,234,567.50",
    "balance_sheet_pence": "",
    "figures_on-day": "31",
    "figures_on-month": "3",
    "figures_on-year": "2026",
}


def test_administrators_say_the_facts_of_their_firm(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    assert client.get(page_of(people.founder, "/edit")).status_code == 200
    assert client.post(page_of(people.founder, "/edit"), data=FACTS).status_code == 302
    supplier = db.session.get(Supplier, people.founder.organisation_id)
    assert supplier is not None
    assert (supplier.turnover_pence, supplier.balance_sheet_pence) == (123456750, None)
    assert (supplier.figures_on, supplier.staff, supplier.is_vcse) == (date(2026, 3, 31), 12, False)
    text = client.get(page_of(people.founder)).text
    assert "Yes, computed from its figures of 31 March 2026" in text
    assert "£1,234,567.50" in text
    assert 'value="1234567.50"' in client.get(page_of(people.founder, "/edit")).text


def test_a_council_sees_the_size_and_not_the_figures(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    client.post(page_of(people.founder, "/edit"), data=FACTS)
    client.sign_in(people.officer)
    text = client.get(page_of(people.founder)).text
    assert "computed from its figures of 31 March 2026" in text
    assert "1,234,567" not in text
    client.sign_in(people.staff)
    assert "1,234,567" in client.get(page_of(people.founder)).text


def test_only_its_administrators_and_staff_edit_a_firm(client: CheckedClient, people: People) -> None:
    plain = member_of(people.founder.organisation, "Flo Plain")
    db.session.commit()
    for membership, status in ((plain, 403), (people.other_founder, 404), (people.officer, 403), (people.staff, 302)):
        client.sign_in(membership)
        assert client.post(page_of(people.founder, "/edit"), data=FACTS).status_code == status
    assert client.get(page_of(people.officer, "/edit")).status_code == 404, "a council's facts are the register's"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"figures_on-day": "31", "figures_on-month": "2"}, "There is no such date"),
        ({"figures_on-month": ""}, "The date must have a month"),
        ({"figures_on-day": "", "figures_on-month": "", "figures_on-year": ""}, "Enter the date that the figures"),
        ({"figures_on-year": "2999"}, "must not be in the future"),
        ({"turnover_pence": "a lot"}, "Enter an amount in pounds"),
        ({"staff": "-1"}, "Enter a whole number"),
        ({"founded_year": "99"}, "Enter a year of four digits"),
        ({"name": " "}, "Enter the name of the firm"),
        ({"ppon": "1234"}, "in the form PABC-1234-DEFG"),
    ],
)
def test_wrong_facts_are_refused_and_kept_as_typed(
    client: CheckedClient, people: People, changes: dict[str, str], words: str
) -> None:
    client.sign_in(people.founder)
    page = client.post(page_of(people.founder, "/edit"), data=FACTS | changes)
    assert page.status_code == 422
    assert words in page.text
    for value in changes.values():
        assert not value.strip() or f'value="{value}"' in page.text


def test_a_waiting_firm_is_decided_on_above_its_facts(client: CheckedClient, people: People) -> None:
    people.founder.organisation.approved_at = None
    db.session.commit()
    client.sign_in(people.staff)
    page = client.get(page_of(people.founder)).text
    assert page.index("/steps/approve") < page.index("/steps/refuse") < page.index("Companies House number")
    client.sign_in(people.founder)
    assert "/steps/" not in client.get(page_of(people.founder)).text


def test_staff_approve_refuse_suspend_and_reinstate(client: CheckedClient, people: People) -> None:
    supplier = people.founder.organisation
    supplier.approved_at = None
    db.session.commit()
    to = people.founder.account.email
    client.sign_in(people.staff)
    assert client.post(page_of(people.founder, "/steps/refuse"), data={"reason": ""}).status_code == 422
    assert client.post(page_of(people.founder, "/steps/refuse"), data={"reason": "No such firm."}).status_code == 302
    assert "No such firm." in mails_to(to)[-1].body
    assert "Not approved" in client.get(page_of(people.founder)).text
    assert client.get(page_of(people.founder, "/steps/approve")).status_code == 200
    done = client.post(page_of(people.founder, "/steps/approve"), follow_redirects=True).text
    assert f"{supplier.name} is approved. Its administrators are told by e-mail." in done
    assert supplier.is_active
    assert client.post(page_of(people.founder, "/steps/approve")).status_code == 409
    assert client.post(page_of(people.founder, "/steps/suspend"), data={"reason": "Complaint."}).status_code == 302
    assert organisations.standing(supplier) == "suspended"
    assert client.post(page_of(people.founder, "/steps/reinstate")).status_code == 302
    assert supplier.is_active
    assert len(mails_to(to)) == 4
    assert client.post(page_of(people.staff, "/steps/suspend"), data={"reason": "Us."}).status_code == 409


@pytest.mark.parametrize("step", ["approve", "refuse", "suspend", "reinstate"])
def test_nobody_else_decides(client: CheckedClient, people: People, step: str) -> None:
    for membership in (people.founder, people.officer):
        client.sign_in(membership)
        answer = client.post(page_of(people.founder, f"/steps/{step}"), data={"reason": "Because."})
        assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        organisations.approve(people.founder.organisation, by=actor_for(people.founder), now=utc_now())


def test_the_host_is_one_of_the_organisations(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    host = db.session.scalar(sa.select(Host.id))
    assert "Local Government Association" in client.get(f"/organisations/{host}").text
    assert db.session.scalar(sa.select(sa.func.count(Organisation.id))) == 5


def test_every_page_leads_to_ones_organisation(client: CheckedClient, people: People) -> None:
    for membership in vars(people).values():
        client.sign_in(membership)
        assert f'href="{page_of(membership)}"' in client.get("/account").text.split("<main")[0]
        assert client.get(page_of(membership)).status_code == 200
