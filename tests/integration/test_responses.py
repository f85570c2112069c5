"""Responses from both sides: put forward, changed, withdrawn, decided; and who never learns of them."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Message, Response, Solution, Supplier, utc_now
from showcase.models.enums import ResponseState
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import members, publications
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import (
    BINS,
    DAMP,
    cards,
    encode,
    fresh_index,  # noqa: F401 - a fixture that each test here uses
    live_challenge,
    live_solution,
)
from tests.integration.publication_texts import a_solution, take

pytestmark = pytest.mark.either_database


@pytest.fixture
def challenge(people: People) -> Challenge:
    return live_challenge(people, people.officer)


@pytest.fixture
def dry(people: People) -> Solution:
    return live_solution(people, people.founder, "Dry Rooms", DAMP)


def put(
    client: CheckedClient, people: People, challenge: Challenge, solution: Solution, note: str = "We can."
) -> Response:
    client.sign_in(people.founder)
    answer = client.post(f"/challenges/{challenge.id}/put-forward", data={"solution": str(solution.id), "note": note})
    assert answer.status_code == 302, answer.text
    return db.session.scalars(sa.select(Response).where(Response.solution_id == solution.id)).one()


def mail() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(Message.to, Message.subject).order_by(Message.subject, Message.to))
    return [
        (row.to.split("@")[0], row.subject) for row in rows if not row.subject.startswith(("Published", "For review"))
    ]


def test_from_put_forward_to_invited(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    response = put(client, people, challenge, dry, "Three councils like yours use it.")
    assert mail() == [
        ("olive.officer", "Put forward: Dry Rooms"),
        ("fay.founder", "Received: Dry Rooms for Northmere"),
    ]
    path = f"/responses/{response.id}"
    client.post(f"{path}/note", data={"note": "Four councils like yours use it."})
    client.sign_in(people.officer)
    assert "Four councils like yours use it." in client.get(f"/challenges/{challenge.id}/responses").text
    assert client.post(f"{path}/decide", data={"state": "considered"}).status_code == 302
    client.sign_in(people.founder)
    assert client.post(f"{path}/note", data={"note": "Too late."}).status_code == 403
    assert "Being considered" in client.get("/responses").text
    client.sign_in(people.officer)
    assert client.post(f"{path}/decide", data={"state": "considered"}).status_code == 409
    client.post(f"{path}/decide", data={"state": "invited", "reason": "Come on 3 March 2027."})
    client.sign_in(people.founder)
    page = client.get(path).text
    assert "Invited" in page
    assert "Come on 3 March 2027." in page
    assert ("fay.founder", "Invited: Dry Rooms") in mail()
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.startswith("response.")).order_by(AuditEntry.created_at)
    ).all()
    assert actions == ["response.put_forward", "response.edited", "response.decided", "response.decided"]


def test_not_this_time_needs_a_reason_which_the_supplier_reads(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    response = put(client, people, challenge, dry)
    client.sign_in(people.officer)
    refused = client.post(f"/responses/{response.id}/decide", data={"state": "not_this_time", "reason": " "})
    assert refused.status_code == 422
    assert "Say why not this time" in refused.text
    client.post(f"/responses/{response.id}/decide", data={"state": "not_this_time", "reason": "No tenants’ side yet."})
    client.sign_in(people.founder)
    assert "No tenants’ side yet." in client.get("/responses").text


def test_withdrawn_and_put_forward_again(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    response = put(client, people, challenge, dry)
    again = client.get(f"/challenges/{challenge.id}/put-forward").text
    assert "All your published solutions have been put forward" in again
    client.post(f"/responses/{response.id}/withdraw")
    assert response.state is ResponseState.WITHDRAWN
    client.sign_in(people.officer)
    assert client.post(f"/responses/{response.id}/decide", data={"state": "invited"}).status_code == 403
    assert put(client, people, challenge, dry, "Now with a trial.").id == response.id
    assert (response.state, response.note) == (ResponseState.RECEIVED, "Now with a trial.")
    assert ("olive.officer", "Withdrawn: Dry Rooms") in mail()


@pytest.mark.parametrize(("note", "status"), [("word " * 200, 302), ("word " * 201, 422)])
def test_a_note_has_two_hundred_words(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution, note: str, status: int
) -> None:
    client.sign_in(people.founder)
    answer = client.post(f"/challenges/{challenge.id}/put-forward", data={"solution": str(dry.id), "note": note})
    assert answer.status_code == status
    if status == 422:
        assert "You have used 201." in answer.text
        assert note.strip() in answer.text
        assert db.session.scalar(sa.select(Response)) is None


def test_only_a_published_solution_of_ones_own_for_an_open_challenge(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    draft = a_solution(people.founder, name="Not yet")
    foreign = live_solution(people, people.other_founder, "Round Planner", BINS)
    path = f"/challenges/{challenge.id}/put-forward"
    client.sign_in(people.founder)
    for solution in (draft, foreign):
        assert client.post(path, data={"solution": str(solution.id)}).status_code == 422
    take(challenge, "close", people.officer)
    assert client.post(path, data={"solution": str(dry.id)}).status_code == 403
    newcomer = member_of(Supplier(name="New Ltd"), "Nora New")
    take(challenge, "reopen", people.officer)
    for member in (newcomer, people.officer, people.staff):
        db.session.commit()
        client.sign_in(member)
        assert client.get(path).status_code == 403
    client.sign_out()
    assert client.get(path).status_code == 302
    assert db.session.scalar(sa.select(Response)) is None


def test_where_there_is_a_lead_only_the_lead_invites(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    lead = member_of(people.officer.organisation, "Lee Lead", is_procurement_lead=True)
    db.session.commit()
    response = put(client, people, challenge, dry)
    path = f"/responses/{response.id}"
    client.sign_in(people.officer)
    assert "only Lee Lead can invite a supplier" in client.get(path).text
    assert client.post(f"{path}/decide", data={"state": "invited"}).status_code == 422
    assert client.post(f"{path}/decide", data={"state": "considered"}).status_code == 302
    client.sign_in(lead)
    assert client.post(f"{path}/decide", data={"state": "invited"}).status_code == 302
    assert response.state is ResponseState.INVITED


def test_a_competitor_never_sees_that_a_response_exists(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    rival = live_solution(people, people.other_founder, "Round Planner", DAMP)
    encode()
    paths = [
        f"/challenges/{challenge.id}",
        f"/challenges/{challenge.id}/put-forward",
        f"/solutions/{rival.id}/matches",
        "/responses",
        "/search?q=dry+rooms",
    ]
    client.sign_in(people.other_founder)

    def seen() -> list[str]:
        return [re.sub(r'name="csrf_token" value="[^"]*"', "", client.get(path).text) for path in paths]

    before = seen()
    response = put(client, people, challenge, dry)
    client.sign_in(people.other_founder)
    assert seen() == before
    for member in (people.other_founder, people.other_officer):
        client.sign_in(member)
        assert client.get(f"/responses/{response.id}").status_code == 404
        assert "Dry Rooms" not in client.get("/responses").text
        assert "Dry Rooms" not in client.get("/responses.csv").text


def test_lists_and_objects_agree(client: CheckedClient, people: People, challenge: Challenge, dry: Solution) -> None:
    response = put(client, people, challenge, dry)
    for state in ResponseState:
        response.state = state
        db.session.commit()
        for actor in [PUBLIC, *(actor_for(member) for member in vars(people).values())]:
            listed = db.session.scalars(sa.select(Response).where(visible_to(actor, Response))).all()
            assert (response in listed) == can(actor, Permission.RESPONSE_SEE, response), actor


def test_the_council_sees_each_response_with_its_rank(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    live_solution(people, people.other_founder, "Round Planner", BINS)
    encode()
    put(client, people, challenge, dry)
    late = live_solution(people, people.founder, "Clear Letters", "Says nothing of the sort.")
    put(client, people, challenge, late)
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{challenge.id}/responses").text
    assert cards(page) == ["Clear Letters", "Dry Rooms"]
    assert "rank 1 in the ranking" in page
    assert "not among the best that the ranking found" in page
    assert "Put forward by its supplier" in client.get(f"/challenges/{challenge.id}/matches").text


def test_more_responses_cost_no_more_statements(
    client: CheckedClient,
    people: People,
    challenge: Challenge,
    dry: Solution,
    count_queries: Callable[[], AbstractContextManager[Statements]],
) -> None:
    encode()
    put(client, people, challenge, dry)
    client.sign_in(people.officer)
    counts: dict[str, list[int]] = {"/responses": [], f"/challenges/{challenge.id}/responses": []}
    for number in range(2):
        for path, found in counts.items():
            client.get(path)
            with count_queries() as queries:
                client.get(path)
            found.append(len(queries))
        if number == 0:
            for name in ("One", "Two"):
                put(client, people, challenge, live_solution(people, people.founder, name, DAMP))
            encode()
            client.sign_in(people.officer)
    assert all(first == last for first, last in counts.values()), counts


def test_a_title_written_in_private_reaches_nobody(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    response = put(client, people, challenge, dry)
    known = challenge.published_title
    for text, member, answer in (
        (challenge, people.officer, {"title": "Hidden challenge"}),
        (dry, people.founder, {"name": "Hidden product"}),
    ):
        take(text, "archive", member)
        take(text, "restore", member)
        publications.save(text, answer, revision=text.revision, by=actor_for(member), now=utc_now())
    db.session.commit()
    for member, hidden in (
        (people.founder, "Hidden challenge"),
        (people.officer, "Hidden product"),
        (people.staff, "Hidden"),
    ):
        client.sign_in(member)
        for path in ("/", "/responses", "/responses.csv", f"/responses/{response.id}"):
            page = client.get(path).text
            assert hidden not in page, (member.account.name, path)
            assert path == "/" or (known in page and "Dry Rooms" in page), (member.account.name, path)
    client.sign_in(people.officer)
    client.post(f"/responses/{response.id}/decide", data={"state": "considered"})
    bodies = db.session.scalars(sa.select(Message.subject + Message.body)).all()
    assert any("Being considered: Dry Rooms" in body for body in bodies)
    assert not any("Hidden" in body for body in bodies)


def test_whoever_left_the_firm_is_not_told(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    colleague = member_of(people.founder.organisation, "Cora Colleague")
    db.session.commit()
    account = colleague.account
    response = put(client, people, challenge, dry)
    response.by_id = account.id
    db.session.commit()
    client.sign_in(people.officer)
    client.post(f"/responses/{response.id}/decide", data={"state": "considered"})
    assert ("cora.colleague", "Being considered: Dry Rooms") in mail()
    members.remove(colleague, by=actor_for(people.founder), now=utc_now())
    db.session.commit()
    client.post(f"/responses/{response.id}/decide", data={"state": "invited"})
    assert ("fay.founder", "Invited: Dry Rooms") in mail()
    assert ("cora.colleague", "Invited: Dry Rooms") not in mail()


def test_only_the_lead_takes_an_invitation_back(
    client: CheckedClient, people: People, challenge: Challenge, dry: Solution
) -> None:
    lead = member_of(people.officer.organisation, "Lee Lead", is_procurement_lead=True)
    db.session.commit()
    response = put(client, people, challenge, dry)
    path = f"/responses/{response.id}"
    client.sign_in(people.officer)
    assert 'value="invited"' not in client.get(path).text
    client.sign_in(lead)
    assert 'value="invited"' in client.get(path).text
    client.post(f"{path}/decide", data={"state": "invited"})
    client.sign_in(people.officer)
    assert "Only your procurement lead, Lee Lead, can change that" in client.get(path).text
    no = {"state": "not_this_time", "reason": "Changed our mind."}
    assert client.post(f"{path}/decide", data=no).status_code == 403
    client.sign_in(lead)
    assert client.post(f"{path}/decide", data=no).status_code == 302


def test_a_firm_that_waits_for_approval_is_told_so(client: CheckedClient, people: People, challenge: Challenge) -> None:
    newcomer = member_of(Supplier(name="New Ltd"), "Nora New")
    db.session.commit()
    client.sign_in(newcomer)
    page = client.get(f"/challenges/{challenge.id}/put-forward")
    assert page.status_code == 403
    assert "New Ltd still waits for approval" in page.text
