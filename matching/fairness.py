"""Measuring who gets the places that are read: shares by kind of supplier, and what goes with being shown.

Stands beside the flow: rankings that were made go in, figures come out. It measures and never adjusts: a supplier's
size or age is nothing that a rank may depend on, in either direction.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 2_000
NEIGHBOURS = 10

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """How much of what is shown goes to one group of suppliers."""

    group: str
    suppliers: int
    profiles: int
    of_profiles: float
    """Its share of all profiles, as are the next two of theirs."""
    of_places: float
    """Of the places on first pages."""
    of_exposure: float
    """Of the places, each counting less the lower it stands: one over the logarithm of its rank plus one."""
    low: float
    """From here to …"""
    high: float
    """… here `ratio` would lie in 95 of 100 cases if the groups' names were dealt out among suppliers by lot."""

    @property
    def ratio(self) -> float:
        """Return how many places it has for each that its share of profiles would give it: 1 is even."""
        return self.of_places / self.of_profiles

    @property
    def is_beyond_chance(self) -> bool:
        """Tell whether the ratio lies outside what a lot would give."""
        return not self.low <= self.ratio <= self.high


@dataclass(frozen=True)
class Link:
    """How closely a property of profiles goes with being shown: Spearman's rank correlation."""

    name: str
    correlation: float
    """-1 to 1; 0 for none."""
    low: float
    high: float
    """The 95 % interval (percentile bootstrap over profiles)."""


def shares(
    pages: Sequence[Sequence[str]], supplier_of: Mapping[str, str], group_of: Mapping[str, str], *, seed: int = 0
) -> list[Share]:
    """Return each group's share, in the order of first mention in `group_of` (supplier to group).

    `pages` holds the ids of the profiles on each first page, best first; `supplier_of` names every profile's supplier.
    """
    suppliers = list(group_of)
    place = {supplier: row for row, supplier in enumerate(suppliers)}
    counts = np.zeros((3, len(suppliers)))  # profiles, places, exposure
    for supplier in supplier_of.values():
        counts[0, place[supplier]] += 1
    for page in pages:
        for rank, profile in enumerate(page, start=1):
            counts[1:, place[supplier_of[profile]]] += (1, 1 / math.log2(rank + 1))
    groups = list(dict.fromkeys(group_of.values()))
    labels = np.array([groups.index(group_of[supplier]) for supplier in suppliers])
    members = np.bincount(labels, minlength=len(groups))
    sums = _by_group(counts, labels, len(groups))
    totals = np.maximum(sums.sum(axis=1, keepdims=True), 1e-12)
    parts = sums / totals
    by_lot = _ratios_by_lot(counts, labels, len(groups), seed)
    low, high = np.percentile(by_lot, (2.5, 97.5), axis=0)
    return [
        Share(
            group=group,
            suppliers=int(members[g]),
            profiles=int(sums[0, g]),
            of_profiles=float(parts[0, g]),
            of_places=float(parts[1, g]),
            of_exposure=float(parts[2, g]),
            low=float(low[g]),
            high=float(high[g]),
        )
        for g, group in enumerate(groups)
    ]


def _by_group(counts: Numbers, labels: npt.NDArray[np.int64], groups: int) -> Numbers:
    return np.stack([np.bincount(labels, row, minlength=groups) for row in counts])


def _ratios_by_lot(counts: Numbers, labels: npt.NDArray[np.int64], groups: int, seed: int) -> Numbers:
    """Return float64 [draws, groups]: the ratio of shares with the groups' names dealt out anew each time."""
    lot = np.random.default_rng(seed)
    found = np.ones((DRAWS, groups))
    for draw in range(DRAWS):
        profiles, places, _ = _by_group(counts, lot.permutation(labels), groups)
        found[draw] = (places / max(places.sum(), 1e-12)) / np.maximum(profiles / profiles.sum(), 1e-12)
    return found


def link(name: str, values: Sequence[float], shown: Sequence[float], *, seed: int = 0) -> Link:
    """Return how a property of profiles goes with how often they are shown, both in the same order."""
    x, y = np.asarray(values, np.float64), np.asarray(shown, np.float64)
    lot = np.random.default_rng(seed)
    drawn = [lot.integers(0, len(x), len(x)) for _ in range(DRAWS)] if len(x) else []
    low, high = np.percentile([spearman(x[rows], y[rows]) for rows in drawn] or [0.0], (2.5, 97.5))
    return Link(name, spearman(x, y), float(low), float(high))


def spearman(x: Numbers, y: Numbers) -> float:
    """Return Spearman's rank correlation, ties sharing their mean rank; 0 where one side does not vary."""
    a, b = _ranks(x), _ranks(y)
    if len(a) < 2 or not a.std() or not b.std():
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(values: Numbers) -> Numbers:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    found: Numbers = (np.cumsum(counts) - (counts - 1) / 2)[where]
    return found


def hubness(wholes: npt.NDArray[np.float32]) -> list[float]:
    """Return each text's mean cosine with its ten nearest, from centred float32 [texts, dimension]."""
    if len(wholes) < 2:
        return [0.0] * len(wholes)
    rows = wholes - wholes.mean(axis=0)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    wanted = min(NEIGHBOURS, len(rows) - 1)
    found: list[float] = []
    for start in range(0, len(rows), 1_000):
        near = rows[start : start + 1_000] @ rows.T
        near[np.arange(len(near)), np.arange(start, start + len(near))] = -1.0
        found += np.partition(near, -wanted, axis=1)[:, -wanted:].mean(axis=1).tolist()
    return found
