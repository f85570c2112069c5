"""The vectors of the texts that `bench load` works on: a passage's is the mean of its sentences', the model's own.

Writes every row that the worker would have written by then (vectors, remainders, ranker versions, similar needs), so
that a measurement does not begin with hours of encoding.
"""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from bench.stuffing import PUBLIC, read
from matching.embedder import Embedder, normalised
from matching.encoding import Encoded, content_hash
from matching.evaluation import Cache, encode_all
from matching.remainders import shortened, to_blob
from matching.requirements import requirements
from matching.texts import Text, passages, prose, sentences, term_counts
from showcase.extensions import db
from showcase.models import Challenge, Publication, Remainder, Solution, Vector, VectorCounter, Version
from showcase.models.questions import Content
from showcase.services import encodings, fairness_reports, index, need_groups
from showcase.services.vectors import text_of

TOGETHER = 200
log = logging.getLogger("showcase.bench")
Rows = np.typing.NDArray[np.float32]


class Vectors:
    """Gives texts made of the seeds' sentences their vectors."""

    def __init__(self, embedder: Embedder, cache: Cache | None) -> None:
        """Encode the seeds' sentences, those in the cache not again."""
        self._embedder = embedder
        files = (("challenges.json", Challenge), ("solutions_a.json", Solution), ("solutions_b.json", Solution))
        texts = [
            text_of(uuid.uuid4(), kind.questionnaire, row["content"])
            for file, kind in files
            for row in read(file)
            if row["state"] in PUBLIC
        ]
        distinct = {one for text in texts for _, part in text.fields for one in sentences(part)}
        distinct |= {one for text in texts for passage in passages(prose(text)) for one in sentences(passage.text)}
        plain = [Text.plain(one, one) for one in sorted(distinct)]
        encoded = encode_all(plain, embedder, cache)
        self._known = {one: found.whole for one, found in encoded.items() if found.has_vectors}

    def write(self, *, now: datetime) -> None:
        """Write what is missing for every published text, and what the worker makes of all of them; commits."""
        model = encodings.wanted()
        number = db.session.scalar(sa.select(VectorCounter.number)) or 0
        query = (
            sa.select(Publication.id, Publication.kind, Version.id, Version.content)
            .join(Version, Version.id == Publication.published_version_id)
            .outerjoin(Vector, sa.and_(Vector.publication_id == Publication.id, Vector.model == model))
            .where(Vector.id.is_(None))
            .order_by(Publication.published_at, Publication.id)
        )
        rows = db.session.execute(query).all()
        for start in range(0, len(rows), TOGETHER):
            group = rows[start : start + TOGETHER]
            self._write_some(group, model, number + start)
            values = {"number": number + start + len(group), "encoding": model}
            db.session.execute(sa.update(VectorCounter).values(**values))
            db.session.commit()
        for step in (index.recalibrate, need_groups.refresh):
            step(model=model)
            db.session.commit()
        fairness_reports.refresh(now=now)
        db.session.commit()

    def _write_some(self, group: Sequence[sa.Row[uuid.UUID, str, uuid.UUID, Content]], model: str, number: int) -> None:
        nouns = sa.inspect(Publication).polymorphic_map
        vectors, remainders = [], []
        for seq, (id, kind, version_id, content) in enumerate(group, number + 1):
            text = text_of(id, nouns[kind].class_.questionnaire, content)
            digest = content_hash(text, self._embedder.name)
            blobs = dict(zip(("vectors", "terms"), self._encoded(text, kind).to_blobs(), strict=True))
            of_it = {"publication_id": id, "model": model, "content_hash": digest}
            vectors.append({**of_it, "kind": kind, "version_id": version_id, "seq": seq, **blobs})
            left = [self._mean(sentences(rest)) for rows in shortened(text) for rest in rows]
            stacked = np.stack(left).astype(np.float16) if left else np.zeros((0, self._dimension), np.float16)
            remainders.append({**of_it, "vectors": to_blob(stacked)})
        db.session.execute(sa.insert(Vector), vectors)
        db.session.execute(sa.insert(Remainder), remainders)

    def _encoded(self, text: Text, kind: str) -> Encoded:
        kept = prose(text)
        kept = kept if kept.fields else text
        parts = [self._mean(sentences(passage.text)) for passage in passages(kept)]
        whole = normalised(np.mean(parts, axis=0)[None, :])[0]
        rows = [whole, *parts] if len(parts) > 1 else [whole]
        asked = [self._mean(sentences(one.text)) for one in requirements(text)] if kind == "challenge" else []
        stacked = np.stack(asked).astype(np.float16) if asked else np.zeros((0, self._dimension), np.float16)
        terms = term_counts(kept.whole)
        return Encoded(np.stack(rows).astype(np.float16), terms, self._embedder.name, stacked)

    def _mean(self, said: Sequence[str]) -> Rows:
        """Return the unit mean of sentences' vectors, longer ones counting more; of one that is new, of all words."""
        weighted = np.stack([len(one.split()) * self._of(one) for one in said])
        mean: Rows = normalised(weighted.sum(axis=0, keepdims=True).astype(np.float32))[0]
        return mean

    def _of(self, sentence: str) -> Rows:
        """Return a sentence's vector; one with a title before it is known by what follows, a new one is encoded."""
        for one in (sentence, sentence.partition(": ")[2]):
            if one in self._known:
                return self._known[one]
        found: Rows = self._embedder.embed_passages([sentence])[0].astype(np.float32)
        self._known[sentence] = found
        return found

    @property
    def _dimension(self) -> int:
        return len(next(iter(self._known.values())))
