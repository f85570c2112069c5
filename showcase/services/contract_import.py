"""Many contracts from a spreadsheet: first what would happen, with every fault by row and column, then all or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Contract
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, require
from showcase.services import audit, contracts
from showcase.services.contracts import LABELS, MOST_MONTHS, Details
from showcase.services.solutions import CellFault
from showcase.services.spreadsheets import Table, read_date, read_pounds, read_term

MOST_ROWS = 1000
ABOUT: Mapping[str, str] = {
    "supplier": "Who you have the contract with",
    "product": "What it is for",
    "service": "One of the services, in words",
    "ends_on": "Last day before any extension, such as 2028-03-31 or 31/03/2028",
    "notice_months": "How long before its end notice must be given: whole months",
    "extension_months": "For how long you may extend it: whole months, 0 for not at all",
    "annual_cost": "Pounds a year excluding VAT, such as 12000",
    "exit_terms": "Text: data back, help with a move, charges",
}
COLUMNS: tuple[str, ...] = tuple(ABOUT)
NEEDED: tuple[str, ...] = ("supplier", "product", "service", "ends_on")
_FIELDS = {"service": "service_area", "annual_cost": "annual_cost_pence"}


@dataclass(frozen=True)
class Change:
    """What one row would do."""

    row: int
    details: Details
    does: Literal["create", "update", "nothing"]
    contract: Contract | None = None
    changed: Sequence[str] = ()
    """Particulars that would change, by label."""


@dataclass(frozen=True)
class Plan:
    """What an import would do, and what keeps it from being done."""

    changes: Sequence[Change]
    faults: Sequence[CellFault]

    def count(self, does: str) -> int:
        """Return how many rows would do this."""
        return sum(change.does == does for change in self.changes)


def plan_import(table: Table, *, by: Actor) -> Plan:
    """Say what importing a table would do: every fault by row and column, every contract it would record or change.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.CONTRACT_RECORD)
    header = ["_".join(cell.casefold().split()) for cell in table[0]] if table else []
    faults = list(_header_faults(header))
    rows = [(number, row) for number, row in enumerate(table[1:], start=2) if any(cell.strip() for cell in row)]
    if not rows:
        faults.append(CellFault(1, "(all)", "there are no contracts below the header"))
    if len(rows) > MOST_ROWS:
        faults.append(CellFault(MOST_ROWS + 2, "(all)", f"at most {MOST_ROWS} contracts can be imported at once"))
    if faults:
        return Plan((), faults)
    changes: list[Change] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        details, wrong = _read_row(number, header, row)
        faults += wrong
        if details is None:
            continue
        if (first := seen.setdefault(details.identity, number)) != number:
            faults.append(CellFault(number, "(all)", f"the same supplier, product and service stand in row {first}"))
        changes.append(_change(number, details, contracts.find_own(details, by=by)))
    return Plan(changes, faults)


def apply_import(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Record and change contracts as planned, all or none.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the plan has faults.
    """
    require(by, Permission.CONTRACT_RECORD)
    if plan.faults:
        raise DomainError("Nothing was imported: the file has faults.")
    for change in plan.changes:
        if change.contract is None:
            contracts.record(change.details, by=by, now=now)
        elif change.does == "update":
            contracts.change(change.contract, change.details, revision=change.contract.revision, by=by, now=now)
    db.session.flush()
    audit.record("contract.imported", by=by, created=plan.count("create"), updated=plan.count("update"))


def export_rows(found: Iterable[Contract]) -> Iterator[list[str | int | float | date | None]]:
    """Yield contracts as rows of `COLUMNS`, in the form that the import reads."""
    services = vocabulary("service_areas")
    for contract in found:
        cost = contract.annual_cost_pence
        yield [
            contract.supplier,
            contract.product,
            services.label(contract.service_area),
            contract.ends_on,
            contract.notice_months,
            contract.extension_months,
            None if cost is None else cost // 100 if cost % 100 == 0 else cost / 100,
            contract.exit_terms,
        ]


def _header_faults(header: list[str]) -> Iterator[CellFault]:
    for column in NEEDED:
        if column not in header:
            yield CellFault(1, column, "the column is missing; the template has all columns")
    for column in dict.fromkeys(header):
        if column and column not in COLUMNS:
            yield CellFault(1, column, "there is no such column; the template has all columns")
        elif column and header.count(column) > 1:
            yield CellFault(1, column, "the column stands there twice")


def _read_row(number: int, header: list[str], row: list[str]) -> tuple[Details | None, list[CellFault]]:
    found: dict[str, Any] = {}
    faults = []
    if any(cell.strip() for cell in row[len(header) :]):
        faults.append(CellFault(number, "(all)", "the row has more cells than the header"))
    for column, cell in zip(header, [*row, *[""] * len(header)], strict=False):
        try:
            if column and cell.strip():
                found[_FIELDS.get(column, column)] = _READERS[column](cell.strip())
            elif column in NEEDED:
                raise ValueError("it is empty")
            elif cell.strip():
                raise ValueError("this column has no header")
        except ValueError as error:
            faults.append(CellFault(number, column or "(no name)", str(error)))
    return (None if faults else Details(**found)), faults


def _change(number: int, details: Details, contract: Contract | None) -> Change:
    if contract is None:
        return Change(number, details, "create")
    changed = [LABELS[name] for name, value in asdict(details).items() if getattr(contract, name) != value]
    return Change(number, details, "update" if changed else "nothing", contract, changed)


def _read_months(cell: str) -> int:
    if not cell.isdecimal() or int(cell) > MOST_MONTHS:
        raise ValueError(f"“{cell}” is not a whole number of months up to {MOST_MONTHS}")
    return int(cell)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "supplier": lambda cell: " ".join(cell.split())[:200],
    "product": lambda cell: " ".join(cell.split())[:200],
    "service": lambda cell: read_term("service_areas", cell),
    "ends_on": lambda cell: date.fromisoformat(read_date(cell)),
    "notice_months": _read_months,
    "extension_months": _read_months,
    "annual_cost": read_pounds,
    "exit_terms": lambda cell: cell[:5000],
}
