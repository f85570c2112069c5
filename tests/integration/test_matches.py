"""Matches from both sides: the order, its reasons, who sees what of it, and what a council decides."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from matching.encoding import CUTTING
from matching.ranker import RANKER_VERSION
from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Decision, Solution, utc_now
from showcase.models.enums import Verdict
from showcase.policies import PUBLIC
from showcase.services import decisions, encodings, index, matches, publications, vectors
from showcase.services.match_cards import Page
from tests.integration.conftest import CheckedClient, People, Statements
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
from tests.integration.publication_texts import a_challenge, a_solution, take

RANKED_BY = f"all-MiniLM-L6-v2, cut {CUTTING}, {RANKER_VERSION}, version 1"
Counting = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def damp(people: People) -> Challenge:
    """A challenge about damp, among three solutions of two suppliers."""
    challenge = live_challenge(people, people.officer)
    live_solution(people, people.founder, "Dry Rooms", DAMP, maturity="live", meets=["uk-hosting"])
    live_solution(people, people.founder, "Clear Letters", LETTERS)
    live_solution(people, people.other_founder, "Round Planner", BINS, service_areas=["waste"])
    encode()
    return challenge


def solution(name: str) -> Solution:
    return next(each for each in db.session.scalars(sa.select(Solution)) if each.published_title == name)


# --- the council's side -----------------------------------------------------------------------------------------------


def test_the_best_comes_first_with_reasons_and_gaps(client: CheckedClient, people: People, damp: Challenge) -> None:
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{damp.id}/matches").text
    assert cards(page) == ["Dry Rooms", "Round Planner"]
    assert "1 more profile of Plain Answers Ltd" in page
    assert "Clear Letters" in page
    first = page[page.index("Dry Rooms") : page.index("Round Planner</a>")]
    assert "<mark>damp</mark>" in first
    assert "Made for Housing repairs" in first
    assert "From £12,345 a year excluding VAT, within the budget band" in first
    assert "Nothing in this profile says how it helps with this: <q>A housing officer needs to see" in page
    assert "Does not fit:</strong> Made for Waste" in page
    assert RANKED_BY in page


def test_contributions_are_those_of_the_ranker(people: People, damp: Challenge) -> None:
    page = matches.solutions_for(damp, seen_by=actor_for(people.officer))
    for card in page.cards:
        assert sum(card.place.contributions.values()) == pytest.approx(card.place.score)
    assert [card.place.rank for card in page.cards] == sorted(card.place.rank for card in page.cards)


def test_filters_keep_the_rank_and_only_what_fits(client: CheckedClient, people: People, damp: Challenge) -> None:
    client.sign_in(people.officer)
    start = f"/challenges/{damp.id}/matches"
    before = {c.publication.published_title: c.place.rank for c in _page(damp, people).cards}
    assert cards(client.get(f"{start}?service_area=waste").text) == ["Round Planner"]
    assert f"Rank </span>{before['Round Planner']}" in client.get(f"{start}?service_area=waste").text
    assert cards(client.get(f"{start}?maturity=live").text) == ["Dry Rooms"]
    assert cards(client.get(f"{start}?must_have=uk-hosting").text) == ["Dry Rooms"]
    assert cards(client.get(f"{start}?fitting=only").text) == ["Dry Rooms"]
    assert cards(client.get(f"{start}?service_area=no-such-thing").text) == ["Dry Rooms", "Round Planner"]
    assert "Nothing fits" in client.get(f"{start}?must_have=uk-hosting&service_area=waste").text


def _page(challenge: Challenge, people: People) -> Page:
    return matches.solutions_for(challenge, seen_by=actor_for(people.officer))


def test_who_may_see_a_councils_matches(client: CheckedClient, people: People, damp: Challenge) -> None:
    paths = [f"/challenges/{damp.id}/{end}" for end in ("matches", "matches/decided", "matches.csv", "responses")]
    for path in paths:
        client.sign_out()
        assert client.get(path).status_code == 302, path
        for member, status in (
            (people.officer, 200),
            (people.staff, 200),
            (people.other_officer, 403),
            (people.founder, 403),
        ):
            client.sign_in(member)
            assert client.get(path).status_code == status, (path, member.account.name)


def test_an_officer_decides_undoes_and_all_is_recorded(client: CheckedClient, people: People, damp: Challenge) -> None:
    client.sign_in(people.officer)
    start = f"/challenges/{damp.id}/matches"
    dry, bins = solution("Dry Rooms"), solution("Round Planner")
    back = f"{start}?service_area=waste"
    answer = client.post(f"{start}/{dry.id}/decide", data={"verdict": "shortlisted", "back": back})
    assert answer.location == back
    assert (
        client.post(f"{start}/{dry.id}/decide", data={"verdict": "shortlisted", "back": "//x.example"}).location
        == start
    )
    refused = client.post(f"{start}/{bins.id}/decide", data={"verdict": "not_for_us", "reason": " "})
    assert refused.status_code == 422
    assert "Say why it is not for you" in refused.text
    client.post(f"{start}/{bins.id}/decide", data={"verdict": "not_for_us", "reason": "We do not do waste."})
    decision = next(d for d in decisions.standing_on(damp) if d.solution_id == dry.id)
    assert (decision.rank, decision.by_id) == (1, people.officer.account_id)
    assert decision.score == pytest.approx(sum(decision.shown.values()))
    assert decision.ranker.startswith(RANKED_BY)
    assert len(decisions.standing_on(damp)) == 2
    page = client.get(f"{start}/decided").text
    assert cards(page) == ["Dry Rooms", "Round Planner"]
    assert "We do not do waste." in page
    assert "by Olive Officer on" in page
    client.post(f"{start}/{bins.id}/undo")
    assert client.post(f"{start}/{bins.id}/undo").status_code == 409
    assert cards(client.get(f"{start}/decided").text) == ["Dry Rooms"]
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 3
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("match."))).all()
    assert sorted(actions) == ["match.decided"] * 3 + ["match.undone"]


def test_nobody_else_decides(client: CheckedClient, people: People, damp: Challenge) -> None:
    path = f"/challenges/{damp.id}/matches/{solution('Dry Rooms').id}"
    for member in (people.staff, people.other_officer, people.founder):
        client.sign_in(member)
        assert client.post(f"{path}/decide", data={"verdict": "shortlisted"}).status_code == 403
        assert client.post(f"{path}/undo").status_code == 403
    hidden = a_solution(people.founder)
    db.session.commit()
    client.sign_in(people.officer)
    answer = client.post(f"/challenges/{damp.id}/matches/{hidden.id}/decide", data={"verdict": "shortlisted"})
    assert answer.status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0


def test_the_export_holds_nothing_the_council_keeps(client: CheckedClient, people: People, damp: Challenge) -> None:
    client.sign_in(people.officer)
    text = client.get(f"/challenges/{damp.id}/matches.csv").text
    assert "Dry Rooms" in text
    assert "Made for Housing repairs" in text
    assert "budget" not in text
    assert "12,345" not in text


def test_a_suspended_suppliers_solution_is_not_ranked(client: CheckedClient, people: People, damp: Challenge) -> None:
    people.founder.organisation.suspended_at = utc_now()
    for member in (people.officer, people.staff):
        client.sign_in(member)
        assert cards(client.get(f"/challenges/{damp.id}/matches").text) == ["Round Planner"]


# --- freshness --------------------------------------------------------------------------------------------------------


def test_a_text_is_found_once_the_worker_has_seen_it(client: CheckedClient, people: People, damp: Challenge) -> None:
    client.sign_in(people.officer)
    new = live_solution(people, people.other_founder, "Mould Map", "Maps mould and damp in homes for housing officers.")
    start = f"/challenges/{damp.id}/matches"
    assert "Mould Map" not in client.get(start).text
    assert "Being indexed" in client.get(f"/solutions/{new.id}").text
    assert encode() == 1
    assert "Mould Map" in client.get(start).text
    assert "Being indexed" not in client.get(f"/solutions/{new.id}").text
    publications.save(
        damp, {"problem": "Bins are missed."}, revision=damp.revision, by=actor_for(people.officer), now=utc_now()
    )
    take(damp, "submit", people.officer)
    take(damp, "publish", people.staff)
    db.session.commit()
    assert "Being indexed" in client.get(start).text
    encode()
    assert "Being indexed" not in client.get(start).text
    take(new, "archive", people.other_founder)
    db.session.commit()
    assert "Mould Map" not in client.get(start).text


def test_without_a_model_words_decide_and_the_page_says_so(client: CheckedClient, people: People) -> None:
    challenge = live_challenge(people, people.officer)
    live_solution(people, people.other_founder, "Round Planner", BINS)
    live_solution(people, people.founder, "Dry Rooms", DAMP)
    db.session.commit()
    vectors.refresh(None, model=encodings.in_use())
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{challenge.id}/matches").text
    assert cards(page)[0] == "Dry Rooms"
    assert "Ranked by shared words only" in page
    assert "app-closeness" not in page


def test_vectors_of_another_model_are_no_error(client: CheckedClient, people: People, damp: Challenge) -> None:
    draft = a_challenge(people.officer, title="How might we collect missed bins?", problem=BINS)
    db.session.commit()
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{draft.id}/draft-matches").text  # no embedder answers: words alone
    assert cards(page)[0] == "Round Planner"
    assert "Ranked by shared words only" in page


# --- the supplier's side ----------------------------------------------------------------------------------------------


def test_a_supplier_sees_open_challenges_and_no_scores(client: CheckedClient, people: People, damp: Challenge) -> None:
    live_challenge(people, people.other_officer, title="How might we miss no bin?", problem=BINS, users=BINS)
    closed = live_challenge(people, people.other_officer, title="How might we end mould?", problem=DAMP)
    take(closed, "close", people.other_officer)
    encode()
    client.sign_in(people.founder)
    page = client.get(f"/solutions/{solution('Dry Rooms').id}/matches").text
    assert cards(page) == [damp.published_title, "How might we miss no bin?"]
    assert "<mark>damp</mark>" in page
    for hidden in ("Rank ", "app-closeness", "How it got this place", "Quiet Roads", "Round Planner", "budget band"):
        assert hidden not in page, hidden
    client.sign_in(people.other_founder)
    assert client.get(f"/solutions/{solution('Dry Rooms').id}/matches").status_code == 404
    client.sign_in(people.officer)
    assert client.get(f"/solutions/{solution('Dry Rooms').id}/matches").status_code == 403


def test_what_a_council_keeps_changes_nothing_for_suppliers(client: CheckedClient, people: People) -> None:
    kept: dict[str, object] = {"budget": None, "contract_supplier": None, "contract_product": None}
    challenge = live_challenge(people, people.officer, **kept)
    live_challenge(people, people.other_officer, title="How might we miss no bin?", problem=BINS)
    mine = live_solution(people, people.founder, "Dry Rooms", DAMP, price_floor=100)
    encode()
    client.sign_in(people.founder)

    def seen() -> list[str]:
        paths = [
            f"/solutions/{mine.id}/matches",
            "/search?q=damp",
            "/challenges?sort=title",
            f"/challenges/{challenge.id}",
        ]
        filters = ("", "service_area=housing-repairs")
        pages = [client.get(f"{path}{'&' if '?' in path else '?'}{more}").text for path in paths for more in filters]
        return [re.sub(r"Version \d+|csrf\S+|value=\"[\w.-]{40,}\"", "", page) for page in pages]

    first = seen()
    for answers in (
        {"budget": "under-25k", "contract_supplier": "Dry Rooms Damp Mould Ltd"},
        {"budget": "over-250k", "contract_product": "damp mould sensors", "contract_ends_on": "2027-03-31"},
    ):
        publications.save(
            challenge,
            answers,
            revision=challenge.revision,
            by=actor_for(people.officer),
            now=challenge.published_at or utc_now(),
        )
        take(challenge, "submit", people.officer)
        take(challenge, "publish", people.staff)
        encode()
        assert seen() == first
    publications.save(
        mine, {"price_floor": 99_999_999}, revision=mine.revision, by=actor_for(people.founder), now=utc_now()
    )
    take(mine, "submit", people.founder)
    take(mine, "publish", people.staff)
    encode()
    assert seen() == first
    page = matches.solutions_for(challenge, seen_by=actor_for(people.officer))
    assert [fact.fits for fact in page.cards[0].why.facets if fact.facet == "price"] == [True]


# --- drafts and similar needs -----------------------------------------------------------------------------------------


@pytest.fixture
def many(people: People, damp: Challenge) -> None:
    """Enough challenges of other kinds that nearness means something."""
    for title, words in (
        ("How might we miss no bin?", BINS),
        ("How might we write so that people understand?", LETTERS),
        ("How might we plan school taxis?", "Children travel far, taxis run half empty and routes change each term."),
        ("How might we answer calls?", "Callers wait, ring off and ring again about council tax and parking permits."),
        ("How might we mend roads?", "Potholes are reported late and crews drive past defects on the carriageway."),
        ("How might we fill elections desks?", "Poll clerks drop out the week before and presiding officers stand in."),
    ):
        live_challenge(people, people.officer, title=title, problem=words, users=words)
    encode()


@pytest.mark.usefixtures("many")
def test_a_draft_shows_its_writer_matches_privately(client: CheckedClient, people: People, damp: Challenge) -> None:
    draft = a_challenge(people.other_officer, title="How might we see damp homes early?")
    db.session.commit()
    path = f"/challenges/{draft.id}/draft-matches"
    client.sign_in(people.other_officer)
    page = client.get(path).text
    assert cards(page)[0] == "Dry Rooms"
    assert damp.published_title in page
    assert f"/challenges/{damp.id}" in client.get(f"/challenges/{draft.id}/draft").text
    for member in (people.staff, people.officer, people.founder):
        client.sign_in(member)
        assert client.get(path).status_code == 404


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("section", ["problem", "fit"])
def test_who_describes_the_same_is_said_once_while_a_draft_is_written(
    client: CheckedClient, people: People, damp: Challenge, section: str
) -> None:
    draft = a_challenge(people.other_officer, title="How might we see damp homes early?")
    db.session.commit()
    client.sign_in(people.other_officer)
    page = client.get(f"/challenges/{draft.id}/edit/{section}").text
    assert page.count("Another council describes something like this") == 1
    assert page.count(f"/challenges/{damp.id}") == 1


@pytest.mark.usefixtures("many")
def test_similar_needs_are_of_other_councils(client: CheckedClient, people: People, damp: Challenge) -> None:
    live_challenge(people, people.officer, title="How might we dry our own homes?")
    other = live_challenge(people, people.other_officer, title="How might we find mould before winter?")
    encode()
    page = client.get(f"/challenges/{damp.id}/similar").text
    assert cards(page) == ["How might we find mould before winter?"]
    assert "What is missing" not in page
    assert other.published_title in client.get(f"/challenges/{damp.id}").text
    found, _ = matches.similar_to(damp, seen_by=PUBLIC)
    assert [card.publication.id for card in found] == [other.id]


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["matches", "similar"])
def test_more_cards_cost_no_more_statements(
    client: CheckedClient, people: People, damp: Challenge, count_queries: Counting, page: str
) -> None:
    client.sign_in(people.officer)
    if page == "similar":
        live_challenge(people, people.other_officer)
        encode()
    client.get(f"/challenges/{damp.id}/{page}")
    with count_queries() as before:
        client.get(f"/challenges/{damp.id}/{page}")
    for number in range(3):
        live_solution(people, people.other_founder, f"Mould Map {number}", DAMP)
        live_challenge(people, people.other_officer)
    encode()
    client.get(f"/challenges/{damp.id}/{page}")
    with count_queries() as after:
        client.get(f"/challenges/{damp.id}/{page}")
    assert len(after) == len(before)


def test_equal_decisions_of_two_officers_leave_one(people: People, damp: Challenge) -> None:
    by, dry = actor_for(people.officer), solution("Dry Rooms")
    decisions.decide(damp, dry, Verdict.SHORTLISTED, by=by, now=utc_now())
    decisions.decide(damp, dry, Verdict.NOT_FOR_US, by=by, now=utc_now(), reason="Too small.")
    assert [decision.verdict for decision in decisions.standing_on(damp)] == [Verdict.NOT_FOR_US]
    assert index.encoded(damp.id, encodings.in_use()) is not None
