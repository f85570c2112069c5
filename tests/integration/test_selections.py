"""What staff decide about candidates, whom they tell, and how fair the whole is."""

import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Council,
    EventChallenge,
    Host,
    Message,
    Organisation,
    Session,
    Supplier,
)
from showcase.models.enums import CandidateState, SessionKind
from showcase.policies import Actor
from showcase.services import (
    candidates,
    event_building,
    event_fairness,
    events,
    scoring,
    selections,
)
from showcase.transactions import begin_writing
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import encode, fresh_index  # noqa: F401 - a fixture that tests here use
from tests.integration.showcase_events import (
    NOW,
    a_candidate,
    a_chosen,
    an_announced,
    let_in,
    scored,
)

FEEDBACK = {"strengths": "Clear evidence.", "gaps": "No trial with tenants.", "advice": "Try it in ten homes."}
Counting = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def entry(people: People) -> EventChallenge:
    """The place of the first council's challenge in an announced showcase."""
    return an_announced(people).entries[0]


# --- decisions --------------------------------------------------------------------------------------------------------


def test_a_chosen_candidate_gets_a_pitch_as_long_as_all_others(people: People, entry: EventChallenge) -> None:
    a_chosen(entry, people.founder, people)
    pitch = db.session.scalars(sa.select(Session)).one()
    assert (pitch.kind, pitch.minutes, pitch.track_id) == (SessionKind.PITCH, 20, entry.track_id)
    assert pitch.title == "Dry Rooms, Plain Answers Ltd"
    assert [(each.name, each.organisation_id) for each in pitch.speakers] == [
        ("Fay Founder", people.founder.organisation_id)
    ]
    with pytest.raises(Conflict, match="change the selection instead"):
        event_building.remove(pitch, by=actor_for(people.staff), now=NOW)


def test_no_more_are_chosen_than_there_are_places(people: People) -> None:
    entry = an_announced(people, places=1).entries[0]
    a_chosen(entry, people.founder, people)
    second = a_candidate(entry, people.other_founder, people, name="Second")
    with pytest.raises(DomainError, match="All 1 places"):
        selections.choose(second, "Also good.", by=actor_for(people.staff), now=NOW)
    selections.put_in_reserve(second, "Next.", by=actor_for(people.staff), now=NOW)
    assert candidates.next_reserve(entry) is None
    third = a_candidate(entry, people.other_founder, people, name="Third")
    selections.put_in_reserve(third, "After that.", by=actor_for(people.staff), now=NOW)
    assert (second.reserve_place, third.reserve_place) == (1, 2)


def test_what_nobody_scored_is_not_chosen(people: People, entry: EventChallenge) -> None:
    let_in(entry, people.staff, people.officer)
    found = a_candidate(entry, people.founder, people)
    with pytest.raises(DomainError, match="has not scored it"):
        selections.choose(found, "Known to be good.", by=actor_for(people.staff), now=NOW)


def test_a_decision_taken_back_takes_the_pitch_with_it(people: People, entry: EventChallenge) -> None:
    found = a_chosen(entry, people.founder, people)
    selections.reconsider(found, by=actor_for(people.staff), now=NOW)
    assert found.state is CandidateState.CONSIDERED
    assert db.session.scalars(sa.select(Session)).all() == []


def test_everyone_not_chosen_gets_feedback_and_sees_it_only_then(
    client: CheckedClient, people: People, entry: EventChallenge
) -> None:
    a_chosen(entry, people.founder, people)
    found = a_candidate(entry, people.other_founder, people, name="Second")
    scored(found, people.officer, 2, 0, "Weak on tenants.")
    client.sign_in(people.staff)
    address = f"/showcases/candidates/{found.id}/decide"
    lacking = {"state": "not_chosen", "reason": "Weaker.", "strengths": "Clear.", "gaps": "", "advice": ""}
    refused = client.post(address, data=lacking)
    assert refused.status_code == 422
    assert "Weaker." in refused.text
    with pytest.raises(DomainError, match="1 candidate is not decided"):
        selections.tell_outcomes(entry.event, by=actor_for(people.staff), now=NOW)
    client.post(address, data={"state": "not_chosen", "reason": "Weaker.", **FEEDBACK})
    client.sign_in(people.other_founder)
    assert client.get(f"/showcases/outcomes/{found.id}").status_code == 404
    client.sign_in(people.staff)
    client.post(f"/showcases/{entry.event_id}/manage/selection/tell")
    client.sign_in(people.other_founder)
    page = client.get(f"/showcases/outcomes/{found.id}").text
    for words in FEEDBACK.values():
        assert words in page
    for secret in ("Weaker.", "Weak on tenants.", "Dry Rooms", "Olive Officer"):
        assert secret not in page
    assert "17 of 100 points" in page
    assert "Second" in client.get("/showcases/yours").text
    told = db.session.scalars(sa.select(Message.to).where(Message.subject.startswith("Not chosen"))).all()
    assert told == [people.other_founder.account.email]
    client.sign_in(people.founder)
    assert client.get(f"/showcases/outcomes/{found.id}").status_code == 404
    with pytest.raises(Conflict, match="has been told already"):
        selections.reconsider(found, by=actor_for(people.staff), now=NOW)
    assert selections.tell_outcomes(entry.event, by=actor_for(people.staff), now=NOW) == 0


# --- fairness ---------------------------------------------------------------------------------------------------------


