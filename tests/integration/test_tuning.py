"""Weights of the ranking: fitted to decisions, proposed, adopted by staff alone, named by rankings, and taken back."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from matching.ranker import Weights
from showcase.access import actor_for
from showcase.commands import main
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db, settings
from showcase.models import AuditEntry, Challenge, Decision, Solution, WeightAdoption, WeightSet, utc_now
from showcase.models.enums import Verdict
from showcase.policies import Actor
from showcase.services import decisions, matches, tuning, weights
from tests.integration.conftest import CheckedClient, People
from tests.integration.matching_texts import (
    BINS,
    DAMP,
    LETTERS,
    encode,
    fresh_index,  # noqa: F401 - a fixture that each test here uses
    live_challenge,
    live_solution,
)

pytestmark = pytest.mark.either_database

NAMES = list(asdict(Weights()))
MOSTLY_WORDS = {name: 0.94 if name == "lexical" else 0.06 / (len(NAMES) - 1) for name in NAMES}
COMMAND = Actor(name="Command line")


@pytest.fixture
def damp(people: People) -> Challenge:
    """A challenge about damp, among three solutions."""
    challenge = live_challenge(people, people.officer)
    live_solution(people, people.founder, "Dry Rooms", DAMP)
    live_solution(people, people.founder, "Clear Letters", LETTERS)
    live_solution(people, people.other_founder, "Round Planner", BINS)
    encode()
    return challenge


def decided(challenge: Challenge, people: People, *right: str) -> list[Decision]:
    """Shortlist solutions by name and turn down all others."""
    return [
        decisions.decide(
            challenge,
            solution,
            Verdict.SHORTLISTED if solution.published_title in right else Verdict.NOT_FOR_US,
            by=actor_for(people.officer),
            now=utc_now(),
            reason="Looked at in a meeting.",
        )
        for solution in db.session.scalars(sa.select(Solution).order_by(Solution.title))
    ]


def proposal(**changes: float) -> WeightSet:
    """Keep weights for staff to look at."""
    report = tuning.run([]).as_json()
    return weights.propose({**MOSTLY_WORDS, **changes}, report, by=COMMAND, now=utc_now())


def scores(challenge: Challenge, people: People) -> tuple[str, dict[str, float]]:
    """Return by what solutions are ranked, and their scores."""
    order = matches.solutions_for(challenge, seen_by=actor_for(people.officer)).order
    return order.ranker, {str(place.id): place.score for place in order.places}


def test_decisions_say_the_same_whatever_the_weights_of_their_time(people: People, damp: Challenge) -> None:
    decided(damp, people, "Dry Rooms")
    (before,), left_out = tuning._decided()
    proposed = proposal()
    weights.adopt(proposed.number, reason="To try.", seen=0, by=actor_for(people.staff), now=utc_now())
    again = decided(damp, people, "Dry Rooms")
    assert all(one.ranker.endswith(f"weights {proposed.number}") for one in again)
    (after,), _ = tuning._decided()
    assert left_out == 0
    assert after.values == pytest.approx(before.values, abs=2e-3)  # contributions are kept to five decimals
    assert (after.is_right.sum(), after.is_wrong.sum()) == (1, 2)


def test_only_decisions_that_stand_and_are_of_this_ranking_count(people: People, damp: Challenge) -> None:
    first, second, third = decided(damp, people, "Dry Rooms")
    decisions.undo(damp, first.solution, by=actor_for(people.officer), now=utc_now())
    second.ranker = "all-MiniLM-L6-v2, another-1, version 1, weights 0"
    third.shown = {"lexical": 1.0}
    db.session.flush()
    result = tuning.run([])
    assert result.fitted_on["decisions"] == 0
    assert result.fitted_on["decisions left out, of another ranking"] == 2
    assert tuning.ONLY_GOLDEN in result.tuned.doubts


def test_a_decision_from_before_weights_had_numbers_is_read_as_shipped(people: People, damp: Challenge) -> None:
    for one in decided(damp, people, "Dry Rooms"):
        one.ranker = one.ranker.removesuffix(", weights 0")
    db.session.flush()
    assert tuning.run([]).fitted_on["decisions"] == 3


def test_golden_pairs_are_ranked_as_they_stand(people: People, damp: Challenge) -> None:
    damp.key = "damp"
    for solution in db.session.scalars(sa.select(Solution)):
        solution.key = solution.published_title
    db.session.flush()
    golden = [
        {"challenge": "damp", "right": ["Dry Rooms"], "wrong": ["Round Planner", "not here"]},
        {"challenge": "not here", "right": ["Dry Rooms"], "wrong": []},
    ]
    result = tuning.run(golden)
    assert (result.fitted_on["golden challenges"], result.fitted_on["golden pairs"]) == (1, 1)
    (one,) = tuning._golden(golden)
    weighed = one.values @ list(asdict(Weights()).values())
    assert sorted(weighed) == pytest.approx(sorted(scores(damp, people)[1].values()), abs=1e-4)


def test_nothing_changes_until_staff_adopt_and_they_can_go_back(
    client: CheckedClient, people: People, damp: Challenge
) -> None:
    ranked_by, before = scores(damp, people)
    number = proposal().number
    assert scores(damp, people) == (ranked_by, before)
    client.sign_in(people.staff)
    assert "Can be adopted" in client.get("/staff/ranking").text
    page = client.get(f"/staff/ranking/{number}").text
    assert "0.940" in page
    assert tuning.ONLY_GOLDEN in page
    assert client.post(f"/staff/ranking/{number}", data={"seen": "0", "reason": " "}).status_code == 422
    assert client.post(f"/staff/ranking/{number}", data={"seen": "0", "reason": "Better."}).status_code == 302
    named, after = scores(damp, people)  # the same process, with the index it had
    assert named == ranked_by.replace("weights 0", f"weights {number}")
    assert after != before
    assert named in client.get(f"/challenges/{damp.id}/matches").text
    stale = client.post("/staff/ranking/0", data={"seen": "0", "reason": "Back."})
    assert "A colleague has changed the weights" in stale.text
    assert client.post("/staff/ranking/0", data={"seen": str(number), "reason": "Back."}).status_code == 302
    assert scores(damp, people) == (ranked_by, before)
    page = client.get("/staff/ranking").text
    assert page.index("Back.") < page.index("Better.")
    trail = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.by_id).where(AuditEntry.action.startswith("ranking."))
    ).all()
    assert sorted(action for action, _ in trail) == ["ranking.adopted", "ranking.adopted", "ranking.proposed"]
    assert {by for action, by in trail if action == "ranking.adopted"} == {people.staff.account_id}


def test_other_councils_texts_keep_the_shipped_weights(people: People, damp: Challenge) -> None:
    before = [card.strength for card in matches.similar_to(damp, seen_by=actor_for(people.officer))[0]]
    weights.adopt(proposal().number, reason="To try.", seen=0, by=actor_for(people.staff), now=utc_now())
    assert [card.strength for card in matches.similar_to(damp, seen_by=actor_for(people.officer))[0]] == before
    assert weights.in_force("challenge").number == weights.SHIPPED


def test_only_staff_see_and_adopt(client: CheckedClient, people: People) -> None:
    number = proposal().number
    db.session.commit()
    paths = ["/staff/ranking", f"/staff/ranking/{number}", "/staff/ranking/0"]
    for path in paths:
        client.sign_out()
        assert client.get(path).status_code == 302
        for member in (people.officer, people.founder):
            client.sign_in(member)
            assert client.get(path).status_code == 403
            if path != paths[0]:
                assert client.post(path, data={"seen": "0", "reason": "Mine."}).status_code == 403
        client.sign_in(people.staff)
        assert client.get(path).status_code == 200
    assert client.get("/staff/ranking/77").status_code == 404
    for member in (people.officer, people.founder):
        with pytest.raises(NotAllowed):
            weights.adopt(number, reason="Mine.", seen=0, by=actor_for(member), now=utc_now())
    assert db.session.scalar(sa.select(sa.func.count(WeightAdoption.id))) == 0


def test_what_cannot_be_adopted_is_refused_in_words(people: People) -> None:
    staff = actor_for(people.staff)
    with pytest.raises(DomainError, match="Say why"):
        weights.adopt(proposal().number, reason=" ", seen=0, by=staff, now=utc_now())
    with pytest.raises(Conflict, match="count already"):
        weights.adopt(0, reason="Again.", seen=0, by=staff, now=utc_now())
    other = proposal()
    other.ranker = "another-1"
    with pytest.raises(Conflict, match="another version of the ranking"):
        weights.adopt(other.number, reason="Old.", seen=0, by=staff, now=utc_now())


def test_weights_of_another_ranker_are_set_aside(client: CheckedClient, people: People) -> None:
    proposed = proposal()
    weights.adopt(proposed.number, reason="To try.", seen=0, by=actor_for(people.staff), now=utc_now())
    assert weights.in_force().weights == Weights(**MOSTLY_WORDS)
    proposed.model = "another-model"
    db.session.flush()
    assert weights.in_force().weights == Weights()
    client.sign_in(people.staff)
    assert "The shipped weights count until others are adopted" in client.get("/staff/ranking").text


@pytest.mark.usefixtures("connections_closed")
def test_the_command_prints_and_keeps_a_proposal_only_when_told(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    with own_app.app_context():
        monkeypatch.setenv("DATABASE_URL", settings().database_url)
    printed = CliRunner().invoke(main, ["tune", "--json"])
    assert printed.exit_code == 0
    report = json.loads(printed.output)
    assert set(report["new"]) == set(NAMES)
    assert report["proposed_as"] is None
    spoken = CliRunner().invoke(main, ["tune"])
    assert "! No challenge has both a right and a wrong solution" in spoken.output
    assert "Nothing was kept" in spoken.output
    assert json.loads(CliRunner().invoke(main, ["tune", "--json", "--propose"]).output)["proposed_as"] == 1
    with own_app.app_context():
        (kept,) = db.session.scalars(sa.select(WeightSet)).all()
        assert kept.weights == report["new"]
        assert weights.in_force().number == weights.SHIPPED
