"""What pages of matches show: a card for each match, a page of cards, a score in words. Values, made by `matches`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from showcase.models import Publication
from showcase.services.ranking import BEST, Order, Place
from showcase.services.reasons import Why


class Closeness(StrEnum):
    """How well a text answers another, in words: the score says no more than this."""

    VERY_CLOSE = "Very close"
    CLOSE = "Close"
    PARTLY = "In part"
    LOOSE = "Loosely"


CLOSENESS = ((3.2, Closeness.VERY_CLOSE), (2.1, Closeness.CLOSE), (1.2, Closeness.PARTLY))
"""Least score of each. A score counts in spreads above the average for the query, so it reads the same everywhere."""


@dataclass(frozen=True)
class Card:
    """One match as a page shows it."""

    publication: Publication
    place: Place
    why: Why
    further: Sequence[tuple[Publication, Place]] = ()
    """The same supplier's other profiles, folded under its best."""

    strength: float = 0.0
    """The score, made comparable where only words were compared."""
    is_by_words_only: bool = False

    @property
    def parts(self) -> Mapping[str, float]:
        """Return what each ingredient adds, in hundredths."""
        return {name: round(share, 2) for name, share in self.place.contributions.items()}

    @property
    def total(self) -> float:
        """Return the sum of the parts as they are shown: the score, up to rounding."""
        return round(sum(self.parts.values()), 2)

    @property
    def closeness(self) -> Closeness | None:
        """Return the score in words; none where only words were compared, which says too little for that."""
        return None if self.is_by_words_only else closeness(self.strength)


@dataclass(frozen=True)
class Page:
    """One page of cards."""

    cards: Sequence[Card]
    number: int
    """From 1."""
    last: int
    total: int
    """Cards on all pages."""
    matched: int
    """Texts on all pages, folded ones counted."""
    order: Order

    @property
    def is_cut(self) -> bool:
        """Tell whether there may be more than the best that are listed."""
        return len(self.order.places) >= BEST


def closeness(score: float) -> Closeness:
    """Return a score in words."""
    return next((words for least, words in CLOSENESS if score >= least), Closeness.LOOSE)
