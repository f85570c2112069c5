"""What is kept about people: the table is whole, a person takes it away, is erased, and time does its work."""

import json
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, NotAllowed
from showcase.extensions import db, settings
from showcase.models import (
    Account,
    AuditEntry,
    Base,
    Message,
    Registration,
    Solution,
    Version,
    utc_now,
)
from showcase.models.enums import Hall, TicketPurpose
from showcase.services import (
    attendee_needs,
    audit,
    erasure,
    mail,
    messages,
    person_export,
    retention,
    sealing,
    second_steps,
    tickets,
)
from showcase.services.attendee_needs import Needs
from showcase.services.erasure import ERASED
from showcase.services.personal_data import KINDS, MESSAGES, OBSERVERS, ROWS_OF, SPEAKERS, TRAIL, UNUSED, WARNING
from tests.conftest import ROOT
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.registered import announced, member, observer, subjects_to
from tests.integration.showcase_events import NOW

PERSONAL_NAMES = ("email", "name", "telephone", "address", "browser", "to", "body", "speaker", "person")
"""Parts of the names of columns that could hold personal data."""
OF_NO_PERSON = {
    "agenda_placements.room_name",
    "agenda_placements.track_name",
    "criteria.name",
    "event_breaks.name",
    "event_rooms.name",
    "event_tracks.name",
    "events.address",
    "events.name",
    "facets.name",
    "files.name",
    "heartbeats.name",
    "interest_lists.runner_address",
    "needs.name",
    "organisations.name",
    "organisations.short_name",
    "state_changes.to_state",
}
"""Columns that are named so and are about things or organisations."""


def test_every_column_that_could_hold_personal_data_is_in_the_table() -> None:
    named = {f"{model.__tablename__}.{name}" for kind in KINDS for model, names in kind.holds.items() for name in names}
    unknown = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            words = set(column.name.split("_"))
            if isinstance(column.type, sa.String | sa.Text | sa.JSON) and words & set(PERSONAL_NAMES):
                unknown.add(f"{table.name}.{column.name}")
    assert unknown - named - OF_NO_PERSON == set()
    assert unknown >= OF_NO_PERSON
    assert {model for kind in KINDS for model in kind.holds} == set(ROWS_OF)


def test_the_page_and_the_documentation_say_what_the_table_says(client: CheckedClient) -> None:
    documentation = (ROOT / "docs" / "data-protection.md").read_text()
    page = unescape(client.get("/privacy").text)
    for kind in KINDS:
        for words in (kind.what, kind.why, kind.seen_by, kind.kept, kind.when_erased, kind.basis.value, kind.condition):
            assert words in page
            assert words in documentation, "docs/data-protection.md is behind the table"
    table = documentation.split("## What is kept")[1].split("## ")[0]
    assert table.count("\n| ") == len(KINDS) + len(("head", "rule"))


# --- taking it away ---------------------------------------------------------------------------------------------------


def lead_a_life(people: People) -> Registration:
    """Have the founder leave something of each kind behind."""
    founder = people.founder
    account, actor = founder.account, actor_for(founder)
    registration = member(announced(people), founder)
    attendee_needs.keep(registration, Needs(dietary_words="No nuts for Fay"), by=actor, now=NOW)
    messages.queue(account.email, "Good morning", "Dear Fay Founder", now=NOW)
    messages.queue("other@firm.example", "A colleague", "Fay Founder said so", now=NOW)
    tickets.issue(TicketPurpose.RESET_PASSWORD, account.email, now=NOW)
    second_steps.greet(account, None, browser="Firefox", now=NOW)
    contact = {"name": "Sorting", "contact_name": "Fay Founder", "contact_email": account.email.title()}
    solution = Solution(organisation=founder.organisation, content=contact, title="Sorting", created_by_id=account.id)
    solution.versions = [Version(number=1, content=contact)]
    db.session.add(solution)
    audit.record("list.exported", by=actor_for(people.staff), filters={"q": ["fay founder"]})
    audit.record("organisation.praised", founder.organisation, by=actor, grade="good")
    db.session.commit()
    return registration


def everything(account: Account) -> str:
    """Return every row of every table as text, save the chain, which holds ids and digests alone."""
    db.session.expire_all()
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_seals"]
    return "\n".join(f"{table.name}: {row}" for table in tables for row in db.session.execute(sa.select(table)))


