"""The register of councils: reads `data/councils.csv` and tells what a new edition changes.

English local government is being reorganised, so the list of councils is data that staff replace, never code. This
module reads an edition, refuses it whole with every fault named when something is wrong, and compares it with what
is already known. It touches no database: applying a difference is the next step, for the organisations' service.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from showcase.models.vocabularies import vocabulary
from showcase.services.csv_records import Fault, Record, read_records, refuse

TIER_BY_TYPE = {
    "county": "upper",
    "district": "lower",
    "unitary": "single",
    "metropolitan": "single",
    "london": "single",
    "combined": "strategic",
    "other": "strategic",
}
"""The tier that each type of council works at. `other` is the Greater London Authority."""

SUCCESSOR_SEPARATOR = ";"

_GSS_CODE = re.compile(r"E[0-9]{8}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_DOMAIN_COLUMNS = ("domain", "gss_code")


@dataclass(frozen=True)
class CouncilRow:
    """One council, combined authority or the Greater London Authority, in the order of the file's columns."""

    gss_code: str
    name: str
    short_name: str
    slug: str
    type: str
    tier: str
    region: str
    """Id of the vocabulary `regions`."""
    county: str | None
    """GSS code of the county council that a district lies in."""
    combined_authority: str | None
    """GSS code of the combined authority it is a constituent member of; in London, of the Greater London Authority."""
    population: int | None
    population_year: int | None
    starts_on: date | None
    """First day on which the council had its present functions; None where it is not known."""
    ends_on: date | None
    """Last day on which the council exists."""
    successors: tuple[str, ...]
    """GSS codes of the councils that take over."""

    def is_in_force(self, on: date) -> bool:
        """Tell whether the council exists on that day."""
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on <= self.ends_on)


COLUMNS = tuple(field.name for field in fields(CouncilRow))
_NEEDED = ("gss_code", "name", "short_name", "slug", "type", "tier", "region")


@dataclass(frozen=True)
class DomainRow:
    """An e-mail domain of a council. A shared service has one row for each of its councils."""

    domain: str
    gss_code: str


@dataclass(frozen=True)
class Change:
    """One field of one council that a new edition gives another value."""

    gss_code: str
    field: str
    before: object
    after: object


@dataclass(frozen=True)
class Difference:
    """What a new edition of the register changes, each part in the order of GSS codes."""

    added: tuple[CouncilRow, ...]
    changed: tuple[Change, ...]
    """Every field that changes, also those of the councils in `ended`: to apply `added` and `changed` is enough."""
    ended: tuple[CouncilRow, ...]
    """Councils known before that the new edition gives an end, with their successors: the ones to tell people about."""
    missing: tuple[str, ...]
    """GSS codes that the new edition leaves out. Councils end, never vanish, so a person should look at these."""
    unchanged: int
    """Number of councils that are the same in both."""

    @property
    def is_empty(self) -> bool:
        """Tell whether applying it would change nothing."""
        return not (self.added or self.changed)


def read_register(file: Path) -> list[CouncilRow]:
    """Return the councils of a CSV file in UTF-8, in the order of its rows.

    Raises:
        FileFaults: cells are wrong or contradict each other; it lists all such cells.
    """
    records = read_records(file, COLUMNS)
    refuse([Fault(file.name, row, column, reason) for row, column, reason in sorted(_faults(records))])
    return [_parse(cells) for _, cells in records]


def read_domains(file: Path, register: Sequence[CouncilRow]) -> list[DomainRow]:
    """Return the e-mail domains of a CSV file in UTF-8, in the order of its rows.

    Raises:
        FileFaults: a domain is not one, names a council that `register` does not have, or stands there twice.
    """
    known = {council.gss_code for council in register}
    seen: set[tuple[str, str]] = set()
    faults = []
    domains = []
    for row, cells in read_records(file, _DOMAIN_COLUMNS):
        domain, code = cells["domain"], cells["gss_code"]
        if not _DOMAIN.fullmatch(domain):
            faults.append(Fault(file.name, row, "domain", f"{domain!r} is not a domain in lower case"))
        if code not in known:
            faults.append(Fault(file.name, row, "gss_code", f"{code!r} is not in the register"))
        if (domain, code) in seen:
            faults.append(Fault(file.name, row, "domain", f"{domain!r} is given to {code} twice"))
        seen.add((domain, code))
        domains.append(DomainRow(domain, code))
    refuse(faults)
    return domains


def difference(current: Mapping[str, CouncilRow], new: Sequence[CouncilRow]) -> Difference:
    """Compare the councils already known, by GSS code, with a new edition of the register."""
    added: list[CouncilRow] = []
    ended: list[CouncilRow] = []
    changed: list[Change] = []
    unchanged = 0
    for council in sorted(new, key=lambda row: row.gss_code):
        before = current.get(council.gss_code)
        if before is None:
            added.append(council)
        elif before == council:
            unchanged += 1
        else:
            changed.extend(_changes(before, council))
            if before.ends_on is None and council.ends_on is not None:
                ended.append(council)
    missing = sorted(set(current) - {council.gss_code for council in new})
    return Difference(tuple(added), tuple(changed), tuple(ended), tuple(missing), unchanged)


