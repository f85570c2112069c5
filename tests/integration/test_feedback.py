"""Feedback of both sides and outcomes of the pairs: who says them, who reads them, and from when figures are shown."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Candidate, Event, Feedback, Message, Outcome, RecordEntry, Supplier
from showcase.models.enums import OutcomeState
from showcase.services import events, feedback, feedback_messages, outcomes
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.showcase_events import AFTER, a_chosen, an_announced

pytestmark = pytest.mark.either_database

ON_PITCH = {"fit": "4", "clarity": "5", "next": "pilot", "said": "Show us a pilot.", "private": "A bit long."}
ON_EVENT = {"overall": "4", "fair": "5", "equal": "yes", "private": "More time."}
LATER = AFTER + timedelta(days=400)


@pytest.fixture
def event(people: People) -> Event:
    return an_announced(people)


@pytest.fixture
def pitch(event: Event, people: People) -> Candidate:
    return a_chosen(event.entries[0], people.founder, people)


@pytest.fixture
def finished(event: Event, pitch: Candidate, people: People) -> Event:
    events.finish(event, by=actor_for(people.staff), now=AFTER)
    db.session.commit()
    return event


def test_no_feedback_before_the_end(client: CheckedClient, event: Event, pitch: Candidate, people: People) -> None:
    client.sign_in(people.officer)
    assert client.get(f"/showcases/{event.id}/feedback").status_code == 403
    with pytest.raises(NotAllowed):
        feedback.give(event, ON_PITCH, by=actor_for(people.officer), now=AFTER, candidate=pitch)


def test_each_side_has_its_form(client: CheckedClient, finished: Event, pitch: Candidate, people: People) -> None:
    path = f"/showcases/{finished.id}/feedback"
    client.sign_in(people.officer)
    assert "Dry Rooms" in client.get(path).text
    assert client.get(f"{path}/event").status_code == 404
    refused = client.post(f"{path}/pitches/{pitch.id}", data={**ON_PITCH, "fit": ""})
    assert refused.status_code == 422
    assert "A bit long." in refused.text
    for fit in ("3", "4"):
        assert client.post(f"{path}/pitches/{pitch.id}", data={**ON_PITCH, "fit": fit}).status_code == 302
    assert db.session.scalars(sa.select(Feedback)).one().answers["fit"] == "4"
    client.sign_in(people.founder)
    page = client.get(path).text
    assert "Show us a pilot." in page
    assert "A bit long." not in page
    assert "Olive" not in page
    assert "Northmere" not in page
    assert client.get(f"{path}/pitches/{pitch.id}").status_code == 404
    assert client.post(f"{path}/event", data=ON_EVENT).status_code == 302
    client.sign_in(people.other_founder)
    page = client.get(path).text
    assert "Show us a pilot." not in page
    assert "asked of the councils and suppliers that took part" in page
    assert client.post(f"{path}/event", data=ON_EVENT).status_code == 404


def test_staff_alone_read_everything(client: CheckedClient, finished: Event, pitch: Candidate, people: People) -> None:
    feedback.give(finished, ON_PITCH, by=actor_for(people.officer), now=AFTER, candidate=pitch)
    feedback.give(finished, ON_EVENT, by=actor_for(people.founder), now=AFTER)
    paths = (f"/showcases/{finished.id}/manage/feedback", f"/showcases/{finished.id}/manage/feedback.csv")
    for member in (people.officer, people.founder):
        client.sign_in(member)
        assert {client.get(path).status_code for path in paths} == {403}
    client.sign_in(people.staff)
    for path in paths:
        text = client.get(path).text
        for said in ("A bit long.", "More time.", "Olive Officer", "Plain Answers Ltd"):
            assert said in text


def test_figures_begin_with_three_answers(finished: Event, people: People) -> None:
    members = [people.founder]
    for number, name in enumerate(("Ada", "Ben"), start=1):
        members.append(member_of(people.founder.organisation, f"{name} Second {number}"))
    db.session.commit()
    for count, member in enumerate(members, start=1):
        answers = {**ON_EVENT, "fair": str(count + 1)}
        feedback.give(finished, answers, by=actor_for(member), now=AFTER)
        fair = next(each for each in feedback.summarise(finished)["event"] if each.ask.name == "fair")
        equal = next(each for each in feedback.summarise(finished)["event"] if each.ask.name == "equal")
        assert fair.count == count
        assert fair.average == (3 if count == 3 else None)
        assert equal.chosen == ({"Yes": 3, "Partly": 0, "No": 0} if count == 3 else {})


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_outcomes_fall_due_by_the_calendar(finished: Event) -> None:
    assert [outcomes.due_on(finished, months) for months in (6, 12, 24)] == [
        date(2027, 9, 10),
        date(2028, 3, 10),
        date(2029, 3, 10),
    ]
    finished.ends_at = finished.ends_at.replace(month=8, day=31)
    assert outcomes.due_on(finished, 6) == date(2028, 2, 29)


def test_a_council_says_what_came_of_it(
    client: CheckedClient, finished: Event, pitch: Candidate, people: People
) -> None:
    officer = actor_for(people.officer)

    def say(state: OutcomeState, value: int | None = None, months: int = 6) -> Outcome:
        return outcomes.record(
            pitch, months, state, by=officer, now=LATER, value_pence_excluding_vat=value, note="From May."
        )

    with pytest.raises(Conflict, match="too early"):
        outcomes.record(pitch, 6, OutcomeState.PILOT, by=officer, now=AFTER)
    with pytest.raises(Conflict, match="too early"):
        say(OutcomeState.PILOT, months=24)
    with pytest.raises(DomainError, match="value"):
        say(OutcomeState.CONTRACT)
    with pytest.raises(DomainError, match="contract alone"):
        say(OutcomeState.PILOT, 100)
    for member in (people.founder, people.other_officer):
        with pytest.raises(NotAllowed):
            outcomes.record(pitch, 6, OutcomeState.PILOT, by=actor_for(member), now=LATER)
    say(OutcomeState.PILOT)
    say(OutcomeState.CONTRACT, 4_500_000)
    db.session.commit()
    assert db.session.scalars(sa.select(Outcome)).one().value_pence_excluding_vat == 4_500_000
    words = [words for words in db.session.scalars(sa.select(RecordEntry.words)) if "6 months after" in words]
    assert len(words) == 2
    path = f"/showcases/{finished.id}/outcomes"
    for member, is_seen in (
        (people.officer, True),
        (people.founder, True),
        (people.staff, True),
        (people.other_officer, False),
        (people.other_founder, False),
    ):
        client.sign_in(member)
        assert ("£45,000" in client.get(path).text) is is_seen, member
        assert ("45000" in client.get(f"{path}.csv").text) is is_seen, member
    assert outcomes.counts(finished) == {6: {"none": 0, "pilot": 0, "tender": 0, "contract": 1}}


def test_saying_it_by_form(client: CheckedClient, finished: Event, pitch: Candidate, people: People) -> None:
    finished.ends_at -= timedelta(days=900)
    finished.starts_at -= timedelta(days=900)
    db.session.commit()
    path = f"/showcases/{finished.id}/outcomes/{pitch.id}/6"
    client.sign_in(people.officer)
    refused = client.post(path, data={"state": "contract", "value": "", "note": "A framework."})
    assert refused.status_code == 422
    assert "A framework." in refused.text
    assert client.post(path, data={"state": "contract", "value": "45,000"}).status_code == 302
    assert "£45,000 excluding VAT" in client.get(f"/showcases/{finished.id}/outcomes").text
    assert client.get(f"/showcases/{finished.id}/outcomes/{pitch.id}/7").status_code == 404
    client.sign_in(people.founder)
    assert client.get(path).status_code == 404


def test_councils_are_asked_once_when_it_is_due(finished: Event, pitch: Candidate, people: People) -> None:
    def asked() -> list[str]:
        rows = db.session.scalars(sa.select(Message).where(Message.subject.startswith("What came of it")))
        return [message.to.split("@")[0] for message in rows]

    assert outcomes.remind(now=AFTER + timedelta(days=30)) == 0
    due = AFTER + timedelta(days=190)
    for _ in range(2):
        outcomes.remind(now=due)
    assert asked() == ["olive.officer"]
    outcomes.record(pitch, 6, OutcomeState.NONE, by=actor_for(people.officer), now=due)
    assert outcomes.remind(now=due) == 0
    assert outcomes.remind(now=AFTER + timedelta(days=366)) == 1
    assert len(asked()) == 2
    assert outcomes.remind(now=AFTER + timedelta(days=1000)) == 0


def test_an_interest_list_follows_from_a_challenge(
    client: CheckedClient, finished: Event, pitch: Candidate, people: People
) -> None:
    client.sign_in(people.officer)
    page = client.get(f"/showcases/{finished.id}/outcomes").text
    assert f"/interest-lists/new?challenge={pitch.entry.challenge_id}" in page
    client.sign_in(people.founder)
    assert "Propose an interest list" not in client.get(f"/showcases/{finished.id}/outcomes").text


def test_a_firm_that_only_registered_took_no_part(finished: Event, people: People) -> None:
    newcomer = member_of(Supplier(name="New Ltd", approved_at=AFTER), "Nora New", is_administrator=True)
    db.session.commit()
    with pytest.raises(NotAllowed):
        feedback.give(finished, ON_EVENT, by=actor_for(newcomer), now=AFTER)


def test_those_who_took_part_are_asked_once(finished: Event, people: People) -> None:
    for _ in range(2):
        assert feedback_messages.ask_due(now=AFTER) == 3
    told = db.session.scalars(sa.select(Message).where(Message.subject.startswith("Your feedback"))).all()
    assert sorted(message.to.split("@")[0] for message in told) == ["fay.founder", "olive.officer", "omar.officer"]
    assert feedback_messages.ask_due(now=AFTER + timedelta(days=31)) == 0