def test_a_person_takes_away_what_is_kept_about_them_and_nobody_else(client: CheckedClient, people: People) -> None:
    lead_a_life(people)
    client.sign_in(people.founder)
    assert "What is kept about you" in client.get("/account/data").text
    reply = client.post("/account/data/export")
    assert reply.mimetype == "application/zip"
    with ZipFile(BytesIO(reply.data)) as archive:
        kept, done = (json.loads(archive.read(name)) for name in ("kept.json", "done.json"))
    rows = [row for kind in kept for row in kind["rows"]]
    tables = {row["of"] for row in rows}
    assert tables >= {"accounts", "memberships", "sign_in_sessions", "known_browsers", "tickets", "messages"}
    assert tables >= {"registrations", "attendee_needs", "publications", "versions", "audit_entries"}
    assert [row["dietary_words"] for row in rows if row["of"] == "attendee_needs"] == ["No nuts for Fay"]
    assert {row["to"] for row in rows if row["of"] == "messages"} == {people.founder.account.email}
    assert {(row["thing"], row["you are"]) for row in done} == {("publications", "created_by_id")}
    said = json.dumps(rows)
    assert not any(word in said for word in ("olive", "Olive", "token_hash", "password_hash", "secret"))
    assert db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "account.exported")).one()


def test_staff_take_it_away_for_a_person_and_others_may_not(client: CheckedClient, people: People) -> None:
    path = f"/staff/people/{people.founder.account_id}/export"
    client.sign_in(people.officer)
    assert client.post(path).status_code == 404
    client.sign_in(people.staff)
    assert client.post(path).data.startswith(b"PK")
    with pytest.raises(NotAllowed):
        person_export.as_zip(people.officer.account, by=actor_for(people.founder), now=NOW)


# --- being erased -----------------------------------------------------------------------------------------------------


def test_who_is_erased_is_found_nowhere_and_what_was_done_stays(client: CheckedClient, people: People) -> None:
    registration = lead_a_life(people)
    account, email = people.founder.account, people.founder.account.email
    assert everything(account).lower().count("fay") > 10
    client.sign_in(people.founder)
    assert client.post("/account/erase", data={}).status_code == 422
    assert client.post("/account/erase", data={"is_sure": "y"}).status_code == 302
    db.session.expire_all()
    assert client.get("/account").status_code == 302
    left = [line for line in everything(account).split("\n") if "fay" in line.lower()]
    assert [line.split(":")[0] for line in left] == ["messages", "messages"], left  # the last word, and one to others
    assert subjects_to(email) == ["Your data was erased"]
    assert (account.name, account.memberships, account.password_hash) == (ERASED, [], None)
    assert not registration.is_live
    assert registration.organisation_id is not None
    assert sealing.seal_due(now=NOW)
    assert sealing.verify().faults == []
    praised = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "organisation.praised")).one()
    assert (praised.by_id, praised.details) == (account.id, {"grade": "good"})
    solution = db.session.scalars(sa.select(Solution)).one()
    assert (solution.created_by_id, solution.content["contact_email"]) == (account.id, "")


