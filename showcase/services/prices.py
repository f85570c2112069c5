"""Indicative prices: given by suppliers while a list takes them, sealed until the stated time, versioned, withdrawable.

They are market engagement: nothing here accepts, scores or carries one anywhere. Before the stated time nobody but the
supplier reads its prices; after it LGA staff do. No supplier reads another's, or learns how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import InterestList, PriceOffer, PriceVersion
from showcase.models.prices import MOST_TIERS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, can, require, visible_to
from showcase.services import audit, interests, price_messages

MOST_QUANTITY = 10**9
MOST_PENCE = 10**9


@dataclass(frozen=True)
class Tier:
    """A price that holds from a total quantity of all members on."""

    min_quantity: int
    unit_price_pence: int
    """Per unit and year, excluding VAT."""


@dataclass(frozen=True)
class Prices:
    """What a supplier says."""

    tiers: Sequence[Tier]
    capacity: int | None
    earliest: str
    """First and last month in which councils could start, such as "2027-04"."""
    latest: str
    includes: str
    meets: Sequence[str]
    valid_until: date
    meets_conditions: bool
    """Whether the supplier says that it meets the list's published conditions."""


def give(interest_list: InterestList, prices: Prices, *, seen: int, by: Actor, now: datetime) -> PriceVersion:
    """Give prices, or a new version of them; `seen` is the number of the version the writer read, 0 for none.

    Raises:
        NotAllowed: the policy says no, or the list takes no prices any more.
        DomainError: the prices contradict themselves, or the list's conditions are not met.
        Conflict: a colleague gave another version meanwhile.
    """
    interests.hold(interest_list)
    require(by, Permission.PRICE_GIVE, interest_list)
    closes = interest_list.prices_close_at
    if closes is None or now >= closes:
        raise Conflict("The time for giving indicative prices has ended. Nothing was saved.")
    _check(interest_list, prices, closes)
    offer = find_own(interest_list, by=by)
    if (len(offer.versions) if offer else 0) != seen:
        raise Conflict("A colleague gave another version while you were writing. Yours is still here, and not saved.")
    if offer is None:
        offer = PriceOffer(
            interest_list=interest_list, supplier_id=by.organisation_id, sealed_until=closes, created_at=now
        )
        db.session.add(offer)
    offer.sealed_until = max(offer.sealed_until, closes)
    offer.withdrawn_at, offer.withdrawn_because = None, ""
    version = PriceVersion(
        offer=offer,
        number=seen + 1,
        tiers=[
            {"min_quantity": tier.min_quantity, "unit_price_pence": tier.unit_price_pence}
            for tier in sorted(prices.tiers, key=lambda tier: tier.min_quantity)
        ],
        capacity=prices.capacity,
        earliest=prices.earliest,
        latest=prices.latest,
        includes=prices.includes,
        meets=sorted(prices.meets, key=vocabulary("must_haves").position),
        valid_until=prices.valid_until,
        by_id=by.account_id,
        created_at=now,
    )
    db.session.add(version)
    db.session.flush()
    audit.record("price.given", offer, by=by, version=version.number)
    price_messages.tell_of_version(version, by=by, now=now)
    return version


def withdraw(offer: PriceOffer, reason: str, *, by: Actor, now: datetime) -> None:
    """Withdraw prices; what was given stays in the record, and is planned with no more.

    Raises:
        NotAllowed: the policy says no, or they are withdrawn already.
    """
    interests.hold(offer.interest_list)
    db.session.refresh(offer)
    require(by, Permission.PRICE_WITHDRAW, offer)
    offer.withdrawn_at, offer.withdrawn_because = now, reason
    db.session.flush()
    audit.record("price.withdrawn", offer, by=by)
    price_messages.tell_of_withdrawal(offer, by=by, now=now)


def list_for(interest_list: InterestList, *, seen_by: Actor) -> Sequence[PriceOffer]:
    """Return the offers for a list that the viewer may read, by the supplier's name."""
    query = (
        sa.select(PriceOffer)
        .where(PriceOffer.interest_list_id == interest_list.id, visible_to(seen_by, PriceOffer))
        .options(joinedload(PriceOffer.supplier), selectinload(PriceOffer.versions))
    )
    return sorted(db.session.scalars(query), key=lambda offer: (offer.supplier.name.casefold(), str(offer.id)))


def find_own(interest_list: InterestList, *, by: Actor) -> PriceOffer | None:
    """Return the offer of the actor's own organisation."""
    return db.session.scalar(
        sa.select(PriceOffer)
        .where(PriceOffer.interest_list_id == interest_list.id, PriceOffer.supplier_id == by.organisation_id)
        .options(selectinload(PriceOffer.versions))
    )


def list_own(*, by: Actor) -> Sequence[PriceOffer]:
    """Return the offers of the actor's own organisation, the newest first."""
    query = (
        sa.select(PriceOffer)
        .where(PriceOffer.supplier_id == by.organisation_id)
        .options(joinedload(PriceOffer.interest_list), selectinload(PriceOffer.versions))
        .order_by(PriceOffer.created_at.desc(), PriceOffer.id)
    )
    return db.session.scalars(query).all()


def lists_that_take(*, by: Actor, now: datetime) -> Sequence[InterestList]:
    """Return the lists that take prices now and have none of the actor's, those that close first on top."""
    given = sa.select(PriceOffer.interest_list_id).where(PriceOffer.supplier_id == by.organisation_id)
    query = sa.select(InterestList).where(
        visible_to(by, InterestList), InterestList.prices_close_at > now, InterestList.id.not_in(given)
    )
    found = db.session.scalars(query.order_by(InterestList.prices_close_at, InterestList.id))
    return [each for each in found if can(by, Permission.PRICE_GIVE, each)]


def _check(interest_list: InterestList, prices: Prices, closes: datetime) -> None:
    if not 0 < len(prices.tiers) <= MOST_TIERS:
        raise DomainError(f"Give at least one price, and at most {MOST_TIERS}.")
    least = [tier.min_quantity for tier in prices.tiers]
    if len(set(least)) < len(least):
        raise DomainError("Two prices hold from the same quantity on. Give one for each quantity.")
    if max(least) > MOST_QUANTITY or any(not 0 < tier.unit_price_pence <= MOST_PENCE for tier in prices.tiers):
        raise DomainError("A price is above £0 and at most £10,000,000 a unit and year.")
    if prices.capacity is not None and not max(least) <= prices.capacity <= MOST_QUANTITY:
        raise DomainError("The most you can supply is less than the largest quantity that a price asks for.")
    if prices.latest < prices.earliest:
        raise DomainError("The latest start is before the earliest.")
    if prices.valid_until <= closes.date():
        raise DomainError("Prices must be valid for longer than until the day on which they are opened.")
    _check_conditions(interest_list, prices)


def _check_conditions(interest_list: InterestList, prices: Prices) -> None:
    missing = [term for term in interest_list.must_haves if term not in prices.meets]
    if missing:
        words = vocabulary("must_haves").list_labels(missing)
        raise DomainError(f"The list asks for more than you say you meet: {words}. Only who meets all can give prices.")
    if not prices.meets_conditions:
        raise DomainError("Only a supplier that meets the list’s published conditions can give prices.")
