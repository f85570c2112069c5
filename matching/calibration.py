"""Everything the ranking needs to know about the corpus at large, frozen from a sample and given a version.

What most profiles have in common (the mean), which profiles are near to everything (hubness) and how far scores spread
(scales) would change with every edit if they were taken from all documents. They come from at most 2,000, chosen by a
hash of their id, so that a score changes only with its own two texts until someone asks for a new calibration. Small
samples are blended with what is usual, so that the first five profiles are ranked sensibly too.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.embedder import normalised
from matching.encoding import DifferentModels, Encoded
from matching.vectors import in_groups

SAMPLE = 2_000
NEIGHBOURS = 10
"""Nearest texts whose mean similarity says how much of a hub a text is. CSLS: Conneau and others 2018."""

PASSAGE_SAMPLE = 500
"""Texts of the sample whose passages are kept: enough to tell how far scores spread, at a quarter of the time."""
PROBES = 400
"""Passages of the sample against which the hubness of others is measured."""
PASSAGE_NEIGHBOURS = 8
"""The same for passages, of the `PROBES`."""

PRIOR = 20
"""A sample is weighed against what is usual as if that had been seen in so many texts."""

USUAL_LENGTH = 150.0
"""Terms in a text, before there is a sample to tell."""

USUAL_SPREAD = 0.1
"""Standard deviation of a cosine over a corpus, roughly, before there is a sample to tell."""

Rows = npt.NDArray[np.float32]


def gist(encoded: Encoded) -> Rows:
    """Return what a text is about on average: the mean of its passages, float32 [dimension]."""
    found: Rows = encoded.passages.mean(axis=0)
    return found


@dataclass(frozen=True, eq=False)
class Background:
    """One kind of vector, wholes or gists, over the sample."""

    mean: Rows
    """float32 [dimension]"""
    sample: Rows
    """float32 [texts, dimension], centred unit rows"""
    ids: Mapping[str, int]
    """Row of each sampled text."""
    axes: Rows = field(init=False)
    """float32 [dimension, dimension], a rotation: the axes along which the sample differs most come first."""
    usual_nearness: float = field(init=False)
    """Mean similarity of the sample's texts to their nearest."""
    sample_hubness: Rows = field(init=False)
    """float32 [texts], the hubness of the sample's own texts"""

    def __post_init__(self) -> None:
        """Find the axes, and measure how near the sample's texts are to each other."""
        _, axes = np.linalg.eigh(self.sample.T @ self.sample)
        object.__setattr__(self, "axes", np.ascontiguousarray(axes[:, ::-1], dtype=np.float32))
        nearness = self._nearness(self.sample, list(self.ids))
        object.__setattr__(self, "usual_nearness", float(nearness.mean()) if len(nearness) else 0.0)
        object.__setattr__(self, "sample_hubness", _blended(nearness, self.usual_nearness, len(self.ids)))

    @classmethod
    def of(cls, ids: Sequence[str], vectors: Rows) -> "Background":
        """Take the background from float32 [texts, dimension]."""
        trust = len(ids) / (len(ids) + PRIOR)
        mean = np.zeros(vectors.shape[1], np.float32)
        if len(ids):
            mean = (trust * vectors.mean(axis=0)).astype(np.float32)
        return cls(mean, normalised(vectors - mean), {id: row for row, id in enumerate(ids)})

    def centred(self, vectors: Rows) -> Rows:
        """Return the vectors less the mean, as unit rows."""
        return normalised(vectors - self.mean)

    def distances(self, vectors: Rows) -> Rows:
        """Return float32 [vectors]: how far each is from the mean."""
        found: Rows = np.linalg.norm(vectors - self.mean, axis=1)
        return found

    def similarities(self, query: Rows, vectors: Rows) -> Rows:
        """Return float32 [vectors]: the cosine of each with the query, both less the mean."""
        found: Rows = self.centred(vectors) @ self.centred(query[None, :])[0]
        return found

    def hubness(self, centred: Rows, ids: Sequence[str]) -> Rows:
        """Return float32 [texts]: mean similarity to the nearest of the sample, blended with what is usual."""
        return _blended(self._nearness(centred, ids), self.usual_nearness, len(self.ids))

    def _nearness(self, centred: Rows, ids: Sequence[str]) -> Rows:
        """Return float32 [texts]: mean similarity to the nearest of the sample other than the text itself."""
        found = np.zeros(len(centred), np.float32)
        wanted = min(NEIGHBOURS, len(self.sample) - 1)
        if wanted < 1 or not len(centred):
            return found
        similarities = centred @ self.sample.T
        for row, id in enumerate(ids):
            if id in self.ids:
                similarities[row, self.ids[id]] = -1.0
        nearest = np.partition(similarities, -wanted, axis=1)[:, -wanted:]
        found[:] = nearest.mean(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class PassageBackground:
    """The passages of the sample."""

    rows: Rows
    """float32 [passages, dimension], one text after another"""
    starts: npt.NDArray[np.int64]
    """First passage of each sampled text."""
    ids: Mapping[str, int]
    """Place of each sampled text in `starts`."""
    usual_nearness: float = field(init=False)
    sample_hubness: Rows = field(init=False)
    """float32 [texts], the hubness of the sample's own texts"""
    _probes: Rows = field(init=False)
    _owners: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Choose the probes evenly, and measure the sample's own texts against them."""
        probed = np.unique(np.linspace(0, max(len(self.rows) - 1, 0), min(PROBES, len(self.rows)), dtype=np.int64))
        object.__setattr__(self, "_probes", self.rows[probed])
        object.__setattr__(self, "_owners", np.searchsorted(self.starts, probed, side="right") - 1)
        nearness = self._nearness(self.rows, self.starts, list(self.ids))
        object.__setattr__(self, "usual_nearness", float(nearness.mean()) if len(nearness) else 0.0)
        object.__setattr__(self, "sample_hubness", _blended(nearness, self.usual_nearness, len(self.ids)))

    def hubness(self, rows: Rows, starts: npt.NDArray[np.int64], ids: Sequence[str]) -> Rows:
        """Return float32 [texts]: how near a text's best passage is to the nearest probes of others, on average.

        `rows` is float32 [passages, dimension], one text after another; `starts` says where each begins.
        """
        return _blended(self._nearness(rows, starts, ids), self.usual_nearness, len(self.ids))

    def _nearness(self, rows: Rows, starts: npt.NDArray[np.int64], ids: Sequence[str]) -> Rows:
        found = np.zeros(len(starts), np.float32)
        if not len(self._probes) or not len(starts):
            return found
        nearest = in_groups(np.maximum, rows @ self._probes.T, starts, np.diff(starts, append=len(rows)))
        wanted = min(PASSAGE_NEIGHBOURS, len(self._probes))
        found[:] = np.partition(nearest, -wanted, axis=1)[:, -wanted:].mean(axis=1)
        for place, id in enumerate(ids):
            if id in self.ids:
                others = nearest[place, self._owners != self.ids[id]]
                wanted = min(PASSAGE_NEIGHBOURS, len(others))
                found[place] = np.partition(others, -wanted)[-wanted:].mean() if wanted else 0.0
        return found


@dataclass(frozen=True, eq=False)
class Calibration:
    """A frozen view of the corpus. Compare versions, not values."""

    version: str
    model: str
    """Name of the model whose vectors it describes; empty when there were none."""
    dimension: int
    wholes: Background
    gists: Background
    passages: PassageBackground
    mean_length: float = USUAL_LENGTH
    """Terms in a text, repeats counted."""

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Encoded]], model: str = "", dimension: int = 1) -> "Calibration":
        """Calibrate on those texts that have vectors; the same texts give the same version in any order.

        Model and dimension are those of the texts; they need giving only where there may be no text with vectors.
        Raises: DifferentModels.
        """
        given = dict(texts)
        by_id = {id: encoded for id, encoded in given.items() if encoded.has_vectors}
        kinds = {(encoded.model, encoded.vectors.shape[1]) for encoded in by_id.values()} or {(model, dimension)}
        if len(kinds) > 1:
            raise DifferentModels("vectors of " + " and ".join(f"{name} ({size})" for name, size in sorted(kinds)))
        ((model, dimension),) = kinds
        ids = sorted(by_id, key=_lot)[:SAMPLE]
        sample = [by_id[id] for id in ids]
        rows = [encoded.passages for encoded in sample[:PASSAGE_SAMPLE]]
        lengths = [given[id].length for id in (ids or sampled(given))]
        digest = hashlib.sha256()
        for id, encoded in zip(ids, sample, strict=True):
            digest.update(id.encode() + b"\0" + encoded.vectors.tobytes())
        none = np.zeros((0, dimension), np.float32)
        return cls(
            version=f"{len(ids)}-{digest.hexdigest()[:12]}",
            model=model,
            dimension=dimension,
            wholes=Background.of(ids, np.stack([encoded.whole for encoded in sample]) if sample else none),
            gists=Background.of(ids, np.stack([gist(encoded) for encoded in sample]) if sample else none),
            passages=PassageBackground(
                np.concatenate(rows) if rows else none,
                np.cumsum([0, *(len(part) for part in rows)])[:-1].astype(np.int64),
                {id: place for place, id in enumerate(ids[:PASSAGE_SAMPLE])},
            ),
            mean_length=(sum(lengths) + PRIOR * USUAL_LENGTH) / (len(lengths) + PRIOR),
        )


def _blended(nearness: Rows, usual: float, texts: int) -> Rows:
    """Trust a measured nearness the more, the more texts the sample has."""
    trust = texts / (texts + PRIOR)
    found: Rows = (trust * nearness + (1 - trust) * usual).astype(np.float32)
    return found


def sampled(ids: Iterable[str]) -> list[str]:
    """Return the ids that a calibration would use: the `SAMPLE` whose hashes are lowest."""
    return sorted(ids, key=_lot)[:SAMPLE]


def _lot(id: str) -> bytes:
    return hashlib.sha256(id.encode()).digest()


def spread(scores: npt.NDArray[np.floating], usual: float) -> tuple[float, float]:
    """Return (mean, standard deviation) of scores over a sample, the latter blended with what is usual."""
    n = len(scores)
    if not n:
        return 0.0, max(usual, 1e-9)
    variance = (n * float(scores.var()) + PRIOR * usual**2) / (n + PRIOR)
    return float(scores.mean()), max(variance**0.5, 1e-9)
