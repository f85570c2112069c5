"""What councils read of the contract radar: how many councils have contracts for a service that end in one quarter.

Counts alone, in bands of five, without costs, suppliers or names. Once a day the worker looks at what was recorded, and
tells another count only if at least five councils are in it and at least five have changed since any that was told. So
nobody learns that somebody recorded a contract, and whoever records and deletes contracts finds no edge of a band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Contract, Heartbeat, RadarBand
from showcase.models.contracts import months_after
from showcase.models.interests import LEAST
from showcase.policies import Actor, Permission, require
from showcase.services.audit import LONDON
from showcase.services.plan_totals import is_safe
from showcase.services.radar import WINDOWS, Quarter, quarter_of
from showcase.services.small_numbers import Parts, keeps_cohorts

LOOKED = "radar"
"""Name under which it is noted when the worker last looked."""


@dataclass(frozen=True)
class Band:
    """How many councils have a contract for a service that ends in a quarter."""

    service_area: str
    quarter: Quarter
    at_least: int
    """A multiple of five."""
    as_of: date

    @property
    def words(self) -> str:
        """The band, such as "5 to 9"."""
        return f"{self.at_least} to {self.at_least + LEAST - 1}"


def list_told(service_area: str = "", *, by: Actor, today: date) -> list[Band]:
    """Return what was last told of each service and quarter ahead, the first quarter on top, then the highest band.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.RADAR_SEE)
    last: dict[tuple[str, date], RadarBand] = {}
    for row in db.session.scalars(_told(today)):
        if row.service_area == service_area or not service_area:
            last[row.service_area, row.starts_on] = row
    found = [
        Band(row.service_area, Quarter(row.starts_on, 0, 0, 0), len(row.councils) // LEAST * LEAST, row.taken_on)
        for row in last.values()
    ]
    return sorted(found, key=lambda band: (band.quarter.starts_on, -band.at_least, band.service_area))


def take_due(*, now: datetime) -> int:
    """Look once a day what may be told anew; return how many bands were."""
    today = now.astimezone(LONDON).date()
    mark = db.session.scalar(sa.select(Heartbeat).where(Heartbeat.name == LOOKED).with_for_update())
    if mark is not None and mark.seen_at.astimezone(LONDON).date() >= today:
        return 0
    if mark is None:
        mark = Heartbeat(name=LOOKED, seen_at=now, created_at=now)
        db.session.add(mark)
    mark.seen_at = now
    taken = _take(today, now)
    db.session.flush()
    return taken


def _take(today: date, now: datetime) -> int:
    told: dict[tuple[str, date], list[Parts]] = {}
    for row in db.session.scalars(_told(today)):
        told.setdefault((row.service_area, row.starts_on), []).append(dict.fromkeys(row.councils, 1))
    taken = 0
    for (area, start), councils in sorted(_standing(today).items()):
        parts, earlier = dict.fromkeys(sorted(councils), 1), told.get((area, start), [])
        if parts in earlier[-1:] or not _may_be_told(parts, earlier):
            continue
        row = RadarBand(
            service_area=area,
            starts_on=start,
            number=len(earlier) + 1,
            taken_on=today,
            councils=list(parts),
            created_at=now,
        )
        db.session.add(row)
        taken += 1
    return taken


def _may_be_told(parts: Parts, earlier: Sequence[Parts]) -> bool:
    return is_safe(parts, earlier, LEAST) and keeps_cohorts(earlier, [parts], LEAST)


def _standing(today: date) -> dict[tuple[str, date], set[str]]:
    """Return the councils with a contract that ends in each quarter ahead, this one whole, by service."""
    first = quarter_of(today)
    query = sa.select(Contract.service_area, Contract.ends_on, Contract.council_id).where(
        Contract.ends_on >= first, Contract.ends_on < months_after(first, max(WINDOWS) + 3)
    )
    found: dict[tuple[str, date], set[str]] = {}
    for area, ends_on, council in db.session.execute(query):
        found.setdefault((area, quarter_of(ends_on)), set()).add(str(council))
    return found


def _told(today: date) -> sa.Select[RadarBand]:
    """Return the query for all that was told of quarters that are not over, each service's in the order of telling."""
    query = sa.select(RadarBand).where(RadarBand.starts_on >= quarter_of(today))
    return query.order_by(RadarBand.service_area, RadarBand.starts_on, RadarBand.number)
