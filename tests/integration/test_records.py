"""Engagement records: noted by themselves, appended only, judged, kept as the law wants, exported and checked."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Challenge, EngagementRecord, Release, Supplier, utc_now
from showcase.models.enums import EntryKind, Verdict
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import (
    decisions,
    events,
    interest_declarations,
    invitations,
    notices,
    record_chain,
    record_keeping,
    records,
    releases,
    selections,
)
from showcase.services.record_keeping import Dates
from tests.integration.conftest import CheckedClient, People, Statements
from tests.integration.engagement_story import entries_of, open_challenge, put_forward, record_of
from tests.integration.publication_texts import a_challenge, a_solution, published, take
from tests.integration.showcase_events import AFTER, NOW, a_candidate, an_announced, let_in, scored


@pytest.fixture
def challenge(people: People) -> Challenge:
    return open_challenge(people)


def test_what_happens_notes_itself(people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    releases.release(challenge, "Sites", "There are 14.", by=actor_for(people.officer), now=utc_now())
    take(challenge, "close", people.officer)
    told = [(entry.kind, entry.words.split(".")[0], entry.released_to) for entry in entries_of(challenge)]
    assert told == [
        (EntryKind.DOCUMENT, "The challenge statement was published (version 1)", records.EVERYONE),
        (EntryKind.RESPONSE, "Plain Answers Ltd: “Dry Rooms” was put forward", ""),
        (
            EntryKind.RESPONSE,
            "Plain Answers Ltd: “Dry Rooms”: the council invited the supplier to talk",
            "Plain Answers Ltd",
        ),
        (
            EntryKind.DOCUMENT,
            "Information released: Sites",
            f"{records.EVERYONE}; and by e-mail to all suppliers that take part or follow its questions",
        ),
        (EntryKind.DOCUMENT, "The challenge was closed: it takes no more responses", ""),
    ]
    assert [entry.number for entry in entries_of(challenge)] == [1, 2, 3, 4, 5]
    assert records.faults_of(record_of(challenge)) == []


def test_noting_the_same_twice_gives_one_entry(people: People, challenge: Challenge) -> None:
    for _ in range(2):
        records.note(challenge, EntryKind.OTHER, "Once.", by=actor_for(people.staff), now=utc_now(), key="the same")
    assert [entry.words for entry in entries_of(challenge)].count("Once.") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entries SET words = 'Nothing happened.'",
        "UPDATE record_entries SET happened_at = recorded_at, number = number + 100",
        "DELETE FROM record_entries",
    ],
)
def test_the_database_refuses_to_change_entries(people: People, challenge: Challenge, statement: str) -> None:
    put_forward(people, challenge)
    before = [entry.hash for entry in entries_of(challenge)]
    with pytest.raises(DBAPIError, match="record entries are"), db.session.begin_nested():
        db.session.execute(sa.text(statement))
    db.session.expire_all()
    assert [entry.hash for entry in entries_of(challenge)] == before


@pytest.mark.parametrize("field", ["words", "happened_at", "details", "released_to", "account_id", "previous_hash"])
def test_a_change_behind_the_database_is_noticed(people: People, challenge: Challenge, field: str) -> None:
    put_forward(people, challenge)
    entries = entries_of(challenge)
    plains = [record_chain.as_plain(entry) for entry in entries]
    hashes = [entry.hash for entry in entries]
    assert record_chain.faults_of(plains, hashes) == []
    plains[1] = {**plains[1], field: "other"}
    assert any("entry 2" in fault for fault in record_chain.faults_of(plains, hashes))
    rehashed = [hashes[0], record_chain.hash_of(plains[1]), *hashes[2:]]
    assert any("entry 3" in fault or "entry 2" in fault for fault in record_chain.faults_of(plains, rehashed))
    assert record_chain.faults_of(plains[:1] + plains[2:], hashes[:1] + hashes[2:]) != []


def test_an_entry_by_hand_is_corrected_by_a_later_one(
    client: CheckedClient, people: People, challenge: Challenge
) -> None:
    client.sign_in(people.officer)
    path = f"/challenges/{challenge.id}/record"
    sent = {
        "kind": "call",
        "happened_on-day": "3",
        "happened_on-month": "2",
        "happened_on-year": "2026",
        "happened_at": "2:30pm",
        "words": "Finn Founder asked when we buy. We said: see the page.",
        "released_to": "Quiet Roads Ltd",
    }
    assert client.post(f"{path}/entries/new", data=sent).status_code == 302
    assert client.post(f"{path}/entries/new", data={**sent, "words": "It was Fay.", "corrects": "2"}).status_code == 302
    page = client.get(path).text
    assert "Corrects entry 2" in page
    assert "Finn Founder asked when we buy." in page
    last = entries_of(challenge)[-1]
    assert last.happened_at == datetime.fromisoformat("2026-02-03T14:30+00:00")
    assert last.is_by_hand
    refused = client.post(f"{path}/entries/new", data={**sent, "corrects": "9"})
    assert refused.status_code == 422
    assert "no entry with that number" in refused.text
    assert "We said: see the page." in refused.text
    future = client.post(f"{path}/entries/new", data={**sent, "happened_on-year": "2126"})
    assert "a time that has passed" in future.text


def test_who_sees_a_record(client: CheckedClient, people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    path = f"/challenges/{challenge.id}/record"
    pages = (path, f"{path}/notice", f"{path}/notice.json", f"{path}/entries/new")
    for member, status in (
        (people.officer, 200),
        (people.staff, 200),
        (people.other_officer, 403),
        (people.founder, 403),
        (people.other_founder, 403),
        (None, 302),
    ):
        client.sign_in(member) if member else client.sign_out()
        assert {client.get(page).status_code for page in pages} == {status}, member
    client.sign_in(people.staff)
    keeping = (f"{path}/purposes", f"{path}/judgement", f"{path}/dates", f"{path}/notice/edit", f"{path}/dispose")
    assert {client.get(page).status_code for page in keeping} == {403}


def test_purposes_are_those_of_the_act(client: CheckedClient, people: People, challenge: Challenge) -> None:
    client.sign_in(people.officer)
    path = f"/challenges/{challenge.id}/record/purposes"
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"purposes": ["d", "a"]}).status_code == 302
    assert client.post(path, data={"purposes": ["a"]}).status_code == 302
    assert record_of(challenge).purposes == ["a"]
    said = [entry.words for entry in entries_of(challenge) if entry.words.startswith("Purposes")]
    assert ["(d)" in words for words in said] == [True, False]
    assert len(record_keeping.PURPOSES) == 6


def test_a_judgement_is_reopened_until_the_tender(people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    officer, now = actor_for(people.officer), utc_now()
    (firm,) = record_keeping.suppliers_of(challenge)
    assert isinstance(firm, Supplier)

    def judge(verdict: str, reasons: str = "It saw a draft.", steps: str = "") -> None:
        record_keeping.judge(challenge, firm, verdict, reasons=reasons, steps=steps, by=officer, now=now)

    for verdict, reasons in (("avoided", "It saw a draft."), ("none", " "), ("perhaps", "It saw a draft.")):
        with pytest.raises(DomainError):
            judge(verdict, reasons)
    judge("none")
    judge("avoided", steps="The draft is released to all.")
    standing = record_keeping.judgements(record_of(challenge))
    assert standing[str(firm.id)].verdict == "avoided"
    assert len([e for e in entries_of(challenge) if e.kind is EntryKind.JUDGEMENT]) == 2
    revision = record_of(challenge).revision
    record_keeping.set_dates(challenge, Dates(tender_on=now.date()), revision=revision, by=officer, now=now)
    with pytest.raises(Conflict, match="tender notice"):
        judge("unavoidable")
    with pytest.raises(NotAllowed):
        record_keeping.judge(challenge, firm, "none", reasons="So.", steps="", by=actor_for(people.staff), now=now)


def test_a_record_is_kept_as_long_as_the_law_wants(people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    officer = actor_for(people.officer)
    now = utc_now()

    def set_dates(dates: Dates) -> None:
        record_keeping.set_dates(challenge, dates, revision=record_of(challenge).revision, by=officer, now=now)

    def refused(when: date) -> str:
        moment = datetime(when.year, when.month, when.day, 12, tzinfo=now.tzinfo)
        with pytest.raises(Conflict) as error, db.session.begin_nested():
            record_keeping.dispose(challenge, by=officer, now=moment)
        return str(error.value)

    assert "neither a termination notice nor a contract" in refused(date(2099, 1, 1))
    set_dates(Dates(tender_on=date(2026, 3, 1), contract_on=date(2026, 6, 1)))
    assert "until 1 June 2029" in refused(date(2029, 5, 31))
    set_dates(Dates(contract_on=date(2026, 6, 1), keep_until=date(2032, 6, 1), keep_because="Limitation Act 1980"))
    assert "until 1 June 2032" in refused(date(2031, 1, 1))
    set_dates(Dates(contract_on=date(2024, 2, 29)))
    assert record_keeping.kept_until(record_of(challenge)) == date(2027, 3, 1)
    with pytest.raises(DomainError, match="which law"):
        set_dates(Dates(keep_until=date(2032, 6, 1)))
    with pytest.raises(Conflict, match="Someone else"):
        record_keeping.set_dates(challenge, Dates(), revision=1, by=officer, now=now)
    set_dates(Dates(terminated_on=date(2026, 7, 1)))
    count, last = record_of(challenge).last_number, record_of(challenge).last_hash
    record_keeping.dispose(challenge, by=officer, now=now)
    assert entries_of(challenge) == []
    assert (record_of(challenge).last_number, record_of(challenge).last_hash) == (count, last)
    with pytest.raises(Conflict):
        records.write(challenge, EntryKind.CALL, "A call.", happened_at=now - timedelta(days=1), by=officer, now=now)


def test_the_draft_notice_names_its_gaps(client: CheckedClient, people: People, challenge: Challenge) -> None:
    client.sign_in(people.officer)
    path = f"/challenges/{challenge.id}/record/notice"
    gaps = {line.particular.name for line in notices.draft(challenge, None) if line.is_gap}
    assert {"ppon", "street", "contact_email", "closes_on", "how", "reference"} == gaps - {
        "town",
        "postcode",
        "contact_name",
    }
    sent = {
        "revision": "1",
        "title": "Damp homes",
        "reference": "NM-12",
        "subject": "Finding damp homes",
        "category": "services",
        "cpv": "48000000, 72000000",
        "value_excluding_vat": "250,000",
        "value_including_vat": "300,000",
        "closes_on-day": "29",
        "closes_on-month": "1",
        "closes_on-year": "2027",
        "how": "Write to us by 29 January 2027.",
        "ppon": "ABCD-1234-EFGH",
        "street": "1 High Street",
        "town": "Northmere",
        "postcode": "NM1 1AA",
        "contact_name": "Olive Officer",
        "contact_email": "olive@northmere.example",
        "others": "Eastbrook, 2 Low Street, office@eastbrook.example",
        "is_sme_suitable": "y",
    }
    refused = client.post(f"{path}/edit", data={**sent, "value_including_vat": "200,000"})
    assert refused.status_code == 422
    assert "NM-12" in refused.text
    assert client.post(f"{path}/edit", data=sent).status_code == 302
    assert "Nothing</strong> of what the regulations ask for is missing" in client.get(path).text
    package = json.loads(client.get(f"{path}.json").text)
    (release,) = package["releases"]
    assert release["tag"] == ["planning"]
    assert release["planning"]["documents"][0]["noticeType"] == "UK2"
    assert release["planning"]["documents"][0]["documentType"] == "marketEngagementNotice"
    assert release["planning"]["milestones"][0] == {
        "id": "engagement",
        "type": "engagement",
        "description": "Write to us by 29 January 2027.",
        "dueDate": "2027-01-29T23:59:59+00:00",
        "status": "scheduled",
    }
    assert release["buyer"] == {"id": "GB-PPON-ABCD-1234-EFGH", "name": "Northmere"}
    assert release["parties"][0]["identifier"] == {"scheme": "GB-PPON", "id": "ABCD-1234-EFGH"}
    assert release["parties"][1]["name"].startswith("Eastbrook")
    assert release["tender"]["value"] == {"amount": 250_000, "amountGross": 300_000, "currency": "GBP"}
    assert [code["id"] for code in release["tender"]["items"][0]["additionalClassifications"]] == [
        "48000000",
        "72000000",
    ]
    assert "Find a Tender" in release["ocid"]
    clash = client.post(f"{path}/edit", data={**sent, "title": "Other"})
    assert clash.status_code == 409
    assert release["tender"]["suitability"] == {"sme": True, "vcse": False}
    del sent["is_sme_suitable"]
    revision = str(record_of(challenge).revision)
    assert client.post(f"{path}/edit", data={**sent, "revision": revision}).status_code == 302
    (release,) = json.loads(client.get(f"{path}.json").text)["releases"]
    assert release["tender"]["suitability"] == {"sme": False, "vcse": False}


def test_the_reason_for_no_notice_takes_its_place(people: People, challenge: Challenge) -> None:
    notices.save(
        challenge, {}, revision=1, by=actor_for(people.officer), now=utc_now(), no_notice_because="It was urgent."
    )
    (release,) = notices.as_ocds(challenge, record_of(challenge), now=utc_now())["releases"]
    assert release["planning"] == {"noEngagementNoticeRationale": "It was urgent."}
    assert "It was urgent." in entries_of(challenge)[-1].words


def test_two_at_once_get_two_numbers(own_app: Flask) -> None:
    """Eight threads note on one challenge at the same moment: eight entries, one chain."""
    from concurrent.futures import ThreadPoolExecutor

    from showcase.models import Council
    from showcase.transactions import begin_writing

    with own_app.app_context():
        begin_writing(db.session)
        council = Council(name="Northmere", approved_at=utc_now())
        challenge = Challenge(organisation=council, content={"title": "Damp"}, title="Damp")
        db.session.add(challenge)
        db.session.commit()
        id = challenge.id

    def note(number: int) -> None:
        with own_app.app_context():
            begin_writing(db.session)
            found = db.session.get_one(Challenge, id)
            records.note(found, EntryKind.OTHER, f"Number {number}.", by=PUBLIC, now=utc_now())
            db.session.commit()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(note, range(8)))
    with own_app.app_context():
        record = records.find(db.session.get_one(Challenge, id))
        assert record is not None
        assert [entry.number for entry in records.list_entries(record)] == list(range(1, 9))
        assert records.faults_of(record) == []


def test_an_event_notes_itself_on_its_challenges(people: People) -> None:
    """From candidates to attendance, on the challenge that each concerns; no name while names are hidden."""
    staff = actor_for(people.staff)
    event = an_announced(people, hides_names=True)
    entry, other = event.entries
    let_in(entry, people.staff, people.officer)
    pitch = a_candidate(entry, people.founder, people)
    selections.ask_to_score(entry, by=staff, now=NOW)
    scored(pitch, people.officer, 4, 1)
    assert record_keeping.suppliers_of(entry.challenge) == []
    assert not [e for e in entries_of(entry.challenge) if "Dry Rooms" in e.words or "Plain Answers" in e.words]
    selections.show_names(event, by=staff, now=NOW)
    selections.choose(pitch, "Best for tenants.", by=staff, now=NOW)
    sent = invitations.invite(
        event, pitch.solution.organisation, answer_by=NOW + timedelta(days=9), by=staff, now=NOW, candidate=pitch
    )
    invitations.accept(sent, speaker_name="Fay", speaker_email="fay@a.example", by=actor_for(people.founder), now=NOW)
    interest_declarations.declare(
        entry, has_conflict=True, details="My brother works there.", by=actor_for(people.officer), now=NOW
    )
    events.finish(event, by=staff, now=AFTER)
    told = [entry.words for entry in entries_of(entry.challenge)]
    for said in (
        "declared no conflict of interest",
        "1 candidate was given to the council to score for Spring showcase",
        "“Dry Rooms” of Plain Answers Ltd was chosen to be pitched at Spring showcase. Best for tenants.",
        "Plain Answers Ltd was invited: Spring showcase.",
        "Plain Answers Ltd accepted: Spring showcase.",
        "declared a conflict of interest: My brother works there.",
        "was held. 0 people were present. Pitched for this challenge: “Dry Rooms” of Plain Answers Ltd.",
    ):
        assert any(said in words for words in told), (said, told)
    assert [firm.name for firm in record_keeping.suppliers_of(entry.challenge)] == ["Plain Answers Ltd"]
    elsewhere = [entry.words for entry in entries_of(other.challenge)]
    assert not [words for words in elsewhere if "Dry Rooms" in words or "Plain Answers" in words]
    assert any("Pitched for this challenge: nothing." in words for words in elsewhere)
    assert records.faults_of(record_of(entry.challenge)) == []


def test_a_document_that_was_released_is_everyones(client: CheckedClient, people: People, challenge: Challenge) -> None:
    client.sign_in(people.officer)
    path = f"/challenges/{challenge.id}"
    sent = {"title": "Sites", "text": "The list of sites.", "is_sure": "y"}
    assert client.post(f"{path}/releases/new", data={**sent, "is_sure": ""}).status_code == 422
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
    wrong = client.post(f"{path}/releases/new", data={**sent, "file": (BytesIO(b"plain"), "sites.pdf")})
    assert wrong.status_code == 422
    assert "The list of sites." in wrong.text
    assert client.post(f"{path}/releases/new", data={**sent, "file": (BytesIO(pdf), "sites.pdf")}).status_code == 302
    release = db.session.scalars(sa.select(Release)).one()
    bundle = client.post(f"{path}/record/bundle")
    with ZipFile(BytesIO(bundle.data)) as archive:
        assert archive.read("released/001-sites.pdf") == pdf
    for member in (None, people.other_founder):
        client.sign_in(member) if member else client.sign_out()
        assert "The list of sites." in client.get(path).text
        assert client.get(f"/releases/{release.id}/file").data == pdf
        assert client.get(f"{path}/releases/new").status_code in (302, 403)
    take(challenge, "archive", people.officer)
    client.sign_out()
    assert client.get(f"/releases/{release.id}/file").status_code == 302
    for member in (None, *vars(people).values()):
        actor = actor_for(member) if member else PUBLIC
        listed = set(db.session.scalars(sa.select(Release.id).where(visible_to(actor, Release))))
        assert listed == ({release.id} if can(actor, Permission.RELEASE_SEE, release) else set()), member


def test_destroying_by_form(client: CheckedClient, people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    path = f"/challenges/{challenge.id}/record/dispose"
    client.sign_in(people.officer)
    assert "It must be kept" in client.get(path).text
    assert client.post(path, data={"is_sure": "y"}).status_code == 409
    record_of(challenge).terminated_on = date(2026, 1, 2)
    db.session.commit()
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"is_sure": "y"}).status_code == 302
    assert "The entries were destroyed" in client.get(f"/challenges/{challenge.id}/record").text


def test_a_record_costs_the_same_for_many_entries(
    client: CheckedClient,
    people: People,
    challenge: Challenge,
    count_queries: Callable[[], AbstractContextManager[Statements]],
) -> None:
    counts = []
    client.sign_in(people.officer)
    for number in range(3):
        for member in (people.officer, people.staff):
            records.note(challenge, EntryKind.OTHER, f"Number {number}.", by=actor_for(member), now=utc_now())
        db.session.commit()
        with count_queries() as queries:
            client.get(f"/challenges/{challenge.id}/record")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_the_list_of_records(client: CheckedClient, people: People, challenge: Challenge) -> None:
    put_forward(people, challenge)
    others = open_challenge(people)
    records.note(others, EntryKind.OTHER, "Something.", by=PUBLIC, now=utc_now())
    theirs = a_challenge(people.other_officer, title="Bins nobody emptied")
    published(theirs, people)
    records.note(theirs, EntryKind.OTHER, "Something.", by=PUBLIC, now=utc_now())
    db.session.commit()
    every = db.session.scalars(sa.select(EngagementRecord)).all()
    assert len(every) == 3
    for member in (None, *vars(people).values()):
        actor = actor_for(member) if member else PUBLIC
        listed = set(db.session.scalars(sa.select(EngagementRecord.id).where(visible_to(actor, EngagementRecord))))
        assert listed == {each.id for each in every if can(actor, Permission.RECORD_SEE, each.challenge)}, member
    client.sign_in(people.officer)
    assert "2 records" in client.get("/records").text
    assert "Bins nobody emptied" not in client.get("/records").text
    client.sign_in(people.staff)
    assert "3 records" in client.get("/records").text
    assert "1 record<" in client.get("/records?q=nobody").text
    assert "Bins nobody emptied,Eastbrook" in client.get("/records.csv").text
    client.sign_in(people.founder)
    assert {client.get(path).status_code for path in ("/records", "/records.csv")} == {403}


def test_a_councils_decisions_are_noted(people: People, challenge: Challenge) -> None:
    solution = a_solution(people.founder)
    published(solution, people)
    officer = actor_for(people.officer)
    decisions.decide(challenge, solution, Verdict.SHORTLISTED, by=officer, now=utc_now())
    decisions.undo(challenge, solution, by=officer, now=utc_now())
    decisions.decide(challenge, solution, Verdict.NOT_FOR_US, by=officer, now=utc_now(), reason="Needs broadband.")
    told = [entry.words for entry in entries_of(challenge) if entry.kind is EntryKind.SELECTION]
    assert told == [
        "“Dry Rooms” of Plain Answers Ltd was shortlisted by the council.",
        "“Dry Rooms” of Plain Answers Ltd is no longer shortlisted by the council.",
        "“Dry Rooms” of Plain Answers Ltd was turned down by the council. Needs broadband.",
    ]


def test_a_form_without_its_revision_breaks_nothing(client: CheckedClient, people: People) -> None:
    """Somebody else's program may leave a hidden field out."""
    challenge = open_challenge(people)
    client.sign_in(people.officer)
    first = {"keep_until-day": "1", "keep_until-month": "1", "keep_until-year": "2040", "keep_because": "A claim."}
    for sent in (first, first, {**first, "revision": "none"}):
        assert client.post(f"/challenges/{challenge.id}/record/dates", data=sent).status_code in (302, 409, 422)
