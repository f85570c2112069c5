"""Answers as cells of a spreadsheet, both ways, in CSV and XLSX. What an import does with them is said elsewhere.

CSV is written by `csv_export`, which puts an apostrophe before what a spreadsheet would take for a formula; it is taken
off again here.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from showcase.errors import DomainError
from showcase.models.questions import Kind, Question
from showcase.models.vocabularies import vocabulary
from showcase.services.council_names import CouncilNames
from showcase.services.csv_export import FORMULA_STARTS

Table = list[list[str]]
"""Rows of cells as text; the first is the header."""
MOST_UNPACKED_BYTES = 50 * 1024 * 1024
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


# --- files ------------------------------------------------------------------------------------------------------------


def write_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Return an XLSX file of text cells; its first row stays in view."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Profiles")
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, bold if number == 0 else wrapped)
            sheet.set_column(0, len(row), 28)
        sheet.freeze_panes(1, 1)
    return out.getvalue()


def read_table(file_name: str, data: bytes) -> Table:
    """Return the rows of a CSV or XLSX file.

    Raises:
        DomainError: it is neither, or cannot be read.
    """
    if file_name.lower().endswith(".xlsx"):
        return _read_xlsx(data)
    if file_name.lower().endswith(".csv"):
        return read_csv(data)
    raise DomainError("Choose a file that ends in .csv or .xlsx.")


def read_csv(data: bytes) -> Table:
    """Return the rows of a CSV file in UTF-8, with commas or, as some spreadsheet programs write it, semicolons.

    Raises:
        DomainError: it cannot be read.
    """
    try:
        text = data.decode("utf-8-sig")
        header = text.partition("\n")[0]
        between = ";" if header.count(";") > header.count(",") else ","
        rows = list(csv.reader(StringIO(text, newline=""), strict=True, delimiter=between))
    except UnicodeDecodeError:
        raise DomainError("The file is not UTF-8. In your spreadsheet program, save it as “CSV UTF-8”.") from None
    except csv.Error as error:
        raise DomainError(f"The file is not CSV: {error}.") from None
    return [[_unguarded(cell.strip()) for cell in row] for row in rows]


def _read_xlsx(data: bytes) -> Table:
    try:
        with ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise DomainError("The file is too large when unpacked. Split it into several.")
        rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (BadZipFile, CalamineError):
        raise DomainError("The file is not a spreadsheet that we can read. Save it again as XLSX or CSV.") from None
    return [[_cell_text(cell) for cell in row] for row in rows]


def _cell_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


# --- cells ------------------------------------------------------------------------------------------------------------


def write_cell(question: Question, answer: Any, names: CouncilNames) -> str:
    """Return an answer as the text of a cell, such that `read_cell` reads the same answer back."""
    if answer is None:
        return ""
    match question.kind:
        case Kind.CHOICE:
            return vocabulary(question.vocabulary or "").label(answer)
        case Kind.CHOICES:
            return vocabulary(question.vocabulary or "").list_labels(answer)
        case Kind.YES_NO:
            return "Yes" if answer else "No"
        case Kind.MONEY:
            return f"{answer // 100}" if answer % 100 == 0 else f"{answer // 100}.{answer % 100:02d}"
        case Kind.COUNCILS:
            return names.write(answer)
        case Kind.OUTCOMES:
            return "\n".join(_write_outcome(outcome) for outcome in answer)
        case _:
            return str(answer)


def read_cell(question: Question, cell: str, names: CouncilNames) -> Any:
    """Return the answer that a cell gives; None when it is blank.

    Raises:
        ValueError: it is no answer to this question; says why.
    """
    if not cell.strip():
        return None
    reader = _READERS.get(question.kind)
    return reader(question, cell, names) if reader else cell.replace("\r\n", "\n").strip()


def read_term(name: str, word: str) -> str:
    """Return the id of a vocabulary's term from its id or its label.

    Raises:
        ValueError: there is no such term.
    """
    terms = vocabulary(name)
    found = {label.casefold(): term for term, label in terms.labels.items()} | {term: term for term in terms.labels}
    if (term := found.get(word.strip().casefold())) is None:
        raise ValueError(f"“{word.strip()}” is none of: {'; '.join(terms.labels.values())}")
    return term


def _read_choices(question: Question, cell: str) -> str | list[str]:
    name = question.vocabulary or ""
    if question.kind is Kind.CHOICE:
        return read_term(name, cell)
    terms = {read_term(name, word) for word in cell.split(";") if word.strip()}
    return sorted(terms, key=vocabulary(name).position)


def _read_yes_no(cell: str) -> bool:
    if cell.casefold() not in ("yes", "no"):
        raise ValueError("write Yes or No")
    return cell.casefold() == "yes"


def _read_email(cell: str) -> str:
    if not _EMAIL.fullmatch(cell):
        raise ValueError(f"“{cell}” is not an e-mail address")
    return cell


def _read_councils(cell: str, names: CouncilNames) -> list[str]:
    codes, faults = names.read(cell)
    if faults:
        raise ValueError(" ".join(faults))
    return codes


def read_pounds(cell: str) -> int:
    """Return an amount in pounds as whole pence.

    Raises:
        ValueError: it is not one.
    """
    try:
        pence = Decimal(cell.lstrip("£").replace(",", "").strip()) * 100
        if pence != int(pence) or not 0 <= pence < 10**13:
            raise ValueError
        return int(pence)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"“{cell}” is not an amount in pounds, such as 1200 or 1200.50") from None


def read_date(cell: str) -> str:
    """Return a date as ISO 8601.

    Raises:
        ValueError: it is not one.
    """
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"):
        try:
            return datetime.strptime(cell, form).date().isoformat()
        except ValueError:
            continue
    raise ValueError(f"“{cell}” is not a date, such as 2028-03-31 or 31/03/2028")


def _write_outcome(outcome: dict[str, str]) -> str:
    grade = outcome.get("evidence")
    parts = (
        outcome.get("claim", ""),
        vocabulary("evidence_grades").label(grade) if grade else "",
        outcome.get("source", ""),
    )
    return " | ".join(part.replace("|", "/") for part in parts).rstrip(" |")


def _read_outcome(line: str) -> dict[str, str]:
    claim, grade, source, *more = [part.strip() for part in line.split("|")] + ["", ""]
    if more and any(more):
        raise ValueError("write each outcome on its own line, as: claim | kind of evidence | source")
    if not claim:
        raise ValueError("an outcome has evidence but no claim")
    outcome = {"claim": claim, "evidence": read_term("evidence_grades", grade) if grade else "", "source": source}
    return {key: text for key, text in outcome.items() if text}


_READERS: Mapping[Kind, Callable[[Question, str, CouncilNames], Any]] = {
    Kind.CHOICE: lambda question, cell, names: _read_choices(question, cell),
    Kind.CHOICES: lambda question, cell, names: _read_choices(question, cell),
    Kind.YES_NO: lambda question, cell, names: _read_yes_no(cell),
    Kind.MONEY: lambda question, cell, names: read_pounds(cell),
    Kind.DATE: lambda question, cell, names: read_date(cell),
    Kind.EMAIL: lambda question, cell, names: _read_email(cell),
    Kind.COUNCILS: lambda question, cell, names: _read_councils(cell, names),
    Kind.OUTCOMES: lambda question, cell, names: [_read_outcome(line) for line in cell.split("\n") if line.strip()],
    Kind.LINE: lambda question, cell, names: " ".join(cell.split()),
}
