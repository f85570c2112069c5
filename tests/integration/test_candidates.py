"""Who is considered for a challenge, and who may read it: declarations come first, for staff as well."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import (
    Candidate,
    EventChallenge,
    InterestDeclaration,
    Message,
)
from showcase.services import (
    candidates,
    events,
    interest_declarations,
    publications,
    responses,
    scoring,
)
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import encode, fresh_index  # noqa: F401 - a fixture that tests here use
from tests.integration.publication_texts import a_solution, published
from tests.integration.showcase_events import (
    NOW,
    a_candidate,
    an_announced,
    let_in,
    scored,
)

pytestmark = pytest.mark.either_database

FEEDBACK = {"strengths": "Clear evidence.", "gaps": "No trial with tenants.", "advice": "Try it in ten homes."}
Counting = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def entry(people: People) -> EventChallenge:
    """The place of the first council's challenge in an announced showcase."""
    return an_announced(people).entries[0]


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


def test_a_challenge_that_is_being_rewritten_keeps_who_came_forward(people: People, entry: EventChallenge) -> None:
    solution = a_solution(people.founder)
    published(solution, people)
    given = responses.put_forward(entry.challenge, solution, "", by=actor_for(people.founder), now=NOW)
    given.created_at = NOW
    by, challenge = actor_for(people.officer), entry.challenge
    publications.save(challenge, {"problem": "Other words."}, revision=challenge.revision, by=by, now=NOW)
    gathered = candidates.gather(entry, by=actor_for(people.staff), now=NOW)
    assert (gathered.added, gathered.notices) == (1, (candidates.BEING_REWRITTEN,))


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
