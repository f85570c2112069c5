"""Texts that say the same in other words, brought together, and put together so that one more text disturbs little.

Stands beside the ranking: that one finds the best answers to one text, this one finds which texts of one kind belong
together. Two steps, both pure. `Yardstick` says how alike two texts are, counted in spreads above two texts taken at
random, from a frozen sample; the figure depends on nothing but the two texts and that sample. `join` puts texts into
groups by average likeness, the closest first. Groups that stand are never split or joined here, so that a new text
changes at most the group it enters; what people decided comes in as values and is never overruled.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.calibration import PRIOR, gist
from matching.embedder import normalised
from matching.encoding import Encoded

GROUPING = "groups-1"
"""Changes when the same texts could be put into other groups."""

LEAST = 2.3
"""Average likeness, in spreads, from which texts are joined. Measured: see docs/needs.md."""

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
Words = Mapping[str, float]


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
    def of(cls, sample: Sequence[Encoded]) -> "Yardstick":
        """Measure on texts that have vectors; texts without are left out."""
        texts = [encoded for encoded in sample if encoded.has_vectors]
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


@dataclass(frozen=True)
class Item:
    """One text that is to stand in a group. A group of one is a group too."""

    id: str
    home: str | None = None
    """Key of the group it stands in; None: it is new or has changed, and is to be placed."""
    was: str | None = None
    """Key of the group it stood in before it changed: a new group goes by it, if it is free."""


@dataclass(frozen=True)
class Group:
    """Texts that belong together."""

    key: str | None
    """None: a group that did not exist before."""
    ids: tuple[str, ...]
    """In the order of the items."""


@dataclass
class _Cluster:
    key: str | None
    places: list[int]
    is_anchored: bool


def join(
    items: Sequence[Item],
    row: Callable[[int], Row],
    *,
    kept: Set[str] = frozenset(),
    apart: Set[tuple[str, str]] = frozenset(),
    least: float = LEAST,
) -> list[Group]:
    """Place the items that have no home; return every group, those of one too, by their first items.

    Repeatedly joins the two groups of greatest average likeness while that is at least `least` and one of them holds an
    item that is being placed. Two groups are never joined if both stood before with two items or more, or are `kept`
    (keys that people decided about); nor if an item would come to stand `apart` (item id, group key) from what people
    decided. `row` gives the likeness of an item to all, float64 [items]. Equal likeness: the earlier item first.
    """
    clusters = _standing(items, kept)
    work = _Work(items, clusters, row, apart)
    while (pair := work.closest(least)) is not None:
        work.merge(*pair)
    return _named(items, work.alive(), apart)


def _standing(items: Sequence[Item], kept: Set[str]) -> list[_Cluster]:
    by_key: dict[str, _Cluster] = {}
    found: list[_Cluster] = []
    for place, item in enumerate(items):
        if item.home is not None and item.home in by_key:
            by_key[item.home].places.append(place)
            by_key[item.home].is_anchored = True
            continue
        found.append(_Cluster(item.home, [place], item.home in kept))
        if item.home is not None:
            by_key[item.home] = found[-1]
    return found


class _Work:
    """Average likeness of the groups that hold something new to all groups, kept up while they are joined."""

    def __init__(
        self, items: Sequence[Item], clusters: list[_Cluster], row: Callable[[int], Row], apart: Set[tuple[str, str]]
    ) -> None:
        self._row, self._clusters = row, clusters
        self._numbered = list(enumerate(clusters))
        self._of_item = np.zeros(len(items), np.int64)
        for number, cluster in enumerate(clusters):
            self._of_item[cluster.places] = number
        self._sizes = np.array([len(cluster.places) for cluster in clusters], np.float64)
        self._fresh = [n for n, cluster in enumerate(clusters) if items[cluster.places[0]].home is None]
        self._rank = {number: rank for rank, number in enumerate(self._fresh)}
        self._refused: dict[int, set[str]] = defaultdict(set)
        number_of = {item.id: int(self._of_item[place]) for place, item in enumerate(items)}
        for id, key in apart:
            if id in number_of:
                self._refused[number_of[id]].add(key)
        self._near = np.stack([self._average(n) for n in self._fresh]) if self._fresh else np.zeros((0, len(clusters)))
        self._is_open = np.ones_like(self._near, np.bool_)
        self._best = np.zeros(len(self._fresh), np.int64)
        for number in self._fresh:
            self._review(number)
        self._look(np.arange(len(self._fresh)))

    def closest(self, least: float) -> tuple[int, int] | None:
        """Return the numbers of the closest two groups that may be joined, the one that holds something new first."""
        if not self._fresh:
            return None
        rows = np.arange(len(self._fresh))
        scores = np.where(self._is_open[rows, self._best], self._near[rows, self._best], -np.inf)
        rank = int(scores.argmax())
        return (self._fresh[rank], int(self._best[rank])) if scores[rank] >= least else None

    def merge(self, one: int, other: int) -> None:
        """Join two groups under the number of the first, which holds something new."""
        mine, theirs = self._clusters[one], self._clusters[other]
        row = self._near[self._rank[other]] if other in self._rank else self._average(other)
        sizes = self._sizes[one], self._sizes[other]
        self._near[self._rank[one]] = (self._near[self._rank[one]] * sizes[0] + row * sizes[1]) / sum(sizes)
        self._near[:, one] = (self._near[:, one] * sizes[0] + self._near[:, other] * sizes[1]) / sum(sizes)
        self._sizes[one] = sum(sizes)
        mine.key = _key_of(mine, theirs)
        mine.places = sorted([*mine.places, *theirs.places])
        mine.is_anchored |= theirs.is_anchored
        self._of_item[mine.places] = one
        if other in self._refused:
            self._refused[one] |= self._refused.pop(other)
        theirs.places = []
        self._is_open[:, other] = False
        if other in self._rank:
            self._is_open[self._rank[other]] = False
        self._review(one)
        held = self._near[np.arange(len(self._best)), self._best]
        is_stale = np.isin(self._best, (one, other)) | (self._near[:, one] >= held)
        is_stale[self._rank[one]] = True
        self._look(np.flatnonzero(is_stale))

    def alive(self) -> list[_Cluster]:
        """Return the groups that are left, by their first items."""
        return sorted((cluster for cluster in self._clusters if cluster.places), key=lambda cluster: cluster.places[0])

    def _average(self, number: int) -> Row:
        """Return float64 [groups]: average likeness of one group's items to each group's."""
        rows = np.sum([self._row(place) for place in self._clusters[number].places], axis=0)
        sums = np.bincount(self._of_item, weights=rows, minlength=len(self._clusters))
        found: Row = sums / np.maximum(self._sizes, 1) / len(self._clusters[number].places)
        return found

    def _look(self, ranks: npt.NDArray[np.int64]) -> None:
        """Find anew which group is closest to each of those that hold something new."""
        self._best[ranks] = np.where(self._is_open[ranks], self._near[ranks], -np.inf).argmax(axis=1)

    def _review(self, number: int) -> None:
        """Say anew with which groups one may be joined."""
        may = np.array([n != number and bool(c.places) and self._may_join(number, n) for n, c in self._numbered])
        self._is_open[self._rank[number]] = may
        self._is_open[:, number] = may[self._fresh]

    def _may_join(self, one: int, other: int) -> bool:
        mine, theirs = self._clusters[one], self._clusters[other]
        if mine.is_anchored and theirs.is_anchored:
            return False
        if one not in self._refused and other not in self._refused:
            return True
        return _key_of(mine, theirs) not in self._refused.get(one, set()) | self._refused.get(other, set())


def _key_of(one: _Cluster, other: _Cluster) -> str | None:
    """Return the key that two groups go by together: that of the one that must keep it, else of the earlier."""
    first, second = sorted((one, other), key=lambda cluster: (not cluster.is_anchored, cluster.places[0]))
    return first.key if first.key is not None else second.key


def _named(items: Sequence[Item], clusters: Sequence[_Cluster], apart: Set[tuple[str, str]]) -> list[Group]:
    """Give a new group the key that its first item stood under before, if that is free and no item is apart from it."""
    taken = {cluster.key for cluster in clusters}
    found = []
    for cluster in clusters:
        ids = tuple(items[place].id for place in cluster.places)
        key = cluster.key
        if key is None:
            before = (items[place].was for place in cluster.places)
            free = (w for w in before if w is not None and w not in taken and not any((id, w) in apart for id in ids))
            key = next(free, None)
            taken.add(key)
        found.append(Group(key, ids))
    return found


# --- what a group shares ----------------------------------------------------------------------------------------------


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
    """Return the stems that tell most of what is shared: used by at least half of the texts, and by two; rare first."""
    users = Counter(term for terms in texts for term in terms)
    least = max(2, math.ceil(len(texts) / 2))
    telling = {term: count * yardstick.rarity(term) for term, count in users.items() if count >= least}
    return sorted(telling, key=lambda term: (-telling[term], term))[:most]
