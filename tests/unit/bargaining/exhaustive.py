"""Every plan of a small problem, tried one by one from its JSON form. Shares nothing with the planner it judges."""

from itertools import product
from typing import Any

Json = dict[str, Any]
Key = tuple[int, int, int, list[tuple[str, str, int, str]]]


def months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:])


def wanted(council: Json, price: int) -> int:
    allowed = [step for step in council["quantity"] if step["max_unit_price_pence"] >= price]
    return min(allowed, key=lambda step: step["max_unit_price_pence"])["quantity"] if allowed else 0


def best(problem: Json) -> Key:
    """Return (−saving, −councils, months, joined) of the best plan: the smallest such value there is."""
    offers = problem["offers"]
    councils = sorted(problem["councils"], key=lambda one: one["id"])
    found: Key = (0, 0, 0, [])
    shapes = [[None, *product(range(len(offer["tiers"])), offer["starts"])] for offer in offers]
    for shape in product(*shapes):
        open_now = [(offer, *one) for offer, one in zip(offers, shape, strict=True) if one is not None]
        for choice in product(*([None, *range(len(open_now))] for _ in councils)):
            key = judged(problem, councils, open_now, choice)
            if key is not None and key < found:
                found = key
    return found


def judged(problem: Json, councils: list[Json], open_now: list[Any], choice: tuple[int | None, ...]) -> Key | None:
    first = min(months(start) for offer in problem["offers"] for start in offer["starts"]) if open_now else 0
    totals = [0] * len(open_now)
    saved = waited = 0
    joined = []
    for council, at in zip(councils, choice, strict=True):
        if at is None:
            continue
        offer, tier, start = open_now[at]
        price = offer["tiers"][tier]["unit_price_pence"]
        quantity = wanted(council, price)
        if quantity == 0 or any(need not in offer["meets"] for need in council["needs"]):
            return None
        if not council["earliest"] <= start <= council["latest"]:
            return None
        totals[at] += quantity
        if council["current_unit_cost_pence"] is not None:
            saved += quantity * (council["current_unit_cost_pence"] - price)
        waited += months(start) - first
        joined.append((council["id"], offer["id"], tier, start))
    for (offer, tier, _), total in zip(open_now, totals, strict=True):
        if total == 0 or total < offer["tiers"][tier]["min_quantity"]:
            return None
        if offer["capacity"] is not None and total > offer["capacity"]:
            return None
    return -saved, -len(joined), waited, joined
