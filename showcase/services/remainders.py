"""Keeps what the sentences of published texts carry in step with their vectors: for the reasons on pages of matches.

The worker's least urgent work: what stands here does not change any order, and a page without it names a passage but no
sentence in it. A row is of the vector row that has the same content hash; any other is not used and made again.
"""

import uuid
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from matching.embedder import Embedder
from matching.remainders import Half, encode_remainders, from_blob, to_blob
from matching.texts import Text
from showcase.extensions import db
from showcase.models import Publication, Remainder, Vector, VectorCounter, Version
from showcase.models.questions import Content
from showcase.services.vectors import LEXICAL, text_of
from showcase.transactions import writing

FEW = 3
"""Texts encoded between two commits, some twenty rows each: an edit waits for no more than these."""

_complete_at: "WeakKeyDictionary[sa.Engine, tuple[str, int]]" = WeakKeyDictionary()
"""Encoding and number of the newest vector row when nothing was missing: till another comes, nobody need look."""


def refresh(embedder: Embedder, *, model: str) -> int:
    """Encode a few texts' remainders, if any are missing; return how many texts.

    Raises:
        EmbedderUnavailable: the model stopped answering.
    """
    newest = (model, db.session.scalar(sa.select(VectorCounter.number)) or 0)
    if _complete_at.get(db.engine) == newest:
        return 0
    rows = db.session.execute(_missing(model).limit(FEW)).all()
    db.session.rollback()
    if not rows:
        _complete_at[db.engine] = newest
        return 0
    nouns = sa.inspect(Publication).polymorphic_map
    texts = [text_of(row.publication_id, nouns[row.kind].class_.questionnaire, row.content) for row in rows]
    made = [_encoded(text, row.kind, embedder) for text, row in zip(texts, rows, strict=True)]
    ids = [row.publication_id for row in rows]
    with writing() as session:
        # locked in one order: two workers that made the same texts' remainders write them one after the other
        locked = sa.select(Publication.id).where(Publication.id.in_(ids)).order_by(Publication.id)
        there = set(session.scalars(locked.with_for_update(key_share=True)))
        session.execute(sa.delete(Remainder).where(Remainder.publication_id.in_(ids), Remainder.model == model))
        session.add_all(
            Remainder(publication_id=row.publication_id, model=model, content_hash=row.content_hash, vectors=vectors)
            for row, vectors in zip(rows, made, strict=True)
            if row.publication_id in there
        )
    return len(rows)


def forget() -> None:
    """Look again whether anything is missing, where the database at hand was put back."""
    _complete_at.pop(db.engine, None)


def of(ids: Sequence[uuid.UUID], *, model: str) -> dict[uuid.UUID, Half]:
    """Return the remainders of texts, float16 [remainders, dimension], as far as they are of the present vectors."""
    query = (
        sa.select(Remainder.publication_id, Remainder.vectors)
        .join(Vector, _is_of_vector())
        .where(Remainder.publication_id.in_(ids), Remainder.model == model)
    )
    return {id: from_blob(stored) for id, stored in db.session.execute(query)}


def _is_of_vector() -> sa.ColumnElement[bool]:
    return sa.and_(
        Remainder.publication_id == Vector.publication_id,
        Remainder.model == Vector.model,
        Remainder.content_hash == Vector.content_hash,
    )


def _missing(model: str) -> sa.Select[uuid.UUID, str, str, Content]:
    return (
        sa.select(Vector.publication_id, Vector.kind, Vector.content_hash, Version.content)
        .join(Version, Version.id == Vector.version_id)
        .outerjoin(Remainder, _is_of_vector())
        .where(Vector.model == model, Remainder.id.is_(None), ~Vector.content_hash.startswith(LEXICAL))
        .order_by(Vector.seq)
    )


def _encoded(text: Text, kind: str, embedder: Embedder) -> bytes:
    (rows,) = encode_remainders([text], embedder, as_queries=kind == "challenge")
    return to_blob(rows)
