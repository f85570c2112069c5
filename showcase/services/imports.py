"""What every import of a spreadsheet has in common: rows by the header's columns, faults by cell, a plan to confirm.

A noun says which columns it reads and what a row would do; a plan is shown first, and done whole or not at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from showcase.errors import DomainError
from showcase.services.spreadsheets import Table


@dataclass(frozen=True)
class CellFault:
    """Something wrong in one cell, by the row number that a spreadsheet program shows."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Columns:
    """What a table may hold."""

    things: str
    """What its rows are, in the plural."""
    most: int
    """Rows at once."""
    names: Sequence[str]
    needed: Sequence[str]


@dataclass(frozen=True)
class Row:
    """One row below the header."""

    number: int
    cells: Mapping[str, str]
    """Cells by column, blank ones too."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one row would do."""

    row: int
    does: Literal["create", "update", "nothing"]
    changed: Sequence[str] = ()
    """What would be another than before, by label."""


AnyChange = TypeVar("AnyChange", bound=Change)


@dataclass(frozen=True)
class Plan(Generic[AnyChange]):
    """What an import would do, and what keeps it from being done."""

    changes: Sequence[AnyChange]
    faults: Sequence[CellFault]

    def count(self, does: str) -> int:
        """Return how many rows would do this."""
        return sum(change.does == does for change in self.changes)

    def require_faultless(self) -> None:
        """Raise DomainError when anything keeps the plan from being done."""
        if self.faults:
            raise DomainError("Nothing was imported: the file has faults.")


def read_rows(table: Table, header: Sequence[str], columns: Columns) -> tuple[list[Row], list[CellFault]]:
    """Return the rows of a table that are not blank, and what is wrong with how it is built.

    `header` names the columns as `columns` does, one for each cell of the first row. With a fault in the header or in
    the number of rows no row is returned: nothing in them could be told apart.
    """
    faults = list(_header_faults(header, columns))
    filled = [(number, row) for number, row in enumerate(table[1:], start=2) if any(cell.strip() for cell in row)]
    if not filled:
        faults.append(CellFault(1, "(all)", f"there are no {columns.things} below the header"))
    if len(filled) > columns.most:
        reason = f"at most {columns.most} {columns.things} can be imported at once"
        faults.append(CellFault(columns.most + 2, "(all)", reason))
    if faults:
        return [], faults
    rows = []
    for number, row in filled:
        cells = dict(zip(header, [*row, *[""] * len(header)], strict=False))
        if any(cell.strip() for cell in row[len(header) :]):
            faults.append(CellFault(number, "(all)", "the row has more cells than the header"))
        if any(cell.strip() for column, cell in zip(header, row, strict=False) if not column):
            faults.append(CellFault(number, "(no name)", "this column has no header"))
        faults += [CellFault(number, name, "it is empty") for name in columns.needed if not cells[name].strip()]
        rows.append(Row(number, {column: cell for column, cell in cells.items() if column}))
    return rows, faults


def read_cells(
    row: Row, read: Callable[[str, str], Any], *, skip_blank: bool = False
) -> tuple[dict[str, Any], list[CellFault]]:
    """Return what a row says by column, and its faults; `read` (column, cell) raises ValueError, saying why."""
    found: dict[str, Any] = {}
    faults = []
    for column, cell in row.cells.items():
        if skip_blank and not cell.strip():
            continue
        try:
            found[column] = read(column, cell)
        except ValueError as error:
            faults.append(CellFault(row.number, column, str(error)))
    return found, faults


def _header_faults(header: Sequence[str], columns: Columns) -> Iterator[CellFault]:
    for column in columns.needed:
        if column not in header:
            yield CellFault(1, column, "the column is missing; the template has all columns")
    for column in dict.fromkeys(header):
        if column and column not in columns.names:
            yield CellFault(1, column, "there is no such column; the template has all columns")
        elif column and header.count(column) > 1:
            yield CellFault(1, column, "the column stands there twice")