def test_the_whole_shows_sizes_regions_repeats_and_gaps(people: People) -> None:
    event = an_announced(people)
    first, second = event.entries
    for member, staff in ((people.founder, 9), (people.other_founder, 60)):
        assert isinstance(member.organisation, Supplier)
        member.organisation.staff = staff
    a_chosen(first, people.founder, people)
    a_candidate(first, people.founder, people, name="Another of theirs")
    a_candidate(first, people.other_founder, people, name="Second")
    fairness = event_fairness.of(event, candidates.list_of(event), events.criteria_of(event))
    assert [(each.words, each.considered, each.chosen) for each in fairness.by_size] == [
        ("Micro: up to 9 staff", 2, 1),
        ("Medium: 50 to 249 staff", 1, 0),
    ]
    assert [(each.words, each.considered) for each in fairness.by_region] == [("London", 3)]
    assert [(each.name, each.considered, each.chosen) for each in fairness.twice] == [("Plain Answers Ltd", 2, 1)]
    assert [(each.id, words) for each, words in fairness.unmatched] == [(second.id, "no candidate")]


def test_staff_learn_who_appears_twice_after_declaring(
    client: CheckedClient, people: People, entry: EventChallenge
) -> None:
    for name in ("One", "Two"):
        a_candidate(entry, people.founder, people, name=name)
    client.sign_in(people.staff)
    address = f"/showcases/{entry.event_id}/manage/selection"
    assert "Plain Answers" not in client.get(address).text
    let_in(entry, people.staff)
    assert "Plain Answers Ltd: 2 candidates, 0 chosen" in client.get(address).text


def test_who_could_not_score_sees_the_scores_once_it_is_told(people: People, entry: EventChallenge) -> None:
    colleague = member_of(people.officer.organisation, "Orla Officer")
    let_in(entry, people.staff, people.officer, colleague)
    found = a_candidate(entry, people.founder, people)
    scored(found, people.officer, 4, 1)
    selections.turn_down(found, "Weaker.", FEEDBACK, by=actor_for(people.staff), now=NOW)
    assert scoring.shown(found, seen_by=actor_for(colleague)) == []
    selections.tell_outcomes(entry.event, by=actor_for(people.staff), now=NOW)
    assert len(scoring.shown(found, seen_by=actor_for(colleague))) == 1


def test_the_selection_page_costs_the_same_for_one_candidate_and_three(
    client: CheckedClient, people: People, entry: EventChallenge, count_queries: Counting
) -> None:
    let_in(entry, people.staff, people.officer)
    counts = []
    client.sign_in(people.staff)
    for names in (("One",), ("Two", "Three")):
        for name in names:
            scored(a_candidate(entry, people.founder, people, name=name), people.officer, 3, 1)
        for path in (f"{entry.event_id}/manage/selection", f"selection/{entry.id}"):
            db.session.expire_all()
            with count_queries() as queries:
                client.get(f"/showcases/{path}")
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_files_hold_only_what_the_reader_may_read(client: CheckedClient, people: People, entry: EventChallenge) -> None:
    let_in(entry, people.officer)
    found = a_candidate(entry, people.founder, people)
    scored(found, people.officer, 4, 1, "=Good")
    client.sign_in(people.staff)
    address = f"/showcases/{entry.event_id}/manage/candidates"
    assert "Dry Rooms" not in client.get(f"{address}.csv").text
    let_in(entry, people.staff)
    assert "Dry Rooms" in client.get(f"{address}.csv").text
    book = client.get(f"{address}.xlsx")
    assert book.data.startswith(b"PK")
    client.sign_in(people.officer)
    assert client.get(f"{address}.csv").status_code == 403


# --- at the same moment -----------------------------------------------------------------------------------------------


def test_the_last_place_goes_to_one_of_two_who_are_chosen_at_once(own_app: Flask) -> None:
    with own_app.app_context():
        ids, staff = _two_candidates_for_one_place()
    barrier, outcomes = threading.Barrier(2), []

    def choose(candidate_id: uuid.UUID) -> None:
        with own_app.app_context():
            barrier.wait()
            begin_writing(db.session)
            try:
                selections.choose(db.session.get_one(Candidate, candidate_id), "Good.", by=staff, now=NOW)
                db.session.commit()
                outcomes.append("chosen")
            except Conflict:
                outcomes.append("refused")

    threads = [threading.Thread(target=choose, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["chosen", "refused"]
    with own_app.app_context():
        assert len(db.session.scalars(sa.select(Session)).all()) == 1


def _two_candidates_for_one_place() -> tuple[list[uuid.UUID], Actor]:
    organisations: list[Organisation] = [
        Host(name="Local Government Association", approved_at=NOW),
        Council(name="Northmere", approved_at=NOW),
        Council(name="Eastbrook", approved_at=NOW),
        Supplier(name="Plain Answers Ltd", approved_at=NOW),
        Supplier(name="Quiet Roads Ltd", approved_at=NOW),
    ]
    db.session.add_all(organisations)
    people = People(*(member_of(each, f"Person {place}") for place, each in enumerate(organisations)))
    db.session.commit()
    entry = an_announced(people, places=1).entries[0]
    let_in(entry, people.staff, people.officer)
    found = [a_candidate(entry, member, people) for member in (people.founder, people.other_founder)]
    for candidate in found:
        scored(candidate, people.officer, 4, 1)
    return [candidate.id for candidate in found], actor_for(people.staff)
