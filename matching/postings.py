"""Lexical evidence: an inverted index that grows and shrinks document by document, scored by BM25.

For each term, the slots that hold it and what it gains them; adding a document costs what the document is long, and
scoring a query is one vector operation per term. What a term can gain a document does not change once it is there:
lengths are compared with the calibration's mean. The first slots may be a base: files that all processes of a machine
map. Removed documents stay in the arrays, unseen, until everything is laid out afresh.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse._sparsetools import csc_matvec

from matching.vectors import Growing

K1 = 0.9
"""How soon repeats of a term stop counting."""
B = 0.4
"""How strongly long documents are marked down."""
MOST_REPEATS = 65_535
"""Times a term counts in one document, however often it is said."""

BY_TERM = ("postings_starts", "postings_slots", "postings_gains")
BY_SLOT = ("words_starts", "words_terms", "words_counts")
NAMES = "terms.txt"

Scores = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]
Gains = npt.NDArray[np.float32]


class Postings:
    """Terms to the documents (slots 0, 1, 2, …) that hold them. BM25: Robertson and Zaragoza 2009."""

    def __init__(self, mean_length: float, folder: Path | None = None) -> None:
        """Start empty or with a base; `mean_length` is that of documents at large, in terms, and need not change.

        Raises:
            ValueError: the files of the base do not belong together.
        """
        self._mean_length = mean_length
        self._own: dict[int, tuple[array[int], array[float]]] = {}
        self._terms, self._counts = Growing(kind=np.int32), Growing(kind=np.uint16)
        self._starts = Growing(kind=np.int64, rows=np.zeros(1, np.int64))
        self._base: Base | None = None
        self._names: list[str] = []
        self._holders = Growing(kind=np.int32)
        if folder is not None:
            self._base = Base(folder)
            self._names = (folder / NAMES).read_text("utf-8").split("\n")[:-1]
            if len(self._names) != self._base.terms:
                raise ValueError(f"{folder / NAMES} has {len(self._names)} terms, not {self._base.terms}")
            self._holders.extend(np.diff(self._base.starts))
        self._number = {name: number for number, name in enumerate(self._names)}
        self._first = len(self._base) if self._base else 0
        self._live = self._first

    def extend(self, documents: Sequence[Mapping[str, int]]) -> None:
        """Add the next documents, each its terms with their counts."""
        first, start = len(self._starts.rows) - 1, len(self._terms.rows)
        numbers: list[int] = []
        repeats: list[int] = []
        for document in documents:
            known: list[Any] = list(map(self._number.get, document))
            numbers += self._numbers(document) if None in known else known
            repeats += document.values()
        sizes = np.array([len(document) for document in documents])
        self._starts.extend(start + np.cumsum(sizes))
        self._terms.extend(np.array(numbers, np.int32))
        self._counts.extend(np.minimum(np.array(repeats, np.int64), MOST_REPEATS))
        self._live += len(documents)
        counts = self._counts.rows[start:].astype(np.float64)
        places = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
        lengths: Scores = np.bincount(places, counts, len(documents)).astype(np.float64)
        gains = (counts * (K1 + 1) / (counts + self._damping(lengths)[places])).astype(np.float32)
        self._file(self._terms.rows[start:], (places + self._first + first).astype(np.int32), gains)

    def _numbers(self, document: Mapping[str, int]) -> list[int]:
        """Return the numbers of a document's terms, and number the new ones."""
        found = [self._number.setdefault(term, len(self._number)) for term in document]
        new = list(islice(self._number, len(self._names), None))
        self._names.extend(new)
        self._holders.extend(np.zeros(len(new), np.int32))
        return found

    def _file(self, terms: Numbers, slots: Numbers, gains: Gains) -> None:
        """Put each term's slots and gains behind those it has."""
        order = np.argsort(terms, kind="stable")
        numbers, starts, sizes = np.unique(terms[order], return_index=True, return_counts=True)
        self._holders.rows[numbers] += sizes.astype(np.int32)
        slots, gains = slots[order], gains[order]
        for number, start, size in zip(numbers.tolist(), starts.tolist(), sizes.tolist(), strict=True):
            found = self._own.get(number)
            if found is None:
                found = self._own[number] = (array("i"), array("f"))
            found[0].frombytes(slots[start : start + size].tobytes())
            found[1].frombytes(gains[start : start + size].tobytes())

    def remove(self, slot: int) -> None:
        """Forget a document in all statistics; its score no longer means anything."""
        self._holders.rows[self._words(slot)[0]] -= 1
        self._live -= 1

    def terms(self, slot: int) -> dict[str, int]:
        """Return the term counts of a document, in the order they were given."""
        numbers, counts = self._words(slot)
        return dict(zip(map(self._names.__getitem__, numbers.tolist()), counts.tolist(), strict=True))

    def _words(self, slot: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the numbers of a document's terms, and their counts."""
        if self._base is not None and slot < self._first:
            return self._base.words(slot)
        part = slice(*self._starts.rows[slot - self._first : slot - self._first + 2].tolist())
        return self._terms.rows[part], self._counts.rows[part]

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a term, above 0; highest for a term no document holds."""
        number = self._number.get(term)
        holders = int(self._holders.rows[number]) if number is not None else 0
        return math.log(1 + (self._live - holders + 0.5) / (holders + 0.5))

    def weights(self, query: Mapping[str, float]) -> dict[str, float]:
        """Return what each term of a query counts, given how often it counts there: rare ones more."""
        return {term: self.weight(term) * repeats for term, repeats in query.items()}

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """Return BM25 of the query whose terms have these `weights`, against every document, float64 [slots]."""
        found = np.zeros(self._first + len(self._starts.rows) - 1, np.float32)
        for term, weight in weights.items():
            number = self._number.get(term)
            for slots, gains in self._filed(number) if number is not None else ():
                _add(found, slots, gains, weight)
        return found.astype(np.float64)

    def coverage(self, weights: Mapping[str, float]) -> Scores:
        """Return which share of these weights is of terms that a document holds, for each document, float64 [slots]."""
        found = np.zeros(self._first + len(self._starts.rows) - 1)
        for term, weight in weights.items():
            number = self._number.get(term)
            for slots, _ in self._filed(number) if number is not None else ():
                found[slots] += weight
        total = sum(weights.values())
        return found / total if total else found

    def _filed(self, number: int) -> Iterator[tuple[Numbers, Gains]]:
        """Yield a term's slots and gains: those of the base, and those added since."""
        if self._base is not None and number < self._base.terms:
            yield self._base.filed(number)
        if number in self._own:
            slots, gains = self._own[number]
            yield np.frombuffer(slots, np.int32), np.frombuffer(gains, np.float32)

    def save(self, folder: Path) -> None:
        """Write what was added for a base. Only for postings that have none themselves."""
        filed = [self._own[number] for number in range(len(self._names))]
        starts = np.cumsum([0, *(len(slots) for slots, _ in filed)])
        np.save(folder / f"{BY_TERM[0]}.npy", starts)
        for name, kind, column in ((BY_TERM[1], np.int32, 0), (BY_TERM[2], np.float32, 1)):
            file = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, (int(starts[-1]),))
            for start, term in zip(starts.tolist(), filed, strict=False):
                file[start : start + len(term[column])] = term[column]
            file.flush()
        for name, values in zip(BY_SLOT, (self._starts, self._terms, self._counts), strict=True):
            np.save(folder / f"{name}.npy", values.rows)
        (folder / NAMES).write_text("".join(f"{name}\n" for name in self._names), "utf-8")

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


