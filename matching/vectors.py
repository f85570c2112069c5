"""Rows of vectors that belong to documents, held by FAISS and read in place by NumPy.

One copy serves both uses: FAISS searches it for a shortlist, and the exact formula reads the same memory. The rows of a
document (slot) stand together; rows of removed documents stay, owned by nobody, until `Collection` rebuilds.
"""

from array import array

import faiss
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Slots = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Vectors:
    """Growing float32 rows in runs, one run of at least one row for each slot."""

    def __init__(self, dimension: int) -> None:
        """Start empty."""
        self.dimension = dimension
        self._index = faiss.IndexFlatIP(dimension)
        self._starts = array("q")
        self._owners = array("q")

    def add(self, rows: Rows) -> None:
        """Add the next slot's rows, float32 [rows, dimension], at least one."""
        slot = len(self._starts)
        self._starts.append(self._index.ntotal)
        self._owners.extend([slot] * len(rows))
        self._index.add(np.ascontiguousarray(rows, dtype=np.float32))

    def rows(self, slot: int) -> Rows:
        """Return a copy of one slot's rows."""
        start, end = self._bounds(slot)
        return self._view()[start:end].copy()

    def best(self, queries: Rows, slots: Slots | None = None) -> Rows:
        """Return the best inner product of each query with each slot's rows, float32 [slots, queries]."""
        if slots is None:
            starts = np.array(self._starts)
            rows = self._view()
        else:
            bounds = [self._bounds(slot) for slot in slots.tolist()]
            lengths = [end - start for start, end in bounds]
            starts = np.cumsum([0, *lengths])[:-1]
            chosen = [np.arange(start, end) for start, end in bounds]
            rows = self._view()[np.concatenate(chosen)] if chosen else np.zeros((0, self.dimension), np.float32)
        if not len(starts):
            return np.zeros((0, len(queries)), np.float32)
        found: Rows = np.maximum.reduceat(rows @ queries.T, starts, axis=0)
        return found

    def search(self, queries: Rows, top: int, live: Flags) -> Slots:
        """Return the slots that hold any of the `top` nearest rows of any query, among slots that are `live`."""
        rows = np.flatnonzero(live[np.array(self._owners)])
        if not len(rows):
            return np.zeros(0, np.int64)
        wanted = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
        _, found = self._index.search(np.ascontiguousarray(queries), min(top, len(rows)), params=wanted)
        return np.unique(np.array(self._owners)[found[found >= 0]])

    def _bounds(self, slot: int) -> tuple[int, int]:
        last = slot + 1 == len(self._starts)
        return self._starts[slot], self._index.ntotal if last else self._starts[slot + 1]

    def _view(self) -> Rows:
        """Return FAISS's own memory as float32 [rows, dimension]; good until the next `add`."""
        if not self._index.ntotal:
            return np.zeros((0, self.dimension), np.float32)
        flat = faiss.rev_swig_ptr(self._index.get_xb(), self._index.ntotal * self.dimension)
        view: Rows = flat.reshape(self._index.ntotal, self.dimension)
        return view
