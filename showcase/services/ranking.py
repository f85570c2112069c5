"""The one way to rank: the ranker orders everything published, SQL decides what of it this viewer sees.

A query is an encoded text: the stored row of something published, or words encoded on the spot by the worker's model.
Where the model does not answer, words alone decide, and the order says so. Matches, similar needs and free-text search
all come through `order`; none of them can show what the policy does not.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from matching.collection import Collection
from matching.embedder import EmbedderUnavailable, Vectors
from matching.encoding import Encoded, encode, encode_challenges, parts
from matching.ranker import WORDS_ONLY, Judge, Ranker, Scored
from matching.remembering import Memory, RememberingEmbedder
from matching.remote import HttpEmbedder
from matching.texts import Text
from showcase.extensions import db, settings
from showcase.models import Challenge, Organisation, Publication, Vector, utc_now
from showcase.policies import Actor, visible_to
from showcase.services import encodings, index, vectors, weights

BEST = 200
"""How many places a list has at most, and how many SQL confirms at first."""
FURTHER = 4
"""By how much more is confirmed each time too few were left."""
MOST_CONFIRMED = 12_800
"""Where looking for more ends; what ranks below does not answer the query in any useful sense."""
SECONDS_FOR_MODEL = 2.0
DRAFTS = 200
"""Drafts that a process remembers the vectors of: some 50 kB each."""

BEING_INDEXED = "Being indexed: this can take a few seconds. Reload the page to see it with the newest words."


@dataclass(frozen=True)
class Query:
    """What is asked, in words and encoded."""

    text: Text
    encoded: Encoded
    notice: str = ""
    """For the page, where the answer is less than it could be."""


@dataclass(frozen=True)
class Place:
    """One text's place in the order."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    rank: int
    """1 for the best of all that the viewer may see, before filters."""
    score: float
    contributions: Mapping[str, float]


@dataclass(frozen=True)
class Order:
    """The best places, best first, with what is needed to explain them."""

    places: Sequence[Place]
    query: Query
    judge: Judge
    collection: Collection
    ranker: str
    """Model, ranker, ranker version and weights, as decisions keep them."""
    notices: tuple[str, ...]
    on: datetime
    """When it was made."""
    lexical_weight: float
    """How much words alone count of a full ranking."""

    def strength(self, place: Place) -> float:
        """Return a score on the scale of a full ranking, also where words alone could be weighed."""
        return place.score if self.judge.has_meaning else place.score / self.lexical_weight

    def encoded(self, id: uuid.UUID) -> Encoded | None:
        """Return what the ranking knows of one of its texts."""
        with self.collection.lock:
            return self.collection.get(str(id)) if str(id) in self.collection else None


def query_of(publication: Publication) -> Query:
    """Return a published text as a query, from its stored row."""
    text = vectors.text_of(publication.id, publication.questionnaire, publication.published_content)
    encoded = index.encoded(publication.id, encodings.in_use()) or encode([text], None)[0]
    return Query(text, encoded, "" if is_indexed(publication) else BEING_INDEXED)


_drafts = Memory(DRAFTS)
"""What the model made of drafts, by the id of the publication and the encoding."""


def query_from(text: Text, *, draft: Publication | None = None) -> Query:
    """Return a text that is not published as a query. Asks the worker's model, which may take a moment.

    A draft's pages are drawn at each step of its writing: the model is asked only for parts that are new.
    """
    url, encoding = settings().embedder_url, encodings.in_use()
    if not url or not text.whole.strip():
        return Query(text, encode_challenges([text], None)[0])
    model = HttpEmbedder(url, name=encodings.model_of(encoding), timeout=SECONDS_FOR_MODEL)
    key = f"{draft.id} {encoding}" if draft is not None else ""
    known = (_drafts.of(key) or _known_parts(draft, encoding)) if draft is not None else {}
    embedder = RememberingEmbedder(model, known)
    try:
        (encoded,) = encode_challenges([text], embedder)
    except EmbedderUnavailable:
        return Query(text, encode_challenges([text], None)[0], WORDS_ONLY)
    if draft is not None:
        _drafts.keep(key, embedder.asked)
    return Query(text, replace(encoded, model=encoding if encoded.has_vectors else ""))


