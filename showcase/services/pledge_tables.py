"""Pledges as rows of a spreadsheet, for staff: one row a council, with what it said at its rung and of demand."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from showcase.models import Contract, Pledge
from showcase.models.interests import Rung
from showcase.models.rungs import ASKS, LABELS, Ask
from showcase.models.vocabularies import vocabulary
from showcase.services.csv_export import Cell

_ASKS = {ask.name: ask for rung in Rung for ask in ASKS[rung]}
"""Every question of every rung by name."""
HEAD: tuple[str, ...] = (
    "Council",
    "GSS code",
    "Rung",
    "Since (UTC)",
    "Quantity",
    "By authority of",
    "Role",
    "Demand (pence per unit and year excluding VAT: quantity)",
    "Current unit cost (pence a year excluding VAT)",
    "Earliest start",
    "Latest start",
    "Must meet",
    "Files",
    "Present contracts",
    *(f"{ask.label} (pence)" if ask.kind == "money" else ask.label for ask in _ASKS.values()),
)


def row(pledge: Pledge, contracts: Sequence[Contract]) -> tuple[Cell, ...]:
    """Return a pledge as the cells beneath `HEAD`, with the contracts that its council has now."""
    last = pledge.steps[-1] if pledge.steps else None
    answers = {name: value for step in pledge.steps for name, value in step.answers.items()}
    return (
        pledge.council.name,
        pledge.council.gss_code or "",
        LABELS[pledge.rung],
        last.created_at if last else None,
        pledge.quantity,
        vocabulary("authorities").label(last.authority) if last and last.authority else "",
        last.role if last else "",
        "; ".join(f"{each['max_unit_price_pence']}: {each['quantity']}" for each in pledge.schedule),
        pledge.current_unit_cost_pence,
        pledge.earliest or "",
        pledge.latest or "",
        vocabulary("must_haves").list_labels(pledge.needs),
        len(pledge.evidence),
        "; ".join(contract_words(contract) for contract in contracts),
        *(cell(ask, answers.get(name)) for name, ask in _ASKS.items()),
    )


def cell(ask: Ask, value: Any) -> Cell:
    """Return what was answered to a question of a rung as a cell: terms by their words."""
    if ask.vocabulary and value:
        terms = value if isinstance(value, list) else [value]
        return vocabulary(ask.vocabulary).list_labels(terms)
    return value  # type: ignore[no-any-return]


def contract_words(contract: Contract) -> str:
    """Return a contract in words: who supplies what until when, on which terms."""
    parts = [f"{contract.supplier}, {contract.product}", f"ends {_day(contract.ends_on)}"]
    if contract.notice_by:
        parts.append(f"notice by {_day(contract.notice_by)}")
    if contract.extension_months:
        parts.append(f"can be extended by {contract.extension_months} months")
    if contract.annual_cost_pence is not None:
        parts.append(f"£{contract.annual_cost_pence / 100:,.0f} a year excluding VAT")
    return ", ".join(parts) + (f". On leaving: {contract.exit_terms}" if contract.exit_terms else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
