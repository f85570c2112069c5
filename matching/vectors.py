"""Rows of numbers that belong to documents: arrays that grow, and vectors held by FAISS and read in place by NumPy.

FAISS keeps the vectors as half-precision codes, which is how they are stored, so nothing is lost and a hundred
thousand documents of six passages take half a gigabyte. The rows of a document (slot) stand together; rows of removed
documents stay, owned by nobody, until `Collection` rebuilds.
"""

from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]
Slots = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEWEST_ROWS = 64
SPARE = 8
"""A full array grows by one part in so many: little room is wasted, and a row is copied eight times on average."""


TOGETHER = 256
"""Slots whose passages are compared at once: they then stay in the processor's cache."""


class Growing:
    """Rows of one NumPy array with room to grow."""

    def __init__(self, *width: int, kind: npt.DTypeLike = np.float32) -> None:
        """Start empty, of shape [0, *width]."""
        self._room = np.empty((FEWEST_ROWS, *width), kind)
        self._used = 0

    def extend(self, rows: npt.NDArray[Any]) -> None:
        """Append rows."""
        needed = self._used + len(rows)
        if needed > len(self._room):
            grown = np.empty((needed + needed // SPARE, *self._room.shape[1:]), self._room.dtype)
            grown[: self._used] = self.rows
            self._room = grown
        self._room[self._used : needed] = rows
        self._used = needed

    @property
    def rows(self) -> npt.NDArray[Any]:
        """Return the rows in place, good until the next `extend`."""
        return self._room[: self._used]


class Vectors:
    """Growing half-precision rows in runs, one run of at least one row for each slot: the whole text, its passages."""

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        self.dimension = dimension
        codes, measure = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        self._index = faiss.IndexScalarQuantizer(dimension, codes, measure)
        self._bounds = Growing(kind=np.int64)
        self._bounds.extend(np.zeros(1, np.int64))

    def extend(self, rows: Rows, lengths: Slots) -> None:
        """Add the rows of the next slots, float32 [rows, dimension], at least one row for each slot."""
        self._bounds.extend(self._bounds.rows[-1] + np.cumsum(lengths))
        self._index.add(rows)

    def run(self, slot: int) -> Half:
        """Return a copy of one slot's rows, float16 [rows, dimension]."""
        start, end = self._bounds.rows[slot : slot + 2].tolist()
        return self._view()[start:end].copy()

    def whole_scores(self, query: Rows) -> Rows:
        """Return the inner product of a query with the first row of every slot, float32 [slots]."""
        found: Rows = self._view()[self._bounds.rows[:-1]].astype(np.float32) @ query
        return found

    def best(self, queries: Rows, slots: Slots) -> Rows:
        """Return the best inner product of each query with each slot's passages, float32 [slots, queries]."""
        bounds = self._bounds.rows
        starts, ends = bounds[slots], bounds[slots + 1]
        firsts = starts + (ends - starts > 1)  # a text too short to be cut is its own only passage
        found = np.empty((len(slots), len(queries)), np.float32)
        for start in range(0, len(slots), TOGETHER):
            part = slice(start, start + TOGETHER)
            lengths = ends[part] - firsts[part]
            places = np.cumsum(lengths) - lengths
            rows = np.arange(lengths.sum()) + np.repeat(firsts[part] - places, lengths)
            products = self._view()[rows].astype(np.float32) @ queries.T
            np.maximum.reduceat(products, places, axis=0, out=found[part])
        return found

    def _view(self) -> Half:
        """Return FAISS's own memory as float16 [rows, dimension]; good until the next `extend`."""
        if not self._index.ntotal:
            return np.zeros((0, self.dimension), np.float16)
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        view: Half = codes.view(np.float16).reshape(self._index.ntotal, self.dimension)
        return view
