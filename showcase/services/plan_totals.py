"""Which totals of a plan may be told to the lead authority, so that no council's own figure can be read from them.

A total is told only if it gives nobody away by itself, and beside everything that was told before: the list's snapshots
and the totals of earlier plans. The rule is that of `small_numbers`: between any two figures either no council differs,
or enough do and none makes up more than half of the difference, and no cohort that is too small is singled out. What is
told is rounded, and kept when it is told; snapshots taken later are measured against it in turn.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import InterestList, Plan
from showcase.services.small_numbers import (
    SETS,
    Parts,
    keeps_cohorts,
    parts_of,
    rounded_councils,
    rounded_quantity,
)


def what_may_be_told(plan: Plan, *, earlier: Sequence[Plan]) -> dict[str, Any]:
    """Return what may be told of a plan's totals: {"groups": {offer: {"councils", "quantity"}}, "saving_pence"}.

    A group, or the saving, of which nothing may be told is left out.
    """
    least = max(plan.interest_list.least_councils, plan.interest_list.least_changes)
    groups = [parts for each in earlier for parts in _told_groups(each)]
    quantities = [*_snapshots(plan), *groups]
    by_rung = [*(parts for snapshot in plan.interest_list.snapshots for parts in parts_of(snapshot.state)), *groups]
    told: dict[str, Any] = {"groups": {}}
    for group in plan.solve.answer["groups"] if plan.solve.answer else ():
        parts = group["members"]
        if is_safe(parts, quantities, least) and keeps_cohorts(by_rung, [parts], least):
            quantities.append(parts)
            by_rung.append(parts)
            told["groups"][group["offer"]] = {
                "councils": rounded_councils(len(parts)),
                "quantity": rounded_quantity(sum(parts.values())),
            }
    savings = [saving_parts(each) for each in earlier if "saving_pence" in each.told]
    own = saving_parts(plan)
    if is_safe(own, savings, least) and keeps_cohorts(savings, [own], least):
        told["saving_pence"] = rounded_quantity(max(0, sum(own.values())) // 100) * 100
    return told


def told_of(interest_list: InterestList) -> list[Parts]:
    """Return what the totals that shared plans of a list told are made of."""
    shared = sa.select(Plan).where(Plan.interest_list_id == interest_list.id, Plan.shared_at.is_not(None))
    plans = db.session.scalars(shared.options(joinedload(Plan.solve)).order_by(Plan.shared_at, Plan.number))
    return [parts for plan in plans for parts in _told_groups(plan)]


def is_safe(parts: Parts, told: Sequence[Parts], least: int) -> bool:
    """Tell whether a total gives nobody away: by itself, and subtracted from each that was told."""
    return bool(parts) and all(_gives_nobody_away(parts, other, least) for other in ({}, *told))


def saving_parts(plan: Plan) -> dict[str, int]:
    """Return what each council of a group saves in pence a year; those of unknown cost are not in it."""
    gains = plan.solve.answer["gains"] if plan.solve.answer else ()
    return {gain["council"]: gain["saving_pence"] for gain in gains if gain["offer"] and gain["saving_pence"]}


def _gives_nobody_away(parts: Parts, other: Parts, least: int) -> bool:
    differences = sorted((abs(parts.get(c, 0) - other.get(c, 0)) for c in {*parts, *other}), reverse=True)
    differing = [difference for difference in differences if difference]
    if not differing:
        return True
    # without the second, who knows its own part, the largest would otherwise make up more than half of the rest
    return len(differing) >= least and 2 * differing[0] + differing[1] <= sum(differing)


def _snapshots(plan: Plan) -> list[Parts]:
    return [
        {str(council): quantity for council, (rung, quantity) in snapshot.state.items() if rung in rungs}
        for snapshot in plan.interest_list.snapshots
        for rungs in SETS
    ]


def _told_groups(plan: Plan) -> list[Parts]:
    groups = plan.solve.answer["groups"] if plan.solve.answer else ()
    return [group["members"] for group in groups if group["offer"] in plan.told.get("groups", {})]
