"""Lists that take prices, councils with a demand, and suppliers' prices, as several tests share them."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Council, InterestList, Membership, Pledge, PriceOffer, Supplier, utc_now
from showcase.models.interests import Rung
from showcase.services import interests, prices
from showcase.services.prices import Prices, Tier
from tests.integration.conftest import People, member_of

UNIT_PRICE = 900_00
"""Of the dearest tier of `an_offer`, in pence."""


def a_list(people: People, *, closes: datetime | None = None, **changes: object) -> InterestList:
    """Make an open list that takes prices for another week."""
    words: dict[str, object] = {
        "title": "Damp sensors",
        "need": "Find damp before winter.",
        "service_area": None,
        "unit": "home",
        "route": "group-buy",
        "must_haves": ["uk-hosting"],
        "closes_on": utc_now().date() + timedelta(days=60),
        "lead_id": people.officer.organisation_id,
        "conditions": "A live customer in England.",
        "prices_close_at": closes or utc_now() + timedelta(days=7),
        **changes,
    }
    made = interests.create(words, by=actor_for(people.staff), now=utc_now())
    interests.take(made, "open", by=actor_for(people.staff), now=utc_now())
    db.session.commit()
    return made


def some_councils(count: int) -> list[Membership]:
    """Make councils, each with its procurement lead."""
    made = [
        member_of(
            Council(name=f"Borough {n:02}", council_type="unitary", region="london", approved_at=utc_now()),
            f"Lead {n:02}",
            is_administrator=True,
            is_procurement_lead=True,
        )
        for n in range(count)
    ]
    db.session.commit()
    return made


def a_pledge(interest_list: InterestList, member: Membership, **changes: object) -> Pledge:
    """Put a council on a list with a letter of intent and a demand, as it would stand after its steps."""
    council = member.organisation
    assert isinstance(council, Council)
    words: dict[str, object] = {
        "rung": Rung.LETTER,
        "quantity": 1000,
        "schedule": [
            {"max_unit_price_pence": 950_00, "quantity": 800},
            {"max_unit_price_pence": 800_00, "quantity": 1000},
        ],
        "current_unit_cost_pence": 1000_00,
        "earliest": "2027-04",
        "latest": "2027-12",
        "needs": ["uk-hosting"],
        **changes,
    }
    pledge = Pledge(interest_list=interest_list, council=council, revision=1, **words)
    db.session.add(pledge)
    db.session.flush()
    return pledge


def some_prices(**changes: object) -> Prices:
    """Return prices that fit `a_list`."""
    words: dict[str, object] = {
        "tiers": [Tier(500, UNIT_PRICE), Tier(3000, 700_00)],
        "capacity": None,
        "earliest": "2027-04",
        "latest": "2027-09",
        "includes": "Sensors, fitting, support.",
        "meets": ["uk-hosting", "open-api"],
        "valid_until": date(2099, 1, 1),
        "meets_conditions": True,
        **changes,
    }
    return Prices(**words)  # type: ignore[arg-type]


def an_offer(interest_list: InterestList, member: Membership, **changes: object) -> PriceOffer:
    """Give a supplier's prices for a list."""
    version = prices.give(interest_list, some_prices(**changes), seen=0, by=actor_for(member), now=utc_now())
    return version.offer


def open_prices(interest_list: InterestList) -> None:
    """Let the stated time come: prices given before are open from then on."""
    past = utc_now() - timedelta(minutes=1)
    interest_list.prices_close_at = past
    for offer in db.session.scalars(sa.select(PriceOffer).where(PriceOffer.interest_list_id == interest_list.id)):
        offer.sealed_until = past
    db.session.commit()


def a_supplier(name: str) -> Membership:
    """Make an approved supplier with a person."""
    member = member_of(Supplier(name=name, region="london", approved_at=utc_now()), f"Founder of {name}")
    db.session.commit()
    return member
