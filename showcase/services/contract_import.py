"""Many contracts from a spreadsheet: first what would happen, with every fault by row and column, then all or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from showcase.extensions import db
from showcase.models import Contract
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, require
from showcase.services import audit, contracts, imports
from showcase.services.contracts import LABELS, MOST_MONTHS, Details
from showcase.services.imports import CellFault, Columns
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
COLUMNS = Columns("contracts", MOST_ROWS, tuple(ABOUT), ("supplier", "product", "service", "ends_on"))
_FIELDS = {"service": "service_area", "annual_cost": "annual_cost_pence"}


@dataclass(frozen=True, kw_only=True)
class Change(imports.Change):
    """What one row would do."""

    details: Details
    contract: Contract | None = None


Plan = imports.Plan[Change]


def plan_import(table: Table, *, by: Actor) -> Plan:
    """Say what importing a table would do: every fault by row and column, every contract it would record or change.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.CONTRACT_RECORD)
    header = ["_".join(cell.casefold().split()) for cell in table[0]] if table else []
    rows, faults = imports.read_rows(table, header, COLUMNS)
    broken = {fault.row for fault in faults}
    changes: list[Change] = []
    seen: dict[str, int] = {}
    for row in rows:
        found, wrong = imports.read_cells(row, _read, skip_blank=True)
        faults += wrong
        if wrong or row.number in broken:
            continue
        details = Details(**{_FIELDS.get(column, column): value for column, value in found.items()})
        if (first := seen.setdefault(details.identity, row.number)) != row.number:
            faults.append(
                CellFault(row.number, "(all)", f"the same supplier, product and service stand in row {first}")
            )
        changes.append(_change(row.number, details, contracts.find_own(details, by=by)))
    return Plan(changes, faults)


def apply_import(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Record and change contracts as planned, all or none.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the plan has faults.
    """
    require(by, Permission.CONTRACT_RECORD)
    plan.require_faultless()
    for change in plan.changes:
        if change.contract is None:
            contracts.record(change.details, by=by, now=now)
        elif change.does == "update":
            contracts.change(change.contract, change.details, revision=change.contract.revision, by=by, now=now)
    db.session.flush()
    audit.record("contract.imported", by=by, created=plan.count("create"), updated=plan.count("update"))


def export_rows(found: Iterable[Contract]) -> Iterator[list[str | int | float | date | None]]:
    """Yield contracts as rows of those columns, in the form that the import reads."""
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


def _read(column: str, cell: str) -> object:
    return _READERS[column](cell.strip())


def _change(number: int, details: Details, contract: Contract | None) -> Change:
    if contract is None:
        return Change(row=number, does="create", details=details)
    changed = [LABELS[name] for name, value in asdict(details).items() if getattr(contract, name) != value]
    does: Literal["update", "nothing"] = "update" if changed else "nothing"
    return Change(row=number, does=does, changed=changed, details=details, contract=contract)


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
