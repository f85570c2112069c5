"""Lexical evidence: an inverted index that grows and shrinks document by document, scored by BM25.

Kept as one pair of growing arrays per term, so that adding a document costs what the document is long, and scoring a
query is one vector operation per term. What a term can gain a document does not change once it is there: lengths are
compared with the calibration's mean. Removed documents stay in the arrays, unseen, until `Collection` rebuilds.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

K1 = 0.9
"""How soon repeats of a term stop counting."""
B = 0.4
"""How strongly long documents are marked down."""

Scores = npt.NDArray[np.float64]


class Postings:
    """Terms to the documents (slots 0, 1, 2, …) that hold them. BM25: Robertson and Zaragoza 2009."""

    def __init__(self, mean_length: float) -> None:
        """Start empty; `mean_length` is that of documents at large, in terms, so that what is kept need not change."""
        self._mean_length = mean_length
        self._number: dict[str, int] = {}
        self._names: list[str] = []
        self._slots: list[array[int]] = []
        self._gains: list[array[float]] = []
        self._holders: list[int] = []
        self._terms = array("i")
        self._counts = array("i")
        self._starts = array("q", [0])
        self._live = 0

    def extend(self, documents: Sequence[Mapping[str, int]]) -> None:
        """Add the next documents, each its terms with their counts."""
        slot, start = len(self._starts) - 1, self._starts[-1]
        for document in documents:
            numbers: list[Any] = list(map(self._number.get, document))
            if None in numbers:
                numbers = [self._numbered(term) for term in document]
            self._terms.extend(numbers)
            self._counts.extend(document.values())
            self._starts.append(len(self._terms))
        self._live += len(documents)
        sizes = np.diff(np.array(self._starts[slot:]))
        counts = np.array(self._counts[start:], np.float64)
        slots = np.repeat(np.arange(slot, slot + len(documents), dtype=np.int32), sizes)
        lengths: Scores = np.bincount(slots - slot, counts, len(documents)).astype(np.float64)
        gains = (counts * (K1 + 1) / (counts + self._damping(lengths)[slots - slot])).astype(np.float32)
        self._file(np.array(self._terms[start:], np.int32), slots, gains)

    def _numbered(self, term: str) -> int:
        number = self._number.setdefault(term, len(self._names))
        if number == len(self._names):
            self._names.append(term)
            self._slots.append(array("i"))
            self._gains.append(array("f"))
            self._holders.append(0)
        return number

    def _file(self, terms: npt.NDArray[np.int32], slots: npt.NDArray[np.int32], gains: npt.NDArray[np.float32]) -> None:
        """Put each term's slots and gains behind those it has."""
        order = np.argsort(terms, kind="stable")
        numbers, starts = np.unique(terms[order], return_index=True)
        slots, gains = slots[order], gains[order]
        for number, start, end in zip(numbers.tolist(), starts, [*starts[1:], len(order)], strict=False):
            self._slots[number].frombytes(slots[start:end].tobytes())
            self._gains[number].frombytes(gains[start:end].tobytes())
            self._holders[number] += int(end - start)

    def remove(self, slot: int) -> None:
        """Forget a document in all statistics; its score no longer means anything."""
        for number in self._terms[self._starts[slot] : self._starts[slot + 1]]:
            self._holders[number] -= 1
        self._live -= 1

    def terms(self, slot: int) -> dict[str, int]:
        """Return the term counts of a document, in the order they were given."""
        part = slice(self._starts[slot], self._starts[slot + 1])
        return {self._names[number]: count for number, count in zip(self._terms[part], self._counts[part], strict=True)}

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a term, above 0; highest for a term no document holds."""
        number = self._number.get(term)
        holders = self._holders[number] if number is not None else 0
        return math.log(1 + (self._live - holders + 0.5) / (holders + 0.5))

    def weights(self, query: Mapping[str, float]) -> dict[str, float]:
        """Return what each term of a query counts, given how often it counts there: rare ones more."""
        return {term: self.weight(term) * repeats for term, repeats in query.items()}

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """Return BM25 of the query whose terms have these `weights`, against every document, float64 [slots]."""
        found = np.zeros(len(self._starts) - 1)
        for term, weight in weights.items():
            number = self._number.get(term)
            if number is not None and self._slots[number]:
                slots, gains = np.frombuffer(self._slots[number], np.int32), np.frombuffer(self._gains[number], "f4")
                found[slots] += np.float32(weight) * gains
        return found

    def term_scores(self, weights: Mapping[str, float], document: Mapping[str, int]) -> dict[str, float]:
        """Return what each shared term adds to BM25 of one document, given its term counts; most first."""
        damping = float(self._damping(np.array([float(sum(document.values()))]))[0])
        found = {
            term: weight * document[term] * (K1 + 1) / (document[term] + damping)
            for term, weight in weights.items()
            if term in document
        }
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def losses(
        self, weights: Mapping[str, float], document: Mapping[str, int], parts: Sequence[Mapping[str, int]]
    ) -> Scores:
        """Return how much lower BM25 of a document would be without each of its parts, float64 [parts]."""
        shared = [term for term in weights if term in document]
        whole = np.array([float(document[term]) for term in shared])
        counts = np.array([[0.0] * len(shared), *([part.get(term, 0) for term in shared] for part in parts)])
        lengths = np.array([0.0, *(sum(part.values()) for part in parts)])
        left = np.maximum(whole - counts, 0.0)
        damping = self._damping(np.maximum(sum(document.values()) - lengths, 0.0))
        scores: Scores = (left * (K1 + 1) / (left + damping[:, None])) @ np.array([weights[term] for term in shared])
        found: Scores = scores[0] - scores[1:]
        return found

    def _damping(self, lengths: Scores) -> Scores:
        return K1 * (1 - B + B * lengths / self._mean_length)
