"""Keeps the councils in the database as the register says: applies a new edition and gives new councils their domains.

Councils end, they never vanish: one that an edition leaves out is reported and stays.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Council, EmailDomain
from showcase.policies import Actor
from showcase.services import audit, register
from showcase.services.register import CouncilRow, Difference

DATA = Path(__file__).parent.parent / "data"
COUNCILS = DATA / "councils.csv"
DOMAINS = DATA / "council_domains.csv"

KEPT_AS = {
    "name": "name",
    "short_name": "short_name",
    "type": "council_type",
    "tier": "tier",
    "region": "region",
    "county": "county_code",
    "combined_authority": "combined_authority_code",
    "population": "population",
    "population_year": "population_year",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
}
"""Column of the register → attribute of `Council`; successors and the GSS code are kept as well, the slug is not."""


def compare(rows: Sequence[CouncilRow]) -> Difference:
    """Return what an edition of the register would change."""
    slugs = {row.gss_code: row.slug for row in rows}
    return register.difference({code: _row(council, slugs) for code, council in _known().items()}, rows)


def apply(rows: Sequence[CouncilRow], *, by: Actor, now: datetime) -> Difference:
    """Bring the councils to what an edition of the register says, and return what that changed."""
    difference = compare(rows)
    known = _known()
    by_code = {row.gss_code: row for row in rows}
    for row in difference.added:
        council = Council(gss_code=row.gss_code, approved_at=now, created_at=now)
        _write(council, row)
        db.session.add(council)
    for code in {change.gss_code for change in difference.changed}:
        _write(known[code], by_code[code])
    db.session.flush()
    _give_domains(rows)
    if not difference.is_empty:
        changed = sorted({change.gss_code for change in difference.changed})
        audit.record("register.applied", by=by, added=[row.gss_code for row in difference.added], changed=changed)
    return difference


def load(*, by: Actor, now: datetime) -> int:
    """Add the councils of the edition that comes with the platform and are not there yet; return how many that were."""
    known = _known()
    missing = [row for row in register.read_register(COUNCILS) if row.gss_code not in known]
    return len(apply(missing, by=by, now=now).added) if missing else 0


def _known() -> dict[str, Council]:
    councils = db.session.scalars(sa.select(Council).where(Council.gss_code.is_not(None)))
    return {str(council.gss_code): council for council in councils}


def _row(council: Council, slugs: dict[str, str]) -> CouncilRow:
    values = {column: getattr(council, attribute) for column, attribute in KEPT_AS.items()}
    code = str(council.gss_code)
    return CouncilRow(
        gss_code=code, slug=slugs.get(code, ""), successors=tuple(council.successor_codes or ()), **values
    )


def _write(council: Council, row: CouncilRow) -> None:
    for column, attribute in KEPT_AS.items():
        setattr(council, attribute, getattr(row, column))
    council.successor_codes = list(row.successors) or None


def _give_domains(rows: Sequence[CouncilRow]) -> None:
    """Give the shipped domains to councils that have none; the others' are in the hands of LGA staff."""
    councils = {
        str(council.gss_code): council
        for council in db.session.scalars(
            sa.select(Council).where(Council.gss_code.is_not(None), ~Council.domains.any())
        )
    }
    shipped = register.read_domains(DOMAINS, register.read_register(COUNCILS))
    in_edition = {row.gss_code for row in rows}
    db.session.add_all(
        EmailDomain(domain=row.domain, organisation=councils[row.gss_code])
        for row in shipped
        if row.gss_code in councils and row.gss_code in in_edition
    )
    db.session.flush()
