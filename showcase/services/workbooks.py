"""Lists as Excel workbooks: several sheets, numbers as numbers, nothing that a spreadsheet would run.

The same rows go out as CSV through `csv_export`. What is read back in is `spreadsheets`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import xlsxwriter

Cell = str | int | float | bool | date | datetime | None
WIDEST = 60
"""Characters of the widest column."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its header and rows."""

    name: str
    """At most 31 characters, none of them []:*?/\\."""
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file; the first row of each sheet stays in view. Texts are never read as formulas."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"valign": "top", "num_format": "#,##0.##"}),
            "whole": book.add_format({"valign": "top", "num_format": "#,##0"}),
            "date": book.add_format({"valign": "top", "num_format": "d mmmm yyyy"}),
            "time": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"}),
        }
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            widths = [len(name) for name in sheet.head]
            for column, name in enumerate(sheet.head):
                page.write_string(0, column, name, bold)
            for number, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    _write_cell(page, number, column, cell, formats)
                    if column < len(widths):
                        widths[column] = max(widths[column], len(str(cell or "")))
            for column, width in enumerate(widths):
                page.set_column(column, column, min(WIDEST, width + 2))
            page.freeze_panes(1, 0)
    return out.getvalue()


def _write_cell(
    page: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: Cell, formats: dict[str, object]
) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_string(row, column, "yes" if cell else "no", formats["text"])
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, formats["whole" if isinstance(cell, int) else "number"])
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), formats["time"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats["date"])
    else:
        page.write_string(row, column, cell, formats["text"])
