"""Lists, councils and steps that several tests of interest lists share."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Council, InterestList, Membership, Pledge, utc_now
from showcase.models.interests import Rung
from showcase.services import interests, pledges, snapshots
from showcase.services.pledge_rules import Demand, Said
from tests.integration.conftest import member_of

LETTER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PARTICULARS: dict[str, Any] = {
    "title": "Damp sensors together",
    "need": "Councils learn of damp when a child has been ill.",
    "unit": "home",
    "route": "group-buy",
    "service_area": None,
    "closes_on": date(2099, 3, 31),
    "conditions": "Data kept in the UK.",
}
ANSWERS: dict[Rung, dict[str, Any]] = {
    Rung.WATCHING: {},
    Rung.INTERESTED: {"need": "We see mould too late."},
    Rung.EXPRESSION: {
        "quantity_most": 900_000,
        "budget_most": 7_654_321,
        "funding": "likely",
        "officer_days": 17,
        "constraints": "After the move.",
    },
    Rung.LETTER: {
        "director": "Dora Director",
        "finance_aware": True,
        "approvals": "Board, then cabinet.",
        "decision_on": "2027-02-01",
        "data_contact": "Dee Pio, dpo@council.example",
        "controller": "own",
    },
    Rung.COMMITMENT: {
        "decision_reference": "CAB/2027/12",
        "decided_on": "2027-02-01",
        "most_value": 8_765_432,
        "term_months": 36,
        "named_lead": "Lee Lead",
    },
    Rung.WITHDRAWN: {"why": "timing"},
}
"""Enough to take each rung."""
DEMAND_FORM = {
    "price_1": "43.21",
    "quantity_1": "1200",
    "price_2": "30",
    "quantity_2": "1500",
    "current_unit_cost": "54.32",
    "earliest": "",
    "latest": "",
    "needs": ["uk-hosting"],
}
"""What the form of a council's demand sends."""


@dataclass
class Group:
    """A list that is open, and councils that can join it, each with its procurement lead."""

    interest_list: InterestList
    leads: list[Membership]
    staff: Membership
    days: int = field(default=0)

    def move(self, place: int, rung: Rung, quantity: int | None = None, **changes: Any) -> Pledge:
        """Let a council take a rung, with all it needs."""
        return move(self.interest_list, self.leads[place], rung, quantity, **changes)

    def look(self) -> bool:
        """Let the worker look, a day later than the last time; tell whether it took a snapshot."""
        self.days += 1
        taken = snapshots.take_due(now=datetime(2098, 1, 1, 8, tzinfo=UTC) + timedelta(days=self.days))
        db.session.commit()
        return taken > 0


def stand(group: Group, place: int) -> Pledge:
    """Return where a council stands."""
    found = pledges.find_own(group.interest_list, by=actor_for(group.leads[place]))
    assert found is not None
    return found


def says(text: str, number: int) -> bool:
    """Tell whether a number stands in a text by itself: not within an id or a token, where any digits may."""
    return re.search(rf"(?<![\w-]){number}(?![\w-])", text) is not None


def a_letter() -> FileStorage:
    """Return a signed letter as a form would send it."""
    return FileStorage(BytesIO(LETTER), filename="letter.pdf")


def said(rung: Rung, quantity: int | None = None, **changes: Any) -> Said:
    """Return what is needed to take a rung."""
    given: dict[str, Any] = {"role": "Head of Homes", "authority": "cabinet", "reason": "Our plans have changed."}
    given["answers"] = ANSWERS[rung]
    return Said(rung, quantity if quantity is not None else 100, **(given | changes))


def move(
    interest_list: InterestList, member: Membership, rung: Rung, quantity: int | None = None, **changes: Any
) -> Pledge:
    """Let a council take a rung, with demand and letter where it needs them."""
    by, now = actor_for(member), utc_now()
    pledge = pledges.find_own(interest_list, by=by)
    if rung is Rung.LETTER and (pledge is None or not pledge.schedule):
        if pledge is None:
            pledge = pledges.step(interest_list, said(Rung.WATCHING), revision=0, by=by, now=now)
        demand = Demand([{"max_unit_price_pence": 4_321, "quantity": quantity or 100}], 5_432)
        pledges.state_demand(pledge, demand, revision=pledge.revision, by=by, now=now)
    letter = a_letter() if rung is Rung.LETTER else None
    revision = pledge.revision if pledge else 0
    return pledges.step(
        interest_list, said(rung, quantity, **changes), revision=revision, by=by, now=now, letter=letter
    )


def a_list(staff: Membership, *, is_open: bool = True, **changes: Any) -> InterestList:
    """Make a list, open unless it is said otherwise."""
    by = actor_for(staff)
    made = interests.create({**PARTICULARS, **changes}, by=by, now=utc_now())
    if is_open:
        interests.take(made, "open", by=by, now=utc_now())
    db.session.commit()
    return made


def a_group(staff: Membership, size: int, name: str = "Council", **changes: Any) -> Group:
    """Make an open list and so many councils."""
    leads = []
    for number in range(1, size + 1):
        council = Council(name=f"{name} {number:02d}", council_type="unitary", tier="single", approved_at=utc_now())
        leads.append(member_of(council, f"Lead {number:02d}", is_administrator=True, is_procurement_lead=True))
    db.session.add_all(leads)
    db.session.commit()
    return Group(a_list(staff, **changes), leads, staff)
