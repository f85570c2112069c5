"""Solution profiles: what is theirs alone, the import and export of many. What they share is in `publications`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Organisation, Solution
from showcase.models.enums import State
from showcase.models.questions import Content, is_blank
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.policies import Actor, Permission, can, require
from showcase.services import audit, council_names, imports, pasting, publications
from showcase.services.council_names import CouncilNames
from showcase.services.imports import CellFault, Columns
from showcase.services.spreadsheets import Table, read_cell, write_cell

MOST_ROWS = 500
COLUMNS = Columns("profiles", MOST_ROWS, tuple(question.name for question in SOLUTION_QUESTIONS), ("name",))


@dataclass(frozen=True, kw_only=True)
class Change(imports.Change):
    """What one row would do."""

    name: str
    content: Content
    solution: Solution | None = None
    emptied: Sequence[str] = ()
    """Questions of the profile that would have no answer any more, by label."""


Plan = imports.Plan[Change]


def start_from(text: str, organisation: Organisation, *, by: Actor, now: datetime) -> Solution:
    """Start a draft from a text such as a web page's; what stands under no known heading is marked for its writer."""
    return publications.create(Solution, organisation, pasting.split(SOLUTION_QUESTIONS, text).answers, by=by, now=now)


def plan_import(table: Table, *, by: Actor) -> Plan:
    """Say what importing a table would do: every fault by row and column, every profile it would create or update.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.SOLUTION_IMPORT)
    rows, faults = imports.read_rows(table, [_column(cell) for cell in table[0]] if table else [], COLUMNS)
    names = council_names.load()
    own = _own_by_name(by)
    changes: list[Change] = []
    seen: dict[str, int] = {}
    for row in rows:
        content, wrong = imports.read_cells(row, partial(_read, names=names))
        faults += wrong
        name = str(content.get("name") or "")
        if (first := seen.setdefault(name.casefold(), row.number)) != row.number and name:
            faults.append(CellFault(row.number, "name", f"“{name}” already stands in row {first}"))
        solution = own.get(name.casefold())
        if solution is not None and not can(by, Permission.PUBLICATION_EDIT, solution):
            faults.append(CellFault(row.number, "name", f"“{name}” waits for review; take it back to draft first"))
        changes.append(_change(row.number, name, content, solution))
    return Plan(changes, faults)


def apply_import(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Create and update drafts as planned, all or none.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the plan has faults.
    """
    require(by, Permission.SOLUTION_IMPORT)
    plan.require_faultless()
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
    yield list(COLUMNS.names)
    for solution in solutions:
        yield [write_cell(question, solution.content.get(question.name), names) for question in SOLUTION_QUESTIONS]


def _column(cell: str) -> str:
    """Return the question that a header names, by name or label; the header itself when there is none."""
    plain = cell.strip().casefold().replace("'", "’")
    for question in SOLUTION_QUESTIONS:
        if plain in (question.name, question.label.casefold()):
            return question.name
    return cell.strip()


def _read(column: str, cell: str, *, names: CouncilNames) -> object:
    return read_cell(SOLUTION_QUESTIONS[column], cell, names)


def _own_by_name(by: Actor) -> dict[str, Solution]:
    own = db.session.scalars(
        sa.select(Solution)
        .where(Solution.organisation_id == by.organisation_id, Solution.state != State.ARCHIVED)
        .order_by(Solution.created_at.desc(), Solution.id)
    )
    return {solution.title.casefold(): solution for solution in own}


def _change(number: int, name: str, content: Content, solution: Solution | None) -> Change:
    if solution is None:
        return Change(row=number, does="create", name=name, content=content)
    differing = [q for q in SOLUTION_QUESTIONS if q.name in content and _differs(solution.content, content, q.name)]
    changed = [q.label for q in differing if not is_blank(content[q.name])]
    emptied = [q.label for q in differing if is_blank(content[q.name])]
    return Change(
        row=number,
        does="update" if differing else "nothing",
        changed=changed,
        name=name,
        content=content,
        solution=solution,
        emptied=emptied,
    )


def _differs(before: Content, after: Content, name: str) -> bool:
    return (before.get(name) or None) != (after.get(name) or None)
