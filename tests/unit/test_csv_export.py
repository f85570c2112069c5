"""Lists as CSV: spreadsheets read the text as it is, and run none of it."""

import csv
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest

from showcase.services.csv_export import BYTE_ORDER_MARK, as_cell, as_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formulas_are_disarmed(start: str) -> None:
    assert as_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("O’Brien & Sons, Ltd", "O’Brien & Sons, Ltd"),
        ("a=b", "a=b"),
        (True, "yes"),
        (False, "no"),
        (-3, "-3"),
        (datetime(2027, 7, 1, 9, 30, tzinfo=ZoneInfo("Europe/London")), "2027-07-01T08:30:00+00:00"),
    ],
)
def test_values_become_cells(value: str | int | bool | datetime | None, cell: str) -> None:
    assert as_cell(value) == cell


def test_a_file_can_be_read_back() -> None:
    text = as_csv(["=Name", "Note"], [["Ann, Ltd", 'says "yes"\nand no'], ["Bob", None]])
    assert text.startswith(BYTE_ORDER_MARK)
    rows = list(csv.reader(StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert rows == [["'=Name", "Note"], ["Ann, Ltd", 'says "yes"\nand no'], ["Bob", ""]]
