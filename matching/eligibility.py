"""Whether a solution could be used at all: facts set against facts, each with a sentence for the page.

Beside the ranking, not in it: a facet that does not fit is said, and a caller may filter by it, but nothing is dropped
here. Plain values in; what a council keeps to itself (its budget) is simply not handed in when suppliers look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MATURITY = ("idea", "prototype", "pilot", "live")
"""Ids from least to most mature."""

BUDGET_TOP: Mapping[str, int | None] = {
    "under-25k": 2_500_000,
    "25k-50k": 5_000_000,
    "50k-100k": 10_000_000,
    "100k-250k": 25_000_000,
    "over-250k": None,
}
"""The most each budget band allows, in pence a year excluding VAT; None is no limit."""


@dataclass(frozen=True)
class Needs:
    """What a challenge and its council ask of a solution. Empty means not said."""

    service_areas: tuple[str, ...] = ()
    must_haves: tuple[str, ...] = ()
    least_maturity: str = ""
    council_type: str = ""
    region: str = ""
    budget: str = ""
    """Id of a budget band, only where the viewer may know it."""


@dataclass(frozen=True)
class Offer:
    """What a solution says of itself. Empty regions and council types mean all of them."""

    service_areas: tuple[str, ...] = ()
    council_types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    maturity: str = ""
    meets: tuple[str, ...] = ()
    price_floor: int | None = None
    """Lowest yearly price in pence excluding VAT, only where the viewer may know it."""


@dataclass(frozen=True)
class Facet:
    """One fact set against another."""

    facet: str
    fits: bool | None
    """None: one side has not said."""
    text: str


def facets(needs: Needs, offer: Offer, labels: Mapping[str, str] | None = None) -> list[Facet]:
    """Return every facet the challenge has something to say about; `labels` gives words for vocabulary ids."""
    words = labels or {}
    found = [
        _services(needs, offer, words),
        _served("council type", needs.council_type, offer.council_types, words),
        _served("region", needs.region, offer.regions, words),
        _maturity(needs, offer, words),
        *(_must_have(name, offer, words) for name in needs.must_haves),
        _price(needs, offer),
    ]
    return [facet for facet in found if facet is not None]


def _label(term: str, words: Mapping[str, str]) -> str:
    return words.get(term, term.replace("-", " "))


def _services(needs: Needs, offer: Offer, words: Mapping[str, str]) -> Facet | None:
    if not needs.service_areas:
        return None
    if not offer.service_areas:
        return Facet("service area", None, "This profile does not say which services it is for")
    shared = [area for area in needs.service_areas if area in offer.service_areas]
    if shared:
        return Facet("service area", True, "Made for " + ", ".join(_label(area, words) for area in shared))
    return Facet("service area", False, "Made for " + ", ".join(_label(area, words) for area in offer.service_areas))


def _served(facet: str, wanted: str, served: tuple[str, ...], words: Mapping[str, str]) -> Facet | None:
    if not wanted:
        return None
    if not served:
        return Facet(facet, True, f"Serves every {facet}")
    names = ", ".join(_label(term, words) for term in served)
    return Facet(facet, wanted in served, f"Serves {names}" if wanted in served else f"Serves only {names}")


def _maturity(needs: Needs, offer: Offer, words: Mapping[str, str]) -> Facet | None:
    if needs.least_maturity not in MATURITY:
        return None
    if offer.maturity not in MATURITY:
        return Facet("maturity", None, "This profile does not say how mature it is")
    is_enough = MATURITY.index(offer.maturity) >= MATURITY.index(needs.least_maturity)
    asked = "" if is_enough else f"; the council asks for {_label(needs.least_maturity, words)} or further"
    return Facet("maturity", is_enough, _label(offer.maturity, words) + asked)


def _must_have(name: str, offer: Offer, words: Mapping[str, str]) -> Facet:
    if name in offer.meets:
        return Facet(f"must-have: {name}", True, _label(name, words))
    if not offer.meets:
        return Facet(f"must-have: {name}", None, f"This profile does not say whether it meets: {_label(name, words)}")
    return Facet(f"must-have: {name}", False, f"Not among what this profile meets: {_label(name, words)}")


def _price(needs: Needs, offer: Offer) -> Facet | None:
    if needs.budget not in BUDGET_TOP or offer.price_floor is None:
        return None
    top = BUDGET_TOP[needs.budget]
    price = f"From £{offer.price_floor / 100:,.0f} a year excluding VAT"
    if top is None or offer.price_floor <= top:
        return Facet("price", True, f"{price}, within the budget band")
    return Facet("price", False, f"{price}, above the budget band")
