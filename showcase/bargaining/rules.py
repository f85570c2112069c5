"""What a plan is, what it must obey and which of two is better, in whole numbers only.

The solver works in floating point; nothing it finds leaves this package before `faults` has looked at it here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from showcase.bargaining.problem import Council, Offer, Problem, month_text

STAGES = ("saving", "councils", "start", "identifiers")
"""What is made best, in this order."""


@dataclass(frozen=True)
class Group:
    """Councils that take one offer together, at one tier and from one month."""

    offer: str
    tier: int
    unit_price_pence: int
    start: int
    members: Mapping[str, int]
    """Council to quantity, in the order of the ids."""

    @cached_property
    def quantity(self) -> int:
        """What the members take together."""
        return sum(self.members.values())


@dataclass(frozen=True)
class Plan:
    """Groups in the order of their offers, and how far they are proven to be best."""

    groups: tuple[Group, ...]
    saving_pence: int
    bound_pence: int
    proven: tuple[str, ...]
    """Those of `STAGES` that are proven."""

    @property
    def status(self) -> str:
        """`optimal` where no plan saves more, else `time_limit`."""
        return "optimal" if "saving" in self.proven else "time_limit"

    @property
    def gap(self) -> float:
        """The share of the bound that is not reached: 0 where the saving is proven."""
        return (self.bound_pence - self.saving_pence) / self.bound_pence if self.bound_pence else 0.0

    @cached_property
    def group_of(self) -> Mapping[str, Group]:
        """Each council that joined, and its group."""
        return {council: group for group in self.groups for council in group.members}


@dataclass(frozen=True)
class Take:
    """What one council would take at one price, and what it would save in pence per year."""

    quantity: int
    saving_pence: int


def take(council: Council, offer: Offer, tier: int) -> Take | None:
    """Return what a council would take of an offer at a tier; None where price, needs or capacity forbid it."""
    price = offer.tiers[tier].unit_price_pence
    quantity = council.quantity_at(price)
    if quantity == 0 or not council.needs <= offer.meets:
        return None
    if offer.capacity is not None and quantity > offer.capacity:
        return None
    cost = council.current_unit_cost_pence
    return Take(quantity, 0 if cost is None else quantity * (cost - price))


def saving(problem: Problem, groups: Iterable[Group]) -> int:
    """Return the saving of a plan in pence per year."""
    costs = {council.id: council.current_unit_cost_pence for council in problem.councils}
    return sum(
        quantity * (cost - group.unit_price_pence)
        for group in groups
        for id, quantity in group.members.items()
        if (cost := costs[id]) is not None
    )


def order(problem: Problem, groups: Sequence[Group]) -> tuple[int, int, int, list[tuple[str, str, int, int]]]:
    """Return what plans are compared by: the smaller is the better plan, and no two plans are equal."""
    joined = sorted((council, group.offer, group.tier, group.start) for group in groups for council in group.members)
    months = sum(start - problem.first_start for *_, start in joined)
    return -saving(problem, groups), -len(joined), months, joined


def faults(problem: Problem, groups: Iterable[Group]) -> Iterator[str]:
    """Yield every rule that a plan breaks, judged from the problem alone."""
    offers = {offer.id: offer for offer in problem.offers}
    councils = {council.id: council for council in problem.councils}
    seen_offers: set[str] = set()
    seen_councils: set[str] = set()
    for group in groups:
        if group.offer in seen_offers:
            yield f"{group.offer} forms two groups"
        seen_offers.add(group.offer)
        yield from _group_faults(offers[group.offer], group)
        for id, quantity in group.members.items():
            if id in seen_councils:
                yield f"{id} joins two offers"
            seen_councils.add(id)
            yield from _member_faults(councils[id], offers[group.offer], group, quantity)


def _group_faults(offer: Offer, group: Group) -> Iterator[str]:
    tier = offer.tiers[group.tier]
    if not group.members:
        yield f"{offer.id} has no member"
    if group.unit_price_pence != tier.unit_price_pence:
        yield f"{offer.id} has not the price of tier {group.tier}"
    if group.start not in offer.starts:
        yield f"{offer.id} cannot start in {month_text(group.start)}"
    if group.quantity < tier.min_quantity:
        yield f"{offer.id} does not reach tier {group.tier}"
    if offer.capacity is not None and group.quantity > offer.capacity:
        yield f"{offer.id} is over its capacity"


def _member_faults(council: Council, offer: Offer, group: Group, quantity: int) -> Iterator[str]:
    if quantity == 0 or quantity != council.quantity_at(group.unit_price_pence):
        yield f"{council.id} does not take {quantity} at {group.unit_price_pence} pence"
    if not council.needs <= offer.meets:
        yield f"{council.id} needs what {offer.id} does not meet"
    if not council.earliest <= group.start <= council.latest:
        yield f"{council.id} cannot start in {month_text(group.start)}"
