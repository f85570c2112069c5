"""Reading what people hand to the command line: a challenge, and a file of solutions; or one clear line why not.

Which columns exist and which of them are matched is handed in as a `Form`, because the questions belong to the product
and not to this library.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matching.texts import Text

csv.field_size_limit(16 * 1024 * 1024)

Answers = dict[str, Any]


class BadFile(Exception):
    """A file that cannot be used, said in one line: file, row and reason."""

    def __init__(self, file: str, reason: str, row: int | None = None) -> None:
        """Say which file, which row if one is at fault (counted as an editor or spreadsheet does), and why."""
        place = f"{file}, row {row}" if row is not None else file
        super().__init__(" ".join(f"{place}: {reason}".split()))


@dataclass(frozen=True)
class Form:
    """The columns a file may have."""

    title: str = "name"
    """The column that names a text."""
    matched: tuple[str, ...] = ()
    """Columns whose words are ranked, in order."""
    lists: frozenset[str] = frozenset()
    """Columns that hold several ids, in one cell separated by semicolons or commas."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Lower-case heading in a plain document to the column it stands for."""


@dataclass(frozen=True)
class Document:
    """One text as read, with the answers that are facts rather than words."""

    text: Text
    name: str
    answers: Answers = field(default_factory=dict)


def read_challenge(path: str, form: Form) -> Document:
    """Read one challenge from a .txt, .md or .json file, or standard input where `path` is `-`. Raises: BadFile."""
    content = sys.stdin.read() if path == "-" else _read_text(Path(path))
    kind = Path(path).suffix.lower() if path != "-" else (".json" if content.lstrip().startswith("{") else ".txt")
    if kind not in (".txt", ".md", ".json"):
        raise BadFile(path, "a challenge is a .txt, .md or .json file, or - for standard input")
    answers = _object(path, content, None) if kind == ".json" else _sections(content, form)
    answers.setdefault("id", Path(path).stem if path != "-" else "challenge")
    return _document(path, None, answers, form)


def read_solutions(path: str, form: Form) -> list[Document]:
    """Read many solutions from a .jsonl, .csv or .xlsx file with a header row. Raises: BadFile."""
    readers = {".jsonl": _jsonl_rows, ".csv": _csv_rows, ".xlsx": _xlsx_rows}
    reader = readers.get(Path(path).suffix.lower())
    if reader is None:
        raise BadFile(path, "solutions are a .jsonl, .csv or .xlsx file")
    found: list[Document] = []
    first_seen: dict[str, int] = {}
    for row, answers in reader(Path(path)):
        document = _document(path, row, answers, form)
        if document.text.id in first_seen:
            raise BadFile(path, f"the id {document.text.id} is already used in row {first_seen[document.text.id]}", row)
        first_seen[document.text.id] = row
        found.append(document)
    if not found:
        raise BadFile(path, "there is no solution in it")
    return found


def _document(path: str, row: int | None, answers: Answers, form: Form) -> Document:
    """Turn one row's answers into a text: the form's columns where any is answered, else `text`."""
    id = _plain(answers.get("id"))
    if not id:
        raise BadFile(path, "it has no id", row)
    for name in (*form.matched, "text", "name", "title"):
        if not isinstance(answers.get(name, ""), str | int | float | None):
            raise BadFile(path, f"{name} is not text", row)
    name = _plain(answers.get(form.title)) or _plain(answers.get("name")) or _plain(answers.get("title"))
    fields = [(column, _plain(answers.get(column))) for column in form.matched]
    if not any(value for column, value in fields if column != form.title):
        fields = [(form.title, name), ("text", _plain(answers.get("text")))]
    kept = tuple((column, value) for column, value in fields if value)
    if not kept:
        raise BadFile(path, "it has no text to match", row)
    facts = {key: _items(path, row, key, value) if key in form.lists else value for key, value in answers.items()}
    return Document(Text(id, kept), name or id, facts)


def _plain(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _items(path: str, row: int | None, name: str, value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if value is None or isinstance(value, str):
        return [item.strip() for item in re.split(r"[;,]", value or "") if item.strip()]
    raise BadFile(path, f"{name} is not a list of ids", row)


def _sections(content: str, form: Form) -> Answers:
    """Divide a plain document at the headings the form knows; without any, it is one text under its first line."""
    answers: Answers = {}
    column = ""
    for line in content.splitlines():
        heading = line.strip().strip("#*: ").lower()
        known = (
            form.headings.get(heading) if len(heading) < len(line.strip()) or heading == line.strip().lower() else None
        )
        if known:
            column = known
        elif column:
            answers[column] = f"{answers.get(column, '')}\n{line}".strip()
    if any(answers.get(column) for column in form.matched if column != form.title):
        if not answers.get(form.title):
            answers[form.title] = _first_line(content)
        return answers
    return {"text": content.strip(), form.title: ""}


def _first_line(content: str) -> str:
    line = content.strip().splitlines()[0] if content.strip() else ""
    return line.strip("# ").strip()


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise BadFile(str(path), "there is no such file") from None
    except UnicodeDecodeError:
        raise BadFile(str(path), "it is not UTF-8 text") from None
    except OSError as error:
        raise BadFile(str(path), f"it cannot be read: {error.strerror}") from None


def _object(path: str, content: str, row: int | None) -> Answers:
    try:
        found = json.loads(content)
    except json.JSONDecodeError as error:
        raise BadFile(path, f"it is not JSON: {error.msg}", row or error.lineno) from None
    if not isinstance(found, dict):
        raise BadFile(path, "it is not a JSON object", row)
    return found


def json_rows(path: Path) -> Iterable[tuple[int, Answers]]:
    """Yield (row, object) for each line of a .jsonl file that is not blank. Raises: BadFile."""
    for row, line in enumerate(_read_text(path).split("\n"), start=1):
        if line.strip():
            yield row, _object(str(path), line, row)


_jsonl_rows = json_rows


def _csv_rows(path: Path) -> Iterable[tuple[int, Answers]]:
    reader = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
    row = 1
    try:
        header = _header(str(path), next(reader, []))
        for cells in reader:
            row = reader.line_num
            yield from _row(str(path), row, header, cells)
    except csv.Error as error:
        raise BadFile(str(path), f"it is not CSV: {error}", max(row, reader.line_num)) from None


def _xlsx_rows(path: Path) -> Iterable[tuple[int, Answers]]:
    from python_calamine import CalamineError, load_workbook

    if not path.is_file():
        raise BadFile(str(path), "there is no such file")
    try:
        rows = load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise BadFile(str(path), f"it is not a spreadsheet: {error}") from None
    header = _header(str(path), rows[0] if rows else [])
    for row, cells in enumerate(rows[1:], start=2):
        yield from _row(str(path), row, header, cells)


def _header(path: str, cells: Sequence[object]) -> list[str]:
    names = [_plain(cell).lower().replace(" ", "_") for cell in cells]
    if "id" not in names:
        raise BadFile(path, "there is no column named id", 1)
    repeated = next((name for name in names if name and names.count(name) > 1), None)
    if repeated:
        raise BadFile(path, f"two columns are named {repeated}", 1)
    return names


def _row(path: str, row: int, header: Sequence[str], cells: Sequence[object]) -> Iterable[tuple[int, Answers]]:
    if not any(_plain(cell) for cell in cells):
        return
    if len(cells) > len(header):
        raise BadFile(path, f"it has {len(cells)} cells under {len(header)} columns", row)
    yield row, {name: cell for name, cell in zip(header, cells, strict=False) if name and cell != ""}
