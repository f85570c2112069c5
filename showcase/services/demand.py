"""The demand of a list's councils at each unit price: for staff, and for the planner that compares offers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showcase.models import Pledge


@dataclass(frozen=True)
class Point:
    """What all councils together would take at one unit price."""

    unit_price_pence: int
    """Per unit and year, excluding VAT."""
    quantity: int
    councils: int


def quantity_at(pledge: Pledge, unit_price_pence: int) -> int:
    """Return what a council takes at a price: the step with the lowest limit that is not below it; above all, none."""
    fitting = [step for step in pledge.schedule if step["max_unit_price_pence"] >= unit_price_pence]
    return int(min(fitting, key=lambda step: step["max_unit_price_pence"])["quantity"]) if fitting else 0


def curve(pledges: Iterable[Pledge]) -> Sequence[Point]:
    """Return the demand at every price at which it changes, the highest price first."""
    stated = [pledge for pledge in pledges if pledge.is_in and pledge.schedule]
    prices = sorted({step["max_unit_price_pence"] for pledge in stated for step in pledge.schedule}, reverse=True)
    points = []
    for price in prices:
        taken = [quantity for pledge in stated if (quantity := quantity_at(pledge, price))]
        points.append(Point(price, sum(taken), len(taken)))
    return points
