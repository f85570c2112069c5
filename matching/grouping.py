"""Texts that say the same in other words, put together so that one more text disturbs little.

Stands beside the ranking: that one finds the best answers to one text, this one which texts belong together.
Texts are joined by average likeness (`matching.likeness`), the closest first. Groups that stand are never split or
joined here, so that a new text changes at most the group it enters; what people decided comes in as values and is never
overruled.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.likeness import Row

GROUPING = "groups-1"
"""Changes when the same texts could be put into other groups."""

LEAST = 2.3
"""Average likeness, in spreads, from which texts are joined. Measured: see docs/needs.md."""


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
