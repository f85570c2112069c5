"""The audit trail: searched by what staff know of an entry; refusals and exports stand in it; drafts stay private."""

import uuid
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Supplier, utc_now
from showcase.models.enums import State
from showcase.services import accounts, audit, organisations
from tests.integration.conftest import CheckedClient, People
from tests.integration.publication_texts import a_challenge, published


def found(**wanted: object) -> list[str]:
    """Return the actions of the entries that fit, the newest first."""
    return [entry.action for entry in db.session.scalars(audit.search(audit.Wanted(**wanted)))]  # type: ignore[arg-type]


def test_entries_are_found_by_each_thing_that_is_known_of_them(people: People) -> None:
    audit.record("council.praised", people.officer.organisation, by=actor_for(people.officer))
    audit.record("council.blamed", people.other_officer.organisation, by=actor_for(people.other_officer))
    db.session.flush()
    assert found(action="council.praised") == ["council.praised"]
    assert found(person="OLIVE") == ["council.praised"]
    assert found(person="omar.officer@") == ["council.blamed"]
    assert found(organisation="eastb") == ["council.blamed"]
    assert found(subject_id=people.officer.organisation_id) == ["council.praised"]
    assert found(subject_id=uuid.uuid4()) == []
    assert found(organisation="_") == []


def test_days_are_those_of_london(people: People) -> None:
    db.session.add(AuditEntry(action="a", subject_kind="", created_at=datetime(2027, 6, 30, 23, 30, tzinfo=UTC)))
    db.session.flush()
    assert found(since=date(2027, 7, 1), until=date(2027, 7, 1)) == ["a"]
    assert found(until=date(2027, 6, 30)) == []
    assert found(since=date(2027, 7, 2)) == []


def test_a_refusal_is_recorded_though_the_request_is_undone(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    assert client.get("/staff/people").status_code == 403
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "permission.denied")).one()
    assert (entry.by_id, entry.acting_for_id) == (people.officer.account_id, people.officer.organisation_id)
    assert entry.details == {"route": "GET /staff/people", "permission": "account:see"}


def test_the_public_is_asked_to_sign_in_and_not_recorded(client: CheckedClient, people: People) -> None:
    assert client.get("/staff").status_code == 302
    assert found(action="permission.denied") == []


def test_an_export_is_recorded_with_its_filters(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    client.get("/staff/people/export.csv?q=olive&state=")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "list.exported")).one()
    assert entry.by_id == people.staff.account_id
    assert entry.details == {"file": "people.csv", "rows": 1, "filters": {"q": ["olive"]}}


def test_the_page_names_what_staff_may_see_and_no_more(client: CheckedClient, people: People) -> None:
    officer = actor_for(people.officer)
    draft, reviewed = (
        Challenge(organisation=people.officer.organisation, title=title, state=state, state_since=utc_now())
        for title, state in (("A secret draft", State.DRAFT), ("For all staff", State.IN_REVIEW))
    )
    db.session.add_all([draft, reviewed])
    db.session.flush()
    for challenge in (draft, reviewed):
        audit.record("challenge.submit", challenge, by=officer, to="in_review")
    client.sign_in(people.staff)
    page = client.get("/staff/audit?action=challenge.submit").text
    assert "2 entries" in page
    assert "For all staff" in page
    assert "A secret draft" not in page
    assert "Now: in review" in page
    export = client.get("/staff/audit/export.csv?action=challenge.submit").text
    assert export.count("Challenge: sent for review") == 2
    assert "A secret draft" not in export


@pytest.mark.parametrize("query", ["since=yesterday", "until=2027-02-30", "subject=7"])
def test_what_cannot_be_read_is_said_and_left_out(client: CheckedClient, people: People, query: str) -> None:
    client.sign_in(people.staff)
    reply = client.get(f"/staff/audit?{query}")
    assert reply.status_code == 200
    assert "govuk-error-message" in reply.text
    assert "left out of the search" in reply.text
    assert client.get(f"/staff/audit/export.csv?{query}").status_code == 422


def test_nobody_reads_the_names_that_the_software_uses() -> None:
    saved = AuditEntry(action="challenge.saved", subject_kind="challenge", details={"answers": ["title", "gone_by"]})
    title = Challenge.questionnaire["title"].label
    assert audit.details_in_words(saved) == [("Answers changed", f"{title}; gone by")]
    export = AuditEntry(action="list.exported", subject_kind="", details={"rows": 0, "filters": {}})
    assert audit.details_in_words(export) == [("Rows", "0")]
    denied = AuditEntry(action="permission.denied", subject_kind="", details={"permission": "publication:see_draft"})
    assert audit.details_in_words(denied) == [("Permission", "Challenge statement or solution profile: see the draft")]
    assert audit.in_words("challenge.request_changes") == "Challenge: changes asked for"
    assert audit.in_words("register.applied") == "Register of councils: new edition applied"
    assert audit.in_words("account.sign_in_refused") == "Account: sign in refused"


def test_values_are_told_in_words() -> None:
    entry = AuditEntry(
        action="x",
        subject_kind="",
        details={
            "is_done": True,
            "to": "in_review",
            "names": ["a", "b"],
            "none": None,
            "blank": "",
            "by_key": {"k": 1},
        },
    )
    assert audit.details_in_words(entry) == [
        ("Is done", "yes"),
        ("Now", "in review"),
        ("Names", "a, b"),
        ("None", "none"),
        ("By key", "k: 1"),
    ]


def test_an_entry_of_a_change_says_what_was_before_and_after_and_no_money(people: People) -> None:
    supplier, by = people.founder.organisation, actor_for(people.founder)
    assert isinstance(supplier, Supplier)
    facts = {"about": "Sensors", "turnover_pence": 5_000_00, "figures_on": date(2026, 3, 31)}
    organisations.edit(supplier, facts, by=by)
    accounts.rename(people.founder.account, "Fay Newname", by=by)
    db.session.flush()
    told = {entry.action: entry.details for entry in db.session.scalars(audit.search(audit.Wanted()))}
    edited = told["organisation.edited"]
    assert (edited["before"], edited["after"]) == (
        {"about": None, "figures_on": None},
        {"about": "Sensors", "figures_on": "2026-03-31"},
    )
    assert "turnover_pence" in edited["changed"]
    assert told["account.renamed"] == {"before": "Fay Founder", "after": "Fay Newname"}


def test_a_file_that_not_everyone_may_have_is_noted_once(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    client.sign_in(people.officer)
    assert client.get(f"/challenges/{challenge.id}/record/notice.json").status_code == 200
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "file.taken")).one()
    assert entry.by_id == people.officer.account_id
    assert entry.details["parts"] == {"challenge_id": str(challenge.id)}
    client.get(f"/organisations/{people.officer.organisation_id}/audit/export.csv")
    assert found(action="list.exported") == ["list.exported"]
    assert found(action="file.taken") == ["file.taken"]
