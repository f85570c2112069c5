"""Keeps the vectors in step with what is published: the worker's side of matching.

Nothing is notified; the worker compares. A published version that differs from the version its vector row names is
encoded, outside any transaction, and written in a short one that takes the counter's row lock, so that numbers appear
in commit order. A text that is no longer published leaves a tombstone. Killed at any point, the next round goes on.
Rows stand under an encoding's name; the way from one encoding to the next is made here too, a few texts at a time.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.embedder import Embedder
from matching.encoding import Encoded, content_hash, encode, encode_challenges
from matching.texts import Text
from showcase.extensions import db
from showcase.models import Publication, StateChange, Vector, VectorCounter, Version
from showcase.models.questions import Content, Questionnaire, matched_text
from showcase.services import encodings, index
from showcase.transactions import writing

BATCH = 32
"""Texts encoded between two commits: what a killed worker has to do again at most."""
FEW = 8
"""The same while the encoding is changed: an edit waits for no more than these."""
COMPARED_AGAIN_SECONDS = 30.0
"""After so long all texts are compared whether or not a step of one was noted."""
LEXICAL = "lexical:"
"""Marks the content hash of a row made without the model, to be made again once there is one."""


@dataclass(frozen=True)
class Stale:
    """A publication whose vector row is not of its published version."""

    publication_id: uuid.UUID
    kind: str
    version_id: uuid.UUID | None
    text: Text | None
    """None when nothing is published any more."""
    known_hash: str | None


def text_of(publication_id: uuid.UUID, questionnaire: Questionnaire, content: Content) -> Text:
    """Return the words of a text that go to the ranking, field by field. Confidential answers never do."""
    return Text(str(publication_id), tuple(matched_text(questionnaire, content)))


def count_stale(model: str, *, has_embedder: bool = True) -> int:
    """Return how many texts wait to be encoded."""
    query = _stale(model, has_embedder).with_only_columns(sa.func.count()).order_by(None)
    return db.session.scalar(query) or 0


def find_stale(model: str, *, has_embedder: bool, limit: int = BATCH) -> list[Stale]:
    """Return the texts that wait longest, oldest publication first."""
    rows = db.session.execute(_stale(model, has_embedder).limit(limit)).all()
    nouns = sa.inspect(Publication).polymorphic_map
    return [
        Stale(
            id, kind, version_id, text_of(id, nouns[kind].class_.questionnaire, content) if version_id else None, known
        )
        for id, kind, version_id, content, known in rows
    ]


_compared: "WeakKeyDictionary[sa.Engine, tuple[object, float]]" = WeakKeyDictionary()
"""What `refresh_changed` saw when there was nothing to do, and when that was."""


def refresh_changed(embedder: Embedder | None, *, model: str, told: Callable[[int], object] = lambda done: None) -> int:
    """Do what `refresh` does, but compare nothing while no text took a step and nobody encoded anything.

    To compare 23,000 texts takes 0.13 s on SQLite and 0.04 s on PostgreSQL, and an idle worker asks twice a second.

    Raises:
        EmbedderUnavailable: the model stopped answering; what was written stays.
    """
    steps = sa.select(sa.func.count()).select_from(StateChange).scalar_subquery()
    number = sa.select(VectorCounter.number).scalar_subquery()
    seen = (model, embedder is not None, *db.session.execute(sa.select(steps, number)).one())
    before, at = _compared.get(db.engine, (None, 0.0))
    if seen == before and time.monotonic() - at < COMPARED_AGAIN_SECONDS:
        db.session.rollback()
        return 0
    done = refresh(embedder, model=model, told=told)
    if not done:
        _compared[db.engine] = (seen, time.monotonic())
    return done


def forget() -> None:
    """Compare everything the next time."""
    _compared.pop(db.engine, None)


def refresh(
    embedder: Embedder | None, *, model: str, told: Callable[[int], object] = lambda done: None, batch: int = BATCH
) -> int:
    """Encode and write every stale text in batches; return how many. `told` hears of each batch's size.

    A smaller first `batch` doubles from one to the next, until it is as large as the others.

    Raises:
        EmbedderUnavailable: the model stopped answering; what was written stays.
    """
    total = 0
    while stale := find_stale(model, has_embedder=embedder is not None, limit=batch):
        db.session.rollback()  # encoding takes long: hold no snapshot of the database meanwhile
        written = _encode(stale, embedder)
        with writing() as session:
            _write(session, written, model)
        total += len(stale)
        batch = min(batch * 2, BATCH)
        told(len(stale))
    db.session.rollback()
    return total


def advance(embedder: Embedder, *, now: datetime) -> int:
    """Go a step towards the wanted encoding: encode a few texts, or use it once none is missing; return how many.

    Raises:
        EmbedderUnavailable: the model stopped answering; what was written stays.
    """
    to = encodings.wanted()
    if stale := find_stale(to, has_embedder=True, limit=FEW):
        db.session.rollback()
        written = _encode(stale, embedder)
        with writing() as session:
            _write(session, written, to)
        return len(stale)
    index.recalibrate(model=to)
    with writing() as session:
        if session.execute(_stale(to, has_embedder=True).limit(1)).first() is None:
            encodings.use(session, to, now=now)
    return 1


def _stale(model: str, has_embedder: bool) -> sa.Select[uuid.UUID, str, uuid.UUID | None, Content, str | None]:
    is_stale = Vector.version_id.is_distinct_from(Publication.published_version_id)
    if has_embedder:
        is_stale |= Vector.content_hash.startswith(LEXICAL)
    return (
        sa.select(Publication.id, Publication.kind, Version.id, Version.content, Vector.content_hash)
        .outerjoin(Version, Version.id == Publication.published_version_id)
        .outerjoin(Vector, sa.and_(Vector.publication_id == Publication.id, Vector.model == model))
        .where(is_stale)
        .order_by(Publication.published_at, Publication.id)
    )


def _encode(stale: Sequence[Stale], embedder: Embedder | None) -> list[tuple[Stale, str, Encoded | None]]:
    """Return (text, content hash, what to store); None to store when the words are those already stored."""
    hashed = [(item, _hash(item, embedder)) for item in stale]
    changed = [item for item, digest in hashed if item.text is not None and digest != item.known_hash]
    fresh: dict[uuid.UUID, Encoded] = {}
    for is_challenge, encode_group in ((True, encode_challenges), (False, encode)):
        group = [item for item in changed if (item.kind == "challenge") is is_challenge]
        if group:
            encoded = encode_group([item.text for item in group if item.text is not None], embedder)
            fresh.update(zip((item.publication_id for item in group), encoded, strict=True))
    return [(item, digest, fresh.get(item.publication_id)) for item, digest in hashed]


def _hash(item: Stale, embedder: Embedder | None) -> str:
    if item.text is None:
        return ""
    return content_hash(item.text, embedder.name) if embedder else LEXICAL + content_hash(item.text, "")


def _write(session: Session, written: Sequence[tuple[Stale, str, Encoded | None]], model: str) -> None:
    number = _claim_numbers(session, len(written), model)
    ids = [item.publication_id for item, _, _ in written]
    published = dict(
        session.execute(
            sa.select(Publication.id, Publication.published_version_id).where(Publication.id.in_(ids))
        ).all()
    )
    rows = {
        row.publication_id: row
        for row in session.scalars(sa.select(Vector).where(Vector.model == model, Vector.publication_id.in_(ids)))
    }
    for seq, (item, digest, encoded) in enumerate(written, start=number + 1):
        if published.get(item.publication_id) != item.version_id:
            continue  # another version was published meanwhile, and another worker may have written that already
        row = rows.get(item.publication_id)
        if row is None:
            row = Vector(publication_id=item.publication_id, kind=item.kind, model=model, vectors=b"", terms=b"")
            session.add(row)
        if encoded is not None:
            row.vectors, row.terms = encoded.to_blobs()
        elif item.text is None:
            row.vectors, row.terms = b"", b""
        row.version_id, row.content_hash, row.seq = item.version_id, digest, seq


def _claim_numbers(session: Session, count: int, model: str) -> int:
    """Return the highest number given out so far and claim the next `count`; holds the row until the commit.

    The first encoding that anything is written in is the one in use.
    """
    first = sa.func.coalesce(VectorCounter.encoding, model)
    session.execute(sa.update(VectorCounter).values(number=VectorCounter.number + count, encoding=first))
    return session.scalars(sa.select(VectorCounter.number)).one() - count