def _known_parts(draft: Publication, encoding: str) -> dict[str, Vectors]:
    """Return the vectors of a challenge's published parts by their words: a new draft begins with the same."""
    if not isinstance(draft, Challenge) or not is_indexed(draft):
        return {}
    encoded = index.encoded(draft.id, encoding)
    rows, asked = parts(vectors.text_of(draft.id, draft.questionnaire, draft.published_content))
    if encoded is None or (len(encoded.vectors), len(encoded.requirements)) != (len(rows), len(asked)):
        return {}
    made = [row for group in (encoded.vectors, encoded.requirements) for row in group.astype(np.float32)]
    return dict(zip([*rows, *asked], made, strict=True))


def encoded_of(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Encoded]:
    """Return the stored rows of several texts, which know more than the index: what each challenge asks for."""
    model = encodings.in_use()
    rows = db.session.execute(
        sa.select(Vector.publication_id, Vector.vectors, Vector.terms).where(
            Vector.publication_id.in_(ids), Vector.model == model
        )
    )
    return {row.publication_id: Encoded.from_blobs(row.vectors, row.terms, model) for row in rows if row.vectors}


def is_indexed(publication: Publication) -> bool:
    """Tell whether the worker has seen the published version of a text."""
    known = sa.select(Vector.version_id).where(
        Vector.publication_id == publication.id, Vector.model == encodings.in_use()
    )
    return db.session.scalar(known) == publication.published_version_id


def order(
    kind: type[Publication],
    query: Query,
    *,
    seen_by: Actor,
    where: Sequence[sa.ColumnElement[bool]] = (),
    exclude: Sequence[uuid.UUID] = (),
    most: int = BEST,
) -> Order:
    """Order the published texts of a kind by how well they answer the query, as far as the viewer may see them.

    `where` filters without changing anyone's rank.
    """
    name = kind.stored_as()
    encoding = query.encoded.model or encodings.in_use()  # the query's own: another may come into use meanwhile
    live = index.live(name, encoding)
    fusion = weights.in_force(name)
    ranker = Ranker(live.collection, fusion.weights)
    left_out = {str(id) for id in exclude}
    ranking = ranker.rank(query.encoded, MOST_CONFIRMED, exclude=left_out)
    places: list[Place] = []
    for place in _confirmed(kind, ranking.matches, seen_by, where, first=min(BEST, FURTHER * most)):
        places.append(place)
        if len(places) == most:
            break
    described = weights.describe(encoding, ranking.ranker, live.version, fusion.number)
    notices = tuple(dict.fromkeys(notice for notice in (query.notice, ranking.notice) if notice))
    return Order(places, query, ranking.judge, live.collection, described, notices, utc_now(), fusion.weights.lexical)


def _confirmed(
    kind: type[Publication],
    ranked: Sequence[Scored],
    seen_by: Actor,
    where: Sequence[sa.ColumnElement[bool]],
    *,
    first: int,
) -> Iterator[Place]:
    """Yield the ranked texts that the viewer may see and that fit the filters; asks SQL for ever more at a time."""
    rank, start, size = 0, 0, first
    while start < len(ranked):
        part = ranked[start : start + size]
        known = _ask(kind, [uuid.UUID(scored.id) for scored in part], seen_by, where)
        for scored in part:
            row = known.get(uuid.UUID(scored.id))
            if row is None:
                continue
            rank += 1
            if row.is_wanted:
                yield Place(row.id, row.organisation_id, rank, scored.score, scored.contributions)
        start, size = start + size, size * FURTHER


def _ask(
    kind: type[Publication], ids: Sequence[uuid.UUID], seen_by: Actor, where: Sequence[sa.ColumnElement[bool]]
) -> Mapping[uuid.UUID, sa.Row[tuple[uuid.UUID, uuid.UUID, bool]]]:
    wanted = sa.case((sa.and_(sa.true(), *where), True), else_=False).label("is_wanted")
    query = (
        sa.select(kind.id, kind.organisation_id, wanted)
        .join(Organisation, Organisation.id == kind.organisation_id)
        .where(kind.id.in_(ids), is_matched(), visible_to(seen_by, kind))
    )
    return {row.id: row for row in db.session.execute(query)}


def is_matched() -> sa.ColumnElement[bool]:
    """Return the WHERE clause of what can be matched at all: published, by an organisation that is active."""
    return sa.and_(
        Publication.published_version_id.is_not(None),
        Organisation.approved_at.is_not(None),
        Organisation.suspended_at.is_(None),
    )
