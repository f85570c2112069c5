"""Every published challenge against every published solution, for those who plan an event: who should meet whom.

The same ranking as on a challenge's page, with the weights in force, but for all challenges at once and seen by nobody
in particular: only what is published, by organisations that are active. Read one challenge after another, so that
memory does not grow with them.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from matching.encoding import Encoded
from matching.pairs import best_of_each
from matching.ranker import Ranker, Scored
from showcase.extensions import db
from showcase.models import Challenge, Organisation, Publication, Solution, Version
from showcase.services import encodings, index, ranking, weights

TOGETHER = 100
"""Challenges read from the database at a time."""
SPARE = 2
"""So many times the places asked for are ranked, because some solutions may be of firms that are suspended."""


@dataclass(frozen=True)
class Described:
    """One text as a list names it."""

    id: uuid.UUID
    title: str
    organisation: str


@dataclass(frozen=True)
class Best:
    """A challenge and the solutions that answer it best, best first, each with its score."""

    challenge: Described
    solutions: Sequence[tuple[Described, float]]


def count() -> int:
    """Return how many challenges there are to rank for."""
    return db.session.scalar(_all(Challenge).with_only_columns(sa.func.count()).order_by(None)) or 0


def best_of_each_challenge(*, top: int) -> Iterator[Best]:
    """Yield for every challenge that is indexed its best `top` solutions, oldest challenge first."""
    ranker = Ranker(index.live("solution", encodings.in_use()).collection, weights.in_force().weights)
    ids = db.session.scalars(_all(Challenge)).all()
    for start in range(0, len(ids), TOGETHER):
        part = ids[start : start + TOGETHER]
        encoded, described = ranking.encoded_of(part), _described(Challenge, part)
        queries: list[tuple[str, Encoded]] = [(str(id), encoded[id]) for id in part if id in encoded]
        for id, found in best_of_each(ranker, queries, SPARE * top):
            yield Best(described[uuid.UUID(id)], _active(found)[:top])


def _active(found: Sequence[Scored]) -> list[tuple[Described, float]]:
    known = _described(Solution, [uuid.UUID(one.id) for one in found])
    return [(known[uuid.UUID(one.id)], one.score) for one in found if uuid.UUID(one.id) in known]


def _all(kind: type[Publication]) -> sa.Select[uuid.UUID]:
    return (
        sa.select(kind.id)
        .join(Organisation, Organisation.id == kind.organisation_id)
        .where(ranking.is_matched())
        .order_by(kind.published_at, kind.id)
    )


def _described(kind: type[Publication], ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Described]:
    title = kind.listed_title()
    query = (
        sa.select(kind.id, title, Organisation.name)
        .join(Organisation, Organisation.id == kind.organisation_id)
        .join(Version, Version.id == kind.published_version_id)
        .where(kind.id.in_(ids), ranking.is_matched())
    )
    return {id: Described(id, title or "", name) for id, title, name in db.session.execute(query)}