def _changes(before: CouncilRow, after: CouncilRow) -> Iterator[Change]:
    for name in COLUMNS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(after.gss_code, name, old, new)


def _faults(records: Sequence[Record]) -> Iterator[tuple[int, str, str]]:
    """Yield (row, column, reason) for all that is wrong; rows with a wrong cell are not compared with others."""
    councils: dict[int, CouncilRow] = {}
    for row, cells in records:
        reasons = list(_cell_faults(cells))
        yield from ((row, *reason) for reason in reasons)
        if not reasons:
            councils[row] = _parse(cells)
    yield from _reference_faults(records)
    by_code = {council.gss_code: council for council in councils.values()}
    for row, council in councils.items():
        yield from ((row, *reason) for reason in _place_faults(council, by_code))
        yield from ((row, *reason) for reason in _end_faults(council, by_code))


def _cell_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (column, reason) for each cell that is wrong by itself."""
    yield from ((column, "it is empty") for column in _NEEDED if not cells[column])
    codes = [(column, cells[column]) for column in ("gss_code", "county", "combined_authority")]
    codes += [("successors", code) for code in _split(cells["successors"])]
    for column, code in codes:
        if code and not _GSS_CODE.fullmatch(code):
            yield column, f"{code!r} is not a GSS code (E and eight digits)"
    if cells["slug"] and not _SLUG.fullmatch(cells["slug"]):
        yield "slug", f"{cells['slug']!r} may have lower-case letters, digits and single hyphens only"
    for column, known in (("type", TIER_BY_TYPE), ("region", vocabulary("regions").labels)):
        if cells[column] and cells[column] not in known:
            yield column, f"{cells[column]!r} is none of {', '.join(known)}"
    tier = TIER_BY_TYPE.get(cells["type"])
    if tier and cells["tier"] and cells["tier"] != tier:
        yield "tier", f"{cells['tier']!r} does not fit the type {cells['type']!r}, whose tier is {tier!r}"
    yield from _number_faults(cells)
    for column in ("starts_on", "ends_on"):
        if cells[column] and _date(cells[column]) is None:
            yield column, f"{cells[column]!r} is not a date of the form 2027-04-01"


def _number_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column in ("population", "population_year"):
        if cells[column] and not re.fullmatch(r"[1-9][0-9]{0,8}", cells[column]):
            yield column, f"{cells[column]!r} is not a whole number above 0, written with digits only"
    if bool(cells["population"]) != bool(cells["population_year"]):
        yield "population_year", "a population and its year belong together: give both or neither"


def _parse(cells: Mapping[str, str]) -> CouncilRow:
    """Turn checked cells into a row."""
    return CouncilRow(
        **{column: cells[column] for column in _NEEDED},
        county=cells["county"] or None,
        combined_authority=cells["combined_authority"] or None,
        population=int(cells["population"]) if cells["population"] else None,
        population_year=int(cells["population_year"]) if cells["population_year"] else None,
        starts_on=_date(cells["starts_on"]),
        ends_on=_date(cells["ends_on"]),
        successors=tuple(_split(cells["successors"])),
    )


def _split(codes: str) -> list[str]:
    return [code.strip() for code in codes.split(SUCCESSOR_SEPARATOR) if code.strip()]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _reference_faults(records: Sequence[Record]) -> Iterator[tuple[int, str, str]]:
    """Yield (row, column, reason) for codes and slugs that stand twice, and for codes named but not there."""
    first_row: dict[tuple[str, str], int] = {}
    for row, cells in records:
        for column in ("gss_code", "slug"):
            first = first_row.setdefault((column, cells[column]), row)
            if first != row and cells[column]:
                yield row, column, f"{cells[column]!r} already stands in row {first}"
    for row, cells in records:
        for column in ("county", "combined_authority", "successors"):
            for code in _split(cells[column]):
                if _GSS_CODE.fullmatch(code) and ("gss_code", code) not in first_row:
                    yield row, column, f"{code!r} is not in this file"


def _place_faults(council: CouncilRow, by_code: Mapping[str, CouncilRow]) -> Iterator[tuple[str, str]]:
    """Yield the faults of where a council lies: its county and its combined authority."""
    if (council.type == "district") != (council.county is not None):
        yield "county", "a district lies in a county, and no other council does"
    for column, code, tier in (
        ("county", council.county, "upper"),
        ("combined_authority", council.combined_authority, "strategic"),
    ):
        place = by_code.get(code or "")
        if place and place.tier != tier:
            yield column, f"{place.name} is of the tier {place.tier!r}, not {tier!r}"


def _end_faults(council: CouncilRow, by_code: Mapping[str, CouncilRow]) -> Iterator[tuple[str, str]]:
    """Yield the faults of how a council ends: its last day and its successors."""
    if council.ends_on is None:
        if council.successors:
            yield "successors", "a council without a last day (ends_on) has no successors"
        return
    if council.starts_on and council.ends_on < council.starts_on:
        yield "ends_on", f"it ends on {council.ends_on}, before it starts on {council.starts_on}"
    next_day = council.ends_on + timedelta(days=1)
    for code in council.successors:
        if code in by_code and not by_code[code].is_in_force(next_day):
            yield "successors", f"{by_code[code].name} is not in force on {next_day}, the day after this council's last"
