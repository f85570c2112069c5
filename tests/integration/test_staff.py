"""The staff area: open to staff alone, its lists searched, paged and exported, people locked out and let in again."""

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import Account, AuditEntry, Challenge, Membership, SignInSession, Supplier, utc_now
from showcase.models.enums import State
from showcase.services import people as looking_after
from showcase.services.paging import PAGE_SIZE, paged
from tests.integration.conftest import CheckedClient, People, Statements, member_of

pytestmark = pytest.mark.either_database

LISTS = ["/staff/reviews", "/staff/suppliers", "/staff/people", "/staff/sessions", "/staff/audit"]
PAGES = ["/staff", "/staff/permissions", *LISTS, *(f"{path}/export.csv" for path in LISTS)]


def rows_of(client: CheckedClient, path: str) -> list[list[str]]:
    """Return a CSV file without its first row."""
    reply = client.get(path)
    assert reply.status_code == 200
    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    return list(csv.reader(StringIO(reply.text.removeprefix("\ufeff"), newline="")))[1:]


def in_review(membership: Membership, title: str, days: int) -> Challenge:
    """Make a challenge that waits for review for some days."""
    challenge = Challenge(
        organisation=membership.organisation,
        title=title,
        content={"title": title},
        state=State.IN_REVIEW,
        state_since=utc_now() - timedelta(days=days, hours=1),
    )
    db.session.add(challenge)
    db.session.flush()
    return challenge


def actions() -> list[str]:
    """Return what the audit trail holds, in order."""
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.created_at)))


@pytest.mark.parametrize("path", PAGES)
def test_only_staff_come_in(client: CheckedClient, people: People, path: str) -> None:
    assert client.get(path).status_code == 302
    for person in (people.officer, people.founder):
        client.sign_in(person)
        assert client.get(path).status_code == 403
    client.sign_in(people.staff)
    assert client.get(path).status_code == 200


def test_the_review_queue_is_searched_and_ordered_by_age(client: CheckedClient, people: People) -> None:
    late = in_review(people.officer, "How might we mend roads?", 1)
    early = in_review(people.other_officer, "How might we mend roofs?", 3)
    client.sign_in(people.staff)
    page = client.get("/staff/reviews").text
    assert page.index(str(early.id)) < page.index(str(late.id))
    assert "3 days" in page
    assert "1 text in review" in client.get("/staff/reviews?q=ROADS").text
    assert "1 text in review" in client.get("/staff/reviews?q=eastbrook+mend").text
    assert "Nothing fits" in client.get("/staff/reviews?kind=solution").text
    rows = rows_of(client, "/staff/reviews/export.csv?q=roofs")
    assert [(row[1], row[2], row[4]) for row in rows] == [("How might we mend roofs?", "Eastbrook", "3")]


