"""The ingredients of a score that go by meaning, each kept ready for every document of a collection.

Every one is CSLS (Conneau and others 2018): twice the similarity to the query, less how near the document is to
everything. A profile so general that it is near to every challenge gains nothing by that.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from matching.calibration import Background, PassageBackground
from matching.vectors import Flags, Growing, Rows, Slots

ROUGH = 128
"""How many numbers of a vector, the most telling first, are compared to find a shortlist."""


class Centred:
    """One kind of vector for every slot, centred on its background and turned to its axes, with its hubness."""

    def __init__(self, background: Background) -> None:
        """Start empty."""
        self.background = background
        self._vectors = Growing(background.mean.shape[0])
        self._hubness = Growing()

    def extend(self, ids: Sequence[str], vectors: Rows) -> None:
        """Add the next slots' vectors, float32 [slots, dimension]; a row of noughts is near to nothing."""
        centred = self.background.centred(vectors)
        is_there: Flags = np.any(vectors != 0, axis=1)
        self._vectors.extend((centred @ self.background.axes) * is_there[:, None])
        self._hubness.extend(self.background.hubness(centred, ids) * is_there)

    def scores(self, query: Rows, slots: Slots) -> Rows:
        """Return float32 [slots]: twice the similarity to the query less the slot's hubness (CSLS)."""
        found: Rows = 2 * (self._vectors.rows[slots] @ self._turned(query)) - self._hubness.rows[slots]
        return found

    def rough_scores(self, query: Rows) -> Rows:
        """Return nearly the same for every slot, from the `ROUGH` axes along which texts differ most."""
        turned = np.ascontiguousarray(self._turned(query)[:ROUGH])
        found: Rows = 2 * (self._vectors.rows[:, :ROUGH] @ turned) - self._hubness.rows
        return found

    def score(self, query: Rows, id: str, vector: Rows) -> Rows:
        """Return float32 [1]: the same for a vector that would stand under that id."""
        found = 2 * self.background.similarities(query, vector[None, :])
        return found - self.background.hubness(self.background.centred(vector[None, :]), [id])

    def sample_scores(self, query: Rows, exclude: Collection[str]) -> Rows:
        """Return the same for the texts of the calibration's sample."""
        background = self.background
        found: Rows = 2 * (background.sample @ background.centred(query[None, :])[0]) - background.sample_hubness
        return without(found, background.ids, exclude)

    def _turned(self, query: Rows) -> Rows:
        found: Rows = self.background.centred(query[None, :])[0] @ self.background.axes
        return found


def passage_scores(background: PassageBackground, queries: Rows, id: str, rows: Rows) -> Rows:
    """Return float32 [1]: how well passages that would stand under that id answer the query's, on average."""
    found: Rows = 2 * (rows @ queries.T).max(axis=0).mean(keepdims=True)
    return found - background.hubness(rows, np.zeros(1, np.int64), [id])


def passage_sample_scores(background: PassageBackground, queries: Rows, exclude: Collection[str]) -> Rows:
    """Return the same for the texts of the calibration's sample."""
    if not len(background.starts):
        return np.zeros(0, np.float32)
    nearest = np.maximum.reduceat(background.rows @ queries.T, background.starts, axis=0)
    return without(2 * nearest.mean(axis=1) - background.sample_hubness, background.ids, exclude)


def without(scores: Rows, places: Mapping[str, int], exclude: Collection[str]) -> Rows:
    """Return the scores less those of the excluded ids."""
    gone = [places[id] for id in exclude if id in places]
    return np.delete(scores, gone) if gone else scores
