"""Suppliers hear of a new challenge in a service of theirs: once, unless they say no, and nobody else does."""

import pytest
import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Message, Solution, utc_now
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.publication_texts import a_challenge, a_solution, published, take


def told() -> list[str]:
    """Return who is told of a new challenge."""
    query = sa.select(Message.to).where(Message.subject.startswith("New challenge: ")).order_by(Message.to)
    return [address.split("@")[0] for address in db.session.scalars(query)]


@pytest.fixture
def in_service(people: People) -> People:
    """Each supplier has a published profile: one in the challenge's service, one in another."""
    published(a_solution(people.founder), people)
    published(a_solution(people.other_founder, service_areas=["waste"]), people)
    return people


def test_those_with_a_profile_in_the_service_are_told_once(in_service: People) -> None:
    people = in_service
    member_of(people.founder.organisation, "Flo Plain")
    challenge = a_challenge(people.officer)
    published(challenge, people)
    assert told() == ["fay.founder"]
    (news,) = db.session.scalars(sa.select(Message).where(Message.subject.startswith("New challenge: ")))
    assert challenge.published_title in news.subject
    assert "Incumbent Systems" not in news.body
    take(challenge, "archive", people.officer)
    take(challenge, "restore", people.officer)
    published(challenge, people)
    assert told() == ["fay.founder"]


def test_whoever_said_no_is_not_told(client: CheckedClient, in_service: People) -> None:
    people = in_service
    client.sign_in(people.founder)
    path = f"/organisations/{people.founder.organisation_id}/people/{people.founder.id}/news"
    assert path in client.get("/account").text
    assert client.post(path, data={"news": "no"}, follow_redirects=True).status_code == 200
    assert "Send me these e-mails" in client.get("/account").text
    published(a_challenge(people.officer), people)
    assert told() == []
    client.post(path, data={"news": "yes"})
    published(a_challenge(people.officer), people)
    assert told() == ["fay.founder"]
    colleague = member_of(people.founder.organisation, "Cora Colleague", is_administrator=True)
    db.session.commit()
    client.sign_in(colleague)
    assert client.post(path, data={"news": "no"}).status_code == 403


@pytest.mark.parametrize("why", ["archived", "waiting", "suspended", "locked out", "illustrative"])
def test_nobody_is_told_who_could_not_act_on_it(in_service: People, why: str) -> None:
    people = in_service
    challenge = a_challenge(people.officer)
    if why == "archived":
        for solution in db.session.scalars(
            sa.select(Solution).where(Solution.organisation == people.founder.organisation)
        ):
            take(solution, "archive", people.founder)
    elif why == "waiting":
        people.founder.organisation.approved_at = None
    elif why == "suspended":
        people.founder.organisation.suspended_at = utc_now()
    elif why == "locked out":
        people.founder.account.deactivated_at = utc_now()
    else:
        challenge.is_illustrative = True
    db.session.flush()
    published(challenge, people)
    assert told() == []
