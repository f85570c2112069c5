"""Solution profiles: what is theirs alone, the import and export of many. What they share is in `publications`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Organisation, Solution
from showcase.models.enums import State
from showcase.models.questions import Content, is_blank
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.policies import Actor, Permission, can, require
from showcase.services import audit, council_names, pasting, publications
from showcase.services.council_names import CouncilNames
from showcase.services.spreadsheets import Table, read_cell, write_cell

MOST_ROWS = 500
COLUMNS = tuple(question.name for question in SOLUTION_QUESTIONS)


@dataclass(frozen=True)
class CellFault:
    """Something wrong in one cell, by the row number that a spreadsheet program shows."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Change:
    """What one row would do."""

    row: int
    name: str
    does: Literal["create", "update", "nothing"]
    content: Content
    solution: Solution | None = None
    changed: Sequence[str] = ()
    """Questions of the profile that would get another answer, by label,"""
    emptied: Sequence[str] = ()
    """and those that would have none any more."""


@dataclass(frozen=True)
class Plan:
    """What an import would do, and what keeps it from being done."""

    changes: Sequence[Change]
    faults: Sequence[CellFault]

    def count(self, does: str) -> int:
        """Return how many rows would do this."""
        return sum(change.does == does for change in self.changes)


def start_from(text: str, organisation: Organisation, *, by: Actor, now: datetime) -> Solution:
    """Start a draft from a text such as a web page's; what stands under no known heading is marked for its writer."""
    return publications.create(Solution, organisation, pasting.split(SOLUTION_QUESTIONS, text).answers, by=by, now=now)


def plan_import(table: Table, *, by: Actor) -> Plan:
    """Say what importing a table would do: every fault by row and column, every profile it would create or update.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.SOLUTION_IMPORT)
    header = [_column(cell) for cell in table[0]] if table else []
    faults = list(_header_faults(header))
    rows = [(number, row) for number, row in enumerate(table[1:], start=2) if any(cell.strip() for cell in row)]
    if not rows:
        faults.append(CellFault(1, "(all)", "there are no profiles below the header"))
    if len(rows) > MOST_ROWS:
        faults.append(CellFault(MOST_ROWS + 2, "(all)", f"at most {MOST_ROWS} profiles can be imported at once"))
    if faults:
        return Plan((), faults)
    names = council_names.load()
    own = _own_by_name(by)
    changes: list[Change] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        content, wrong = _read_row(number, header, row, names)
        faults += wrong
        name = str(content.get("name") or "")
        if (first := seen.setdefault(name.casefold(), number)) != number and name:
            faults.append(CellFault(number, "name", f"“{name}” already stands in row {first}"))
        solution = own.get(name.casefold())
        if solution is not None and not can(by, Permission.PUBLICATION_EDIT, solution):
            faults.append(CellFault(number, "name", f"“{name}” waits for review; take it back to draft first"))
        changes.append(_change(number, name, content, solution))
    return Plan(changes, faults)


def apply_import(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Create and update drafts as planned, all or none.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the plan has faults.
    """
    require(by, Permission.SOLUTION_IMPORT)
    if plan.faults:
        raise DomainError("Nothing was imported: the file has faults.")
    organisation = db.session.get_one(Organisation, by.organisation_id)
    for change in plan.changes:
        if change.solution is None:
            publications.create(Solution, organisation, change.content, by=by, now=now)
        elif change.does == "update":
            revision = change.solution.revision
            publications.save(change.solution, change.content, revision=revision, by=by, now=now)
    audit.record("solution.imported", by=by, created=plan.count("create"), updated=plan.count("update"))


def export_rows(solutions: Sequence[Solution]) -> Iterator[list[str]]:
    """Yield the header and the working text of each profile, in the form that the import reads. For the owner alone."""
    names = council_names.load()
    yield list(COLUMNS)
    for solution in solutions:
        yield [write_cell(question, solution.content.get(question.name), names) for question in SOLUTION_QUESTIONS]


def _column(cell: str) -> str:
    """Return the question that a header names, by name or label; the header itself when there is none."""
    plain = cell.strip().casefold().replace("'", "’")
    for question in SOLUTION_QUESTIONS:
        if plain in (question.name, question.label.casefold()):
            return question.name
    return cell.strip()


def _header_faults(header: list[str]) -> Iterator[CellFault]:
    if "name" not in header:
        yield CellFault(1, "name", "the column is missing; the template has all columns")
    for column in dict.fromkeys(header):
        if column and column not in COLUMNS:
            yield CellFault(1, column, "there is no such column; the template has all columns")
        elif column and header.count(column) > 1:
            yield CellFault(1, column, "the column stands there twice")


def _read_row(number: int, header: list[str], row: list[str], names: CouncilNames) -> tuple[Content, list[CellFault]]:
    content: Content = {}
    faults = []
    if any(cell.strip() for cell in row[len(header) :]):
        faults.append(CellFault(number, "(all)", "the row has more cells than the header"))
    for column, cell in zip(header, [*row, *[""] * len(header)], strict=False):
        if not column:
            if cell.strip():
                faults.append(CellFault(number, "(no name)", "this column has no header"))
            continue
        try:
            content[column] = read_cell(SOLUTION_QUESTIONS[column], cell, names)
        except ValueError as error:
            faults.append(CellFault(number, column, str(error)))
    if not content.get("name"):
        faults.append(CellFault(number, "name", "it is empty"))
    return content, faults


def _own_by_name(by: Actor) -> dict[str, Solution]:
    own = db.session.scalars(
        sa.select(Solution)
        .where(Solution.organisation_id == by.organisation_id, Solution.state != State.ARCHIVED)
        .order_by(Solution.created_at.desc(), Solution.id)
    )
    return {solution.title.casefold(): solution for solution in own}


def _change(number: int, name: str, content: Content, solution: Solution | None) -> Change:
    if solution is None:
        return Change(number, name, "create", content)
    differing = [q for q in SOLUTION_QUESTIONS if q.name in content and _differs(solution.content, content, q.name)]
    changed = [q.label for q in differing if not is_blank(content[q.name])]
    emptied = [q.label for q in differing if is_blank(content[q.name])]
    return Change(number, name, "update" if differing else "nothing", content, solution, changed, emptied)


def _differs(before: Content, after: Content, name: str) -> bool:
    return (before.get(name) or None) != (after.get(name) or None)
