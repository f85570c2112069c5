"""Lexical evidence: an inverted index that grows and shrinks document by document, scored by BM25.

Kept as one pair of growing arrays per term, so that adding a document costs what the document is long, and scoring a
query is a few vector operations. Removed documents stay in the arrays, unseen, until `Collection` rebuilds.
"""

import math
from array import array
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

K1 = 0.9
"""How soon repeats of a term stop counting."""
B = 0.4
"""How strongly long documents are marked down."""

Scores = npt.NDArray[np.float64]


class Postings:
    """Terms to the documents (slots 0, 1, 2, …) that hold them. BM25: Robertson and Zaragoza 2009."""

    def __init__(self) -> None:
        """Start empty."""
        self._number: dict[str, int] = {}
        self._names: list[str] = []
        self._slots: list[array[int]] = []
        self._counts: list[array[int]] = []
        self._holders: list[int] = []
        self._terms_of: list[tuple[array[int], array[int]]] = []
        self._lengths = array("d")
        self._live = 0
        self._total = 0.0

    def add(self, terms: Mapping[str, int]) -> None:
        """Add the next document."""
        slot = len(self._lengths)
        numbers, counts = array("i"), array("i", terms.values())
        for term, count in terms.items():
            number = self._number.setdefault(term, len(self._slots))
            if number == len(self._slots):
                self._names.append(term)
                self._slots.append(array("i"))
                self._counts.append(array("i"))
                self._holders.append(0)
            self._slots[number].append(slot)
            self._counts[number].append(count)
            self._holders[number] += 1
            numbers.append(number)
        self._terms_of.append((numbers, counts))
        self._lengths.append(float(sum(counts)))
        self._live += 1
        self._total += self._lengths[slot]

    def remove(self, slot: int) -> None:
        """Forget a document in all statistics; its score no longer means anything."""
        for number in self._terms_of[slot][0]:
            self._holders[number] -= 1
        self._live -= 1
        self._total -= self._lengths[slot]

    def terms(self, slot: int) -> dict[str, int]:
        """Return the term counts of a document, in the order they were given."""
        return {self._names[number]: count for number, count in zip(*self._terms_of[slot], strict=True)}

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a term, above 0; highest for a term no document holds."""
        number = self._number.get(term)
        holders = self._holders[number] if number is not None else 0
        return math.log(1 + (self._live - holders + 0.5) / (holders + 0.5))

    def scores(self, query: Mapping[str, float]) -> Scores:
        """Return BM25 of the query, terms with how often they count, against every document, float64 [slots]."""
        found = np.zeros(len(self._lengths))
        damping = self._damping(np.array(self._lengths))
        for term, repeats in query.items():
            number = self._number.get(term)
            if number is None:
                continue
            slots = np.array(self._slots[number])
            counts = np.array(self._counts[number], dtype=np.float64)
            found[slots] += self.weight(term) * repeats * counts * (K1 + 1) / (counts + damping[slots])
        return found

    def term_scores(self, query: Mapping[str, float], document: Mapping[str, int]) -> dict[str, float]:
        """Return what each shared term adds to BM25 of one document, given its term counts; most first."""
        damping = float(self._damping(np.array([float(sum(document.values()))]))[0])
        found = {
            term: self.weight(term) * repeats * document[term] * (K1 + 1) / (document[term] + damping)
            for term, repeats in query.items()
            if term in document
        }
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def _damping(self, lengths: Scores) -> Scores:
        mean = self._total / self._live if self._live and self._total else 1.0
        return K1 * (1 - B + B * lengths / mean)
