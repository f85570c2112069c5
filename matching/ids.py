"""Which document stands in which slot: ids of a base that all processes map, and those added since.

A million ids as Python strings would take a fifth of a gigabyte in every process; in the base they are one array in
the order of slots and one in the order of names, found by halving.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matching.vectors import Slots

NAMES, ORDER = "ids.npy", "ids_in_order.npy"


class Ids:
    """Ids by slot and slots by id. Knows nothing of which documents were removed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Start empty, or with the ids of a base."""
        self._base: npt.NDArray[np.bytes_] = np.zeros(0, "S1")
        self._order: Slots = np.zeros(0, np.int64)
        if folder is not None:
            self._base = np.load(folder / NAMES, mmap_mode="r")
            self._order = np.load(folder / ORDER, mmap_mode="r")
        self._own: list[str] = []
        self._slots: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of slots that were given out."""
        return len(self._base) + len(self._own)

    def extend(self, ids: Sequence[str]) -> None:
        """Give the next slots to these ids."""
        self._slots.update(zip(ids, range(len(self), len(self) + len(ids)), strict=True))
        self._own.extend(ids)

    def find(self, id: str) -> int | None:
        """Return the last slot that was given to an id; None for an unknown one."""
        slot = self._slots.get(id)
        if slot is not None or not len(self._base):
            return slot
        name = id.encode()
        if len(name) > self._base.itemsize:
            return None
        place = int(np.searchsorted(self._base, np.array(name, self._base.dtype), sorter=self._order))
        found = int(self._order[place]) if place < len(self._order) else -1
        return found if found >= 0 and self._base[found] == name else None

    def at(self, slot: int) -> str:
        """Return the id that a slot was given to."""
        if slot < len(self._base):
            return bytes(self._base[slot]).decode()
        return self._own[slot - len(self._base)]

    def save(self, folder: Path) -> None:
        """Write the ids for a base."""
        names = np.array([self.at(slot).encode() for slot in range(len(self))] or np.zeros(0, "S1"))
        np.save(folder / NAMES, names)
        np.save(folder / ORDER, np.argsort(names, kind="stable"))
