"""Who gets the places on first pages: one supplier never fills a page, and staff see the figures."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import sqlalchemy as sa

from matching.encoding import CUTTING
from matching.ranker import RANKER_VERSION
from showcase.access import actor_for
from showcase.errors import NotAllowed
from showcase.extensions import db
from showcase.models import FairnessReport, Supplier, VectorCounter, utc_now
from showcase.services import fairness, fairness_reports, matches
from tests.integration.conftest import CheckedClient, People
from tests.integration.matching_texts import (
    BINS,
    DAMP,
    LETTERS,
    cards,
    encode,
    fresh_index,  # noqa: F401 - a fixture that each test here uses
    live_challenge,
    live_solution,
)

pytestmark = pytest.mark.either_database


def test_one_supplier_does_not_fill_a_page(client: CheckedClient, people: People) -> None:
    challenge = live_challenge(people, people.officer)
    for number in range(12):
        live_solution(people, people.founder, f"Dry Rooms {number}", DAMP)
    live_solution(people, people.other_founder, "Round Planner", BINS)
    encode()
    page = matches.solutions_for(challenge, seen_by=actor_for(people.officer))
    assert sorted(len(card.further) for card in page.cards) == [0, 11]
    for card in page.cards:
        assert all(card.place.rank < place.rank for _, place in card.further)
    assert [card.place.rank for card in page.cards] == sorted(card.place.rank for card in page.cards)
    client.sign_in(people.officer)
    shown = client.get(f"/challenges/{challenge.id}/matches").text
    assert len(cards(shown)) == 2
    assert "11 more profiles of Plain Answers Ltd" in shown
    assert fairness.measure(seen_by=actor_for(people.staff), now=utc_now()).most_of_one == 1


@pytest.fixture
def measured(people: People) -> People:
    """Two suppliers, one small and young with two profiles, one of which nothing is known with one."""
    founded = people.founder.organisation
    assert isinstance(founded, Supplier)
    founded.staff, founded.founded_year = 9, utc_now().year - 3
    live_challenge(people, people.officer)
    live_challenge(people, people.other_officer)
    live_solution(people, people.founder, "Dry Rooms", DAMP)
    live_solution(people, people.founder, "Clear Letters", LETTERS)
    live_solution(people, people.other_founder, "Round Planner", BINS)
    encode()
    return people


def test_places_are_counted_by_size_age_and_profiles(measured: People) -> None:
    report = fairness.measure(seen_by=actor_for(measured.staff), now=utc_now())
    assert (report.challenges, report.of_challenges, report.profiles, report.suppliers) == (2, 2, 3, 2)
    for by, names in (
        ("Size", ["Under 10 staff", "Not said"]),
        ("Age", ["3 to 5 years", "Not said"]),
        ("Number of profiles", ["1 profile", "2 profiles"]),
    ):
        assert [one.group for one in report.shares[by]] == names
        assert [one.of_places for one in report.shares[by]] == pytest.approx([0.5, 0.5])
    small, unknown = report.shares["Size"]
    assert (small.of_profiles, unknown.of_profiles) == pytest.approx((2 / 3, 1 / 3))
    assert small.of_exposure > 0.5  # it stands first for both
    newest = fairness.measure(seen_by=actor_for(measured.staff), now=utc_now(), most=1)
    assert (newest.challenges, newest.of_challenges) == (1, 2)
    assert [one.name for one in report.links][:1] == ["Words in the profile that are matched"]


def test_staff_see_the_figures_and_take_them_away(client: CheckedClient, measured: People) -> None:
    client.sign_in(measured.staff)
    assert "Not measured yet" in client.get("/staff/fairness").text
    assert client.get("/staff/fairness.csv").text.count("\n") == 1
    assert fairness_reports.refresh(now=datetime(2027, 1, 5, 9, 30, tzinfo=UTC)) == 1
    page = client.get("/staff/fairness").text
    assert "Measured on 5 January 2027" in page
    assert f"cut {CUTTING}, {RANKER_VERSION}, version 1, weights 0" in page
    assert "2 published challenges, 3 profiles and 2 suppliers" in page
    assert "66.7%" in page
    answer = client.get("/staff/fairness.csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == fairness_reports.HEAD
    assert rows[1][:6] == ["Size", "Under 10 staff", "1", "2", "66.7", "50.0"]
    assert rows[1][-2].startswith("2027-01-05")


def test_the_report_is_kept_as_it_was_measured(measured: People) -> None:
    seen_by = actor_for(measured.staff)
    assert fairness_reports.newest(seen_by=seen_by) is None
    fairness_reports.refresh(now=utc_now())
    kept = fairness_reports.newest(seen_by=seen_by)
    assert kept is not None
    assert kept.report == fairness.measure(seen_by=seen_by, now=utc_now())


def test_it_is_measured_again_when_the_ranking_or_in_time_the_texts_change(measured: People) -> None:
    now = utc_now()
    assert fairness_reports.refresh(now=now) == 1
    assert fairness_reports.refresh(now=now + timedelta(days=9)) == 0
    live_solution(measured, measured.other_founder, "Letter Checker", LETTERS)
    assert encode() == 1  # a third more texts: there is a new ranker version
    assert fairness_reports.refresh(now=now) == 1
    db.session.execute(sa.update(VectorCounter).values(number=VectorCounter.number + 1))
    db.session.commit()
    assert fairness_reports.refresh(now=now) == 0
    assert fairness_reports.refresh(now=now + fairness_reports.EVERY) == 1
    assert db.session.scalar(sa.select(sa.func.count(FairnessReport.id))) == 1


def test_only_staff_see_the_figures(client: CheckedClient, people: People) -> None:
    for path in ("/staff/fairness", "/staff/fairness.csv"):
        client.sign_out()
        assert client.get(path).status_code == 302
        for member in (people.officer, people.founder):
            client.sign_in(member)
            assert client.get(path).status_code == 403
    with pytest.raises(NotAllowed):
        fairness.measure(seen_by=actor_for(people.officer), now=utc_now())
    with pytest.raises(NotAllowed):
        fairness_reports.newest(seen_by=actor_for(people.officer))


def test_nothing_published_is_said(client: CheckedClient, people: People) -> None:
    db.session.commit()
    fairness_reports.refresh(now=utc_now())
    client.sign_in(people.staff)
    assert "Nothing to measure yet" in client.get("/staff/fairness").text
