"""The contract radar: which contracts for one service end close together, the wave ahead, and who supplies much of it.

Staff read it exactly. What councils read stands in `radar_bands`; suppliers read nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Contract, Council
from showcase.models.contracts import months_after
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, require
from showcase.services.contracts import plain_supplier

WINDOWS = (6, 12, 18, 24, 36)
"""Months ahead that can be chosen."""
LARGE_SHARE = 0.4
"""Of the councils whose contracts for a service are recorded: from here a supplier is worth a shared ask."""
LEAST_FOR_SHARE = 3
"""Fewest councils with a supplier before its share is pointed out."""


@dataclass(frozen=True)
class Wanted:
    """What the radar looks at."""

    months: int = 24
    service_area: str = ""
    region: str = ""


@dataclass(frozen=True)
class Quarter:
    """What ends in a quarter of the calendar."""

    starts_on: date
    contracts: int
    councils: int
    annual_cost_pence: int
    """Of those whose cost is recorded, excluding VAT."""

    @property
    def label(self) -> str:
        """Its name, such as "Apr–Jun 2027"."""
        last = months_after(self.starts_on, 2)
        return f"{self.starts_on:%b}–{last:%b} {self.starts_on.year}"


@dataclass(frozen=True)
class Share:
    """How much of a service one supplier has, among the councils whose contracts are recorded."""

    supplier: str
    councils: int
    of_councils: int

    @property
    def part(self) -> float:
        """The share, from 0 to 1."""
        return self.councils / self.of_councils


@dataclass(frozen=True)
class Cluster:
    """Contracts for one service that end within the window."""

    service_area: str
    contracts: Sequence[Contract]
    """Those that end first on top."""
    councils: int
    annual_cost_pence: int
    without_cost: int
    """Contracts among them whose cost is not recorded."""
    shares: Sequence[Share]
    """Suppliers with a large share of the service, whenever their contracts end; the largest first."""

    @property
    def first_notice(self) -> date | None:
        """The first day by which one of the councils must give notice."""
        return min((c.notice_by for c in self.contracts if c.notice_by), default=None)


# --- for staff --------------------------------------------------------------------------------------------------------


def wave(wanted: Wanted, *, by: Actor, today: date) -> list[Quarter]:
    """Return the quarters ahead, each with what ends in it, those without contracts too.

    Raises:
        NotAllowed: only staff read it exactly.
    """
    require(by, Permission.STAFF_AREA)
    return [_quarter(start, found) for start, found in _by_quarter(_ending(wanted, today), wanted, today)]


def clusters(wanted: Wanted, *, by: Actor, today: date) -> list[Cluster]:
    """Return the contracts that end within the window by service, the services of most councils first.

    Raises:
        NotAllowed: only staff read it exactly.
    """
    require(by, Permission.STAFF_AREA)
    by_service: dict[str, list[Contract]] = {}
    for contract in _ending(wanted, today):
        by_service.setdefault(contract.service_area, []).append(contract)
    shares = _shares(wanted.region)
    found = [_cluster(area, contracts, shares.get(area, ())) for area, contracts in by_service.items()]
    return sorted(found, key=lambda c: (-c.councils, -c.annual_cost_pence, c.service_area))


def proposal(cluster: Cluster, share: Share | None = None) -> dict[str, str]:
    """Return the first words of an interest list made from a cluster, or of a shared ask to one of its suppliers."""
    service = vocabulary("service_areas").label(cluster.service_area)
    first, last = cluster.contracts[0].ends_on, cluster.contracts[-1].ends_on
    ends = f"{cluster.councils} councils have contracts for {service} that end between {_day(first)} and {_day(last)}."
    if share is None:
        words = {"title": f"{service}: contracts that end together", "need_text": ""}
    else:
        words = {
            "title": f"{service}: a shared ask to {share.supplier}",
            "asked_supplier": share.supplier,
            "route": "shared-ask",
        }
    return {**words, "service_area": cluster.service_area, "origin": f"Contract radar: {ends}"}


# --- parts ------------------------------------------------------------------------------------------------------------


def _ending(wanted: Wanted, today: date) -> list[Contract]:
    """Return what ends from today to the end of the quarter that the window reaches into."""
    query = sa.select(Contract).where(
        Contract.ends_on >= today, Contract.ends_on < months_after(quarter_of(today), (wanted.months + 3))
    )
    if wanted.service_area:
        query = query.where(Contract.service_area == wanted.service_area)
    if wanted.region:
        query = query.where(Contract.council.has(Council.region == wanted.region))
    query = query.options(joinedload(Contract.council)).order_by(Contract.ends_on, Contract.created_at, Contract.id)
    return list(db.session.scalars(query))


def _by_quarter(contracts: Iterable[Contract], wanted: Wanted, today: date) -> list[tuple[date, list[Contract]]]:
    starts = [months_after(quarter_of(today), 3 * n) for n in range((wanted.months + 3) // 3)]
    found: dict[date, list[Contract]] = {start: [] for start in starts}
    for contract in contracts:
        found[quarter_of(contract.ends_on)].append(contract)
    return list(found.items())


def quarter_of(day: date) -> date:
    """Return the first day of a day's quarter of the calendar."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _quarter(start: date, contracts: Sequence[Contract]) -> Quarter:
    cost = sum(contract.annual_cost_pence or 0 for contract in contracts)
    return Quarter(start, len(contracts), len({contract.council_id for contract in contracts}), cost)


def _cluster(area: str, contracts: Sequence[Contract], shares: Sequence[Share]) -> Cluster:
    return Cluster(
        area,
        contracts,
        len({contract.council_id for contract in contracts}),
        sum(contract.annual_cost_pence or 0 for contract in contracts),
        sum(contract.annual_cost_pence is None for contract in contracts),
        shares,
    )


def _shares(region: str) -> dict[str, list[Share]]:
    """Return the suppliers with a large share of each service, over all contracts that are recorded."""
    query = sa.select(Contract.service_area, Contract.supplier, Contract.council_id).order_by(Contract.created_at)
    if region:
        query = query.where(Contract.council.has(Council.region == region))
    names: dict[str, str] = {}
    having: dict[tuple[str, str], set[object]] = {}
    everyone: dict[str, set[object]] = {}
    for area, supplier, council_id in db.session.execute(query):
        plain = plain_supplier(supplier)
        names.setdefault(plain, supplier)
        having.setdefault((area, plain), set()).add(council_id)
        everyone.setdefault(area, set()).add(council_id)
    found: dict[str, list[Share]] = {}
    for (area, plain), councils in having.items():
        share = Share(names[plain], len(councils), len(everyone[area]))
        if share.councils >= LEAST_FOR_SHARE and share.part >= LARGE_SHARE:
            found.setdefault(area, []).append(share)
    return {area: sorted(shares, key=lambda s: (-s.councils, s.supplier)) for area, shares in found.items()}


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
