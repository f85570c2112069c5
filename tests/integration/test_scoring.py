"""Scores of candidates: each officer alone, by the criteria, at first without suppliers' names."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    EventChallenge,
    Message,
)
from showcase.models.enums import CandidateState, CriterionKind
from showcase.services import (
    events,
    scoring,
    selections,
)
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.matching_texts import encode, fresh_index  # noqa: F401 - a fixture that tests here use
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

pytestmark = pytest.mark.either_database

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
    address = f"/showcases/{event.id}/manage/selection/names"
    assert "This cannot be taken back." in client.get(address).text
    assert event.is_blind
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 409
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
