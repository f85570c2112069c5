"""How a list’s totals went over time, each rung by itself: exact for staff, the snapshots that were told for others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import InterestList, Pledge, PledgeStep
from showcase.models.interests import COUNTED, Rung
from showcase.policies import Actor
from showcase.services.audit import LONDON


@dataclass(frozen=True)
class Moment:
    """The totals at the end of a day, or in a snapshot."""

    on: date
    councils: dict[Rung, int]
    quantity: dict[Rung, int]


def history(interest_list: InterestList, *, seen_by: Actor) -> Sequence[Moment]:
    """Return the totals at each time they changed, as far as the viewer may know them, the first on top."""
    return _exact(interest_list) if seen_by.is_staff else _told(interest_list)


def _told(interest_list: InterestList) -> list[Moment]:
    return [
        Moment(
            snapshot.taken_on,
            {Rung(rung): figure["councils"] for rung, figure in snapshot.figures.items()},
            {Rung(rung): figure["quantity"] for rung, figure in snapshot.figures.items()},
        )
        for snapshot in interest_list.snapshots
    ]


def _exact(interest_list: InterestList) -> list[Moment]:
    steps = db.session.execute(
        sa.select(PledgeStep.created_at, Pledge.council_id, PledgeStep.rung, PledgeStep.quantity)
        .join(Pledge, Pledge.id == PledgeStep.pledge_id)
        .where(Pledge.interest_list_id == interest_list.id)
        .order_by(PledgeStep.created_at, PledgeStep.number)
    )
    standing: dict[object, tuple[Rung, int]] = {}
    found: dict[date, Moment] = {}
    for at, council, rung, quantity in steps:
        standing[council] = (rung, quantity or 0)
        on = at.astimezone(LONDON).date()
        counted = [(r, q) for r, q in standing.values() if r in COUNTED and q]
        found[on] = Moment(
            on,
            {rung: sum(r is rung for r, _ in counted) for rung in COUNTED},
            {rung: sum(q for r, q in counted if r is rung) for rung in COUNTED},
        )
    return list(found.values())
