"""What a challenge asks for, sentence by sentence, and what of it a profile says nothing about.

The questions about users, systems, constraints and measures are asked to be answered with requirements, so each of
their sentences is one; elsewhere a sentence counts when it says that something must, should or needs to be so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.texts import Text, sentences, term_counts

FIELDS = ("users", "systems", "constraints", "measures")
"""Fields every sentence of which is a requirement."""
SILENT_FIELDS = ("title", "why_now", "tried")
"""Fields that tell what was, and ask for nothing."""

MOST = 16
FEWEST_WORDS = 4

EVIDENCE_COSINE = 0.37
"""A passage at least so near to a requirement is taken to speak of it (measured: docs/matching.md)."""
EVIDENCE_COVERAGE = 0.6
"""So is a profile that uses at least this share of the requirement's terms, rare ones weighing more."""

_ASKS = re.compile(
    r"\b(must|should|shall|needs? (?:to|a|an)|requires?|required|has to|have to|be able to|want(?:s|ed)? to|cannot|"
    r"without|comply|complies|integrat\w+|work(?:s|ing)? with|compatible)\b",
    re.IGNORECASE,
)
_ABOUT = {
    "systems": "Nothing in this profile says how it works with this",
    "constraints": "Nothing in this profile says how it respects this",
    "measures": "Nothing in this profile says how it would change this",
    "users": "Nothing in this profile says how it helps with this",
}
_ABOUT_ANY = "Nothing in this profile says how it meets this"


@dataclass(frozen=True)
class Requirement:
    """One thing the challenge asks for."""

    text: str
    field: str


@dataclass(frozen=True)
class Gap:
    """A requirement for which a profile offers no evidence."""

    requirement: str
    text: str


@lru_cache(maxsize=256)
def requirements(challenge: Text) -> tuple[Requirement, ...]:
    """Return what a challenge asks for, in its own sentences and order, at most `MOST`."""
    found = [
        Requirement(sentence, name)
        for name, part in challenge.fields
        if name not in SILENT_FIELDS
        for sentence in sentences(part)
        if len(sentence.split()) >= FEWEST_WORDS and (name in FIELDS or _ASKS.search(sentence))
    ]
    return tuple(found[:MOST])


@lru_cache(maxsize=4_096)
def wanted_terms(requirement: Requirement) -> frozenset[str]:
    """Return the stemmed terms of a requirement."""
    return frozenset(term_counts(requirement.text))


def gaps(
    asked: Sequence[Requirement],
    vectors: npt.NDArray[np.floating],
    passages: npt.NDArray[np.floating],
    terms: Mapping[str, int],
    weight: Mapping[str, float],
) -> list[Gap]:
    """Return the requirements that neither a passage nor the words of a profile speak of.

    `vectors` is [requirements, dimension] and `passages` [passages, dimension], unit rows; without rows only words
    count. `terms` are the profile's; `weight` says how rare each of the requirements' terms is.
    """
    found = []
    for place, requirement in enumerate(asked):
        is_near = len(vectors) and len(passages) and float((passages @ vectors[place]).max()) >= EVIDENCE_COSINE
        if not is_near and _coverage(requirement, terms, weight) < EVIDENCE_COVERAGE:
            found.append(Gap(requirement.text, _ABOUT.get(requirement.field, _ABOUT_ANY)))
    return found


def _coverage(requirement: Requirement, terms: Mapping[str, int], weight: Mapping[str, float]) -> float:
    wanted = wanted_terms(requirement)
    total = sum(weight.get(term, 0.0) for term in wanted)
    return sum(weight.get(term, 0.0) for term in wanted if term in terms) / total if total else 1.0
