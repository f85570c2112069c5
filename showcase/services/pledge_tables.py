"""Pledges as rows of a spreadsheet, for staff: one row a council, with what it said at its rung and of demand."""

from showcase.models import Pledge
from showcase.models.interests import Rung
from showcase.models.rungs import ASKS, LABELS
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
    *(f"{ask.label} (pence)" if ask.kind == "money" else ask.label for ask in _ASKS.values()),
)


def row(pledge: Pledge) -> tuple[Cell, ...]:
    """Return a pledge as the cells beneath `HEAD`."""
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
        *(answers.get(name) for name in _ASKS),
    )