class Base:
    """The files of postings that were saved, mapped and never changed."""

    def __init__(self, folder: Path) -> None:
        """Map them."""
        self.starts, self._slots, self._gains = (_mapped(folder, name) for name in BY_TERM)
        self._words_starts, self._terms, self._counts = (_mapped(folder, name) for name in BY_SLOT)
        self.terms = len(self.starts) - 1

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self._words_starts) - 1

    def filed(self, number: int) -> tuple[Numbers, Gains]:
        """Return a term's slots and gains."""
        part = slice(self.starts[number], self.starts[number + 1])
        return self._slots[part], self._gains[part]

    def words(self, slot: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the numbers of a document's terms, and their counts."""
        part = slice(self._words_starts[slot], self._words_starts[slot + 1])
        return self._terms[part], self._counts[part]


def _add(found: Gains, slots: Numbers, gains: Gains, weight: float) -> None:
    """Add `weight` times the gains to the slots of `found`: as `found[slots] += weight * gains`, four times as fast.

    It is the product of a sparse column and one number. SciPy's public product would copy every posting first.
    """
    column = np.array([0, len(slots)], np.int32)
    csc_matvec(len(found), 1, column, slots, gains, np.array([weight], np.float32), found)


def _mapped(folder: Path, name: str) -> npt.NDArray[Any]:
    """Return an array of a file as a plain view of the map, whose slices cost less than those of a memmap."""
    found: npt.NDArray[Any] = np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")).view(np.ndarray)
    return found
