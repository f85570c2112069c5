"""What a plan says, for people: the whole for staff, a council's own line, totals and options for the lead authority.

The answer speaks in ids; this gives names. Nothing here decides who may read what: the views ask the policies, and call
one of three functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from showcase.bargaining import read_problem
from showcase.bargaining.explain import LIMITS, own_limit
from showcase.extensions import db
from showcase.models import Council, Plan, PriceVersion
from showcase.models.interests import Rung
from showcase.services import plans

ALONE_WORDS: Mapping[str, str] = {limit: f"{words[0].upper()}{words[1:]}." for limit, words in LIMITS.items()}
"""Why a council stays out of an offer, in words."""
DEPENDS = "No group formed that suits it. Why is told to LGA staff alone, because it follows from what others want."


@dataclass(frozen=True)
class Member:
    """One council of a group."""

    council: str
    rung: Rung
    quantity: int
    saving_pence: int | None
    by_itself_pence: int

    @property
    def by_joining_pence(self) -> int | None:
        """What it saves by the group beyond what it would save by itself."""
        return None if self.saving_pence is None else self.saving_pence - self.by_itself_pence


@dataclass(frozen=True)
class Group:
    """Councils that would take one offer together."""

    version: PriceVersion
    tier: int
    """From 1, as people count."""
    unit_price_pence: int
    start: str
    quantity: int
    members: Sequence[Member]

    @property
    def by_rung(self) -> Mapping[Rung, int]:
        """The quantity of each rung by itself: totals never mix rungs."""
        return {rung: sum(m.quantity for m in self.members if m.rung is rung) for rung in Rung if self._has(rung)}

    def _has(self, rung: Rung) -> bool:
        return any(member.rung is rung for member in self.members)


@dataclass(frozen=True)
class Alone:
    """A council that joined nothing, and why at each offer."""

    council: str
    limit: str
    """In words: the limit nearest to being overcome."""
    offers: Sequence[tuple[str, str]]
    """(Supplier, limit in words)."""


@dataclass(frozen=True)
class NextTier:
    """A cheaper tier that is not reached, and who could bring what is missing."""

    supplier: str
    tier: int
    unit_price_pence: int
    start: str
    min_quantity: int
    quantity: int
    could_close: Sequence[tuple[str, int, str]]
    """(Council, quantity, supplier whose group it is in or blank)."""
    is_enough: bool

    @property
    def gap(self) -> int:
        """The quantity that is missing."""
        return self.min_quantity - self.quantity


@dataclass(frozen=True)
class Departure:
    """What changes for the others if one council leaves."""

    council: str
    others_before_pence: int
    others_after_pence: int
    left_out: Sequence[str]
    is_proven: bool

    @property
    def loss_pence(self) -> int:
        """What the others would save less."""
        return self.others_before_pence - self.others_after_pence


@dataclass(frozen=True)
class Whole:
    """All that a plan says, for staff."""

    is_optimal: bool
    saving_pence: int
    bound_pence: int
    gap: float
    groups: Sequence[Group]
    alone: Sequence[Alone]
    next_tiers: Sequence[NextTier]
    departures: Sequence[Departure]
    not_tried: Sequence[str]
    left_out: Sequence[tuple[str, str]]
    by_themselves_pence: int
    """What all councils would save if each went by itself."""


@dataclass(frozen=True)
class Line:
    """What a plan says for one council, and for nobody else to read."""

    left_out: str
    """Why it could not be planned with; blank if it was."""
    limit: str
    """Why it joins nothing, in words; blank if it joins."""
    quantity: int
    unit_price_pence: int | None
    start: str
    saving_pence: int | None
    by_itself_pence: int


@dataclass(frozen=True)
class Option:
    """One offer as the lead authority reads it: its tiers, and the total of its group where that may be told."""

    version: PriceVersion
    tier: int | None
    """The tier that its group reaches, from 1; None without a group."""
    start: str
    told: Mapping[str, int] | None
    """{"councils", "quantity"}, rounded; None where too few councils stand behind it."""

    @property
    def name(self) -> str:
        """The supplier, and that it has withdrawn its prices since, if so."""
        offer = self.version.offer
        return offer.supplier.name if offer.is_standing else f"{offer.supplier.name} (withdrawn since)"


def for_staff(plan: Plan) -> Whole:
    """Return the whole plan with names."""
    answer, names = _answer(plan), _names(plan)
    versions = plans.versions_of(plan)
    suppliers = {id: version.offer.supplier.name for id, version in versions.items()}
    gains = {gain["council"]: gain for gain in answer["gains"]}
    return Whole(
        is_optimal=answer["status"] == "optimal",
        saving_pence=answer["saving_pence"],
        bound_pence=answer["bound_pence"],
        gap=answer["gap"],
        groups=[_group(group, plan, versions, names, gains) for group in answer["groups"]],
        alone=[
            Alone(
                names[one["council"]],
                ALONE_WORDS[one["limit"]],
                [(suppliers[offer], ALONE_WORDS[limit]) for offer, limit in one["offers"].items()],
            )
            for one in answer["alone"]
        ],
        next_tiers=[_next_tier(tier, names, suppliers) for tier in answer["next_tiers"]],
        departures=[_departure(one, names) for one in answer["departures"]],
        not_tried=[names[council] for council in answer["not_tried"]],
        left_out=[(names[council], why) for council, why in plan.left_out.items()],
        by_themselves_pence=sum(gain["by_itself_pence"] for gain in answer["gains"]),
    )


def own_line(plan: Plan, council_id: UUID) -> Line:
    """Return what a plan says for one council; why it joins nothing, as far as that follows from its own wishes."""
    answer, own = _answer(plan), str(council_id)
    if own in plan.left_out:
        return Line(plan.left_out[own], "", 0, None, "", None, 0)
    gain = next(gain for gain in answer["gains"] if gain["council"] == own)
    group = next((group for group in answer["groups"] if own in group["members"]), None)
    limit = ""
    if group is None:
        stops = own_limit(read_problem(plan.solve.problem), own)
        limit = ALONE_WORDS[stops] if stops else DEPENDS
    return Line(
        "",
        limit,
        gain["quantity"],
        group["unit_price_pence"] if group else None,
        group["start"] if group else "",
        gain["saving_pence"],
        gain["by_itself_pence"],
    )


def options(plan: Plan) -> list[Option]:
    """Return the offers compared, with the totals that were told when the plan was shared."""
    answer = _answer(plan)
    groups = {group["offer"]: group for group in answer["groups"]}
    told = plan.told.get("groups", {})
    found = []
    for id, version in plans.versions_of(plan).items():
        group = groups.get(id) if id in told else None
        tier, start = (group["tier"] + 1, group["start"]) if group else (None, "")
        found.append(Option(version, tier, start, told.get(id)))
    return sorted(found, key=lambda option: (option.version.offer.supplier.name.casefold(), str(option.version.id)))


def _answer(plan: Plan) -> dict[str, Any]:
    assert plan.solve.answer is not None, "a plan without an answer is not read"
    return plan.solve.answer


def _names(plan: Plan) -> dict[str, str]:
    ids = [UUID(id) for id in (*plan.rungs, *plan.left_out)]
    rows = db.session.execute(sa.select(Council.id, Council.name).where(Council.id.in_(ids)))
    return {str(id): name for id, name in rows}


def _group(
    group: dict[str, Any],
    plan: Plan,
    versions: Mapping[str, PriceVersion],
    names: Mapping[str, str],
    gains: Mapping[str, Any],
) -> Group:
    members = [
        Member(
            names[council],
            Rung(plan.rungs[council]),
            quantity,
            gains[council]["saving_pence"],
            gains[council]["by_itself_pence"],
        )
        for council, quantity in group["members"].items()
    ]
    return Group(
        versions[group["offer"]],
        group["tier"] + 1,
        group["unit_price_pence"],
        group["start"],
        group["quantity"],
        sorted(members, key=lambda member: (-member.quantity, member.council)),
    )


def _next_tier(tier: dict[str, Any], names: Mapping[str, str], suppliers: Mapping[str, str]) -> NextTier:
    return NextTier(
        suppliers[tier["offer"]],
        tier["tier"] + 1,
        tier["unit_price_pence"],
        tier["start"],
        tier["min_quantity"],
        tier["quantity"],
        [
            (names[helper["council"]], helper["quantity"], suppliers[helper["now"]] if helper["now"] else "")
            for helper in tier["could_close"]
        ],
        tier["is_enough"],
    )


def _departure(one: dict[str, Any], names: Mapping[str, str]) -> Departure:
    return Departure(
        names[one["council"]],
        one["others_before_pence"],
        one["others_after_pence"],
        [names[council] for council in one["left_out"]],
        one["is_proven"],
    )
