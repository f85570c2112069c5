"""What is asked: offers with price tiers, councils with demand schedules. Reads the JSON form and names each fault.

The first step of a plan. Months are whole numbers (12 × year + month − 1), money is whole pence, and offers and
councils stand in the order of their ids, so that the same problem in any order is the same value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

LARGEST_TOTAL_PENCE = 10**12
"""Largest money a problem may turn over in a year, so that no figure outgrows the solver's arithmetic."""
LARGEST_QUANTITY = 10**9

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class BadProblem(ValueError):
    """A problem that cannot be planned: where it is wrong, and why."""

    def __init__(self, place: str, reason: str) -> None:
        """Say the place in the JSON (`councils[3].quantity`) and the reason."""
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place, self.reason = place, reason


@dataclass(frozen=True)
class Tier:
    """A unit price in pence that opens at a least total quantity."""

    min_quantity: int
    unit_price_pence: int


@dataclass(frozen=True)
class Offer:
    """One supplier's indicative prices."""

    id: str
    supplier: str
    tiers: tuple[Tier, ...]
    capacity: int | None
    starts: tuple[int, ...]
    meets: frozenset[str]


@dataclass(frozen=True)
class Step:
    """A quantity wanted while the unit price is at most so many pence."""

    max_unit_price_pence: int
    quantity: int


@dataclass(frozen=True)
class Council:
    """What one council would take, what it pays today, when it could start and what it cannot do without."""

    id: str
    schedule: tuple[Step, ...]
    current_unit_cost_pence: int | None
    earliest: int
    latest: int
    needs: frozenset[str]

    def quantity_at(self, unit_price_pence: int) -> int:
        """Return the quantity of the cheapest step that still allows this price; 0 above the highest."""
        return next((step.quantity for step in self.schedule if step.max_unit_price_pence >= unit_price_pence), 0)


@dataclass(frozen=True)
class Problem:
    """Offers and councils, each in the order of their ids."""

    offers: tuple[Offer, ...]
    councils: tuple[Council, ...]

    @cached_property
    def first_start(self) -> int:
        """The earliest start month over all offers, from which months are counted; 0 where no offer has a start."""
        return min((start for offer in self.offers for start in offer.starts), default=0)

    def without(self, council: str) -> "Problem":
        """Return the same problem without one council."""
        return Problem(self.offers, tuple(one for one in self.councils if one.id != council))


