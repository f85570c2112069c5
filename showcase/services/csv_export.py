"""Lists as CSV files that open in a spreadsheet as they are, with nothing in them that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the text is UTF-8."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that starts so would be run as a formula (OWASP, CSV injection)."""

Cell = str | int | float | bool | datetime | None


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a CSV text with a byte order mark; times in UTC, yes and no in words, formulas disarmed."""
    text = StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow([as_cell(name) for name in head])
    for row in rows:
        writer.writerow([as_cell(value) for value in row])
    return text.getvalue()


def as_cell(value: Cell) -> str:
    """Return one value as the text of its cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, int | float):
        return str(value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
