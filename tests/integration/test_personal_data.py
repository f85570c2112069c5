"""What is kept about people: the table is whole, pages and documentation say what it says, a person takes it away."""

import json
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Base,
)
from showcase.services import (
    person_export,
)
from showcase.services.personal_data import (
    KINDS,
    ROWS_OF,
)
from tests.conftest import ROOT
from tests.integration.conftest import CheckedClient, People
from tests.integration.personal_life import lead_a_life
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
