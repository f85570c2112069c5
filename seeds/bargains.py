"""What the demo shows of bargaining: contracts that end in waves, sealed and open prices, a plan, a pack, an end.

Loaded through the services, at the times at which people would have acted. Illustrative throughout: no council has
these contracts and no firm gave these prices.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from seeds.interests import add_list
from showcase.bargaining import job
from showcase.extensions import db
from showcase.models import Contract, Council, InterestList, MarketRoute, Organisation, Plan, PriceOffer, Supplier
from showcase.models.contracts import months_after
from showcase.models.enums import SolveState
from showcase.models.interests import Rung
from showcase.policies import Actor
from showcase.services import closings, contracts, packs, plans, prices, radar_bands
from showcase.services.closings import Outcome
from showcase.services.contracts import Details
from showcase.services.prices import Prices, Tier

FOLDER = Path(__file__).parent
KEY = "temporary-accommodation-checks"
ENDED = "planning-checks"
"""The list of the demo that went to market."""
SOLVE_SECONDS = 30.0
ActingFor = Callable[[Organisation], Actor]


def load(
    councils: Mapping[str | None, Council],
    firms: Mapping[str, Supplier],
    staff: Actor,
    acting_for: ActingFor,
    *,
    now: datetime,
) -> int:
    """Add what is missing; return how many contracts, offers and plans that was."""
    data = json.loads((FOLDER / "bargains.json").read_text(encoding="utf-8"))
    added = _contracts(councils, acting_for, now)
    if db.session.scalar(sa.select(InterestList.id).where(InterestList.key == KEY)):
        return added
    added += _sealed(data["sealed_prices"], firms, acting_for, now)
    added += _planned(data, councils, firms, staff, acting_for, now)
    _end(staff, councils, acting_for, now)
    return added


def _contracts(councils: Mapping[str | None, Council], acting_for: ActingFor, now: datetime) -> int:
    if db.session.scalar(sa.select(Contract.id).limit(1)):
        return 0
    rows = json.loads((FOLDER / "contracts.json").read_text(encoding="utf-8"))
    first = now.date().replace(day=1)
    for place, (code, supplier, product, area, months, notice, extension, cost) in enumerate(rows):
        details = Details(
            supplier,
            product,
            area,
            months_after(first, months) - timedelta(days=1),
            notice,
            extension,
            None if cost is None else cost * 100,
            "Data back as files within three months of the end. Nothing renews by itself.",
        )
        at = now - timedelta(days=60) + timedelta(hours=place)
        contracts.record(details, by=acting_for(councils[code]), now=at, is_illustrative=True)
    radar_bands.take_due(now=now)
    return len(rows)


def _sealed(rows: list[dict[str, Any]], firms: Mapping[str, Supplier], acting_for: ActingFor, now: datetime) -> int:
    for row in rows:
        interest_list = db.session.scalars(sa.select(InterestList).where(InterestList.key == row["list"])).one()
        prices.give(interest_list, _prices(row, now), seen=0, by=acting_for(firms[row["firm"]]), now=now)
    return len(rows)


def _planned(
    data: dict[str, Any],
    councils: Mapping[str | None, Council],
    firms: Mapping[str, Supplier],
    staff: Actor,
    acting_for: ActingFor,
    now: datetime,
) -> int:
    """Add a list whose prices are open, with a plan that is shared and a pack."""
    row = {
        **data,
        "key": KEY,
        "state": "closing",
        "opened_days_ago": 70,
        "closes_in_days": 20,
        "prices_close_in_days": 1,
        "runner": True,
    }
    interest_list = add_list(row, councils, staff, acting_for, now=now)
    given, opened = now - timedelta(days=40), now - timedelta(days=12)
    for each in data["prices"]:
        prices.give(interest_list, _prices(each, now), seen=0, by=acting_for(firms[each["firm"]]), now=given)
    # A price cannot be given in the past: it was given while the list took prices, and its time has come since
    interest_list.prices_close_at = opened
    for offer in db.session.scalars(sa.select(PriceOffer).where(PriceOffer.interest_list_id == interest_list.id)):
        offer.sealed_until = opened
    db.session.flush()
    plan = plans.make(interest_list, [Rung.COMMITMENT, Rung.LETTER], by=staff, now=now - timedelta(days=8))
    _work_out(plan, now - timedelta(days=8))
    plans.share(plan, by=staff, now=now - timedelta(days=6))
    pack = packs.start(interest_list, by=staff, now=now - timedelta(days=5))
    words = {name: data[name] for name in packs.WORDS}
    packs.save(pack, words, data["notice"], plan, revision=1, by=staff, now=now - timedelta(days=5))
    packs.share(pack, by=staff, now=now - timedelta(days=4))
    return len(data["prices"]) + 1


def _work_out(plan: Plan, at: datetime) -> None:
    """Work a plan out here, where no worker runs yet."""
    solve = plan.solve
    solve.answer = job.run(solve.problem, seconds=SOLVE_SECONDS, work=None, tell=lambda progress: None)
    solve.state, solve.started_at, solve.finished_at = SolveState.DONE, at, at
    db.session.flush()


def _end(staff: Actor, councils: Mapping[str | None, Council], acting_for: ActingFor, now: datetime) -> None:
    """Record how the closed list of the demo ended, with what its first councils confirmed."""
    interest_list = db.session.scalars(sa.select(InterestList).where(InterestList.key == ENDED)).one()
    went = (now - timedelta(days=10)).date()
    outcome = Outcome(MarketRoute.JOINT, went, "Illustrative notice", 2500, "Two councils start a quarter later.")
    closing = closings.record(interest_list, outcome, by=staff, now=now - timedelta(days=1))
    for saving in closing.savings[:2]:
        if saving.claimed_pence is not None:
            by = acting_for(saving.council)
            closings.confirm(saving, saving.claimed_pence * 9 // 10, "First quarter’s invoices.", by=by, now=now)


def _prices(row: dict[str, Any], now: datetime) -> Prices:
    first = now.date().replace(day=1)
    return Prices(
        tiers=[Tier(quantity, price) for quantity, price in row["tiers"]],
        capacity=row["capacity"],
        earliest=_month(months_after(first, 6)),
        latest=_month(months_after(first, 12)),
        includes=row["includes"],
        meets=row["meets"],
        valid_until=months_after(first, 18),
        meets_conditions=True,
    )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
