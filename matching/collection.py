"""The documents that are ranked, in memory: put one in, take one out, each at a cost that follows the change.

A document takes the next free slot; an edit takes a new slot and leaves the old one dead. When dead slots outnumber the
living, everything is laid out afresh, so that a change costs the same on average however many documents there are.
The order in which changes arrived never shows in a ranking.
"""

import threading
from collections.abc import Container, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from matching.calibration import Calibration, gist, sampled
from matching.encoding import DifferentModels, Encoded
from matching.ingredients import Centred, Growing, Passages
from matching.postings import Postings
from matching.vectors import Rows

FEWEST_DEAD = 256
"""Dead slots that are always put up with."""

Flags = npt.NDArray[np.bool_]


class Collection:
    """Documents of one model, by id. One thread at a time: hold `lock` to change or to rank."""

    def __init__(self, calibration: Calibration | None = None) -> None:
        """Start empty, with the calibration that earlier documents gave, if any."""
        self.lock = threading.RLock()
        self._start_empty(calibration or Calibration.of([]))

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Encoded]]) -> "Collection":
        """Build a collection calibrated on its own texts. Raises: DifferentModels."""
        given = dict(texts)
        collection = cls(Calibration.of(given.items()))
        for id, encoded in given.items():
            collection.put(id, encoded)
        return collection

    def _start_empty(self, calibration: Calibration) -> None:
        self.calibration = calibration
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._has_vectors: list[bool] = []
        self.postings = Postings()
        self.passages = Passages(calibration.passages)
        self._wholes = Growing(calibration.dimension)
        self.wholes = Centred(calibration.wholes)
        self.gists = Centred(calibration.gists)

    @property
    def model(self) -> str:
        """Name of the model whose vectors are here; empty while there are none."""
        return self.calibration.model

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._slots)

    def __contains__(self, id: object) -> bool:
        """Tell whether a document of that id is here."""
        return id in self._slots

    def __iter__(self) -> Iterator[str]:
        """Yield the ids in no particular order."""
        return iter(self._slots)

    def put(self, id: str, encoded: Encoded) -> None:
        """Add a document, or put it in the place of the one of that id. Raises: DifferentModels."""
        with self.lock:
            if encoded.has_vectors and not self.model:
                self._lay_out(Calibration.of([], encoded.model, encoded.vectors.shape[1]))
            self._check(encoded)
            self.remove(id)
            self._slots[id] = len(self._ids)
            self._ids.append(id)
            self._has_vectors.append(encoded.has_vectors)
            self.postings.add(encoded.terms)
            self.passages.add(id, encoded.passages if encoded.has_vectors else None)
            self._wholes.add(encoded.whole if encoded.has_vectors else 0.0)
            self.wholes.add(id, encoded.whole if encoded.has_vectors else None)
            self.gists.add(id, gist(encoded) if encoded.has_vectors else None)

    def remove(self, id: str) -> None:
        """Take a document out; an id that is not here is no mistake."""
        with self.lock:
            slot = self._slots.pop(id, None)
            if slot is None:
                return
            self.postings.remove(slot)
            if len(self._ids) > 2 * len(self._slots) + FEWEST_DEAD:
                self._lay_out(self.calibration)

    def get(self, id: str) -> Encoded:
        """Return what was put under that id. Raises: KeyError."""
        with self.lock:
            return self._at(id, self._slots[id])

    def recalibrate(self) -> Calibration:
        """Take a new calibration from the documents that are here now, use it from here on, and return it."""
        with self.lock:
            sample = [(id, self.get(id)) for id in sampled(id for id in self if self._has_vectors[self._slots[id]])]
            self._lay_out(Calibration.of(sample, self.model, self.calibration.dimension))
            return self.calibration

    def live(self, allowed: Container[str] | None = None, exclude: Container[str] = ()) -> Flags:
        """Return bool [slots]: which slots hold a document that may be ranked."""
        found = np.zeros(len(self._ids), np.bool_)
        found[[s for id, s in self._slots.items() if (allowed is None or id in allowed) and id not in exclude]] = True
        return found

    def embedded(self) -> Flags:
        """Return bool [slots]: which slots have vectors."""
        return np.array(self._has_vectors, np.bool_)

    def id_at(self, slot: int) -> str:
        """Return the id of the document that took that slot."""
        return self._ids[slot]

    def slot_of(self, id: str) -> int:
        """Return the slot of a document. Raises: KeyError."""
        return self._slots[id]

    def whole_scores(self, query: Rows) -> Rows:
        """Return float32 [slots]: plain cosine of whole texts."""
        found: Rows = self._wholes.rows @ query
        return found

    def _check(self, encoded: Encoded) -> None:
        if not encoded.has_vectors:
            return
        found, wanted = (encoded.model, encoded.vectors.shape[1]), (self.model, self.calibration.dimension)
        if found != wanted:
            raise DifferentModels(f"vectors of {found[0]} ({found[1]}) among those of {wanted[0]} ({wanted[1]})")

    def _at(self, id: str, slot: int) -> Encoded:
        terms = self.postings.terms(slot)
        if not self._has_vectors[slot]:
            return Encoded(np.zeros((0, 0), np.float16), terms)
        whole, rows = self._wholes.rows[slot][None, :], self.passages.rows(slot)
        is_uncut = len(rows) == 1 and np.array_equal(rows, whole)
        rows = whole if is_uncut else np.concatenate([whole, rows])
        return Encoded(rows.astype(np.float16), terms, self.model)

    def _lay_out(self, calibration: Calibration) -> None:
        """Put every document into fresh slots, under a calibration that may be new."""
        kept = [(id, self._at(id, slot)) for id, slot in self._slots.items()]
        self._start_empty(calibration)
        for id, encoded in kept:
            self.put(id, encoded)
