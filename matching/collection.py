"""The documents that are ranked, in memory: put one in, take one out, each at a cost that follows the change.

A document takes the next free slot; an edit takes a new slot and leaves the old one dead. When dead slots outnumber the
living, everything is laid out afresh, so that a change costs the same on average however many documents there are.
The order in which changes arrived never shows in a ranking.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice

import numpy as np

from matching.calibration import Calibration, sampled
from matching.encoding import DifferentModels, Encoded
from matching.ingredients import Centred
from matching.postings import Postings
from matching.vectors import Flags, Growing, Half, Rows, Slots, Vectors

FEWEST_DEAD = 256
"""Dead slots that are always put up with."""
TOGETHER = 2_048
"""Documents that are put in at once where there are many: one matrix product for their hubness."""


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
        collection.put_many(given.items())
        return collection

    def _start_empty(self, calibration: Calibration) -> None:
        self.calibration = calibration
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._is_live = Growing(kind=np.bool_)
        self._has_vectors = Growing(kind=np.bool_)
        self.postings = Postings(calibration.mean_length)
        self.vectors = Vectors(calibration.dimension)
        self._passage_hubness = Growing()
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
        self.put_many([(id, encoded)])

    def put_many(self, texts: Iterable[tuple[str, Encoded]]) -> None:
        """Put many documents, at a fraction of the cost of one by one. Raises: DifferentModels."""
        waiting = iter(texts)
        while part := dict(islice(waiting, TOGETHER)):
            with self.lock:
                self._put(part)

    def _put(self, part: Mapping[str, Encoded]) -> None:
        for encoded in part.values():
            if encoded.has_vectors and not self.model:
                self._lay_out(Calibration.of([], encoded.model, encoded.vectors.shape[1]))
            self._check(encoded)
        for id in part:
            self.remove(id)
        ids, documents = list(part), list(part.values())
        self._slots.update(zip(ids, range(len(self._ids), len(self._ids) + len(ids)), strict=True))
        self._ids.extend(ids)
        self._is_live.extend(np.ones(len(ids), np.bool_))
        self._has_vectors.extend(np.array([one.has_vectors for one in documents]))
        self.postings.extend([one.terms for one in documents])
        nothing = np.zeros((1, self.calibration.dimension), np.float16)
        self._put_meaning(ids, [one.vectors if one.has_vectors else nothing for one in documents])

    def _put_meaning(self, ids: list[str], runs: list[Half]) -> None:
        """Put the rows of the next slots, one run of rows for each: the whole text, then its passages if it was cut."""
        lengths = np.array([len(run) for run in runs])
        firsts = np.cumsum(lengths) - lengths
        rows = np.concatenate(runs).astype(np.float32)
        self.vectors.extend(rows, lengths)
        self.wholes.extend(ids, rows[firsts])
        is_passage = np.ones(len(rows), np.bool_)
        is_passage[firsts[lengths > 1]] = False
        rows, counts = rows[is_passage], np.maximum(lengths - 1, 1)
        starts = np.cumsum(counts) - counts
        self.gists.extend(ids, np.add.reduceat(rows, starts, axis=0) / counts[:, None].astype(np.float32))
        self._passage_hubness.extend(self.calibration.passages.hubness(rows, starts, ids))

    def remove(self, id: str) -> None:
        """Take a document out; an id that is not here is no mistake."""
        with self.lock:
            slot = self._slots.pop(id, None)
            if slot is None:
                return
            self.postings.remove(slot)
            self._is_live.rows[slot] = False
            if len(self._ids) > 2 * len(self._slots) + FEWEST_DEAD:
                self._lay_out(self.calibration)

    def get(self, id: str) -> Encoded:
        """Return what was put under that id. Raises: KeyError."""
        with self.lock:
            return self._at(id, self._slots[id])

    def recalibrate(self) -> Calibration:
        """Take a new calibration from the documents that are here now, use it from here on, and return it."""
        with self.lock:
            sample = [(id, self.get(id)) for id in self._sampled()]
            self._lay_out(Calibration.of(sample, self.model, self.calibration.dimension))
            return self.calibration

    def _sampled(self) -> list[str]:
        embedded = self.embedded()
        return sampled([id for id, slot in self._slots.items() if embedded[slot]] or self._slots)

    def live(self, allowed: AbstractSet[str] | None = None, exclude: AbstractSet[str] = frozenset()) -> Flags:
        """Return bool [slots]: which slots hold a document that may be ranked."""
        found: Flags = self._is_live.rows.copy()
        if allowed is not None:
            found[:] = False
            found[self._slots_of(allowed)] = True
        found[self._slots_of(exclude)] = False
        return found

    def _slots_of(self, ids: AbstractSet[str]) -> list[int]:
        return [self._slots[id] for id in ids if id in self._slots]

    def embedded(self) -> Flags:
        """Return bool [slots]: which slots have vectors; good until the next change."""
        return self._has_vectors.rows

    def id_at(self, slot: int) -> str:
        """Return the id of the document that took that slot."""
        return self._ids[slot]

    def slot_of(self, id: str) -> int:
        """Return the slot of a document. Raises: KeyError."""
        return self._slots[id]

    def passage_scores(self, queries: Rows, slots: Slots) -> Rows:
        """Return float32 [slots]: how well the slot's best passages answer each of the query's, on average (CSLS)."""
        found: Rows = 2 * self.vectors.best(queries, slots).mean(axis=1) - self._passage_hubness.rows[slots]
        return found

    def _check(self, encoded: Encoded) -> None:
        if not encoded.has_vectors:
            return
        found, wanted = (encoded.model, encoded.vectors.shape[1]), (self.model, self.calibration.dimension)
        if found != wanted:
            raise DifferentModels(f"vectors of {found[0]} ({found[1]}) among those of {wanted[0]} ({wanted[1]})")

    def _at(self, id: str, slot: int) -> Encoded:
        terms = self.postings.terms(slot)
        if not self.embedded()[slot]:
            return Encoded(np.zeros((0, 0), np.float16), terms)
        return Encoded(self.vectors.run(slot), terms, self.model)

    def _lay_out(self, calibration: Calibration) -> None:
        """Put every document into fresh slots, under a calibration that may be new."""
        kept = [(id, self._at(id, slot)) for id, slot in self._slots.items()]
        self._start_empty(calibration)
        self.put_many(kept)
