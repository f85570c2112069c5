"""Say why a plan is as it is: who gains what, who stays alone and why, how far the next tier is, who holds a group up.

The last step of a plan. Pure: only `without` solves again. Every term is defined in docs/bargaining.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from showcase.bargaining.problem import Council, Offer, Problem
from showcase.bargaining.rules import Group, Plan, take
from showcase.bargaining.solver import solve

LIMITS = {
    "needs": "the offer does not meet its needs",
    "start": "no start month suits it",
    "price": "the price is above its limit",
    "capacity": "the capacity does not hold its quantity",
    "quantity": "the quantity of a tier is not reached",
    "no_saving": "joining would not raise the total saving",
    "undecided": "the time was over before this was settled",
}
"""What keeps a council out of an offer, in the order in which it is looked at."""


@dataclass(frozen=True)
class Alone:
    """A council that joined nothing, the limit nearest to being overcome, and the limit at each offer."""

    council: str
    limit: str
    offers: dict[str, str]


@dataclass(frozen=True)
class Helper:
    """A council that could help to reach a tier, its quantity there, and the offer whose group it is in now."""

    council: str
    quantity: int
    now: str | None


@dataclass(frozen=True)
class NextTier:
    """The nearest tier an offer has not reached: what is there, what is missing, and who could bring it."""

    offer: str
    tier: int
    unit_price_pence: int
    start: int
    min_quantity: int
    quantity: int
    could_close: tuple[Helper, ...]

    @property
    def gap(self) -> int:
        """The quantity that is missing."""
        return self.min_quantity - self.quantity

    @property
    def is_enough(self) -> bool:
        """Whether those who could help bring enough together."""
        return sum(helper.quantity for helper in self.could_close) >= self.gap


@dataclass(frozen=True)
class Gain:
    """What one council saves in pence per year by the plan, and what it would save by itself."""

    council: str
    offer: str | None
    quantity: int
    saving_pence: int | None
    """None where the council gave no current cost."""
    by_itself_offer: str | None
    by_itself_pence: int


@dataclass(frozen=True)
class Departure:
    """What the best plan without one council does to the others."""

    council: str
    others_before_pence: int
    others_after_pence: int
    plan: Plan
    left_out: tuple[str, ...]
    """Other councils that were in a group and no longer are."""


def alone(problem: Problem, plan: Plan) -> list[Alone]:
    """Return the councils that joined nothing, each with the limit at every offer."""
    out = [council for council in problem.councils if council.id not in plan.group_of]
    found = []
    for council in out:
        limits = {offer.id: _limit(problem, plan, out, council, offer) for offer in problem.offers}
        nearest = max(limits.values(), key=list(LIMITS).index, default="needs")
        found.append(Alone(council.id, nearest, limits))
    return found


def own_limit(problem: Problem, council_id: str) -> str | None:
    """Return the limit that keeps a council out of every offer whatever others want; None if some offer would do.

    It follows from the council's own wishes and the offers alone, so it tells the council nothing of the others.
    """
    council = next(council for council in problem.councils if council.id == council_id)
    limits = [_own_limit(council, offer) for offer in problem.offers]
    if None in limits:
        return None
    return max((limit for limit in limits if limit), key=list(LIMITS).index, default="needs")


def _own_limit(council: Council, offer: Offer) -> str | None:
    tiers = [tier for tier, one in enumerate(offer.tiers) if council.quantity_at(one.unit_price_pence)]
    if not council.needs <= offer.meets:
        return "needs"
    if not any(council.earliest <= start <= council.latest for start in offer.starts):
        return "start"
    if not tiers:
        return "price"
    return None if any(take(council, offer, tier) for tier in tiers) else "capacity"


def _limit(problem: Problem, plan: Plan, out: Sequence[Council], council: Council, offer: Offer) -> str:
    if own := _own_limit(council, offer):
        return own
    starts = [start for start in offer.starts if council.earliest <= start <= council.latest]
    tiers = [tier for tier in range(len(offer.tiers)) if take(council, offer, tier)]
    group = next((group for group in plan.groups if group.offer == offer.id), None)
    if group:
        return _limit_at_group(plan, council, offer, group)
    reachable = [
        tier
        for tier in tiers
        for start in starts
        if sum(quantity for _, quantity in _takers(out, offer, tier, start)) >= offer.tiers[tier].min_quantity
    ]
    return _unless_undecided(plan, "no_saving") if reachable else "quantity"


def _limit_at_group(plan: Plan, council: Council, offer: Offer, group: Group) -> str:
    """Say why a council does not join a group that exists."""
    one = take(council, offer, group.tier)
    if not council.earliest <= group.start <= council.latest:
        return "start"
    if not council.quantity_at(group.unit_price_pence):
        return "price"
    if one is None or (offer.capacity is not None and group.quantity + one.quantity > offer.capacity):
        return "capacity"
    return "no_saving" if one.saving_pence < 0 else _unless_undecided(plan, "undecided")


def _unless_undecided(plan: Plan, limit: str) -> str:
    return limit if "saving" in plan.proven else "undecided"


def next_tiers(problem: Problem, plan: Plan) -> list[NextTier]:
    """Return, for each offer that has one, the tier with the smallest gap in quantity."""
    found = []
    for offer in problem.offers:
        candidates = sorted(_ahead(problem, plan, offer), key=lambda one: (one.gap, one.tier, one.start))
        found += candidates[:1]
    return found


def _ahead(problem: Problem, plan: Plan, offer: Offer) -> Iterator[NextTier]:
    """Yield the tiers not reached: cheaper ones for a group's members, all for an offer without a group."""
    group = next((group for group in plan.groups if group.offer == offer.id), None)
    for number, tier in enumerate(offer.tiers):
        if offer.capacity is not None and offer.capacity < tier.min_quantity:
            continue
        if group and tier.unit_price_pence >= group.unit_price_pence:
            continue
        for start in (group.start,) if group else offer.starts:
            takers = _takers(problem.councils, offer, number, start)
            inside, helpers = 0, []
            for council, quantity in takers:
                now = plan.group_of.get(council.id)
                if now is group:
                    inside += quantity
                else:
                    helpers.append(Helper(council.id, quantity, now.offer if now else None))
            if inside < tier.min_quantity:
                helpers.sort(key=lambda one: (one.now is not None, -one.quantity, one.council))
                price, least = tier.unit_price_pence, tier.min_quantity
                yield NextTier(offer.id, number, price, start, least, inside, tuple(helpers))


