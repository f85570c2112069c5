"""Rows of numbers that belong to documents: arrays that grow, in memory or in a file, and the exact vectors.

Vectors are kept in half precision, which is how they are stored, so nothing is lost. The rows of a document (slot)
stand together; rows of removed documents stay, owned by nobody, until everything is laid out afresh. The first rows may
be a file that all processes of a machine map (`base`); what changed since then follows in this process's memory.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]
Slots = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
AnyRows = npt.NDArray[Any]

FEWEST_ROWS = 64
TOGETHER = 256
"""Slots whose passages are compared at once: they then stay in the processor's cache."""


class Store(Protocol):
    """Rows that can be appended to."""

    def extend(self, rows: AnyRows) -> None:
        """Append rows."""

    @property
    def rows(self) -> AnyRows:
        """Return the rows in place, good until the next `extend`."""


class Growing:
    """Rows of one NumPy array, which is twice as long each time it is full: room not written to takes no memory yet."""

    def __init__(self, *width: int, kind: npt.DTypeLike = np.float32, rows: AnyRows | None = None) -> None:
        """Start empty, of shape [0, *width], or with a copy of `rows`."""
        self._room = np.empty((FEWEST_ROWS, *width), kind)
        self._used = 0
        if rows is not None:
            self.extend(rows)

    def extend(self, rows: AnyRows) -> None:
        """Append rows."""
        needed = self._used + len(rows)
        if needed > len(self._room):
            grown = np.empty((2 * needed, *self._room.shape[1:]), self._room.dtype)
            grown[: self._used] = self.rows
            self._room = grown
        self._room[self._used : needed] = rows
        self._used = needed

    @property
    def rows(self) -> AnyRows:
        """Return the rows in place, good until the next `extend`."""
        return self._room[: self._used]


class Written:
    """Half-precision rows of a file that is being written, so that memory does not hold them."""

    def __init__(self, file: Path, width: int) -> None:
        """Start the file."""
        self._path = file
        self._width = width
        self._file = file.open("wb")

    def extend(self, rows: AnyRows) -> None:
        """Append rows."""
        self._file.write(np.ascontiguousarray(rows, np.float16).tobytes())

    @property
    def rows(self) -> Half:
        """Return what was written, mapped."""
        self._file.flush()
        return mapped_rows(self._path, self._width)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def mapped_rows(file: Path, width: int) -> Half:
    """Return the half-precision rows of a file without reading them, float16 [rows, width]."""
    if not file.stat().st_size:
        return np.zeros((0, width), np.float16)
    return np.memmap(file, np.float16, "r").reshape(-1, width)


def in_groups(reduce: np.ufunc, rows: Rows, starts: Slots, counts: Slots) -> Rows:
    """Return each group of rows reduced to one, as `reduce.reduceat` does, several times as fast for short groups.

    Groups begin at `starts` and have `counts` rows, at least one.
    """
    found = rows[starts]
    for place in range(1, int(counts.max(initial=1))):
        longer = np.flatnonzero(counts > place)
        if len(longer) == len(counts):
            reduce(found, rows[starts + place], out=found)
        else:
            found[longer] = reduce(found[longer], rows[starts[longer] + place])
    return found


class Products(NamedTuple):
    """Inner products of queries with the rows of some slots."""

    part: slice
    """Which of the slots that were asked for."""
    rows: Rows
    """float32 [rows, queries]"""
    wholes: Slots
    """Row of each slot's whole vector."""
    passages: Slots
    """Row of each slot's first passage."""
    counts: Slots
    """Number of each slot's passages."""


class Vectors:
    """Half-precision rows in runs, one run of at least one row for each slot: the whole text, its passages."""

    def __init__(
        self, dimension: int, *, base: Half | None = None, bounds: Slots | None = None, own: Store | None = None
    ) -> None:
        """Start with the rows of a base, if any, whose runs lie between `bounds`; `own` takes what is added."""
        self.dimension = dimension
        self._base = base if base is not None else np.zeros((0, dimension), np.float16)
        self._own = own or Growing(dimension, kind=np.float16)
        self._bounds = Growing(kind=np.int64, rows=bounds if bounds is not None else np.zeros(1, np.int64))

    @property
    def bounds(self) -> Slots:
        """Return int64 [slots + 1]: where each slot's rows begin, and where the last ends."""
        return self._bounds.rows

    def extend(self, rows: Half, lengths: Slots) -> None:
        """Add the rows of the next slots, float16 [rows, dimension], at least one row for each slot."""
        self._bounds.extend(self.bounds[-1] + np.cumsum(lengths))
        self._own.extend(rows)

    def run(self, slot: int) -> Half:
        """Return a copy of one slot's rows, float16 [rows, dimension]."""
        start, end = self.bounds[slot : slot + 2].tolist()
        return self._take(np.arange(start, end))

    def whole_scores(self, query: Rows) -> Rows:
        """Return the inner product of a query with the first row of every slot, float32 [slots]."""
        found: Rows = self._take(self.bounds[:-1]).astype(np.float32) @ query
        return found

    def products(self, queries: Rows, slots: Slots) -> Iterator["Products"]:
        """Yield, a few slots at a time, the inner products of queries with their rows; float32 [queries, dimension]."""
        starts, ends = self.bounds[slots], self.bounds[slots + 1]
        for first in range(0, len(slots), TOGETHER):
            part = slice(first, first + TOGETHER)
            lengths = ends[part] - starts[part]
            firsts = np.cumsum(lengths) - lengths
            places = np.arange(lengths.sum()) + np.repeat(starts[part] - firsts, lengths)
            is_cut = lengths > 1  # a text too short to be cut is its own only passage
            rows = self._take(places).astype(np.float32)
            yield Products(part, rows @ queries.T, firsts, firsts + is_cut, lengths - is_cut)

    def _take(self, places: Slots) -> Half:
        """Return copies of rows, those of the base and those of this process."""
        own, size = self._own.rows, len(self._base)
        if not size:
            return own[places]
        is_own = places >= size
        if not is_own.any():
            return np.asarray(self._base[places])
        found = np.empty((len(places), self.dimension), np.float16)
        found[~is_own] = self._base[places[~is_own]]
        found[is_own] = own[places[is_own] - size]
        return found