def test_the_chain_holds_over_an_erasure_of_what_was_sealed(people: People) -> None:
    lead_a_life(people)
    sealing.seal_due(now=NOW)
    erasure.erase(people.founder.account, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    sealing.seal_due(now=NOW)
    found = sealing.verify()
    assert found.faults == []
    assert found.erased > 0


def test_nobody_finds_out_by_chance_that_an_organisation_has_no_administrator(
    client: CheckedClient, people: People
) -> None:
    member_of(people.founder.organisation, "Cora Colleague")
    db.session.commit()
    client.sign_in(people.founder)
    assert "Nobody else who can sign in is an administrator of Plain Answers Ltd" in client.get("/account/erase").text
    erasure.erase(people.founder.account, by=actor_for(people.founder), now=NOW)
    assert "Without an administrator: Plain Answers Ltd" in subjects_to(people.staff.account.email)
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert {"account.erased", "organisation.left_without_administrator"} <= actions


def test_lga_staff_keep_an_administrator(people: People) -> None:
    with pytest.raises(Conflict, match="Nobody else"):
        erasure.erase(people.staff.account, by=actor_for(people.staff), now=NOW)


def test_an_erased_person_is_listed_nowhere_and_comes_back_only_anew(client: CheckedClient, people: People) -> None:
    audit.record("organisation.praised", people.founder.organisation, by=actor_for(people.founder))
    client.sign_in(people.staff)
    path = f"/staff/people/{people.founder.account_id}"
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 302
    client.get("/staff/people")  # says once what was done
    assert "erased" not in client.get("/staff/people").text
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/reactivate").status_code == 409
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 409
    trail = client.get("/staff/audit").text
    assert ERASED in trail
    assert f'href="{path}"' not in trail


def test_an_observer_is_erased_by_the_link_in_their_email(client: CheckedClient, people: People) -> None:
    event = announced(people, in_person_places=1)
    guest, next_one = observer(event, "Gina"), observer(event, "Hal")
    own = member(event, people.officer)
    db.session.commit()
    path, email = f"/tickets/{guest.token}", guest.email
    assert f'href="{path}/erase"' in client.get(path).text
    assert client.post(f"{path}/erase").status_code == 422
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 302
    db.session.expire_all()
    assert (guest.name, guest.email, guest.is_live) == (ERASED, None, False)
    assert subjects_to(email) == []
    assert next_one.placed_in is Hall.IN_PERSON
    assert client.get(path).status_code == 404
    assert client.post(f"/tickets/{own.token}/erase", data={"is_sure": "y"}).status_code == 409


def test_only_staff_and_the_person_may_erase(client: CheckedClient, people: People) -> None:
    with pytest.raises(NotAllowed):
        erasure.erase(people.founder.account, by=actor_for(people.other_founder), now=NOW)
    client.sign_in(people.officer)
    assert client.get(f"/staff/people/{people.founder.account_id}/erase").status_code == 404


# --- time does its work -----------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def test_unused_accounts_are_told_and_then_erased(people: People) -> None:
    account = people.founder.account
    account.last_signed_in_at = NOW
    for other in db.session.scalars(sa.select(Account).where(Account.id != account.id)):
        other.last_signed_in_at = NOW + UNUSED
    db.session.flush()
    soon = NOW + UNUSED - WARNING
    retention.forget_due(now=soon - DAY)
    assert account.warned_at is None
    retention.forget_due(now=soon)
    assert [s for s in subjects_to(account.email) if s.startswith("Your account will be erased on")]
    retention.forget_due(now=soon + WARNING - DAY)
    assert account.erased_at is None
    retention.forget_due(now=soon + WARNING)
    assert account.name == ERASED


def test_who_signs_in_again_is_left_alone(client: CheckedClient, people: People) -> None:
    from showcase.services import sessions

    account = people.founder.account
    account.last_signed_in_at = NOW - UNUSED + WARNING
    retention.forget_due(now=NOW)
    assert account.warned_at == NOW
    sessions.start(people.founder, token_hash="x", address="", browser="", now=NOW + DAY)
    retention.forget_due(now=NOW + WARNING + DAY)
    assert (account.warned_at, account.erased_at) == (None, None)


def test_emails_go_and_still_go_out_once(people: People) -> None:
    for key in (None, "reminder:1", "agenda:1:fay@firm.example"):
        messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW, key=key)
    db.session.commit()
    mail.send_due(now=NOW)
    folder = Path(settings().instance_path) / "mail"
    db.session.commit()
    retention.forget_due(now=NOW + MESSAGES - DAY)
    assert subjects_to("fay@firm.example") == ["Hello"] * 3
    assert list(folder.glob(f"{NOW:%Y%m%dT%H%M%S}-*.eml"))
    retention.forget_due(now=NOW + MESSAGES)
    db.session.expire_all()
    (left,) = db.session.scalars(sa.select(Message).where(Message.key.is_not(None)))
    assert (left.key, left.to, left.subject, left.body) == ("reminder:1", "", "", "")
    messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW + MESSAGES, key="reminder:1")
    assert subjects_to("fay@firm.example") == []
    retention.forget_due(now=NOW + MESSAGES + DAY)
    assert list(folder.glob(f"{NOW:%Y%m%dT%H%M%S}-*.eml")) == []


def test_attendees_go_and_their_numbers_stay(people: People) -> None:
    event = announced(people)
    officer, guest = member(event, people.officer), observer(event, "Gina", Hall.ONLINE)
    db.session.commit()
    retention.forget_due(now=event.ends_at + OBSERVERS - DAY)
    assert guest.name == "Gina"
    retention.forget_due(now=event.ends_at + OBSERVERS)
    assert (guest.name, guest.email, guest.organisation_name) == (ERASED, None, "")
    assert officer.name == "Olive Officer"
    retention.forget_due(now=event.ends_at + SPEAKERS)
    assert (officer.name, officer.email, officer.account_id) == (ERASED, None, None)
    assert officer.organisation_id == people.officer.organisation_id
    assert officer.placed_in is Hall.IN_PERSON


def test_details_of_the_trail_go_and_the_chain_holds(people: People) -> None:
    for action in ("permission.denied", "challenge.saved"):
        audit.record(action, by=actor_for(people.officer), route="GET /x")
    db.session.commit()
    sealing.seal_due(now=utc_now())
    kept = {"permission.denied": {"route": "GET /x"}, "challenge.saved": {"route": "GET /x"}}

    def details() -> dict[str, Any]:
        db.session.expire_all()
        found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.in_(kept)))
        return {entry.action: entry.details for entry in found}

    retention.forget_due(now=utc_now() + 364 * DAY)
    assert details() == kept
    retention.forget_due(now=utc_now() + 366 * DAY)
    assert details() == {**kept, "permission.denied": {}}
    retention.forget_due(now=utc_now() + TRAIL + DAY)
    assert details() == {"permission.denied": {}, "challenge.saved": {}}
    assert sealing.verify().faults == []


def test_what_is_due_is_forgotten_once_and_noted(people: People) -> None:
    messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW)
    db.session.commit()
    assert retention.forget_due(now=NOW + MESSAGES) == 1
    assert retention.forget_due(now=NOW + MESSAGES) == 0
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "data.forgotten")).one()
    assert entry.details == {"of": "e-mails", "rows": 1}
