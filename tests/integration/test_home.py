"""The start pages: each role finds what waits for it, nobody finds what is not theirs, at a constant cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Challenge,
    Decision,
    Heartbeat,
    Membership,
    Message,
    Publication,
    Response,
    Solution,
    Supplier,
    utc_now,
)
from showcase.models.enums import ResponseState, Verdict
from showcase.services import heartbeats, home, publications, reviews
from tests.integration.conftest import CheckedClient, People, Statements, member_of

pytestmark = pytest.mark.either_database

CHALLENGE = {
    "title": "How might we hear of damp sooner?",
    "service_areas": ["housing-repairs"],
    "problem": "Families wait.",
    "users": "Tenants",
    "owner": "Head of repairs",
    "contract_supplier": "Secret Incumbent Ltd",
}
SOLUTION = {
    "name": "Damp Watch",
    "summary": "Sensors",
    "service_areas": ["housing-repairs"],
    "contact_name": "Fay Founder",
    "contact_email": "fay@plain.example",
}


def write(membership: Membership, **changes: object) -> Publication:
    """Start a text of the kind that the person's organisation writes."""
    actor = actor_for(membership)
    kind, content = (Challenge, CHALLENGE) if actor.is_council else (Solution, SOLUTION)
    return publications.create(kind, membership.organisation, {**content, **changes}, by=actor, now=utc_now())


def publish(membership: Membership, staff: Membership, **changes: object) -> Publication:
    """Write a text and have it published."""
    publication = write(membership, **changes)
    publications.take_step(publication, "submit", by=actor_for(membership), now=utc_now())
    publications.take_step(publication, "publish", by=actor_for(staff), now=utc_now())
    db.session.commit()
    return publication


def test_the_public_sees_ways_in_and_the_newest_challenges(client: CheckedClient, people: People) -> None:
    assert "No challenge is open at present" in client.get("/").text
    challenge = publish(people.officer, people.staff)
    write(people.officer, title="How might we keep this draft to ourselves?")
    page = client.get("/").text
    assert f"/challenges/{challenge.id}" in page
    assert "1 open challenge from 1 council." in page
    assert all(path in page for path in ('href="/join"', 'href="/register"', 'href="/challenges"', 'href="/sign-in"'))
    assert "keep this draft" not in page
    assert "Secret Incumbent" not in page


def test_a_closed_challenge_is_no_longer_among_the_newest(client: CheckedClient, people: People) -> None:
    challenge = publish(people.officer, people.staff)
    publications.take_step(challenge, "close", by=actor_for(people.officer), now=utc_now())
    assert str(challenge.id) not in client.get("/").text


def test_an_officer_sees_what_waits_for_the_council(client: CheckedClient, people: People) -> None:
    draft = write(people.officer, title="How might we finish this?")
    returned = write(people.officer, title="How might we say this better?")
    publications.take_step(returned, "submit", by=actor_for(people.officer), now=utc_now())
    staff = actor_for(people.staff)
    publications.take_step(returned, "request_changes", by=staff, now=utc_now(), reason="Name the users, please")
    reviewed = write(people.officer, title="How might we wait?")
    publications.take_step(reviewed, "submit", by=actor_for(people.officer), now=utc_now())
    client.sign_in(people.officer)
    page = client.get("/").text
    assert "Drafts to finish" in page
    assert f"/challenges/{draft.id}/draft" in page
    assert "Name the users, please" in page
    assert "In review with LGA staff" in page
    client.sign_in(people.other_officer)
    other = client.get("/").text
    assert "Nothing waits for you" in other
    assert not any(str(text.id) in other for text in (draft, returned, reviewed))


def test_only_the_procurement_lead_is_asked_to_approve(client: CheckedClient, people: People) -> None:
    lead = member_of(people.officer.organisation, "Lena Lead", is_procurement_lead=True)
    text = write(people.officer)
    publications.take_step(text, "submit", by=actor_for(people.officer), now=utc_now())
    client.sign_in(people.officer)
    assert "With your procurement lead" in client.get("/").text
    client.sign_in(lead)
    assert "For your approval, as procurement lead" in client.get("/").text


def test_matches_wait_until_someone_decides(client: CheckedClient, people: People) -> None:
    challenge = publish(people.officer, people.staff)
    solution = publish(people.founder, people.staff)
    assert [text.id for text in home.for_officer(actor_for(people.officer)).undecided] == [challenge.id]
    decision = Decision(challenge_id=challenge.id, solution_id=solution.id, verdict=Verdict.SHORTLISTED, ranker="test")
    db.session.add(decision)
    db.session.flush()
    assert home.for_officer(actor_for(people.officer)).undecided == []
    decision.undone_at = utc_now()
    db.session.flush()
    assert len(home.for_officer(actor_for(people.officer)).undecided) == 1


def test_similar_needs_are_those_of_others_in_the_same_services(people: People) -> None:
    publish(people.officer, people.staff)
    same = publish(people.other_officer, people.staff, title="How might we see mould?")
    publish(people.other_officer, people.staff, title="How might we sweep?", service_areas=["waste"])
    similar = home.for_officer(actor_for(people.officer)).similar
    assert [(text.id, text.organisation) for text in similar] == [(same.id, "Eastbrook")]


