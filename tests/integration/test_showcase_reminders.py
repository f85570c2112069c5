"""What the worker tells of a showcase's dates: calls to those who follow services, scoring to who has not done it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Event, Message
from showcase.policies import Permission, can
from showcase.services import events, showcase_reminders
from showcase.worker import SLOW_STEPS
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.publication_texts import a_solution, published
from tests.integration.showcase_events import NOW, a_candidate, an_announced, let_in, particulars, scored

ENDS = NOW + timedelta(days=45)
"""The last moment for scores, after the call."""


def told(subject: str) -> list[str]:
    found = db.session.scalars(sa.select(Message.to).where(Message.subject.startswith(subject)).order_by(Message.to))
    return [address.split("@")[0] for address in found]


def each_day(event: Event, first: datetime, last: datetime) -> None:
    """Let the worker look every few hours."""
    now = first
    while now <= last:
        showcase_reminders.tell(now=now)
        now += timedelta(hours=5)
    db.session.commit()


def test_the_worker_does_it() -> None:
    assert showcase_reminders.tell in SLOW_STEPS


def test_followers_of_a_service_hear_that_a_call_opens_and_closes_once(people: People) -> None:
    published(a_solution(people.founder), people)
    published(a_solution(people.other_founder, service_areas=["waste"]), people)
    event = an_announced(people)
    call = event.calls[0]
    each_day(event, call.opens_at - timedelta(days=2), call.opens_at - timedelta(minutes=1))
    assert told("Call ") == []
    each_day(event, call.opens_at, call.closes_at - timedelta(days=4))
    assert (told("Call open"), told("Call closes soon")) == (["fay.founder"], [])
    each_day(event, call.closes_at - timedelta(days=3), call.closes_at + timedelta(days=1))
    assert (told("Call open"), told("Call closes soon")) == (["fay.founder"], ["fay.founder"])
    body = db.session.scalars(sa.select(Message.body).where(Message.subject.startswith("Call closes"))).one()
    assert "- Damp homes" in body
    assert "until 8 February 2027 at 9:00am" in body
    call.closes_at += timedelta(days=10)
    each_day(event, call.closes_at - timedelta(days=1), call.closes_at)
    assert told("Call closes soon") == ["fay.founder"] * 2  # another day, another reminder


@pytest.mark.parametrize("why", ["illustrative", "said no"])
def test_nobody_hears_of_a_call_who_should_not(people: People, why: str) -> None:
    published(a_solution(people.founder), people)
    event = an_announced(people)
    event.is_illustrative = why == "illustrative"
    people.founder.is_told_of_challenges = why != "said no"
    each_day(event, event.calls[0].opens_at, event.calls[0].closes_at)
    assert told("Call ") == []


def test_officers_who_have_not_scored_are_reminded_and_staff_told_the_end(people: People) -> None:
    event = an_announced(people, scores_by=ENDS)
    entry = event.entries[0]
    colleague = member_of(people.officer.organisation, "Cora Colleague")
    db.session.commit()
    let_in(entry, people.officer, colleague, people.staff)
    first, second = (a_candidate(entry, firm, people) for firm in (people.founder, people.other_founder))
    for candidate in (first, second):
        scored(candidate, people.officer, 4, 1)
    scored(first, colleague, 4, 1)
    each_day(event, ENDS - timedelta(days=6), ENDS - timedelta(days=4))
    assert told("Scoring ends soon") == []
    each_day(event, ENDS - timedelta(days=3), ENDS - timedelta(minutes=1))
    assert told("Scoring ends soon") == ["cora.colleague"]
    each_day(event, ENDS, ENDS + timedelta(days=2))
    assert told("Scoring ends soon") == ["cora.colleague"]
    assert told("Scoring has ended") == ["sam.staff"]


def test_where_nobody_is_let_in_the_writers_are_reminded(people: People) -> None:
    event = an_announced(people, scores_by=ENDS)
    let_in(event.entries[0], people.staff)
    a_candidate(event.entries[0], people.founder, people)
    each_day(event, ENDS - timedelta(days=1), ENDS - timedelta(minutes=1))
    assert told("Scoring ends soon") == [people.officer.account.email.split("@")[0]]


def test_after_the_last_day_nothing_is_scored_until_staff_move_it(client: CheckedClient, people: People) -> None:
    event = an_announced(people, scores_by=ENDS)
    entry = event.entries[0]
    let_in(entry, people.officer, people.staff)
    candidate = a_candidate(entry, people.founder, people)
    officer = actor_for(people.officer)
    assert can(officer, Permission.CANDIDATE_SCORE, candidate)
    event.scores_by = NOW - timedelta(days=90)
    db.session.commit()
    assert not can(officer, Permission.CANDIDATE_SCORE, candidate)
    client.sign_in(people.officer)
    page = client.get(f"/showcases/candidates/{candidate.id}").text
    assert "It could be scored until" in page
    assert "Keep my score" not in page
    assert client.post(f"/showcases/candidates/{candidate.id}/score", data={"comment": "Late."}).status_code == 403
    staff = actor_for(people.staff)
    events.edit(event, particulars(scores_by=ENDS), revision=event.revision, by=staff, now=NOW)
    assert can(officer, Permission.CANDIDATE_SCORE, candidate)
    late = particulars(scores_by=event.starts_at + timedelta(hours=1))
    with pytest.raises(DomainError, match="before the showcase starts"):
        events.edit(event, late, revision=event.revision, by=staff, now=NOW)
