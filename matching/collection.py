"""The documents that are ranked: put one in, take one out, each at a cost that follows the change.

A document takes the next free slot; an edit takes a new slot and leaves the old one dead. When dead slots outnumber the
living, everything is laid out afresh, so that a change costs the same on average however many documents there are.
The order in which changes arrived never shows in a ranking.

All is held in memory, unless the collection stands on a base (`base`): files that hold most documents, mapped by every
process of a machine. Then memory holds what changed since, and whoever made the base makes another in good time.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np

from matching import ingredients
from matching.calibration import Calibration, sampled
from matching.encoding import DifferentModels, Encoded
from matching.ids import Ids
from matching.postings import Postings
from matching.rough import Rough
from matching.vectors import Flags, Growing, Half, Rows, Slots, Vectors, Written, in_groups, mapped_rows

FEWEST_DEAD = 256
"""Dead slots that are always put up with."""
TOGETHER = 512
"""Documents that are put in at once where there are many: one matrix product for their hubness."""

LAYOUT = "1"
"""Changes when the files of a base do."""
ROWS, BOUNDS, ABOUT, EMBEDDED = "vectors.f16", "bounds.npy", "facts.npy", "embedded.npy"

FARNESS = len(ingredients.KINDS)
"""Each slot has its hubness by each of the kinds, and from here on how far its gist and its whole are from the mean."""
FACTS = FARNESS + 2
NO_DISTANCE = 1e-9


class Collection:
    """Documents of one model, by id. One thread at a time: hold `lock` to change or to rank."""

    def __init__(self, calibration: Calibration | None = None, *, base: Path | None = None) -> None:
        """Start empty, with the calibration that earlier documents gave, if any; or on a base made under it."""
        self.lock = threading.RLock()
        self._start(calibration or Calibration.of([]), base)

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Encoded]]) -> "Collection":
        """Build a collection calibrated on its own texts. Raises: DifferentModels."""
        given = dict(texts)
        collection = cls(Calibration.of(given.items()))
        collection.put_many(given.items())
        return collection

    @classmethod
    def save(cls, folder: Path, calibration: Calibration, texts: Iterable[tuple[str, Encoded]]) -> None:
        """Write the files of a base into a folder, whose slots are in the order of `texts`; no id may come twice.

        Vectors go straight to their file, so that those of a million texts need not fit into memory.

        Raises:
            DifferentModels: the texts are not all of the calibration's model.
        """
        building = cls(calibration)
        with closing(Written(folder / ROWS, calibration.dimension)) as rows:
            building.vectors = Vectors(calibration.dimension, own=rows)
            building.put_many(texts)
        np.save(folder / BOUNDS, building.vectors.bounds)
        np.save(folder / ABOUT, building._facts.rows)
        np.save(folder / EMBEDDED, building.embedded())
        building._ids.save(folder)
        building.rough.save(folder)
        building.postings.save(folder)

    def _start(self, calibration: Calibration, base: Path | None = None) -> None:
        self.calibration = calibration
        self._is_based = base is not None
        self._ids = Ids(base)
        self._has_vectors = Growing(kind=np.bool_, rows=np.load(base / EMBEDDED) if base else None)
        self._is_live = Growing(kind=np.bool_, rows=np.ones(len(self._ids), np.bool_))
        self._count = self._in_base = len(self._ids)
        self.postings = Postings(calibration.mean_length, base)
        self.vectors = Vectors(calibration.dimension)
        if base:
            rows = mapped_rows(base / ROWS, calibration.dimension)
            self.vectors = Vectors(calibration.dimension, base=rows, bounds=np.load(base / BOUNDS))
        self.rough = Rough(calibration, base)
        self._facts = Growing(FACTS, rows=np.load(base / ABOUT) if base else None)

    @property
    def model(self) -> str:
        """Name of the model whose vectors are here; empty while there are none."""
        return self.calibration.model

    def __len__(self) -> int:
        """Return the number of documents."""
        return self._count

    @property
    def changed(self) -> int:
        """Number of slots that were taken since the base was made; 0 without one."""
        return len(self._ids) - self._in_base if self._is_based else 0

    def __contains__(self, id: object) -> bool:
        """Tell whether a document of that id is here."""
        return isinstance(id, str) and self._find(id) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the ids in no particular order."""
        return (self._ids.at(slot) for slot in np.flatnonzero(self._is_live.rows).tolist())

    def _find(self, id: str) -> int | None:
        slot = self._ids.find(id)
        return slot if slot is not None and self._is_live.rows[slot] else None

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
        self._ids.extend(ids)
        self._count += len(ids)
        self._is_live.extend(np.ones(len(ids), np.bool_))
        self._has_vectors.extend(np.array([one.has_vectors for one in documents]))
        self.postings.extend([one.terms for one in documents])
        nothing = np.zeros((1, self.calibration.dimension), np.float16)
        self._put_meaning(ids, [one.vectors if one.has_vectors else nothing for one in documents])

    def _put_meaning(self, ids: list[str], runs: list[Half]) -> None:
        """Put the rows of the next slots, one run of rows for each: the whole text, then its passages if it was cut."""
        lengths = np.array([len(run) for run in runs])
        firsts = np.cumsum(lengths) - lengths
        exact = np.concatenate(runs)
        self.vectors.extend(exact, lengths)
        rows = exact.astype(np.float32)
        is_passage = np.ones(len(rows), np.bool_)
        is_passage[firsts[lengths > 1]] = False
        wholes, passages, counts = rows[firsts], rows[is_passage], np.maximum(lengths - 1, 1)
        starts = np.cumsum(counts) - counts
        gists = in_groups(np.add, passages, starts, counts) / counts[:, None].astype(np.float32)
        hubness = ingredients.hubness(self.calibration, ids, (passages, gists, wholes), starts)
        backgrounds = ((self.calibration.gists, gists), (self.calibration.wholes, wholes))
        distances = [np.maximum(background.distances(rows), NO_DISTANCE) for background, rows in backgrounds]
        self._facts.extend(np.column_stack([hubness, *distances]))
        self.rough.extend(gists, wholes, hubness)

    def remove(self, id: str) -> None:
        """Take a document out; an id that is not here is no mistake."""
        with self.lock:
            slot = self._find(id)
            if slot is None:
                return
            self.postings.remove(slot)
            self._is_live.rows[slot] = False
            self._count -= 1
            if not self._is_based and len(self._ids) > 2 * self._count + FEWEST_DEAD:
                self._lay_out(self.calibration)

    def keep_only(self, is_kept: Flags) -> None:
        """Take out the documents of the base's slots that are not flagged, bool [slots of the base]."""
        with self.lock:
            for slot in np.flatnonzero(~is_kept).tolist():
                self.remove(self._ids.at(slot))

    def get(self, id: str) -> Encoded:
        """Return what was put under that id. Raises: KeyError."""
        with self.lock:
            return self._at(self.slot_of(id))

    def covered(self, ids: Iterable[str], weights: Mapping[str, float]) -> dict[str, float]:
        """Return which share of these weights is of terms that a document holds, for those of the ids that are here."""
        with self.lock:
            shares = self.postings.coverage(weights)
            slots = {id: self._find(id) for id in ids}
            return {id: float(shares[slot]) for id, slot in slots.items() if slot is not None}

    def recalibrate(self) -> Calibration:
        """Take a new calibration from the documents that are here now, use it from here on, and return it."""
        with self.lock:
            sample = [(id, self.get(id)) for id in self._sampled()]
            self._lay_out(Calibration.of(sample, self.model, self.calibration.dimension))
            return self.calibration

    def _sampled(self) -> list[str]:
        embedded = self.embedded()
        return sampled([id for id in self if embedded[self.slot_of(id)]] or self)

    def live(self, allowed: AbstractSet[str] | None = None, exclude: AbstractSet[str] = frozenset()) -> Flags:
        """Return bool [slots]: which slots hold a document that may be ranked."""
        found: Flags = self._is_live.rows.copy()
        if allowed is not None:
            found[:] = False
            found[self._slots_of(allowed)] = True
        found[self._slots_of(exclude)] = False
        return found

    def _slots_of(self, ids: AbstractSet[str]) -> list[int]:
        return [slot for slot in map(self._find, ids) if slot is not None]

    def embedded(self) -> Flags:
        """Return bool [slots]: which slots have vectors; good until the next change."""
        return self._has_vectors.rows

    def id_at(self, slot: int) -> str:
        """Return the id of the document that took that slot."""
        return self._ids.at(slot)

    def slot_of(self, id: str) -> int:
        """Return the slot of a document. Raises: KeyError."""
        slot = self._find(id)
        if slot is None:
            raise KeyError(id)
        return slot

    def meaning(self, queries: tuple[Rows, Rows, Rows], slots: Slots) -> Mapping[str, Rows]:
        """Return float32 [slots] for each ingredient that goes by meaning: its CSLS to a query.

        `queries` are the query's passages, its gist and its whole vector.
        """
        passages, *others = queries
        backgrounds = (self.calibration.gists, self.calibration.wholes)
        centred = [one.centred(query[None, :]) for one, query in zip(backgrounds, others, strict=True)]
        near = np.empty((len(slots), 1 + len(others)), np.float32)
        for part, products, wholes, starts, counts in self.vectors.products(
            np.concatenate([passages, *centred]), slots
        ):
            near[part, 0] = in_groups(np.maximum, products[:, :-2], starts, counts).mean(axis=1)
            near[part, 1] = in_groups(np.add, products[:, -2], starts, counts) / counts
            near[part, 2] = products[wholes, -1]
        facts = self._facts.rows[slots]
        for column, (background, query) in enumerate(zip(backgrounds, centred, strict=True), start=1):
            near[:, column] = (near[:, column] - (query @ background.mean).item()) / facts[:, FARNESS + column - 1]
        return {name: 2 * near[:, place] - facts[:, place] for place, name in enumerate(ingredients.KINDS)}

    def _check(self, encoded: Encoded) -> None:
        if not encoded.has_vectors:
            return
        found, wanted = (encoded.model, encoded.vectors.shape[1]), (self.model, self.calibration.dimension)
        if found != wanted:
            raise DifferentModels(f"vectors of {found[0]} ({found[1]}) among those of {wanted[0]} ({wanted[1]})")

    def _at(self, slot: int) -> Encoded:
        terms = self.postings.terms(slot)
        if not self.embedded()[slot]:
            return Encoded(np.zeros((0, 0), np.float16), terms)
        return Encoded(self.vectors.run(slot), terms, self.model)

    def _lay_out(self, calibration: Calibration) -> None:
        """Put every document into fresh slots, under a calibration that may be new."""
        kept = [(id, self.get(id)) for id in self]
        self._start(calibration)
        self.put_many(kept)