def test_responses_reach_the_council_and_their_outcome_the_supplier(client: CheckedClient, people: People) -> None:
    challenge, solution = publish(people.officer, people.staff), publish(people.founder, people.staff)
    response = Response(challenge_id=challenge.id, solution_id=solution.id, note="We do this")
    db.session.add(response)
    db.session.flush()
    client.sign_in(people.officer)
    assert "New responses to your challenges" in client.get("/").text
    client.sign_in(people.other_founder)
    assert "Damp Watch" not in client.get("/").text
    response.state, response.reason = ResponseState.NOT_THIS_TIME, "We look at prevention first"
    db.session.flush()
    client.sign_in(people.founder)
    assert "We look at prevention first" in client.get("/").text
    client.sign_in(people.officer)
    assert "New responses to your challenges" not in client.get("/").text


@pytest.mark.parametrize(
    ("is_approved", "is_suspended", "words"),
    [
        (False, False, "Your firm waits for approval"),
        (False, True, "did not approve your firm"),
        (True, True, "suspended your firm"),
        (True, False, None),
    ],
)
def test_a_supplier_is_told_where_it_stands(
    client: CheckedClient, people: People, is_approved: bool, is_suspended: bool, words: str | None
) -> None:
    firm = people.founder.organisation
    firm.approved_at = utc_now() if is_approved else None
    firm.suspended_at = utc_now() if is_suspended else None
    client.sign_in(people.founder)
    page = client.get("/").text
    assert "No profile yet" in page
    assert (words in page) if words else ('id="approval"' not in page)


def test_a_supplier_sees_challenges_in_its_services(people: People) -> None:
    damp = publish(people.officer, people.staff)
    sweep = publish(people.other_officer, people.staff, title="How might we sweep?", service_areas=["waste"])
    actor = actor_for(people.founder)
    assert {text.id for text in home.for_supplier(actor).newest} == {damp.id, sweep.id}
    write(people.founder)  # a draft is enough to know its services
    assert {text.id for text in home.for_supplier(actor).newest} == {damp.id}


def test_staff_see_what_waits_and_since_when(client: CheckedClient, people: People) -> None:
    now = utc_now()
    text = write(people.officer)
    publications.take_step(text, "submit", by=actor_for(people.officer), now=now - timedelta(days=4))
    db.session.add_all(
        [
            Supplier(name="Newcomer Ltd", created_at=now - timedelta(days=2)),
            Supplier(name="Refused Ltd", created_at=now - timedelta(days=9), suspended_at=now),
            Message(to="a@b.example", subject="x", body="y", next_try_at=now, error="refused"),
        ]
    )
    db.session.flush()
    found = reviews.for_staff()
    assert (found.reviews.count, found.reviews.oldest) == (1, text.state_since)
    assert (found.suppliers.count, found.suppliers.oldest) == (1, now - timedelta(days=2))
    assert found.machinery.messages_failed == 1
    client.sign_in(people.staff)
    page = client.get("/").text
    assert "the oldest for 4 days" in page
    assert "The worker has never been seen" in page


def test_texts_that_wait_to_reach_matching_are_counted(people: People) -> None:
    assert reviews.machinery().texts_waiting == 0
    publish(people.officer, people.staff)
    assert reviews.machinery().texts_waiting == 1


def test_a_worker_counts_as_away_after_a_minute(people: People) -> None:
    now = utc_now()
    db.session.add(Heartbeat(name=heartbeats.WORKER, seen_at=now))
    db.session.flush()
    assert not reviews.machinery().is_worker_away(now + timedelta(seconds=59))
    assert reviews.machinery().is_worker_away(now + timedelta(seconds=61))


@pytest.mark.parametrize("role", ["public", "staff", "officer", "founder"])
def test_start_pages_cost_the_same_with_more_on_them(
    client: CheckedClient,
    people: People,
    role: str,
    count_queries: Callable[[], AbstractContextManager[Statements]],
) -> None:
    def fill() -> None:
        for person in (people.officer, people.other_officer, people.founder):
            write(person)
            text = write(person)
            publications.take_step(text, "submit", by=actor_for(person), now=utc_now())
            text = write(person)
            publications.take_step(text, "submit", by=actor_for(person), now=utc_now())
            publications.take_step(
                text, "request_changes", by=actor_for(people.staff), now=utc_now(), reason="Say more"
            )
        challenge, solution = publish(people.officer, people.staff), publish(people.founder, people.staff)
        publish(people.other_officer, people.staff)
        db.session.add(Response(challenge_id=challenge.id, solution_id=solution.id, note=""))
        db.session.commit()

    if role != "public":
        client.sign_in(getattr(people, role))
    fill()
    client.get("/")
    with count_queries() as few:
        client.get("/")
    fill()
    fill()
    with count_queries() as many:
        client.get("/")
    assert len(few) == len(many)
