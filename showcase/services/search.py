"""Free-text search over everything a viewer may see: what is published by meaning and words, the rest by words alone.

What is published comes through `ranking.order`, cut where texts no longer answer what was asked. Organisations and
titles are found as they are typed. Texts that others cannot see yet (own drafts, what staff review) have no vectors;
they are compared by their words and listed apart.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from matching.texts import Text, term_counts
from showcase.extensions import db
from showcase.models import Challenge, Organisation, Publication, Solution, Vector, Version
from showcase.models.enums import State
from showcase.policies import Actor, visible_to
from showcase.services import encodings, filters, ranking, reasons, vectors
from showcase.services.filters import Chosen
from showcase.services.paging import Page, contains
from showcase.services.ranking import Order, Place, Query
from showcase.services.reasons import Segment

KINDS: Mapping[str, type[Publication]] = {"challenge": Challenge, "solution": Solution}
PAGE_SIZE = 20
MOST_UNPUBLISHED = 200
MOST_NAMED = 2_000
"""Texts of all kinds that are read of those whose title or organisation holds the words."""

LEAST_COVERAGE = 0.5
"""A text is found that has at least this share of the words asked for, rare ones weighing more,"""
LEAST_SCORE = 2.0
"""or that is so far above the average in meaning, in spreads."""


@dataclass(frozen=True)
class Result:
    """One text that was found."""

    publication: Publication
    title: Sequence[Segment]
    snippet: Sequence[Segment]
    """The passage that says most of what was asked for, with these words marked."""
    is_working_text: bool = False
    """Whether it is a text that others cannot see, or not yet."""


@dataclass(frozen=True)
class Found:
    """What a search found."""

    page: Page[Result]
    unpublished: Sequence[Result]
    """Drafts and texts in review, on the first page only."""
    notices: tuple[str, ...]


def search(words: str, *, seen_by: Actor, kind: str = "", chosen: Chosen | None = None, number: int = 1) -> Found:
    """Return a page of what answers the words best among all that the viewer may see; of one kind if it is named."""
    query = _query(words)
    kinds = [KINDS[kind]] if kind in KINDS else list(KINDS.values())
    found: list[Place] = []
    notices: dict[str, None] = {}
    named = _named(kinds, words, seen_by, chosen or Chosen())
    for model in kinds:
        order, places = _places(model, named.values(), query, seen_by, chosen or Chosen())
        found += places
        notices |= dict.fromkeys(order.notices)
    found.sort(key=_by_score)
    last = max(1, -(-len(found) // PAGE_SIZE))
    number = min(max(1, number), last)
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    wanted = _marked(query)
    loaded = _load(place.id for place in shown)
    results = [_result(loaded[place.id], wanted) for place in shown]
    apart = [] if number > 1 or chosen else _unpublished(kinds, words, query, seen_by)
    return Found(Page(results, number, last, len(found)), apart, tuple(notices))


def find_ids(kind: type[Publication], words: str, *, seen_by: Actor) -> list[uuid.UUID]:
    """Return the ids of those published texts of a kind that answer the words and the viewer may see, best first."""
    named = _named([kind], words, seen_by, Chosen())
    _, places = _places(kind, named.values(), _query(words), seen_by, Chosen())
    return [place.id for place in sorted(places, key=_by_score)]


# --- what is published ------------------------------------------------------------------------------------------------

NAMED = 1_000.0
"""Added to the score of a text whose title or organisation is named by the words: it comes first."""


def _query(words: str) -> Query:
    return ranking.query_from(Text.plain("search", words))


def _places(
    kind: type[Publication],
    found: Iterable[sa.Row[uuid.UUID, uuid.UUID, str]],
    query: Query,
    seen_by: Actor,
    chosen: Chosen,
) -> tuple[Order, list[Place]]:
    """Return the order and those of its places that answer the words or were found by title or organisation."""
    order = ranking.order(kind, query, seen_by=seen_by, where=filters.conditions(kind, chosen))
    named = dict([(row.id, row.organisation_id) for row in found if row.kind == kind.stored_as()][: ranking.BEST])
    weight = {term: order.judge.term_weight(term) for term in query.encoded.terms}
    covered = order.collection.covered((str(place.id) for place in order.places), weight)
    kept = [
        Place(place.id, place.organisation_id, place.rank, NAMED + place.score, place.contributions)
        if place.id in named
        else place
        for place in order.places
        if place.id in named
        or (order.judge.has_meaning and place.score >= LEAST_SCORE)
        or covered.get(str(place.id), 0.0) >= LEAST_COVERAGE
    ]
    absent = named.keys() - {place.id for place in kept}
    kept += [Place(id, named[id], 0, NAMED - 1, {}) for id in sorted(absent)]
    return order, kept


def _coverage(weight: Mapping[str, float], terms: Mapping[str, int]) -> float:
    total = sum(weight.values())
    return sum(share for term, share in weight.items() if term in terms) / total if total else 0.0


def _named(
    kinds: Sequence[type[Publication]], words: str, seen_by: Actor, chosen: Chosen
) -> dict[uuid.UUID, sa.Row[uuid.UUID, uuid.UUID, str]]:
    """Return id, organisation and kind of the texts whose published title or organisation's name holds the words.

    Asks for titles and for names apart, each in one table: as one condition on both, all there is would be joined.
    """
    titled = sa.select(Version.id).where(contains(Publication.listed_title(), words.strip()))
    named = sa.select(Organisation.id).where(contains(Organisation.name, words.strip()))
    fitting = [sa.and_(Publication.kind == kind.stored_as(), *filters.conditions(kind, chosen)) for kind in kinds]
    seen = (
        sa.select(Publication.id, Publication.organisation_id, Publication.kind)
        .join(Organisation, Organisation.id == Publication.organisation_id)
        .where(ranking.is_matched(), visible_to(seen_by, Publication), sa.or_(*fitting))
        .limit(MOST_NAMED)
    )
    holding = (Publication.published_version_id.in_(titled), Publication.organisation_id.in_(named))
    return {row.id: row for each in holding for row in db.session.execute(seen.where(each))}


def _by_score(place: Place) -> tuple[float, uuid.UUID]:
    return (-place.score, place.id)


def _marked(query: Query) -> dict[str, float]:
    """Return the stems to mark, each weighing the same: which of them are rare was settled by the ranking."""
    return dict.fromkeys(query.encoded.terms, 1.0)


def _load(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Publication]:
    query = (
        sa.select(Publication)
        .where(Publication.id.in_(list(ids)))
        .options(joinedload(Publication.published_version), joinedload(Publication.organisation))
    )
    return {found.id: found for found in db.session.scalars(query)}


def _result(publication: Publication, wanted: Mapping[str, float]) -> Result:
    text = reasons.text_of(publication)
    return Result(publication, reasons.segments(publication.published_title, wanted), reasons.snippet(text, wanted))


# --- what is not ------------------------------------------------------------------------------------------------------


def _unpublished(kinds: Sequence[type[Publication]], words: str, query: Query, seen_by: Actor) -> list[Result]:
    """Return the texts without a row of their published version that have the words, last changed first.

    What is published waits for its row for seconds, so the newest are enough to look at.
    """
    model = encodings.in_use()
    newest = (
        sa.select(Publication.id)
        .where(Publication.published_version_id.is_not(None))
        .order_by(Publication.published_at.desc())
        .limit(MOST_UNPUBLISHED)
        .subquery()
    )
    is_read = sa.select(Vector.id).where(Vector.publication_id == newest.c.id, Vector.model == model).exists()
    waiting = db.session.scalars(sa.select(newest.c.id).where(~is_read)).all()
    rows = db.session.scalars(
        sa.select(Publication)
        .where(
            visible_to(seen_by, Publication),
            Publication.kind.in_([kind.stored_as() for kind in kinds]),
            Publication.state != State.ARCHIVED,
            sa.or_(Publication.published_version_id.is_(None), Publication.id.in_(waiting)),
        )
        .options(joinedload(Publication.organisation))
        .order_by(Publication.updated_at.desc(), Publication.id)
        .limit(MOST_UNPUBLISHED)
    )
    wanted = _marked(query)
    found = []
    for row in rows:
        title = (row.published_title if row.is_visible else row.title) or "Untitled"
        text = vectors.text_of(row.id, row.questionnaire, row.published_content if row.is_visible else row.content)
        if _coverage(wanted, term_counts(text.whole)) >= LEAST_COVERAGE or words.strip().lower() in title.lower():
            found.append(Result(row, reasons.segments(title, wanted), reasons.snippet(text, wanted), True))
    return found
