"""Files that carry most of a large index: the processes of one machine share them, and start with them at once.

A base is a folder in the instance folder, made from the vector rows under one calibration and never changed. Rows stay
the truth: a base keeps a stamp of each row it was made from, and one whose stamps are not those of the rows (a restored
backup, another database) is not used. What changed since is read from the rows into memory; when that is much, another
base is made. The worker makes it in good time; a process that finds none makes it itself while the others wait. Any
of these folders may be deleted at any time.
"""

import fcntl
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from matching.calibration import Calibration
from matching.collection import LAYOUT, Collection
from matching.encoding import Encoded
from showcase.extensions import db, settings
from showcase.models import Vector, VectorCounter
from showcase.services import encodings

LEAST_TEXTS = 10_000
"""Below, each process holds all texts in memory, and there is no base."""
GROWTH = 0.2
"""Share of a base's texts that may have changed before another is made by whoever notices; the worker does at half."""
FETCHED = 500
"""Rows read from the database at a time: a base may be larger than memory."""

STAMPS = "stamps.npy"
MAKING = "making-"

log = logging.getLogger("showcase.index")


@dataclass(frozen=True)
class Which:
    """What a base is of."""

    kind: str
    model: str
    calibration: Calibration

    @property
    def name(self) -> str:
        """Return how its folders' names begin."""
        return f"{self._source}{self.calibration.version}-"

    @property
    def superseded(self) -> str:
        """Return how the names of the folders begin that a new one takes the place of.

        While a change of model is being made, both its bases are needed.
        """
        return f"{self.kind}-" if encodings.in_use() == self.model else self._source

    @property
    def _source(self) -> str:
        of = f"{db.engine.url.render_as_string(hide_password=True)} {self.model} {LAYOUT}"
        return f"{self.kind}-{blake2b(of.encode(), digest_size=8).hexdigest()}-"

    def rows(self) -> sa.Select[uuid.UUID, int, str]:
        """Return the query of the rows that stand for a text."""
        return sa.select(Vector.publication_id, Vector.seq, Vector.content_hash).where(
            Vector.kind == self.kind, Vector.model == self.model, Vector.version_id.is_not(None)
        )


def start(which: Which) -> tuple[Collection, int]:
    """Return a collection to begin with, and the number up to which the rows are in it; empty while texts are few."""
    if _count(which) < LEAST_TEXTS:
        return Collection(which.calibration), 0
    found = _open(which)
    if found is None or _is_old(which, found[1]):
        renew(which, share=1.0)
        found = _open(which)
    return found or (Collection(which.calibration), 0)


def renew(which: Which, *, share: float = 0.5) -> None:
    """Make a base if there is none that is true to the rows, or more than a share of what it may miss has changed."""
    if _count(which) < LEAST_TEXTS:
        return
    try:
        with _alone():
            found = _open(which)
            if found is None or _is_old(which, found[1], share):
                _make(which)
    except OSError as error:
        log.warning("no files for the index, so each process holds all of it in memory: %s", error)


def is_outgrown(collection: Collection) -> bool:
    """Tell whether so much changed since a collection's base was made that it is time for another."""
    return collection.changed > _most_changes(len(collection))


def _most_changes(texts: int) -> float:
    return GROWTH * max(texts, LEAST_TEXTS)


def _is_old(which: Which, number: int, share: float = 1.0) -> bool:
    """Tell whether more than a share of what may change has changed since the rows had that number."""
    changed = sa.and_(Vector.kind == which.kind, Vector.model == which.model, Vector.seq > number)
    changes = db.session.scalar(sa.select(sa.func.count()).select_from(Vector).where(changed)) or 0
    return changes > share * _most_changes(_count(which))


def _count(which: Which) -> int:
    return db.session.scalar(which.rows().with_only_columns(sa.func.count())) or 0


def _open(which: Which) -> tuple[Collection, int] | None:
    """Return the newest base that is true to the rows, and the number up to which it is; None where there is none."""
    for folder in sorted(_folders(which), key=_number, reverse=True):
        number = _number(folder)
        query = which.rows().where(Vector.seq <= number).execution_options(yield_per=FETCHED)
        stamps = np.fromiter((stamp_of(*row) for row in db.session.execute(query)), np.uint64)
        try:
            known = np.load(folder / STAMPS)
            if not np.isin(stamps, known).all():
                continue
            collection = Collection(which.calibration, base=folder)
        except (OSError, ValueError, EOFError, RuntimeError) as error:  # damaged, or cleared away for a newer one
            log.warning("the files %s are not used: %s", folder.name, error)
            continue
        collection.keep_only(np.isin(known, stamps))
        return collection, number
    return None


def _make(which: Which) -> None:
    """Make a base of all rows and clear away those it takes the place of. Only one process at a time."""
    root = _root()
    for left in root.glob(f"{MAKING}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{MAKING}{os.getpid()}"
    folder.mkdir()
    number = db.session.scalar(sa.select(VectorCounter.number)) or 0
    stamps: list[int] = []

    def texts() -> Iterator[tuple[str, Encoded]]:
        nonlocal number
        query = which.rows().add_columns(Vector.vectors, Vector.terms).order_by(Vector.seq)
        for id, seq, digest, vectors, terms in db.session.execute(query.execution_options(yield_per=FETCHED)):
            number = max(number, seq)
            stamps.append(stamp_of(id, seq, digest))
            yield str(id), Encoded.from_blobs(vectors, terms, which.model)

    Collection.save(folder, which.calibration, texts())
    np.save(folder / STAMPS, np.array(stamps, np.uint64))
    former = list(root.glob(f"{which.superseded}*"))
    final = root / f"{which.name}{number}"
    shutil.rmtree(final, ignore_errors=True)
    os.sync()  # a power cut leaves no file half written under the final name
    folder.rename(final)
    for one in former:
        if one != final:
            shutil.rmtree(one, ignore_errors=True)


def stamp_of(id: uuid.UUID, seq: int, digest: str) -> int:
    """Return a number that another row, or the same row with another text, does not have."""
    return int.from_bytes(blake2b(f"{id} {seq} {digest}".encode(), digest_size=8).digest(), "little")


def _root() -> Path:
    return settings().instance_path / "index"


def _folders(which: Which) -> list[Path]:
    return list(_root().glob(f"{which.name}*"))


def _number(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the machine's other processes from making a base meanwhile."""
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (_root() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
