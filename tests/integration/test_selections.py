"""Who pitches: candidates, declarations, scores, decisions, and what each side sees of them at each stage."""

import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Candidate,
    Council,
    EventChallenge,
    Host,
    InterestDeclaration,
    Message,
    Organisation,
    Session,
    Supplier,
)
from showcase.models.enums import CandidateState, CriterionKind, SessionKind
from showcase.policies import Actor
from showcase.services import (
    candidates,
    event_building,
    event_fairness,
    events,
    interest_declarations,
    responses,
    scoring,
    selections,
)
from showcase.transactions import begin_writing
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import encode, fresh_index  # noqa: F401 - a fixture that tests here use
from tests.integration.publication_texts import a_solution, published
from tests.integration.showcase_events import (
    NOW,
    a_candidate,
    a_chosen,
    a_criterion,
    a_draft,
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


@pytest.fixture
def blind(people: People) -> EventChallenge:
    """The same in a showcase that hides names at first."""
    return an_announced(people, hides_names=True).entries[0]


# --- candidates -------------------------------------------------------------------------------------------------------


def test_candidates_are_those_put_forward_and_those_found_each_once(people: People, entry: EventChallenge) -> None:
    near = a_solution(people.founder)
    far = a_solution(people.other_founder, name="Lamp Posts", summary="Tells which lamp posts are out at night.")
    for solution in (near, far):
        published(solution, people)
    note = responses.put_forward(entry.challenge, far, "We can help.", by=actor_for(people.other_founder), now=NOW)
    note.created_at = NOW
    encode()
    gathered = candidates.gather(entry, by=actor_for(people.staff), now=NOW)
    found = {each.solution_id: each for each in db.session.scalars(sa.select(Candidate))}
    assert gathered.added == len(found) == 2
    assert found[far.id].was_put_forward
    assert not found[near.id].was_put_forward
    assert found[near.id].rank == 1
    assert any("Words they share" in reason for reason in found[near.id].reasons)
    assert {each.number for each in found.values()} == {1, 2}
    assert candidates.gather(entry, by=actor_for(people.staff), now=NOW).added == 0


def test_what_comes_after_the_call_is_left_out(people: People, entry: EventChallenge) -> None:
    solution = a_solution(people.founder)
    published(solution, people)
    given = responses.put_forward(entry.challenge, solution, "", by=actor_for(people.founder), now=NOW)
    given.created_at = entry.event.calls[0].closes_at + timedelta(minutes=1)
    db.session.flush()
    gathered = candidates.gather(entry, by=actor_for(people.staff), now=NOW)
    assert (gathered.added, gathered.late) == (0, 1)


def test_only_staff_take_candidates_in(people: People, entry: EventChallenge) -> None:
    for member in (people.officer, people.founder):
        with pytest.raises(NotAllowed):
            candidates.gather(entry, by=actor_for(member), now=NOW)


# --- declarations -----------------------------------------------------------------------------------------------------


def test_nobody_reads_candidates_before_declaring_staff_included(
    client: CheckedClient, people: People, entry: EventChallenge
) -> None:
    found = a_candidate(entry, people.founder, people)
    for member in (people.staff, people.officer):
        client.sign_in(member)
        page = client.get(f"/showcases/selection/{entry.id}").text
        assert "say whether you have an interest" in page
        assert "Dry Rooms" not in page
        assert client.get(f"/showcases/candidates/{found.id}").status_code == 404
        answer = client.post(f"/showcases/selection/{entry.id}/declare", data={"has_conflict": "no"})
        assert answer.status_code == 302
        assert "Dry Rooms" in client.get(f"/showcases/selection/{entry.id}").text
        assert client.get(f"/showcases/candidates/{found.id}").status_code == 200


@pytest.mark.parametrize("role", ["other_officer", "founder", "other_founder"])
def test_nobody_else_comes_near(client: CheckedClient, people: People, entry: EventChallenge, role: str) -> None:
    found = a_candidate(entry, people.founder, people)
    member = getattr(people, role)
    with pytest.raises(NotAllowed):
        interest_declarations.declare(entry, has_conflict=False, by=actor_for(member), now=NOW)
    client.sign_in(member)
    for path in (f"selection/{entry.id}", f"selection/{entry.id}/declare"):
        assert client.get(f"/showcases/{path}").status_code == 403
    for path in (f"candidates/{found.id}", f"outcomes/{found.id}"):
        assert client.get(f"/showcases/{path}").status_code == 404


def test_a_conflict_closes_the_door_until_other_staff_decide(
    client: CheckedClient, people: People, entry: EventChallenge
) -> None:
    found = a_candidate(entry, people.founder, people)
    colleague = member_of(people.staff.organisation, "Sid Staff")
    db.session.commit()
    client.sign_in(people.officer)
    address = f"/showcases/selection/{entry.id}/declare"
    assert client.post(address, data={"has_conflict": "yes", "details": ""}).status_code == 422
    client.post(address, data={"has_conflict": "yes", "details": "My sister works there."})
    assert client.get(f"/showcases/candidates/{found.id}").status_code == 404
    declared = db.session.scalars(sa.select(InterestDeclaration)).one()
    told = set(db.session.scalars(sa.select(Message.to).where(Message.subject.startswith("Conflict of interest"))))
    assert told == {people.staff.account.email, colleague.account.email}
    with pytest.raises(NotAllowed):
        interest_declarations.decide(declared, is_let_in=True, steps="-", by=actor_for(people.officer), now=NOW)
    client.sign_in(people.staff)
    assert "My sister works there." in client.get(f"/showcases/declarations/{declared.id}").text
    answer = {"is_let_in": "yes", "steps": "A second officer scores too."}
    client.post(f"/showcases/declarations/{declared.id}", data=answer)
    client.sign_in(people.officer)
    assert client.get(f"/showcases/candidates/{found.id}").status_code == 200


def test_staff_do_not_decide_about_their_own_conflict(people: People, entry: EventChallenge) -> None:
    own = interest_declarations.declare(
        entry, has_conflict=True, details="Shares.", by=actor_for(people.staff), now=NOW
    )
    with pytest.raises(NotAllowed):
        interest_declarations.decide(own, is_let_in=True, steps="Sold them.", by=actor_for(people.staff), now=NOW)


def test_scores_of_someone_who_declares_a_conflict_later_do_not_count(people: People, entry: EventChallenge) -> None:
    let_in(entry, people.staff, people.officer)
    found = a_candidate(entry, people.founder, people)
    scored(found, people.officer, 5, 1)
    criteria = events.criteria_of(entry.event)
    assert scoring.result_of(found, criteria).count == 1
    by = actor_for(people.officer)
    interest_declarations.declare(entry, has_conflict=True, details="A job offer.", by=by, now=NOW)
    db.session.expire_all()
    assert scoring.result_of(found, criteria).count == 0
    assert len(found.scores) == 1


# --- scores -----------------------------------------------------------------------------------------------------------


def test_marks_weigh_as_their_criteria_do(people: People, entry: EventChallenge) -> None:
    let_in(entry, people.officer)
    found = a_candidate(entry, people.founder, people)
    scored(found, people.officer, 4, 0)
    result = scoring.result_of(found, events.criteria_of(entry.event))
    assert result.average == pytest.approx(100 * (2 * 3 / 4 + 1 * 0) / 3)


def test_each_kind_of_criterion_has_its_marks(people: People) -> None:
    event = a_draft(people)
    number = a_criterion(event, people, name="Saving", kind=CriterionKind.NUMBER, most=10)
    rating = a_criterion(event, people, name="Fit", kind=CriterionKind.RATING, most=5)
    yes_no = a_criterion(event, people, name="Ready", kind=CriterionKind.YES_NO)
    marks = [(scoring.least(each), scoring.most(each)) for each in (number, rating, yes_no)]
    assert marks == [(0, 10), (1, 5), (0, 1)]


@pytest.mark.parametrize(
    ("fit", "is_ready", "comment", "words"),
    [
        (6, 1, "Good", "Mark “Fit”: 1 to 5"),
        (0, 1, "Good", "Mark “Fit”: 1 to 5"),
        (3, 2, "Good", "Mark “Ready for councils”: yes or no"),
        (3, 1, "  ", "Say in a sentence or two why"),
    ],
)
def test_a_score_is_whole_and_has_a_comment(
    people: People, entry: EventChallenge, fit: int, is_ready: int, comment: str, words: str
) -> None:
    let_in(entry, people.officer)
    found = a_candidate(entry, people.founder, people)
    with pytest.raises(DomainError, match=words):
        scored(found, people.officer, fit, is_ready, comment)


def test_nobody_sees_others_scores_before_giving_their_own(
    client: CheckedClient, people: People, entry: EventChallenge
) -> None:
    colleague = member_of(people.officer.organisation, "Orla Officer")
    let_in(entry, people.staff, people.officer, colleague)
    found = a_candidate(entry, people.founder, people)
    scored(found, people.officer, 5, 1, "A remark of Olive’s.")
    client.sign_in(colleague)
    address = f"/showcases/candidates/{found.id}"
    before = client.get(address).text
    assert "A remark of Olive’s." not in before
    assert "once you have scored it yourself" in before
    assert "100 of 100" not in client.get(f"/showcases/selection/{entry.id}").text
    first, second = events.criteria_of(entry.event)
    typed = {f"mark-{first.id}": "1", f"mark-{second.id}": "no", "comment": ""}
    answer = client.post(f"{address}/score", data=typed)
    assert answer.status_code == 422
    assert "A remark of Olive’s." not in answer.text
    assert client.post(f"{address}/score", data={**typed, "comment": "Not for us."}).status_code == 302
    after = client.get(address).text
    assert "A remark of Olive’s." in after
    assert "Far apart." in after
    assert "Average 50 of 100" in after


def test_a_score_can_be_changed_until_staff_decide_and_both_stay_on_record(
    people: People, entry: EventChallenge
) -> None:
    found = a_chosen(entry, people.founder, people)
    with pytest.raises(NotAllowed):
        scored(found, people.officer, 1, 0)
    other = a_candidate(entry, people.other_founder, people, name="Second")
    scored(other, people.officer, 2, 0)
    scored(other, people.officer, 5, 1)
    assert len(other.scores) == 1
    trail = db.session.scalars(
        sa.select(AuditEntry.details)
        .where(AuditEntry.action == "candidate.scored", AuditEntry.subject_id == other.id)
        .order_by(AuditEntry.created_at)
    ).all()
    assert sorted(trail[0]["marks"].values()) == [0, 2]
    assert trail[1]["marks_before"] == trail[0]["marks"]


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_are_hidden_everywhere_until_the_first_pass_ends(
    client: CheckedClient, people: People, blind: EventChallenge
) -> None:
    colleague = member_of(people.officer.organisation, "Orla Officer")
    let_in(blind, people.staff, people.officer, colleague)
    found = a_candidate(
        blind, people.founder, people, summary="Dry Rooms by Plain Answers tells officers which homes are damp."
    )
    found.reasons = ["The solution says “Plain Answers sees damp homes”."]
    scored(found, people.officer, 4, 1)
    scored(found, colleague, 4, 1, "Plain Answers knows its trade.")
    selections.ask_to_score(blind, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    event = blind.event
    for member in (people.officer, people.staff):
        client.sign_in(member)
        pages = [f"selection/{blind.id}", f"candidates/{found.id}", f"selection/{blind.id}/declare"]
        pages += [f"{event.id}/manage/selection", f"{event.id}/manage/candidates.csv"] if member is people.staff else []
        for path in pages:
            shown = client.get(f"/showcases/{path}").text
            for name in ("Plain Answers", "Dry Rooms", "Fay Founder", "fay@", "Put forward by", "in the ranking<"):
                assert name not in shown, (path, name)
    sent = db.session.scalars(sa.select(Message.body).where(Message.subject.startswith("To score"))).all()
    assert sent
    assert not any("Plain Answers" in body or "Dry Rooms" in body for body in sent)
    recorded = db.session.scalars(sa.select(AuditEntry.details).where(AuditEntry.subject_id == found.id)).all()
    assert "Plain Answers" not in str(recorded)
    selections.show_names(event, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    assert "Plain Answers Ltd" in client.get(f"/showcases/candidates/{found.id}").text


def test_nothing_is_decided_while_names_are_hidden(people: People, blind: EventChallenge) -> None:
    let_in(blind, people.staff, people.officer)
    found = a_candidate(blind, people.founder, people)
    scored(found, people.officer, 4, 1)
    with pytest.raises(NotAllowed):
        selections.choose(found, "Good.", by=actor_for(people.staff), now=NOW)
    selections.show_names(blind.event, by=actor_for(people.staff), now=NOW)
    selections.choose(found, "Good.", by=actor_for(people.staff), now=NOW)
    assert found.state is CandidateState.CHOSEN


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
