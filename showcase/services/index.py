"""Each process's own index of what is published, kept in step with the vector rows: the readers' side of matching.

Before a search the process asks for the counter and the ranker version. A counter that is higher brings just the rows
above it; one that is lower (a restored backup) or another ranker version brings everything anew: from the rows while
texts are few, else from files that the processes of a machine share (`bases`).
"""

import gc
import json
import logging
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from matching.calibration import Calibration, sampled
from matching.collection import Collection
from matching.encoding import Encoded
from showcase.extensions import db
from showcase.models import RankerVersion, Vector, VectorCounter
from showcase.services import bases, encodings
from showcase.transactions import writing

RENEWAL = 500
"""Changes after which the worker looks whether the files of a large index should be made anew."""
PAUSE = 300.0
"""Seconds between two tries of a process to start from newer files: they may fail, for want of room on the disk."""
GROWTH = 0.2
"""By how much of its size a corpus must have changed before what depends on it is frozen anew."""
KINDS = ("challenge", "solution")
log = logging.getLogger("showcase.index")
FEWEST_SET_ASIDE = 1_000
"""Texts from which on an index is kept from Python's search for garbage."""
FETCHED = 500
"""Rows read from the database at a time."""


@dataclass(frozen=True)
class Ranked:
    """What a search needs: the texts, and the number under which their ranker version is known."""

    collection: Collection
    version: int
    """0 before the first ranker version."""


class LiveIndex:
    """The published texts of one kind under one model, in this process's memory."""

    def __init__(self, kind: str, model: str) -> None:
        """Start empty; the first use loads what there is."""
        self.kind = kind
        self.model = model
        self._lock = threading.Lock()
        self._seq = -1
        self._started_at = 0.0
        self._ranked = Ranked(Collection(), 0)

    def current(self) -> Ranked:
        """Return the index with every committed change in it."""
        with self._lock:
            seq, version = self._newest()
            is_other = seq < self._seq or version != self._ranked.version or self._seq < 0
            is_anew = is_other or (
                bases.is_outgrown(self._ranked.collection) and time.monotonic() - self._started_at > PAUSE
            )
            if is_anew:
                self._start(version)
            if seq > self._seq:
                self._apply()
            if is_anew and len(self._ranked.collection) >= FEWEST_SET_ASIDE:
                _set_aside()
            return self._ranked

    def _start(self, version: int) -> None:
        self._started_at = time.monotonic()
        calibration = _calibration(self.kind, self.model, version)
        collection, self._seq = Collection(), 0
        if calibration is not None:
            collection, self._seq = bases.start(bases.Which(self.kind, self.model, calibration))
        self._ranked = Ranked(collection, version)

    def _newest(self) -> tuple[int, int]:
        counter = sa.select(VectorCounter.number).scalar_subquery()
        seq, version = db.session.execute(sa.select(counter, _newest_version(self.kind, self.model))).one()
        return seq or 0, version or 0

    def _apply(self) -> None:
        """Take in the rows above the highest number seen. What is read here may be newer than `_newest` said."""
        query = (
            sa.select(Vector.publication_id, Vector.vectors, Vector.terms, Vector.seq)
            .where(Vector.kind == self.kind, Vector.model == self.model, Vector.seq > self._seq)
            .order_by(Vector.seq)
        )
        highest = self._newest()[0]

        def published() -> Iterator[tuple[str, Encoded]]:
            nonlocal highest
            for publication_id, vectors, terms, seq in db.session.execute(query.execution_options(yield_per=FETCHED)):
                highest = max(highest, seq)
                if vectors:
                    yield str(publication_id), Encoded.from_blobs(vectors, terms, self.model)
                else:
                    self._ranked.collection.remove(str(publication_id))

        self._ranked.collection.put_many(published())
        self._seq = highest


def _set_aside() -> None:
    """Keep what is there now from Python's search for garbage, which would stop every thread to walk through it.

    Measured with 23,000 texts: 0.2 seconds, five times in forty pages, and a third of a page's processor time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


_looked_at: "WeakKeyDictionary[sa.Engine, dict[str | tuple[str, str], int]]" = WeakKeyDictionary()
"""The counter when `recalibrate` last looked, by model, and when it last looked after the files, by model and kind."""
_indexes: "WeakKeyDictionary[sa.Engine, dict[tuple[str, str], LiveIndex]]" = WeakKeyDictionary()


def live(kind: str, model: str) -> Ranked:
    """Return this process's index of a kind of text ("challenge" or "solution"), up to date."""
    found = _indexes.setdefault(db.engine, {})
    ranked = found.setdefault((kind, model), LiveIndex(kind, model)).current()
    for other in [key for key in found if key[0] == kind and key[1] != model]:  # of an encoding no longer in use
        found.pop(other, None)
    return ranked


def load_ahead() -> None:
    """Load the indexes of a web process before the first search waits for it; what fails now, that search will tell."""
    try:
        for kind in KINDS:
            live(kind, encodings.in_use())
    except (sa.exc.SQLAlchemyError, OSError) as error:
        log.warning("indexes could not be loaded ahead: %s", type(error).__name__)