def test_suppliers_that_wait_are_listed_until_answered(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    assert "No supplier waits" in client.get("/staff/suppliers").text
    db.session.add_all([Supplier(name="Newcomer Ltd"), Supplier(name="=Refused Ltd", suspended_at=utc_now())])
    page = client.get("/staff/suppliers").text
    assert "Newcomer Ltd" in page
    assert "Refused Ltd" not in page
    assert [row[0] for row in rows_of(client, "/staff/suppliers/export.csv")] == ["Newcomer Ltd"]


def test_people_are_found_by_name_address_and_organisation(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    for words in ("olive", "OLIVE.OFFICER@", "northmere", "olive northmere"):
        assert [row[0] for row in rows_of(client, f"/staff/people/export.csv?q={words}")] == ["Olive Officer"]
    assert "Nobody fits" in client.get("/staff/people?q=%25").text
    assert len(rows_of(client, "/staff/people/export.csv")) == 5
    assert rows_of(client, "/staff/people/export.csv?state=deactivated") == []


def test_a_formula_in_a_name_is_disarmed(client: CheckedClient, people: People) -> None:
    people.officer.account.name = "=cmd()"
    client.sign_in(people.staff)
    assert rows_of(client, "/staff/people/export.csv?q=cmd")[0][0] == "'=cmd()"


def test_a_person_is_locked_out_and_let_in_again(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    assert client.get("/account").status_code == 200
    other = client.application.test_client()
    assert isinstance(other, CheckedClient)
    other.sign_in(people.staff)
    path = f"/staff/people/{people.officer.account_id}"
    asked = other.get(f"{path}/deactivate").text
    assert "Nobody else who can sign in is an administrator of Northmere" in asked
    assert other.post(f"{path}/deactivate").status_code == 302
    assert client.get("/account").status_code == 302
    assert "Deactivated" in other.get(path).text
    assert other.post(f"{path}/reactivate").status_code == 302
    client.sign_in(people.officer)
    assert client.get("/account").status_code == 200
    assert {"account.deactivated", "account.reactivated"} <= set(actions())


def test_a_second_administrator_is_enough(people: People) -> None:
    account = people.officer.account
    assert [each.name for each in looking_after.lonely_organisations(account)] == ["Northmere"]
    second = member_of(people.officer.organisation, "Second Administrator", is_administrator=True)
    db.session.flush()
    assert looking_after.lonely_organisations(account) == []
    second.account.deactivated_at = utc_now()
    db.session.flush()
    assert len(looking_after.lonely_organisations(account)) == 1


def test_staff_cannot_lock_themselves_out(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    path = f"/staff/people/{people.staff.account_id}"
    assert client.post(f"{path}/deactivate").status_code == 403
    assert "This is you" in client.get(path).text
    with pytest.raises(NotAllowed):
        looking_after.deactivate(people.staff.account, by=actor_for(people.staff), now=utc_now())
    assert db.session.get_one(Account, people.staff.account_id).deactivated_at is None


def test_nobody_else_may_lock_people_out(client: CheckedClient, people: People) -> None:
    for person in (people.other_officer, people.founder):
        client.sign_in(person)
        assert client.post(f"/staff/people/{people.officer.account_id}/deactivate").status_code in (403, 404)
        with pytest.raises(NotAllowed):
            looking_after.deactivate(people.officer.account, by=actor_for(person), now=utc_now())


def test_a_session_is_ended_and_no_other(client: CheckedClient, people: People) -> None:
    browsers = [client.application.test_client() for _ in range(2)]
    for browser in browsers:
        assert isinstance(browser, CheckedClient)
        browser.sign_in(people.officer)
    client.sign_in(people.staff)
    page = client.get("/staff/sessions?q=olive").text
    assert "2 open sessions" in page
    first = db.session.scalars(
        sa.select(SignInSession)
        .where(SignInSession.membership_id == people.officer.id)
        .order_by(SignInSession.created_at)
    ).first()
    assert first is not None
    path = f"/staff/people/{people.officer.account_id}/sessions/{first.id}/end"
    assert client.post(path, data={"from": "list"}).location == "/staff/sessions"
    assert [browser.get("/account").status_code for browser in browsers] == [302, 200]
    assert client.post(path).status_code == 404
    assert len(rows_of(client, "/staff/sessions/export.csv?q=olive")) == 1


def test_sessions_that_are_over_are_not_listed(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    db.session.add(
        SignInSession(
            token_hash="x",
            membership_id=people.officer.id,
            last_seen_at=utc_now(),
            expires_at=utc_now() - timedelta(seconds=1),
            address="127.0.0.1",
            browser="Old",
        )
    )
    assert [row[0] for row in rows_of(client, "/staff/sessions/export.csv")] == ["Sam Staff"]


def test_lists_have_pages_that_meet(client: CheckedClient, people: People) -> None:
    for number in range(PAGE_SIZE + 1):
        in_review(people.officer, f"How might we do thing {number}?", 2)
    client.sign_in(people.staff)
    query = sa.select(Challenge).where(Challenge.state == State.IN_REVIEW).order_by(Challenge.state_since, Challenge.id)
    first, second = paged(query, 1), paged(query, 2)
    assert (first.count, first.last, len(first.items), len(second.items)) == (PAGE_SIZE + 1, 2, PAGE_SIZE, 1)
    assert {row.id for row in first.items}.isdisjoint(row.id for row in second.items)
    assert paged(query, 99).number == 2
    assert paged(query, -1).number == 1
    page = client.get("/staff/reviews?q=thing&page=2").text
    assert 'href="/staff/reviews?q=thing&amp;page=1"' in page
    assert client.get("/staff/reviews?page=nonsense").status_code == 200
    assert len(rows_of(client, "/staff/reviews/export.csv")) == PAGE_SIZE + 1


@pytest.mark.parametrize("path", LISTS)
def test_lists_cost_the_same_with_more_rows(
    client: CheckedClient,
    people: People,
    path: str,
    count_queries: Callable[[], AbstractContextManager[Statements]],
) -> None:
    def fill(number: int) -> None:
        in_review(people.officer, "How might we count?", 1)
        db.session.add(Supplier(name=f"Newcomer {number} Ltd"))
        member = member_of(people.officer.organisation, f"Person {number}")
        db.session.flush()
        client.sign_in(member)
        client.sign_in(people.staff)
        db.session.add(AuditEntry(action="a.b", by_id=member.account_id, subject_kind="account", subject_id=member.id))
        db.session.commit()

    fill(0)
    client.get(path)
    with count_queries() as few:
        client.get(path)
    fill(1)
    fill(2)
    with count_queries() as many:
        client.get(path)
    assert len(few) == len(many)