def _takers(councils: Sequence[Council], offer: Offer, tier: int, start: int) -> list[tuple[Council, int]]:
    return [
        (council, one.quantity)
        for council in councils
        if council.earliest <= start <= council.latest and (one := take(council, offer, tier))
    ]


def gains(problem: Problem, plan: Plan) -> list[Gain]:
    """Return what each council saves by the plan, and by itself at the best tier it reaches with its own quantity."""
    found = []
    for council in problem.councils:
        group = plan.group_of.get(council.id)
        quantity = group.members[council.id] if group else 0
        cost = council.current_unit_cost_pence
        saved = None if cost is None else quantity * (cost - group.unit_price_pence) if group else 0
        own_saving, own_offer = _by_itself(problem, council)
        found.append(Gain(council.id, group.offer if group else None, quantity, saved, own_offer, own_saving))
    return found


def _by_itself(problem: Problem, council: Council) -> tuple[int, str | None]:
    best: tuple[int, str | None] = (0, None)
    for offer in problem.offers:
        if not any(council.earliest <= start <= council.latest for start in offer.starts):
            continue
        for number, tier in enumerate(offer.tiers):
            one = take(council, offer, number)
            if one and one.quantity >= tier.min_quantity and one.saving_pence > best[0]:
                best = (one.saving_pence, offer.id)
    return best


def without(problem: Problem, plan: Plan, council: str, seconds: float | None = None) -> Departure:
    """Plan again without one council, and say what that changes for the others."""
    group = plan.group_of.get(council)
    own = 0
    if group:
        cost = next(one.current_unit_cost_pence for one in problem.councils if one.id == council)
        own = 0 if cost is None else group.members[council] * (cost - group.unit_price_pence)
    again = solve(problem.without(council), seconds)
    left_out = sorted(plan.group_of.keys() - again.group_of.keys() - {council})
    return Departure(council, plan.saving_pence - own, again.saving_pence, again, tuple(left_out))
