"""The fairness report that staff read: measured by the worker, kept with its date and what it was made from.

`services.fairness` measures, which takes seconds; a page only reads what is kept. It is measured again when the ranking
has changed (another encoding, ranker version or weights), and at most once an hour when texts have.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from matching.fairness import Link, Share
from matching.ranker import RANKER_VERSION
from showcase.extensions import db
from showcase.models import FairnessReport, RankerVersion, VectorCounter
from showcase.models.enums import OrganisationKind
from showcase.policies import Actor, Permission, require
from showcase.services import csv_export, encodings, fairness, weights
from showcase.services.fairness import Report
from showcase.transactions import writing

EVERY = timedelta(hours=1)
"""Between two measurements of one ranking, at least: only texts can have changed."""
HEAD = (*fairness.HEAD, "Measured at (UTC)", "Ranking")
_ROW = "; row "
_WORKER = Actor(name="The worker", organisation_kind=OrganisationKind.HOST, is_organisation_active=True)
"""Sees what staff see."""


@dataclass(frozen=True)
class Kept:
    """A report, when it was measured, and by what ranking."""

    report: Report
    measured_at: datetime
    ranking: str

    def rows(self) -> list[Sequence[csv_export.Cell]]:
        """Return the shares as the rows of a file."""
        return [(*row, self.measured_at, self.ranking) for row in self.report.rows()]


def newest(*, seen_by: Actor) -> Kept | None:
    """Return the report that is kept; None while nothing was measured.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.STAFF_AREA)
    row = _row()
    return Kept(_read(row.content), row.created_at, row.made_from.rpartition(_ROW)[0]) if row else None


def refresh(*, now: datetime) -> int:
    """Measure if that is due, and keep the report in place of the one before; return whether it was, 1 or 0."""
    made_from, row = _made_from(), _row()
    if row is not None:
        is_same_ranking = row.made_from.rpartition(_ROW)[0] == made_from.rpartition(_ROW)[0]
        if row.made_from == made_from or (is_same_ranking and now - row.created_at < EVERY):
            db.session.rollback()
            return 0
    report = fairness.measure(seen_by=_WORKER, now=now)
    db.session.rollback()
    with writing() as session:
        session.execute(sa.delete(FairnessReport))
        session.add(FairnessReport(made_from=made_from, content=asdict(report), created_at=now))
    return 1


def _row() -> FairnessReport | None:
    return db.session.scalars(sa.select(FairnessReport).order_by(FairnessReport.created_at.desc()).limit(1)).first()


def _made_from() -> str:
    """Return what the figures depend on: the ranking, as decisions keep it, and the newest vector row."""
    encoding = encodings.in_use()
    version = sa.select(sa.func.max(RankerVersion.number)).where(
        RankerVersion.kind == "solution", RankerVersion.model == encoding
    )
    described = weights.describe(
        encoding, RANKER_VERSION, db.session.scalar(version) or 0, weights.in_force("solution").number
    )
    return f"{described}{_ROW}{db.session.scalar(sa.select(VectorCounter.number)) or 0}"


def _read(content: dict[str, Any]) -> Report:
    shares = {by: [Share(**one) for one in group] for by, group in content["shares"].items()}
    return Report(**{**content, "shares": shares, "links": [Link(**one) for one in content["links"]]})
