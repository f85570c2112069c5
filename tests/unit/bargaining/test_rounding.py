"""What HiGHS might allow by rounding is found in whole numbers and forbidden, and no true plan is forbidden with it."""

import pytest

from showcase.bargaining import read_problem
from showcase.bargaining.model import Clock, Model
from showcase.bargaining.reduction import options

HALF = 500_000_000


@pytest.fixture
def model() -> Model:
    months = {"earliest": "2027-04", "latest": "2027-04", "current_unit_cost_pence": 2}
    quantities = {"a": HALF, "b": HALF - 1, "c": 1, "d": 2}
    offer = {"id": "o", "tiers": [{"min_quantity": 2 * HALF, "unit_price_pence": 1}], "starts": ["2027-04"]}
    problem = read_problem(
        {
            "offers": [{**offer, "capacity": 2 * HALF}],
            "councils": [
                {"id": id, "quantity": [{"max_unit_price_pence": 1, "quantity": one}], **months}
                for id, one in quantities.items()
            ],
        }
    )
    return Model(problem, options(problem))


@pytest.mark.parametrize(("members", "is_wrong"), [({0, 1}, True), ({0, 1, 3}, True), ({0, 1, 2}, False)])
def test_one_unit_of_a_thousand_million_is_noticed(model: Model, members: set[int], is_wrong: bool) -> None:
    assert model.forbid_faults({0: frozenset(members)}) is is_wrong


def test_one_penny_of_saving_is_noticed(model: Model) -> None:
    model.keep(model.savings(), 2 * HALF + 1)
    assert model.forbid_faults({0: frozenset({0, 1, 2})})


def test_the_true_plan_is_found_after_false_ones_are_forbidden(model: Model) -> None:
    for members in ({0, 1}, {0, 1, 3}, {0}, {1, 2, 3}):
        model.forbid_faults({0: frozenset(members)})
    # The goal dislikes c, so that any plan without it would win if there were one.
    goal = dict(zip((model.joined[0, at] for at in range(4)), (5, 5, -1, 1), strict=True))
    found = model.best(goal, Clock(None))
    assert found.groups is not None
    assert [dict(group.members) for group in found.groups] == [{"a": HALF, "b": HALF - 1, "c": 1}]
