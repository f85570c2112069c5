"""Every challenge against every solution: as asked one by one, and only what may be matched."""

import csv
import json
from io import StringIO

import pytest

from showcase.access import actor_for
from showcase.commands.pairs import HEAD, _write_csv, _write_json
from showcase.extensions import db
from showcase.models import Challenge, Solution, utc_now
from showcase.services import pairs, ranking
from tests.integration.conftest import People
from tests.integration.matching_texts import BINS, DAMP, LETTERS, encode, fresh_index, live_challenge, live_solution

__all__ = ["fresh_index"]


@pytest.fixture
def solutions(people: People) -> list[Solution]:
    texts = (("Dry Rooms", DAMP), ("=Bin Rounds", BINS), ("Plain Post", LETTERS))
    found = [live_solution(people, people.founder, name, text) for name, text in texts]
    encode()
    return found


@pytest.fixture
def challenges(people: People, solutions: list[Solution]) -> list[Challenge]:
    found = [live_challenge(people, people.officer), live_challenge(people, people.officer, title="Missed bins")]
    encode()
    return found


def test_each_challenge_has_what_it_has_when_asked_alone(people: People, challenges: list[Challenge]) -> None:
    found = {best.challenge.id: best for best in pairs.best_of_each_challenge(top=2)}
    assert set(found) == {challenge.id for challenge in challenges}
    assert pairs.count() == len(challenges)
    for challenge in challenges:
        alone = ranking.order(Solution, ranking.query_of(challenge), seen_by=actor_for(people.staff), most=2)
        best = found[challenge.id].solutions
        assert [(solution.id, score) for solution, score in best] == [(one.id, one.score) for one in alone.places]
        assert len(best) == 2


def test_a_firm_that_is_suspended_is_left_out(challenges: list[Challenge], solutions: list[Solution]) -> None:
    solutions[0].organisation.suspended_at = utc_now()
    db.session.commit()
    for best in pairs.best_of_each_challenge(top=3):
        assert not best.solutions


def test_they_are_written_as_csv_and_as_lines_of_json(challenges: list[Challenge]) -> None:
    found = list(pairs.best_of_each_challenge(top=3))
    table, lines = StringIO(), StringIO()
    assert _write_csv(found, table) == 2
    assert _write_json(found, lines) == 2
    head, *rows = csv.reader(StringIO(table.getvalue()))
    assert tuple(head) == HEAD
    assert len(rows) == 6
    assert "'=Bin Rounds" in {row[3] for row in rows}  # a spreadsheet would run it
    first = json.loads(lines.getvalue().splitlines()[0])
    assert first["challenge"]["id"] == rows[0][6]
    assert [one["id"] for one in first["solutions"]] == [row[7] for row in rows[:3]]
    assert [one["rank"] for one in first["solutions"]] == [1, 2, 3]
