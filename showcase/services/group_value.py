"""What councils on a list would spend, each alone and together, beside the thresholds of procurement law.

An estimate from what councils said themselves, for staff and for each council's own share. Together counts because
councils that buy jointly are one procurement (Procurement Act 2023, section 4 and schedule 3).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from showcase.models import Pledge
from showcase.models.interests import Rung

FILE = Path(__file__).parent.parent / "data" / "thresholds.json"
VAT_PERCENT = 20
"""The standard rate."""


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of sub-central authorities, such as councils, in force at a time. Whole pence including VAT."""

    since: date
    until: date
    goods_and_services_pence: int
    light_touch_pence: int


@dataclass(frozen=True)
class Value:
    """What one council, or all together, would spend over the whole term."""

    name: str
    excluding_vat_pence: int
    basis: str
    """What it is reckoned from."""

    @property
    def including_vat_pence(self) -> int:
        """The same with VAT at the standard rate, rounded up to a whole penny."""
        return including_vat(self.excluding_vat_pence)

    def is_above(self, threshold_pence: int) -> bool:
        """Tell whether it reaches a threshold, which includes VAT."""
        return self.including_vat_pence >= threshold_pence


def including_vat(pence: int) -> int:
    """Return an amount with VAT at the standard rate, rounded up to a whole penny."""
    return -(-pence * (100 + VAT_PERCENT) // 100)


@cache
def editions() -> Sequence[Thresholds]:
    """Return every edition of the thresholds, the oldest first."""
    data: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Thresholds(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["until"]),
            row["goods_and_services_pence"],
            row["light_touch_pence"],
        )
        for row in data["editions"]
    ]


def in_force(on: date) -> Thresholds | None:
    """Return the thresholds in force on a day; None where no edition covers it."""
    return next((each for each in editions() if each.since <= on <= each.until), None)


def value_of(pledge: Pledge) -> Value | None:
    """Return what a council would spend over the term; None when it said nothing to reckon it from.

    From the firmest thing it said: the most its commitment may cost, its budget, what it would pay, what it pays now.
    """
    months = pledge.interest_list.term_months or 12
    answers = {name: value for step in pledge.steps for name, value in step.answers.items()}
    if pledge.rung is Rung.COMMITMENT and answers.get("most_value"):
        return Value(pledge.council.name, answers["most_value"], "the most its commitment may cost")
    yearly, basis = answers.get("budget_most"), "its budget a year"
    if yearly is None and pledge.quantity and pledge.most_unit_price_pence is not None:
        yearly, basis = pledge.quantity * pledge.most_unit_price_pence, "its quantity at the most it would pay"
    if yearly is None and pledge.quantity and pledge.current_unit_cost_pence is not None:
        yearly, basis = pledge.quantity * pledge.current_unit_cost_pence, "its quantity at what it pays now"
    if yearly is None:
        return None
    return Value(pledge.council.name, yearly * months // 12, f"{basis}, over {months} months")


def together(values: Sequence[Value]) -> Value:
    """Return the sum of what several councils would spend."""
    return Value("Together", sum(value.excluding_vat_pence for value in values), f"{len(values)} councils")
