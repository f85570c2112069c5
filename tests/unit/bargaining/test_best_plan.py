"""The plan is the best there is: against every plan of small problems, and unmoved by what must not matter."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.bargaining import Plan, read_problem, solve
from showcase.bargaining.problem import month_text
from showcase.bargaining.rules import STAGES, faults, order
from tests.unit.bargaining.exhaustive import best
from tests.unit.bargaining.problems import offers, problems

Json = dict[str, Any]
thorough = settings(max_examples=60, deadline=None)


def compared(data: Json, plan: Plan) -> tuple[int, int, int, list[tuple[str, str, int, str]]]:
    saving, councils, months, joined = order(read_problem(data), plan.groups)
    return saving, councils, months, [(*one, month_text(start)) for *one, start in joined]


@thorough
@given(problems())
def test_no_plan_is_better(data: Json) -> None:
    plan = solve(read_problem(data))
    assert compared(data, plan) == best(data)
    assert (plan.status, plan.gap, plan.bound_pence, plan.proven) == ("optimal", 0, plan.saving_pence, STAGES)


@thorough
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(data: Json, chance: Any) -> None:
    mixed = {
        "offers": [{**one, "starts": chance.sample(one["starts"], len(one["starts"]))} for one in data["offers"]],
        "councils": [
            {**one, "quantity": chance.sample(one["quantity"], len(one["quantity"]))} for one in data["councils"]
        ],
    }
    chance.shuffle(mixed["offers"])
    chance.shuffle(mixed["councils"])
    assert solve(read_problem(mixed)) == solve(read_problem(data))


@thorough
@given(problems())
def test_names_change_nothing_but_ties(data: Json) -> None:
    renamed = {
        "offers": [{**one, "id": f"z{9 - number}"} for number, one in enumerate(data["offers"])],
        "councils": [{**one, "id": f"a{9 - number}"} for number, one in enumerate(data["councils"])],
    }
    assert compared(renamed, solve(read_problem(renamed)))[:3] == compared(data, solve(read_problem(data)))[:3]


@thorough
@given(problems(), offers(9, 1))
def test_one_more_offer_never_lowers_the_saving(data: Json, extra: Json) -> None:
    more = {**data, "offers": [*data["offers"], extra]}
    assert solve(read_problem(more)).saving_pence >= solve(read_problem(data)).saving_pence


@thorough
@given(problems(), offers(9, 1))
def test_an_offer_nobody_can_take_changes_nothing(data: Json, extra: Json) -> None:
    dear = [{**tier, "unit_price_pence": 1000} for tier in extra["tiers"]]
    more = {**data, "offers": [*data["offers"], {**extra, "tiers": dear, "starts": ["2027-11"]}]}
    assert solve(read_problem(more)).groups == solve(read_problem(data)).groups


@thorough
@given(problems(), st.integers(2, 5))
def test_saving_grows_with_the_unit_of_quantity(data: Json, factor: int) -> None:
    def scaled(offer: Json) -> Json:
        tiers = [{**tier, "min_quantity": tier["min_quantity"] * factor} for tier in offer["tiers"]]
        return {**offer, "tiers": tiers, "capacity": offer["capacity"] and offer["capacity"] * factor}

    def more(council: Json) -> Json:
        return {**council, "quantity": [{**one, "quantity": one["quantity"] * factor} for one in council["quantity"]]}

    larger = {"offers": [scaled(one) for one in data["offers"]], "councils": [more(one) for one in data["councils"]]}
    assert solve(read_problem(larger)).saving_pence == factor * solve(read_problem(data)).saving_pence


@thorough
@given(problems(), st.floats(1e-6, 0.02))
def test_a_limit_gives_a_true_plan_and_a_true_bound(data: Json, seconds: float) -> None:
    problem = read_problem(data)
    plan = solve(problem, seconds)
    assert not list(faults(problem, plan.groups))
    assert plan.saving_pence <= -best(data)[0] <= plan.bound_pence
    assert (plan.gap == 0) == (plan.saving_pence == plan.bound_pence)
