"""The vocabularies: short, versioned lists of terms (service areas, kinds of AI, regions…), kept as data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "vocabularies"


@dataclass(frozen=True)
class Vocabulary:
    """A list of terms in their order of show."""

    name: str
    version: str
    labels: Mapping[str, str]
    """Label by id."""

    def choices(self) -> list[tuple[str, str]]:
        """Return (id, label) of every term, as a form wants them."""
        return list(self.labels.items())

    def position(self, term: str) -> int:
        """Return the place of a term in the order, from 0. Orders such as maturity have a meaning."""
        return list(self.labels).index(term)

    def label(self, term: str) -> str:
        """Return the words for a term; the id itself for one that a later version dropped."""
        return self.labels.get(term, term)

    def list_labels(self, terms: Sequence[str]) -> str:
        """Return the labels of several terms as one phrase."""
        return "; ".join(self.label(term) for term in terms)


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary of that name.

    Raises:
        FileNotFoundError: there is none.
    """
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Vocabulary(name, data["version"], {term["id"]: term["label"] for term in data["terms"]})
