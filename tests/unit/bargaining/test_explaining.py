"""Why a plan is as it is: limits, next tiers, gains and departures of problems small enough to reckon by hand."""

from typing import Any

import pytest
from hypothesis import given, settings

from showcase.bargaining import Problem, read_problem, solve
from showcase.bargaining.explain import Helper, alone, gains, next_tiers, own_limit, without
from tests.unit.bargaining.problems import problems

Json = dict[str, Any]


def offer(id: str = "o", tiers: tuple[tuple[int, int], ...] = ((10, 80),), **changes: Any) -> Json:
    rows = [{"min_quantity": least, "unit_price_pence": price} for least, price in tiers]
    return {"id": id, "tiers": rows, "starts": ["2027-04"], **changes}


def council(id: str, quantity: int = 6, limit: int = 100, cost: int | None = 100, **changes: Any) -> Json:
    steps = [{"max_unit_price_pence": limit, "quantity": quantity}]
    months = {"earliest": "2027-01", "latest": "2027-12"}
    return {"id": id, "quantity": steps, "current_unit_cost_pence": cost, **months, **changes}


def problem(offers: list[Json], councils: list[Json]) -> Problem:
    return read_problem({"offers": offers, "councils": councils})


@pytest.mark.parametrize(
    ("limit", "lonely", "changes"),
    [
        ("needs", council("x", needs=["open-api"]), {}),
        ("start", council("x", latest="2027-03"), {}),
        ("price", council("x", limit=79), {}),
        ("capacity", council("x", quantity=99), {"capacity": 50}),
        ("capacity", council("x", cost=81), {"capacity": 12}),
        ("no_saving", council("x", cost=50), {}),
    ],
)
def test_the_limit_of_a_council_that_a_group_leaves_out(limit: str, lonely: Json, changes: Json) -> None:
    asked = problem([offer(**changes)], [council("a"), council("b"), lonely])
    plan = solve(asked)
    assert [group.members for group in plan.groups] == [{"a": 6, "b": 6}]
    assert [(one.council, one.limit, one.offers) for one in alone(asked, plan)] == [("x", limit, {"o": limit})]


def test_without_a_group_the_limit_is_quantity_or_no_saving() -> None:
    asked = problem([offer("far", ((99, 80),)), offer("dear", ((1, 90),))], [council("a", cost=85)])
    (one,) = alone(asked, solve(asked))
    assert one.offers == {"dear": "no_saving", "far": "quantity"}
    assert one.limit == "no_saving"


@settings(deadline=None, max_examples=60)
@given(problems())
def test_what_stops_a_council_by_itself_does_not_hang_on_the_others(values: Json) -> None:
    whole = read_problem(values)
    for one in values["councils"]:
        lonely = read_problem({**values, "councils": [one]})
        assert own_limit(whole, one["id"]) == own_limit(lonely, one["id"])
        if own_limit(whole, one["id"]) is not None:
            assert one["id"] not in solve(whole).group_of


def test_the_next_tier_of_a_group_and_who_could_close_it() -> None:
    asked = problem(
        [offer("o", ((10, 80), (20, 70), (30, 60))), offer("p", ((1, 85),), meets=["open-api"])],
        [council("a"), council("b"), council("c", limit=75), council("d", needs=["open-api"], quantity=4)],
    )
    plan = solve(asked)
    (step,) = next_tiers(asked, plan)
    assert (step.offer, step.tier, step.quantity, step.gap) == ("o", 1, 12, 8)
    assert step.could_close == (Helper("c", 6, None),)
    assert not step.is_enough


def test_councils_of_other_groups_come_after_those_alone() -> None:
    asked = problem(
        [offer("o", ((10, 80), (40, 79)), meets=["open-api"]), offer("p", ((1, 70),), capacity=8)],
        [council("a"), council("b"), council("c", quantity=8), council("d", limit=79, quantity=3, needs=["open-api"])],
    )
    step = next(one for one in next_tiers(asked, solve(asked)) if one.offer == "o")
    assert [(one.council, one.now) for one in step.could_close] == [("d", None), ("c", "p")]


def test_gains_compare_with_going_alone() -> None:
    asked = problem(
        [offer("o", ((6, 90), (12, 80)))], [council("a"), council("b"), council("c", cost=None, quantity=1)]
    )
    plan = solve(asked)
    assert plan.saving_pence == 240
    assert [(one.saving_pence, one.by_itself_offer, one.by_itself_pence) for one in gains(asked, plan)] == [
        (120, "o", 60),
        (120, "o", 60),
        (None, None, 0),
    ]


def test_a_group_that_needs_a_member_falls_without_it() -> None:
    asked = problem([offer("o", ((6, 90), (12, 80)))], [council("a"), council("b", limit=85)])
    gone = without(asked, solve(asked), "a")
    assert (gone.others_before_pence, gone.others_after_pence, gone.left_out) == (120, 0, ("b",))
    gone = without(asked, solve(asked), "b")
    assert (gone.others_before_pence, gone.others_after_pence, gone.left_out) == (120, 60, ())


def test_a_later_start_that_suits_more_councils_wins_over_an_earlier_one() -> None:
    asked = problem(
        [offer("o", starts=["2027-03", "2027-04", "2027-05"])],
        [council("a"), council("b"), council("c", earliest="2027-04", latest="2027-04")],
    )
    (group,) = solve(asked).groups
    assert (list(group.members), group.start % 12 + 1) == (["a", "b", "c"], 4)
