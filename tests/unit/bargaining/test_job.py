"""From rows to the answer that the worker keeps: the same problem, the same plan, and what changes without a council.

Rows become JSON, JSON an answer; a brute force that shares nothing with the planner judges both ends.
"""

import json
import uuid
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.bargaining import job, read_problem
from showcase.models import Pledge, PriceVersion
from showcase.services import demand
from showcase.services.plan_totals import is_safe
from showcase.services.plans import problem_of
from tests.unit.bargaining import exhaustive
from tests.unit.bargaining.problems import Json, problems


def answer_to(problem: Json) -> Json:
    answer = job.run(problem, seconds=60, work=None, tell=lambda progress: None)
    kept: Json = json.loads(json.dumps(answer))  # as a row of the database gives it back
    return kept


@settings(deadline=None, max_examples=60)
@given(problems())
def test_the_answer_is_the_best_with_and_without_each_council(problem: Json) -> None:
    answer = answer_to(problem)
    assert answer["status"] == "optimal"
    assert answer["saving_pence"] == -exhaustive.best(problem)[0]
    assert answer["not_tried"] == []
    joined = {council for group in answer["groups"] for council in group["members"]}
    assert {one["council"] for one in answer["departures"]} == joined
    for one in answer["departures"]:
        others = {**problem, "councils": [c for c in problem["councils"] if c["id"] != one["council"]]}
        assert one["others_after_pence"] == -exhaustive.best(others)[0]
        assert one["is_proven"]


@settings(deadline=None, max_examples=60)
@given(problems())
def test_gains_add_up_to_the_saving(problem: Json) -> None:
    answer = answer_to(problem)
    assert sum(gain["saving_pence"] or 0 for gain in answer["gains"]) == answer["saving_pence"]
    for gain in answer["gains"]:
        alone = {**problem, "councils": [c for c in problem["councils"] if c["id"] == gain["council"]]}
        assert gain["by_itself_pence"] == max(0, -exhaustive.best(alone)[0])


prices = st.lists(
    st.fixed_dictionaries({"max_unit_price_pence": st.integers(1, 50), "quantity": st.integers(0, 100)}),
    max_size=6,
    unique_by=lambda step: step["max_unit_price_pence"],
)


@settings(deadline=None)
@given(prices, st.integers(0, 60))
def test_rows_and_planner_agree_on_what_a_council_takes(schedule: list[dict[str, Any]], price: int) -> None:
    pledge = Pledge(
        council_id=uuid.uuid4(), schedule=schedule, earliest="2027-11", latest="2028-02", needs=[], rung="interested"
    )
    council = read_problem(problem_of([pledge], [])).councils[0]
    assert council.quantity_at(price) == demand.quantity_at(pledge, price)


@settings(deadline=None)
@given(st.integers(2020 * 12, 2099 * 12), st.integers(0, 40))
def test_a_window_of_starts_has_every_month(first: int, length: int) -> None:
    def text(month: int) -> str:
        return f"{month // 12}-{month % 12 + 1:02}"

    version = PriceVersion(
        id=uuid.uuid4(),
        tiers=[{"min_quantity": 1, "unit_price_pence": 1}],
        earliest=text(first),
        latest=text(first + length),
        meets=[],
        valid_until=date(2099, 1, 1),
    )
    (offer,) = read_problem(problem_of([], [version])).offers
    assert offer.starts == tuple(range(first, first + length + 1))


parts = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), max_size=8)


@settings(deadline=None)
@given(parts, st.lists(parts, max_size=3), st.integers(2, 5))
def test_what_is_told_never_leaves_one_council_to_be_read(
    own: dict[str, int], told: list[dict[str, int]], least: int
) -> None:
    """A reader subtracts two totals and what it knows of itself: what is left is never one council's, or nearly."""
    if not is_safe(own, told, least):
        return
    for other in ({}, *told):
        left = {c: abs(own.get(c, 0) - other.get(c, 0)) for c in {*own, *other}}
        differing = [value for value in left.values() if value]
        assert not differing or len(differing) >= least
        for reader in left:
            rest = [value for council, value in left.items() if council != reader and value]
            assert not rest or 2 * max(rest) <= sum(rest)
