"""Nearly what gist and whole add to a score, for every document at once: how the shortlist is found.

Of each document FAISS keeps 256 numbers of one byte: for gist and for whole, the vector along the 127 axes on which
texts differ most, and its hubness. One inner product with them is then nearly the sum of both ingredients, and going
through a million takes some twenty milliseconds. What is kept is only for finding; scores come from the exact vectors.
"""

from pathlib import Path

import faiss
import numpy as np

from matching.calibration import Background, Calibration
from matching.ingredients import KINDS
from matching.vectors import Flags, Rows, Slots

AXES = 127
SCALE = 127
"""What a byte holds of a number between -1 and 1, such as those of unit vectors and their similarities."""
CODES = "codes.faiss"


class Rough:
    """The bytes of every slot: those of a base that all processes map, and those of this process."""

    def __init__(self, calibration: Calibration, folder: Path | None = None) -> None:
        """Start empty, or with the codes of a base that was made under the same calibration."""
        self._backgrounds = (calibration.gists, calibration.wholes)
        size = len(self._backgrounds) * (min(AXES, calibration.dimension) + 1)
        kind, measure = faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        self._own = faiss.IndexScalarQuantizer(size, kind, measure)
        self._parts: list[faiss.Index] = [self._own]
        if folder is not None:
            self._parts = [faiss.read_index(str(folder / CODES), faiss.IO_FLAG_MMAP_IFC), self._own]

    def extend(self, gists: Rows, wholes: Rows, hubness: Rows) -> None:
        """Add the next slots: float32 [slots, dimension] twice, and their hubness as `ingredients` gives it."""
        rows = _rows(self._backgrounds, (gists, wholes), hubness)
        self._own.add(np.rint(SCALE * rows))

    def query(self, gist: Rows, whole: Rows, gist_share: float, whole_share: float) -> Rows:
        """Return the vector whose inner product with a document is nearly `share` x CSLS of gist and whole, summed."""
        parts = []
        for background, vector, share in zip(self._backgrounds, (gist, whole), (gist_share, whole_share), strict=True):
            turned = background.centred(vector[None, :])[0] @ background.axes[:, :AXES]
            parts += [2 * share * turned, [-share]]
        found: Rows = (np.concatenate(parts) / SCALE).astype(np.float32)
        return found

    def nearest(self, query: Rows, live: Flags, count: int) -> Slots:
        """Return those of the live slots whose inner product is highest, at most `count` of each part."""
        found, first = [], 0
        for part in self._parts:
            allowed = np.packbits(live[first : first + part.ntotal], bitorder="little")
            chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(allowed))  # type: ignore[call-arg, arg-type]
            if part.ntotal:
                _, places = part.search(query[None, :], min(count, part.ntotal), params=chosen)
                found.append(places[0][places[0] >= 0] + first)
            first += part.ntotal
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def scores(self, query: Rows, slots: Slots) -> Rows:
        """Return the inner products of some slots, float32 [slots]."""
        found = np.empty(len(slots), np.float32)
        first = 0
        for part in self._parts:
            here = (slots >= first) & (slots < first + part.ntotal)
            if here.any():
                found[here] = part.reconstruct_batch(slots[here] - first) @ query
            first += part.ntotal
        return found

    def save(self, folder: Path) -> None:
        """Write the codes for a base."""
        faiss.write_index(self._own, str(folder / CODES))


def _rows(backgrounds: tuple[Background, ...], vectors: tuple[Rows, ...], hubness: Rows) -> Rows:
    parts = []
    for background, rows, kind in zip(backgrounds, vectors, ("gist", "whole"), strict=True):
        column = KINDS.index(kind)
        is_there = np.any(rows != 0, axis=1)[:, None]
        parts += [background.centred(rows) @ background.axes[:, :AXES] * is_there, hubness[:, column : column + 1]]
    return np.concatenate(parts, axis=1, dtype=np.float32)