def month_text(month: int) -> str:
    """Return a month as YYYY-MM."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def read_problem(data: object) -> Problem:
    """Read the JSON form; the order of offers and councils does not matter.

    Raises:
        BadProblem: at the first fault, with its place.
    """
    found = _object("", data, {"offers", "councils"}, set())
    offers = [_offer(place, item) for place, item in _items("offers", found["offers"])]
    councils = [_council(place, item) for place, item in _items("councils", found["councils"])]
    _refuse_repeated("offers", (offer.id for offer in offers), "id")
    _refuse_repeated("councils", (council.id for council in councils), "id")
    problem = Problem(
        tuple(sorted(offers, key=lambda offer: offer.id)), tuple(sorted(councils, key=lambda council: council.id))
    )
    _refuse_astronomic(problem)
    return problem


def _offer(place: str, data: object) -> Offer:
    found = _object(place, data, {"id", "tiers", "starts"}, {"supplier", "capacity", "meets"})
    tiers = tuple(_tier(at, item) for at, item in _items(f"{place}.tiers", found["tiers"]))
    for index in range(1, len(tiers)):
        if tiers[index].min_quantity < tiers[index - 1].min_quantity:
            raise BadProblem(f"{place}.tiers[{index}].min_quantity", "is less than that of the tier before it")
    starts = [_month(at, item) for at, item in _items(f"{place}.starts", found["starts"])]
    _refuse_repeated(f"{place}.starts", starts, "")
    capacity = found.get("capacity")
    return Offer(
        id=_text(f"{place}.id", found["id"]),
        supplier=_text(f"{place}.supplier", found["supplier"]) if found.get("supplier") is not None else "",
        tiers=tiers,
        capacity=None if capacity is None else _whole(f"{place}.capacity", capacity, LARGEST_QUANTITY),
        starts=tuple(sorted(starts)),
        meets=_tags(f"{place}.meets", found.get("meets", [])),
    )


def _tier(place: str, data: object) -> Tier:
    found = _object(place, data, {"min_quantity", "unit_price_pence"}, set())
    return Tier(
        _whole(f"{place}.min_quantity", found["min_quantity"], LARGEST_QUANTITY),
        _whole(f"{place}.unit_price_pence", found["unit_price_pence"]),
    )


def _council(place: str, data: object) -> Council:
    found = _object(place, data, {"id", "quantity", "earliest", "latest"}, {"current_unit_cost_pence", "needs"})
    steps = [_step(at, item) for at, item in _items(f"{place}.quantity", found["quantity"])]
    _refuse_repeated(f"{place}.quantity", (step.max_unit_price_pence for step in steps), "max_unit_price_pence")
    earliest = _month(f"{place}.earliest", found["earliest"])
    latest = _month(f"{place}.latest", found["latest"])
    if latest < earliest:
        raise BadProblem(f"{place}.latest", f"{found['latest']} is before the earliest start, {found['earliest']}")
    cost = found.get("current_unit_cost_pence")
    return Council(
        id=_text(f"{place}.id", found["id"]),
        schedule=tuple(sorted(steps, key=lambda step: step.max_unit_price_pence)),
        current_unit_cost_pence=None if cost is None else _whole(f"{place}.current_unit_cost_pence", cost),
        earliest=earliest,
        latest=latest,
        needs=_tags(f"{place}.needs", found.get("needs", [])),
    )


def _step(place: str, data: object) -> Step:
    found = _object(place, data, {"max_unit_price_pence", "quantity"}, set())
    return Step(
        _whole(f"{place}.max_unit_price_pence", found["max_unit_price_pence"]),
        _whole(f"{place}.quantity", found["quantity"], LARGEST_QUANTITY),
    )


def _object(place: str, data: object, required: set[str], optional: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BadProblem(place, "is not a JSON object" if place else "the problem is not a JSON object")
    missing = sorted(required - data.keys())
    if missing:
        raise BadProblem(place, f"has no {missing[0]}" if place else f"the problem has no {missing[0]}")
    unknown = sorted(data.keys() - required - optional)
    if unknown:
        raise BadProblem(f"{place}.{unknown[0]}".lstrip("."), "is not a known field")
    return data


def _items(place: str, data: object) -> Iterator[tuple[str, object]]:
    if not isinstance(data, list):
        raise BadProblem(place, "is not a list")
    return ((f"{place}[{index}]", item) for index, item in enumerate(data))


def _whole(place: str, data: object, largest: int = LARGEST_TOTAL_PENCE) -> int:
    if not isinstance(data, int) or isinstance(data, bool):
        raise BadProblem(place, f"{_short(data)} is not a whole number")
    if data < 0:
        raise BadProblem(place, f"{data} is negative")
    if data > largest:
        raise BadProblem(place, f"{_short(data)} is more than {largest}")
    return data


def _text(place: str, data: object) -> str:
    if not isinstance(data, str) or not data.strip():
        raise BadProblem(place, f"{_short(data)} is not a text")
    return data


def _month(place: str, data: object) -> int:
    found = _MONTH.fullmatch(data) if isinstance(data, str) else None
    if not found:
        raise BadProblem(place, f"{_short(data)} is not a month such as 2027-04")
    return int(found[1]) * 12 + int(found[2]) - 1


def _tags(place: str, data: object) -> frozenset[str]:
    return frozenset(_text(at, item) for at, item in _items(place, data))


def _short(data: object, show: Callable[[object], str] = repr) -> str:
    return show(data) if len(show(data)) <= 40 else show(data)[:39] + "…"


def _refuse_repeated(place: str, values: Iterable[object], field: str) -> None:
    first: dict[object, int] = {}
    for index, value in enumerate(values):
        if value in first:
            at = f"{place}[{index}]" + (f".{field}" if field else "")
            shown = month_text(value) if place.endswith("starts") and isinstance(value, int) else value
            raise BadProblem(at, f"{shown} is already used in {place}[{first[value]}]")
        first[value] = index


def _refuse_astronomic(problem: Problem) -> None:
    """Refuse figures whose sums floating-point arithmetic could no longer tell apart by a penny."""
    dearest = max((tier.unit_price_pence for offer in problem.offers for tier in offer.tiers), default=0)
    total = sum(
        max((step.quantity for step in council.schedule), default=0)
        * max(dearest, council.current_unit_cost_pence or 0)
        for council in problem.councils
    )
    if total > LARGEST_TOTAL_PENCE:
        raise BadProblem("councils", f"quantities times prices come to {total} pence, more than {LARGEST_TOTAL_PENCE}")
