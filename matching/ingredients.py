"""The ingredients of a score that go by meaning, each kept ready for every document of a collection.

Every one is CSLS (Conneau and others 2018): twice the similarity to the query, less how near the document is to
everything. A profile so general that it is near to every challenge gains nothing by that.
"""

import numpy as np

from matching.calibration import Background, PassageBackground
from matching.vectors import Flags, Rows, Slots, Vectors


class Growing:
    """Rows of one NumPy array with room to grow."""

    def __init__(self, width: int) -> None:
        """Start empty, float32 [0, width]."""
        self._room = np.zeros((16, width), np.float32)
        self._used = 0

    def add(self, row: Rows | float) -> None:
        """Append one row."""
        if self._used == len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self._used] = row
        self._used += 1

    @property
    def rows(self) -> Rows:
        """Return the rows in place, float32 [rows, width]."""
        return self._room[: self._used]


class Centred:
    """One kind of vector for every slot, centred on its background, with its hubness."""

    def __init__(self, background: Background) -> None:
        """Start empty."""
        self.background = background
        self._vectors = Growing(background.mean.shape[0])
        self._hubness = Growing(1)

    def add(self, id: str, vector: Rows | None) -> None:
        """Add the next slot; no vector is near to nothing."""
        if vector is None:
            self._vectors.add(0.0)
            self._hubness.add(0.0)
            return
        centred = self.background.centred(vector[None, :])
        self._vectors.add(centred[0])
        self._hubness.add(float(self.background.hubness(centred, [id])[0]))

    def scores(self, query: Rows) -> Rows:
        """Return float32 [slots]: twice the similarity to the query less the slot's hubness (CSLS)."""
        found: Rows = 2 * (self._vectors.rows @ self.background.centred(query[None, :])[0]) - self._hubness.rows[:, 0]
        return found

    def score(self, query: Rows, id: str, vector: Rows) -> Rows:
        """Return float32 [1]: the same for a vector that would stand under that id."""
        centred = self.background.centred(vector[None, :])
        found: Rows = 2 * (centred @ self.background.centred(query[None, :])[0]) - self.background.hubness(
            centred, [id]
        )
        return found

    def sample_scores(self, query: Rows) -> Rows:
        """Return the same for the texts of the calibration's sample."""
        background = self.background
        found: Rows = 2 * (background.sample @ background.centred(query[None, :])[0]) - background.sample_hubness
        return found


class Passages:
    """The passages of every slot, with how near they are to everything."""

    def __init__(self, background: PassageBackground) -> None:
        """Start empty."""
        self.background = background
        self._vectors = Vectors(background.rows.shape[1])
        self._hubness = Growing(1)

    def add(self, id: str, rows: Rows | None) -> None:
        """Add the next slot; without passages it is near to nothing."""
        nothing = np.zeros((1, self._vectors.dimension), np.float32)
        self._vectors.add(nothing if rows is None else rows)
        self._hubness.add(0.0 if rows is None else self.background.hubness(rows, id))

    def rows(self, slot: int) -> Rows:
        """Return a copy of a slot's passages, float32 [passages, dimension]."""
        return self._vectors.rows(slot)

    def search(self, queries: Rows, top: int, live: Flags) -> Slots:
        """Return the live slots that hold any of the `top` nearest passages of any query passage."""
        return self._vectors.search(queries, top, live)

    def scores(self, queries: Rows, slots: Slots | None = None) -> Rows:
        """Return float32 [slots]: how well the slot's best passages answer each of the query's, on average."""
        hubness = self._hubness.rows[:, 0] if slots is None else self._hubness.rows[slots, 0]
        found: Rows = 2 * self._vectors.best(queries, slots).mean(axis=1) - hubness
        return found

    def score(self, queries: Rows, id: str, rows: Rows) -> Rows:
        """Return float32 [1]: the same for passages that would stand under that id."""
        found: Rows = 2 * (rows @ queries.T).max(axis=0).mean(keepdims=True) - self.background.hubness(rows, id)
        return found

    def sample_scores(self, queries: Rows) -> Rows:
        """Return the same for the texts of the calibration's sample."""
        background = self.background
        if not len(background.starts):
            return np.zeros(0, np.float32)
        nearest = np.maximum.reduceat(background.rows @ queries.T, background.starts, axis=0)
        found: Rows = 2 * nearest.mean(axis=1) - background.sample_hubness
        return found
