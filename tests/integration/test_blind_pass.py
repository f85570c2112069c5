"""The first pass without names: until it ends, nothing that a scoring council reads names who put a text forward."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Event, Message, Response, utc_now
from showcase.policies import Permission, can, visible_to
from showcase.services import event_records, responses, selections
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.publication_texts import a_solution, published
from tests.integration.showcase_events import NOW, a_candidate, an_announced, let_in
from tests.integration.walking import Reader, read_everything, reader_for

pytestmark = pytest.mark.either_database

FIRM, PRODUCT = "Plain Answers", "Dry Rooms"
ABOUT = ("/challenges/", "/responses", "/records", "/showcases/selection")
"""Beneath which addresses a council reads of what is put forward for its challenge."""


@pytest.fixture
def event(people: People) -> Event:
    """A blind showcase; for the officer's challenge a supplier put its solution forward and is a candidate."""
    event = an_announced(people, hides_names=True)
    entry = event.entries[0]
    let_in(entry, people.officer, people.staff)
    candidate = a_candidate(entry, people.founder, people, contact_name="Fay Founder")
    by = actor_for(people.founder)
    given = responses.put_forward(entry.challenge, candidate.solution, "We are Plain Answers.", by=by, now=utc_now())
    event_records.note_sent_to_council(entry, 1, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    assert given.challenge_id == entry.challenge_id
    return event


def pages_of(app: Flask, reader: Reader, challenge: Challenge, response: Response, event: Event) -> dict[str, str]:
    known = {
        "challenge_id": [str(challenge.id)],
        "response_id": [str(response.id)],
        "event_id": [str(event.id)],
        "eventchallenge_id": [str(entry.id) for entry in event.entries],
        "solution_id": [],
        "publication_id": [str(challenge.id)],
    }
    told = {a: answer for part in ABOUT for a, answer in read_everything(app, reader, known, (), part).items()}
    read = {address: body.decode(errors="replace") for address, (status, body, _) in told.items() if status == 200}
    return {**read, "/": reader.get("/").text}


def test_nothing_that_the_scoring_council_reads_names_who_put_it_forward(
    app: Flask, people: People, event: Event
) -> None:
    challenge = event.entries[0].challenge
    response = db.session.scalars(sa.select(Response)).one()
    for is_blind in (True, False):
        read = pages_of(app, reader_for(app, people.officer), challenge, response, event)
        about = {a: text for a, text in read.items() if str(challenge.id) in a or "response" in a or a == "/"}
        naming = sorted(address for address, text in about.items() if FIRM in text or PRODUCT in text)
        if is_blind:
            assert naming == []
            selections.show_names(event, by=actor_for(people.staff), now=utc_now())
            db.session.commit()
        else:
            assert {f"/challenges/{challenge.id}/responses", "/responses", "/responses.csv", "/"} <= set(naming)
            assert f"/challenges/{challenge.id}/record" in naming


def test_its_doors_say_why_they_are_closed(client: CheckedClient, people: People, event: Event) -> None:
    challenge = event.entries[0].challenge
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{challenge.id}").text
    assert "closed to your council" in page
    assert f"/challenges/{challenge.id}/matches" not in page
    for path in ("matches", "matches.csv", "matches/decided", "draft-matches", "responses"):
        assert client.get(f"/challenges/{challenge.id}/{path}").status_code in (403, 404), path
    record = client.get(f"/challenges/{challenge.id}/record").text
    assert "without suppliers’ names at present" in record
    assert "1 candidate was given to the council" in record
    assert client.post(f"/challenges/{challenge.id}/record/bundle").status_code == 409
    client.sign_in(people.staff)
    assert client.get(f"/challenges/{challenge.id}/responses").status_code == 200
    client.sign_in(people.founder)
    assert FIRM in client.get("/responses").text


def test_e_mails_to_the_council_name_nobody(people: People, event: Event) -> None:
    own = people.officer.account.email
    told = db.session.scalars(sa.select(Message).where(Message.to == own, Message.subject.startswith("Put forward")))
    (message,) = told
    assert FIRM not in message.subject + message.body
    assert PRODUCT not in message.subject + message.body
    selections.show_names(event, by=actor_for(people.staff), now=utc_now())
    other = a_solution(people.other_founder)
    published(other, people)
    challenge = event.entries[0].challenge
    responses.put_forward(challenge, other, "", by=actor_for(people.other_founder), now=utc_now())
    subjects = set(db.session.scalars(sa.select(Message.subject).where(Message.to == own)))
    assert f"Put forward: {other.known_title}" in subjects


def test_what_its_administrators_take_away_names_nobody(client: CheckedClient, people: People, event: Event) -> None:
    """The file for freedom of information requests and the council's part of the audit trail."""
    colleague = member_of(people.officer.organisation, "Ada Administrator", is_administrator=True)
    own = f"/organisations/{people.officer.organisation_id}"
    solution = db.session.scalars(sa.select(Response)).one().solution
    db.session.commit()
    for is_blind in (True, False):
        client.sign_in(colleague)
        book = CalamineWorkbook.from_filelike(BytesIO(client.post(f"{own}/held").data))
        held = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
        trail = client.get(f"{own}/audit").text + client.get(f"{own}/audit/export.csv").text
        assert (FIRM in held) is not is_blind
        assert (str(solution.id) in trail or solution.known_title in trail) is not is_blind
        if is_blind:
            selections.show_names(event, by=actor_for(people.staff), now=utc_now())
            db.session.commit()


def test_lists_and_objects_agree_while_names_are_hidden(people: People, event: Event) -> None:
    response = db.session.scalars(sa.select(Response)).one()
    for is_blind in (True, False):
        for member in vars(people).values():
            actor = actor_for(member)
            listed = response.id in set(db.session.scalars(sa.select(Response.id).where(visible_to(actor, Response))))
            assert listed == can(actor, Permission.RESPONSE_SEE, response)
            if member is people.officer:
                assert listed is not is_blind
        if is_blind:
            selections.show_names(event, by=actor_for(people.staff), now=utc_now())
            db.session.commit()