def forget() -> None:
    """Drop this process's indexes of the database at hand; the next search loads them anew."""
    _indexes.pop(db.engine, None)
    _looked_at.pop(db.engine, None)


def encoded(publication_id: uuid.UUID, model: str) -> Encoded | None:
    """Return the stored encoding of a published text; None while the worker has not seen it."""
    row = db.session.execute(
        sa.select(Vector.vectors, Vector.terms).where(Vector.publication_id == publication_id, Vector.model == model)
    ).one_or_none()
    return Encoded.from_blobs(row.vectors, row.terms, model) if row and row.vectors else None


def newest_version(kind: str, model: str) -> int:
    """Return the number of the newest ranker version; 0 before the first."""
    return db.session.scalar(sa.select(_newest_version(kind, model))) or 0


def frozen_sample(kind: str, model: str) -> tuple[int, dict[str, Encoded]]:
    """Return the number of the newest ranker version and the texts it was frozen from, by id; 0 and none before."""
    number = newest_version(kind, model)
    frozen = _frozen(kind, model, number)
    return number, dict(_unpacked(frozen, model)) if frozen is not None else {}


# --- ranker versions --------------------------------------------------------------------------------------------------


def recalibrate(*, model: str) -> int:
    """Freeze what depends on the corpus anew for each kind that grew or shrank enough; return how many did.

    Makes the files of large indexes too, so that they are there before the first search needs them. Looks only when
    something has changed since the last time.
    """
    number, looked_at = db.session.scalar(sa.select(VectorCounter.number)) or 0, _looked_at.setdefault(db.engine, {})
    if looked_at.get(model) == number:
        db.session.rollback()
        return 0
    done = 0
    for kind in KINDS:
        here = sa.and_(Vector.kind == kind, Vector.model == model, Vector.version_id.is_not(None))
        size = db.session.scalar(sa.select(sa.func.count()).select_from(Vector).where(here)) or 0
        version = db.session.scalar(sa.select(_newest_version(kind, model))) or 0
        known = sa.select(RankerVersion.size).where(
            RankerVersion.kind == kind, RankerVersion.model == model, RankerVersion.number == version
        )
        before = db.session.scalar(known) or 0
        if abs(size - before) > GROWTH * before:
            _freeze(kind, model, version + 1, size, here)
            done += 1
        elif size >= bases.LEAST_TEXTS and abs(number - looked_at.get((model, kind), -RENEWAL)) >= RENEWAL:
            _renew_base(kind, model, _frozen(kind, model, version))
            looked_at[model, kind] = number
    db.session.rollback()
    looked_at[model] = number
    return done


def _freeze(kind: str, model: str, number: int, size: int, here: sa.ColumnElement[bool]) -> None:
    ids = [str(id) for id in db.session.scalars(sa.select(Vector.publication_id).where(here))]
    chosen = [uuid.UUID(id) for id in sampled(ids)]
    rows = db.session.execute(
        sa.select(Vector.publication_id, Vector.vectors, Vector.terms).where(here, Vector.publication_id.in_(chosen))
    ).all()
    db.session.rollback()
    frozen = _packed((str(id), vectors, terms) for id, vectors, terms in rows)
    _renew_base(kind, model, frozen)
    with writing() as session:
        session.execute(sa.select(VectorCounter.id).with_for_update())  # workers that froze at once write in turn
        exists = sa.select(RankerVersion.id).where(
            RankerVersion.kind == kind, RankerVersion.model == model, RankerVersion.number == number
        )
        if session.scalar(exists) is None:  # another worker was quicker
            session.add(RankerVersion(kind=kind, model=model, number=number, size=size, calibration=frozen))


def _renew_base(kind: str, model: str, frozen: bytes | None) -> None:
    if frozen is not None:
        bases.renew(bases.Which(kind, model, Calibration.of(_unpacked(frozen, model))))
        db.session.rollback()


def _newest_version(kind: str, model: str) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.max(RankerVersion.number))
        .where(RankerVersion.kind == kind, RankerVersion.model == model)
        .scalar_subquery()
    )


def _calibration(kind: str, model: str, number: int) -> Calibration | None:
    frozen = _frozen(kind, model, number)
    return Calibration.of(_unpacked(frozen, model)) if frozen is not None else None


def _frozen(kind: str, model: str, number: int) -> bytes | None:
    return db.session.scalar(
        sa.select(RankerVersion.calibration).where(
            RankerVersion.kind == kind, RankerVersion.model == model, RankerVersion.number == number
        )
    )


def _packed(rows: Iterable[tuple[str, bytes, bytes]]) -> bytes:
    """Return the sample as bytes: a line of JSON with ids and sizes, then the blobs."""
    kept = list(rows)
    head = json.dumps([[id, len(vectors), len(terms)] for id, vectors, terms in kept]).encode()
    return head + b"\n" + b"".join(vectors + terms for _, vectors, terms in kept)


def _unpacked(frozen: bytes, model: str) -> Iterable[tuple[str, Encoded]]:
    head, _, body = frozen.partition(b"\n")
    start = 0
    for id, vectors, terms in json.loads(head):
        middle, end = start + vectors, start + vectors + terms
        yield id, Encoded.from_blobs(body[start:middle], body[middle:end], model)
        start = end
