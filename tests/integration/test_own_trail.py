"""An organisation's administrators read what their people did and what was done to it, and of others no names."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry
from showcase.policies import Actor
from showcase.services import audit, own_trail, responses
from showcase.services.audit import Wanted
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.publication_texts import a_challenge, a_solution, published
from tests.integration.showcase_events import NOW

pytestmark = pytest.mark.either_database


def actions(people: People, **wanted: object) -> list[str]:
    """Return the actions that the officer's council finds, the newest first."""
    query = own_trail.search(people.officer.organisation, Wanted(**wanted))  # type: ignore[arg-type]
    return [entry.action for entry in db.session.scalars(query)]


def test_its_people_are_named_and_others_are_not(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    solution = a_solution(people.founder)
    published(solution, people)
    responses.put_forward(challenge, solution, "Ours fits", by=actor_for(people.founder), now=NOW)
    db.session.commit()
    client.sign_in(people.officer)
    path = f"/organisations/{people.officer.organisation_id}/audit"
    for shown in (client.get(path).text, client.get(f"{path}/export.csv").text):
        assert "Challenge: published" in shown
        assert "Olive Officer" in shown
        assert "LGA staff" in shown
        assert "Somebody of another organisation" in shown
        assert not any(word in shown for word in ("Sam Staff", "Fay", "sam.staff@", "olive.officer@"))
        assert "Solution: published" not in shown
    assert f'href="{path}"' in client.get(f"/organisations/{people.officer.organisation_id}").text


def test_what_others_do_elsewhere_and_private_matters_are_not_in_it(people: People) -> None:
    officer, other = actor_for(people.officer), actor_for(people.other_officer)
    for action in own_trail.PRIVATE:
        audit.record(action, people.officer.organisation, by=officer)
    audit.record("organisation.praised", people.other_officer.organisation, by=other)
    audit.record("challenge.saved", a_challenge(people.other_officer), by=other)
    audit.record("permission.denied", by=other, route="GET /x")
    db.session.flush()
    assert actions(people) == []
    audit.record("organisation.praised", people.officer.organisation, by=Actor(name="Worker"))
    assert actions(people) == ["organisation.praised"]
    assert own_trail.list_actions(people.officer.organisation) == ["organisation.praised"]


def test_a_search_for_a_name_finds_its_own_people_alone(people: People) -> None:
    audit.record("organisation.suspended", people.officer.organisation, by=actor_for(people.staff))
    audit.record("organisation.edited", people.officer.organisation, by=actor_for(people.officer))
    db.session.flush()
    assert set(actions(people)) == {"organisation.edited", "organisation.suspended"}
    assert actions(people, person="Sam") == []
    assert actions(people, person="olive") == ["organisation.edited"]


def test_members_others_and_other_councils_may_not_read_it(client: CheckedClient, people: People) -> None:
    plain = member_of(people.officer.organisation, "Mia Member")
    db.session.commit()
    for membership, status in ((plain, 403), (people.other_officer, 403), (people.founder, 403), (people.staff, 200)):
        client.sign_in(membership)
        for path in ("audit", "audit/export.csv"):
            reply = client.get(f"/organisations/{people.officer.organisation_id}/{path}")
            assert reply.status_code == status, membership.account.name


def test_the_page_costs_the_same_for_one_entry_and_for_many(
    client: CheckedClient, people: People, count_queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    client.sign_in(people.officer)
    costs = []
    for entries in (1, 3):
        for _ in range(entries):
            audit.record("challenge.saved", a_challenge(people.officer), by=actor_for(people.officer))
        db.session.commit()
        with count_queries() as queries:
            client.get(f"/organisations/{people.officer.organisation_id}/audit")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_cannot_be_read_is_said(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    path = f"/organisations/{people.officer.organisation_id}/audit"
    assert "left out of the search" in client.get(f"{path}?since=soon").text
    assert client.get(f"{path}/export.csv?since=soon").status_code == 422
    client.get(f"{path}/export.csv")
    assert db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "list.exported")).all()
