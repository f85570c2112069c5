"""A faulty problem ends with one line that names the place and the reason."""

import copy
from typing import Any

import pytest

from showcase.bargaining import BadProblem, read_problem

GOOD: dict[str, Any] = {
    "offers": [
        {
            "id": "o1",
            "supplier": "Firm",
            "tiers": [{"min_quantity": 5, "unit_price_pence": 90}, {"min_quantity": 9, "unit_price_pence": 80}],
            "capacity": None,
            "starts": ["2027-04", "2027-05"],
            "meets": ["uk-hosting"],
        },
        {"id": "o2", "tiers": [], "starts": []},
    ],
    "councils": [
        {
            "id": "c1",
            "quantity": [{"max_unit_price_pence": 100, "quantity": 7}],
            "current_unit_cost_pence": 120,
            "earliest": "2027-04",
            "latest": "2027-12",
            "needs": ["uk-hosting"],
        },
        {"id": "c2", "quantity": [], "earliest": "2027-04", "latest": "2027-04"},
    ],
}

FAULTS = [
    (("offers", 0, "tiers", 1, "min_quantity"), 4, "offers[0].tiers[1].min_quantity: is less than"),
    (("offers", 0, "tiers", 0, "min_quantity"), -1, "offers[0].tiers[0].min_quantity: -1 is negative"),
    (("offers", 0, "tiers", 0, "unit_price_pence"), 1.5, "offers[0].tiers[0].unit_price_pence: 1.5 is not a whole"),
    (("offers", 0, "tiers", 0, "unit_price_pence"), True, "offers[0].tiers[0].unit_price_pence: True is not a whole"),
    (("offers", 0, "tiers"), {}, "offers[0].tiers: is not a list"),
    (("offers", 0, "capacity"), "5", "offers[0].capacity: '5' is not a whole number"),
    (("offers", 0, "capacity"), 10**10, "offers[0].capacity: 10000000000 is more than"),
    (("offers", 0, "capcity"), 5, "offers[0].capcity: is not a known field"),
    (("offers", 0, "starts", 1), "2027-13", "offers[0].starts[1]: '2027-13' is not a month"),
    (("offers", 0, "starts", 1), "2027-04", "offers[0].starts[1]: 2027-04 is already used in offers[0].starts[0]"),
    (("offers", 0, "meets"), "uk-hosting", "offers[0].meets: is not a list"),
    (("offers", 1, "id"), "o1", "offers[1].id: o1 is already used in offers[0]"),
    (("offers", 1), [], "offers[1]: is not a JSON object"),
    (("councils", 0, "id"), " ", "councils[0].id: ' ' is not a text"),
    (("councils", 0, "latest"), "2027-03", "councils[0].latest: 2027-03 is before the earliest start, 2027-04"),
    (("councils", 0, "earliest"), None, "councils[0].earliest: None is not a month"),
    (("councils", 0, "quantity", 0, "quantity"), -7, "councils[0].quantity[0].quantity: -7 is negative"),
    (("councils", 0, "quantity", 0, "quantity"), 10**9, None),
    (("councils", 0, "current_unit_cost_pence"), 10**12, "councils: quantities times prices come to"),
    (("councils", 0, "needs", 0), 3, "councils[0].needs[0]: 3 is not a text"),
    (("councils", 1, "id"), "c1", "councils[1].id: c1 is already used in councils[0]"),
    (("councils",), None, "councils: is not a list"),
]


@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_each_fault_names_its_place(path: tuple[Any, ...], value: object, message: str | None) -> None:
    data = copy.deepcopy(GOOD)
    inner: Any = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    if message is None:
        read_problem(data)
        return
    with pytest.raises(BadProblem) as raised:
        read_problem(data)
    assert str(raised.value).startswith(message)


def test_a_missing_field_is_named() -> None:
    data = copy.deepcopy(GOOD)
    del data["councils"][0]["latest"]
    with pytest.raises(BadProblem, match=r"^councils\[0\]: has no latest$"):
        read_problem(data)


def test_two_limits_in_one_schedule_may_not_be_equal() -> None:
    data = copy.deepcopy(GOOD)
    data["councils"][0]["quantity"] *= 2
    with pytest.raises(BadProblem, match=r"quantity\[1\]\.max_unit_price_pence: 100 is already used"):
        read_problem(data)


def test_the_cheapest_step_that_allows_the_price_counts() -> None:
    data = copy.deepcopy(GOOD)
    data["councils"][0]["quantity"] = [
        {"max_unit_price_pence": 90, "quantity": 3},
        {"max_unit_price_pence": 60, "quantity": 8},
    ]
    council = read_problem(data).councils[0]
    assert [council.quantity_at(price) for price in (0, 60, 61, 90, 91)] == [8, 8, 3, 3, 0]
