"""How alike two texts of one kind are, in spreads above two taken at random, and what of them is alike.

First step of putting texts together (`matching.grouping`). The figure depends on nothing but the two texts and a frozen
sample (`Yardstick`), so that it stays as it is whatever else comes and goes. Four ingredients count the same: the whole
text and what its passages are about on average (both less what all texts have in common), how well each passage finds
its like in the other text, and words in common, rare ones more.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.calibration import PRIOR, gist, sampled
from matching.embedder import normalised
from matching.encoding import Encoded

SPREAD_SAMPLE = 150
"""Texts of the sample whose pairs tell how alike texts are by chance."""

USUAL: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "whole": ((0.38, 0.10), (0.04, 0.13)),
    "gist": ((0.44, 0.10), (0.05, 0.14)),
    "passages": ((0.31, 0.05), (0.16, 0.055)),
    "words": ((0.18, 0.05), (0.08, 0.03)),
}
"""Mean and spread of each ingredient over pairs of council challenges, measured: without a sample and with a large one.
Weighed against what the sample at hand says, as if it had been seen in `PRIOR` texts."""

DECIMALS = 5
"""Likeness is rounded, so that equal texts tie wherever they stand in memory."""

Rows = npt.NDArray[np.float32]
Row = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What texts have in common by chance: what is subtracted, and how far likeness spreads."""

    centres: Mapping[str, Rows | float]
    """Mean vector of wholes, gists and passages, trusted as far as the sample is large; 0 before there is one."""
    holders: Mapping[str, int]
    """How many texts of the sample use a term."""
    size: int
    """Texts in the sample."""
    scales: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _usual(0.0))
    """Mean and spread of each ingredient over pairs."""

    @classmethod
    def of(cls, sample: Mapping[str, Encoded]) -> "Yardstick":
        """Measure on texts by id, in any order; those without vectors are left out."""
        texts = [sample[id] for id in sampled(id for id, encoded in sample.items() if encoded.has_vectors)]
        trust = len(texts) / (len(texts) + PRIOR)
        if not texts:
            return cls(dict.fromkeys(("whole", "gist", "passages"), 0.0), {}, 0)
        rows = {
            "whole": np.stack([encoded.whole for encoded in texts]),
            "gist": np.stack([gist(encoded) for encoded in texts]),
            "passages": np.concatenate([encoded.passages for encoded in texts]),
        }
        centres = {name: (trust * vectors.mean(axis=0)).astype(np.float32) for name, vectors in rows.items()}
        bare = cls(centres, Counter(term for encoded in texts for term in encoded.terms), len(texts))
        return cls(bare.centres, bare.holders, bare.size, bare._scales(texts[:SPREAD_SAMPLE], trust))

    def _scales(self, texts: Sequence[Encoded], trust: float) -> dict[str, tuple[float, float]]:
        """Blend what is measured on pairs with what is usual."""
        laid = Likeness(self, texts)
        pairs: dict[str, list[Row]] = {name: [np.zeros(0)] for name in USUAL}
        for place in range(len(texts)):
            for name, values in laid.parts(place).items():
                pairs[name].append(values[place + 1 :])
        usual = _usual(trust)
        found: dict[str, tuple[float, float]] = {}
        for name, parts in pairs.items():
            values, (mean, deviation) = np.concatenate(parts), usual[name]
            if len(values):
                mean = trust * float(values.mean()) + (1 - trust) * mean
                deviation = max(trust * float(values.std()) + (1 - trust) * deviation, 1e-6)
            found[name] = (mean, deviation)
        return found

    def centred(self, name: str, vectors: Rows) -> Rows:
        """Return vectors of one kind less what all have in common, as unit rows."""
        return normalised(vectors - self.centres[name])

    def rarity(self, term: str) -> float:
        """Return how much a term tells: more, the fewer texts of the sample use it."""
        return math.log(1 + (self.size + PRIOR) / (self.holders.get(term, 0) + 1))

    def words(self, terms: Mapping[str, int]) -> dict[str, float]:
        """Return terms with weights whose squares sum to 1: rare ones more, repeats counting less each time."""
        weighed = {term: (1 + math.log(count)) * self.rarity(term) for term, count in terms.items()}
        length = math.sqrt(sum(weight**2 for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}


def _usual(trust: float) -> dict[str, tuple[float, float]]:
    """Return what is usual when the sample is trusted so far, 0 to 1: the less in common, the more was subtracted."""
    left = (1 - trust) ** 2
    return {
        name: (after[0] + left * (before[0] - after[0]), after[1] + left * (before[1] - after[1]))
        for name, (before, after) in USUAL.items()
    }


class Likeness:
    """How alike some texts are, pair by pair; a row is worked out when it is asked for. All must have vectors."""

    def __init__(self, yardstick: Yardstick, texts: Sequence[Encoded]) -> None:
        """Lay the texts out side by side."""
        self._scales = yardstick.scales
        self.size = len(texts)
        if not texts:
            return
        self._whole = yardstick.centred("whole", np.stack([encoded.whole for encoded in texts]))
        self._gist = yardstick.centred("gist", np.stack([gist(encoded) for encoded in texts]))
        lengths = [len(encoded.passages) for encoded in texts]
        self._passages = yardstick.centred("passages", np.concatenate([encoded.passages for encoded in texts]))
        self._bounds = np.cumsum([0, *lengths])
        self._lengths = np.array(lengths)
        self._words = [yardstick.words(encoded.terms) for encoded in texts]
        users: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for term, weight in words.items():
                users[term].append((place, weight))
        self._users = {term: tuple(map(np.array, zip(*pairs, strict=True))) for term, pairs in users.items()}

    def row(self, place: int) -> Row:
        """Return float64 [texts]: the likeness of one text to each, in spreads above two taken at random."""
        total = np.zeros(self.size)
        for name, values in self.parts(place).items():
            mean, deviation = self._scales[name]
            total += (values - mean) / deviation
        found: Row = np.round(total / len(self._scales), DECIMALS)
        return found

    def parts(self, place: int) -> dict[str, Row]:
        """Return float64 [texts] by ingredient, before it is put on its scale."""
        return {
            "whole": (self._whole @ self._whole[place]).astype(np.float64),
            "gist": (self._gist @ self._gist[place]).astype(np.float64),
            "passages": self._nearest_passages(place),
            "words": self._shared_words(place),
        }

    def between(self, one: int, other: int) -> Rows:
        """Return float32 [passages of one, passages of other]: the cosine of each pair, centred."""
        mine, theirs = (self._passages[self._bounds[i] : self._bounds[i + 1]] for i in (one, other))
        found: Rows = mine @ theirs.T
        return found

    def _nearest_passages(self, place: int) -> Row:
        """Return how well each passage finds its like in the other text, on average, both ways."""
        near = self._passages @ self._passages[self._bounds[place] : self._bounds[place + 1]].T
        starts = self._bounds[:-1]
        there = np.maximum.reduceat(near, starts, axis=0).mean(axis=1)
        back = np.add.reduceat(near.max(axis=1), starts) / self._lengths
        found: Row = ((there + back) / 2).astype(np.float64)
        return found

    def _shared_words(self, place: int) -> Row:
        found = np.zeros(self.size)
        for term, weight in self._words[place].items():
            users, weights = self._users[term]
            found[users] += weight * weights
        return found


# --- what is alike ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SharedPassages:
    """Two passages of two texts that say something alike."""

    texts: tuple[int, int]
    """Places of the two texts."""
    passages: tuple[int, int]
    """Place of each passage in its text."""
    likeness: float
    """Cosine of the two, less what all passages have in common."""


def central(likeness: Sequence[Row]) -> tuple[int, float]:
    """Return the place of the text most like the others, and the average likeness of all pairs; rows [texts, texts].

    One text alone is its own centre, and as like as nothing.
    """
    size = len(likeness)
    if size < 2:
        return 0, 0.0
    others = (np.stack(likeness) * (1 - np.eye(size))).sum(axis=1) / (size - 1)
    return int(others.argmax()), float(others.mean())


def shared_passages(laid: Likeness, most: int) -> list[SharedPassages]:
    """Return the closest pair of passages for each text, no passage twice, the closest first."""
    found: dict[tuple[int, int, int, int], float] = {}
    for one in range(laid.size):
        best: tuple[float, tuple[int, int, int, int]] | None = None
        for other in (place for place in range(laid.size) if place != one):
            near = laid.between(one, other)
            mine, theirs = np.unravel_index(int(near.argmax()), near.shape)
            candidate = (float(near[mine, theirs]), (one, other, int(mine), int(theirs)))
            if best is None or candidate[0] > best[0]:
                best = candidate
        if best is not None:
            (a, b, p, q), value = best[1], best[0]
            found[(a, b, p, q) if a < b else (b, a, q, p)] = value
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [SharedPassages((a, b), (p, q), value) for (a, b, p, q), value in ordered[:most]]


def shared_terms(yardstick: Yardstick, texts: Sequence[Mapping[str, int]], most: int) -> list[str]:
    """Return the stems that carry most of what is shared, used by at least half of the texts and by two; no numbers."""
    weighed = [yardstick.words(terms) for terms in texts]
    users = Counter(term for terms in texts for term in terms)
    least = max(2, math.ceil(len(texts) / 2))
    telling = {
        term: sum(words.get(term, 0.0) for words in weighed)
        for term, count in users.items()
        if count >= least and not term[0].isdigit()
    }
    return sorted(telling, key=lambda term: (-telling[term], term))[:most]
