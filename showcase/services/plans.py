"""Plans: the demand of a list's councils and the prices that are open, put together as a problem for the worker.

A plan compares options and awards nothing. Only staff ask for one and read the whole of it; when they share it, each
council in it reads its own line, and the lead authority totals and options (`plan_reading`, `plan_totals`).
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from showcase.bargaining import BadProblem, read_problem
from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import InterestList, Plan, Pledge, PriceOffer, PriceVersion, Solve
from showcase.models.enums import SolveState
from showcase.models.interests import Rung
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, interests, plan_messages, plan_totals, prices, solves
from showcase.services.audit import LONDON

KIND = "plan"
SECONDS = 120.0
PLANNED = (Rung.EXPRESSION, Rung.LETTER, Rung.COMMITMENT)
"""Rungs whose demand can be planned with."""
NO_SCHEDULE = "It has not said what it would take at which price."
NO_MONTHS = "It has not said when it could start."


def make(interest_list: InterestList, rungs: Collection[Rung], *, by: Actor, now: datetime) -> Plan:
    """Ask for a plan of what councils on these rungs could do with the prices that are open.

    Asking again for what is being worked out returns that plan.

    Raises:
        NotAllowed: the policy says no.
        Conflict: prices can still be given.
        DomainError: there is no price or no demand to plan with.
    """
    interests.hold(interest_list)
    require(by, Permission.PLAN_MAKE, interest_list)
    closes = interest_list.prices_close_at
    if closes is not None and now < closes:
        raise Conflict("Prices are sealed until suppliers can give no more. Ask for a plan after that.")
    interests.load_pledges(interest_list)
    wanted = [pledge for pledge in interest_list.pledges if pledge.rung in rungs and pledge.rung in PLANNED]
    left_out = {str(pledge.council_id): why for pledge in wanted if (why := _why_not(pledge))}
    planned = [pledge for pledge in wanted if str(pledge.council_id) not in left_out]
    problem = problem_of(planned, _standing(interest_list, by, now.astimezone(LONDON).date()))
    if not problem["offers"]:
        raise DomainError("There are no indicative prices that are open, valid and not withdrawn.")
    if not planned:
        raise DomainError("No council on these rungs has said what it would take at which price, and when.")
    _check(problem)
    solve = solves.queue(KIND, interest_list.id, problem, by=by, now=now, seconds=SECONDS)
    earlier = db.session.scalar(sa.select(Plan).where(Plan.solve_id == solve.id))
    if earlier is not None:
        return earlier
    plan = Plan(
        interest_list=interest_list,
        number=1 + (db.session.scalar(_count(interest_list)) or 0),
        solve=solve,
        rungs={str(pledge.council_id): pledge.rung.value for pledge in planned},
        left_out=left_out,
        created_by_id=by.account_id,
        created_at=now,
    )
    db.session.add(plan)
    db.session.flush()
    audit.record("plan.made", plan, by=by, number=plan.number, problem=solve.input_hash)
    return plan


def problem_of(pledges: Sequence[Pledge], versions: Sequence[PriceVersion]) -> dict[str, Any]:
    """Return the problem of `docs/bargaining.md`; councils and offers go by the ids of council and price version."""
    return {
        "offers": [
            {
                "id": str(version.id),
                "tiers": version.tiers,
                "capacity": version.capacity,
                "starts": _months(version.earliest, version.latest),
                "meets": version.meets,
            }
            for version in versions
        ],
        "councils": [
            {
                "id": str(pledge.council_id),
                "quantity": pledge.schedule,
                "current_unit_cost_pence": pledge.current_unit_cost_pence,
                "earliest": pledge.earliest,
                "latest": pledge.latest,
                "needs": pledge.needs,
            }
            for pledge in pledges
        ],
    }


def share(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Let each council in a plan read its own line, and the lead authority totals and options.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it has no answer yet, or is shared already.
    """
    interests.hold(plan.interest_list)
    require(by, Permission.PLAN_MANAGE, plan)
    if plan.solve.state is not SolveState.DONE:
        raise Conflict("This plan has no answer yet.")
    if plan.is_shared:
        raise Conflict("This plan is shared already.")
    plan.told = plan_totals.what_may_be_told(plan, earlier=_shared_before(plan))
    plan.shared_at = now
    db.session.flush()
    audit.record("plan.shared", plan, by=by, number=plan.number)
    plan_messages.tell_of_sharing(plan, by=by, now=now)


def list_for(interest_list: InterestList, *, seen_by: Actor) -> Sequence[Plan]:
    """Return the plans of a list that the viewer may see, the newest first."""
    return db.session.scalars(select_visible(seen_by=seen_by).where(Plan.interest_list_id == interest_list.id)).all()


def select_visible(*, seen_by: Actor) -> sa.Select[Plan]:
    """Return the query for the plans that the viewer may see, the newest first."""
    return (
        sa.select(Plan)
        .where(visible_to(seen_by, Plan))
        .options(
            joinedload(Plan.interest_list).selectinload(InterestList.pledges),
            joinedload(Plan.solve).options(defer(Solve.problem), defer(Solve.answer)),
        )
        .order_by(Plan.created_at.desc(), Plan.number.desc(), Plan.id)
    )


def versions_of(plan: Plan) -> dict[str, PriceVersion]:
    """Return the price versions that a plan was made with, by the id they have in its problem."""
    ids = [offer["id"] for offer in plan.solve.problem["offers"]]
    query = (
        sa.select(PriceVersion)
        .where(PriceVersion.id.in_([UUID(id) for id in ids]))
        .options(joinedload(PriceVersion.offer).joinedload(PriceOffer.supplier))
    )
    found = {str(version.id): version for version in db.session.scalars(query)}
    return {id: found[id] for id in ids}


def is_outdated(plan: Plan, *, by: Actor, now: datetime) -> bool:
    """Tell whether demand or prices have changed since a plan was asked for."""
    interests.load_pledges(plan.interest_list)
    asked = set(plan.rungs.values())
    pledges = [p for p in plan.interest_list.pledges if p.rung.value in asked and not _why_not(p)]
    versions = _standing(plan.interest_list, by, now.astimezone(LONDON).date())
    return solves.input_hash(problem_of(pledges, versions)) != plan.solve.input_hash


def _standing(interest_list: InterestList, by: Actor, today: date) -> list[PriceVersion]:
    offers = prices.list_for(interest_list, seen_by=by)
    return [offer.last for offer in offers if offer.is_standing and offer.last.valid_until >= today]


def _why_not(pledge: Pledge) -> str:
    if not pledge.schedule:
        return NO_SCHEDULE
    return "" if pledge.earliest and pledge.latest else NO_MONTHS


def _check(problem: dict[str, Any]) -> None:
    try:
        read_problem(problem)
    except BadProblem as error:
        raise DomainError(f"This cannot be planned: {error.reason}.") from None


def _shared_before(plan: Plan) -> Sequence[Plan]:
    query = sa.select(Plan).where(Plan.interest_list_id == plan.interest_list_id, Plan.shared_at.is_not(None))
    return db.session.scalars(query.order_by(Plan.shared_at, Plan.number)).all()


def _count(interest_list: InterestList) -> sa.Select[int]:
    return sa.select(sa.func.max(Plan.number)).where(Plan.interest_list_id == interest_list.id)


def _months(earliest: str, latest: str) -> list[str]:
    first, last = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (earliest, latest))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]
