"""Reads a CSV file that a person made, and says everything that is wrong with it in one go.

The readers of the register stand on this: it turns a file into rows of text with their numbers, so that each fault is
named by file, row and column, the way the person sees them in a spreadsheet. What the cells mean is not known here.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from showcase.errors import DomainError

WHOLE_ROW = "(all)"
"""Stands where a fault has no single column."""

Record = tuple[int, dict[str, str]]
"""A row of a file as text: its number in the spreadsheet (the header is row 1) and its cells by column."""


@dataclass(frozen=True)
class Fault:
    """Something wrong in one cell of a file."""

    file: str
    row: int
    """Number of the row in the spreadsheet; the header is row 1."""
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.reason}"


class FileFaults(DomainError):
    """A file cannot be used; the message names every fault in it, one a line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def read_records(file: Path, columns: Sequence[str]) -> list[Record]:
    """Return the rows that are not blank, with cells trimmed; the columns may stand in any order.

    Raises:
        FileFaults: it is not CSV in UTF-8, or its columns are not these; it lists all that is wrong.
    """
    try:
        rows = list(csv.reader(StringIO(file.read_bytes().decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        raise FileFaults([Fault(file.name, 1, WHOLE_ROW, "the file is not UTF-8: save it as “CSV UTF-8”")]) from None
    except csv.Error as error:
        raise FileFaults([Fault(file.name, 1, WHOLE_ROW, f"the file is not CSV: {error}")]) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    refuse(list(_header_faults(file.name, header, columns)))
    records, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) == len(header):
            records.append((number, dict(zip(header, (cell.strip() for cell in row), strict=True))))
        elif any(cell.strip() for cell in row):
            reason = f"it has {len(row)} cells where the header has {len(header)}"
            faults.append(Fault(file.name, number, WHOLE_ROW, reason))
    refuse(faults)
    return [(number, cells) for number, cells in records if any(cells.values())]


def _header_faults(name: str, header: Sequence[str], columns: Sequence[str]) -> Iterator[Fault]:
    counts = Counter(header)
    for column in columns:
        if not counts[column]:
            yield Fault(name, 1, column, "the column is missing")
        elif counts[column] > 1:
            yield Fault(name, 1, column, "the column stands there twice")
    for column in sorted(counts.keys() - set(columns)):
        yield Fault(name, 1, column or "(no name)", "there should be no such column")


def refuse(faults: Sequence[Fault]) -> None:
    """Raise FileFaults with all of them, if there are any."""
    if faults:
        raise FileFaults(faults)
