"""Similar needs for people: lists and pages of what several councils describe.

The worker puts challenges together (`need_groups`), staff correct it (`need_decisions`), this shows the outcome. Only
what is published is read, so that a page shows everyone what anyone could put together by reading. Lists say of each
need what its `Summary` holds, which needs no text to be read.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from matching.encoding import Encoded
from matching.grouping import LEAST
from matching.likeness import Likeness, shared_passages, shared_terms
from matching.texts import Text, passages, term_counts, words_by_term
from showcase.extensions import db
from showcase.models import Challenge, Facet, Need, NeedMember, Organisation, Version
from showcase.policies import Actor, visible_to
from showcase.services import encodings, need_groups, ranking, reasons
from showcase.services.reasons import Segment

MOST_PASSAGES = 4
MOST_TERMS = 12
MOST_READ = 25
"""Challenges of a need whose passages are compared for its page."""

SURENESS = ((4.0, "Very sure"), (3.0, "Sure"), (LEAST, "Fairly sure"))
"""Least likeness of each word."""
LEVELS = tuple(least for least, _ in SURENESS)
UNTITLED = "A need without a published challenge"
BY_STAFF = "Put together by staff"
"""Said of a need whose challenges are less alike than any that the platform would join."""


@dataclass(frozen=True)
class Summary:
    """What a list says of a need, from the challenges that everyone may see."""

    need: Need
    title: str
    """The name that staff gave it, else the title of its central challenge."""
    challenges: Sequence[tuple[uuid.UUID, str]]
    """Id and title of each, the central one first, then the longest published."""
    councils: Sequence[str]
    """Names of the councils that describe it, in their order."""
    service_areas: Sequence[str]
    """Ids of the services that its challenges name, most named first."""
    is_illustrative: bool
    """Whether one of its texts came with the seeds."""

    @property
    def is_shared(self) -> bool:
        """Whether two or more published challenges describe it."""
        return len(self.challenges) >= 2

    @property
    def sureness(self) -> str:
        """In words how sure it is that its challenges describe one need; blank until that is measured."""
        if self.need.likeness is None or not self.is_shared:
            return ""
        return next((words for least, words in SURENESS if self.need.likeness >= least), BY_STAFF)


@dataclass(frozen=True)
class Shared:
    """What two challenges of a need both say."""

    left: Challenge
    right: Challenge
    said_left: Sequence[Segment]
    said_right: Sequence[Segment]


@dataclass(frozen=True)
class Content:
    """What the challenges of a need have in common."""

    shared: Sequence[Shared]
    terms: Sequence[str]
    """Words that at least half of them use, as one of them writes them."""


# --- reading ----------------------------------------------------------------------------------------------------------


def list_shared(*, seen_by: Actor, is_dismissed: bool = False) -> sa.Select[Need]:
    """Return the query for the needs that two or more published challenges describe, those of most councils first."""
    councils = sa.func.count(sa.distinct(Challenge.organisation_id))
    of_each = _published_members().with_only_columns(NeedMember.need_id, councils.label("councils"))
    shared = of_each.group_by(NeedMember.need_id).having(sa.func.count(NeedMember.id) >= 2).subquery()
    state = Need.dismissed_at.is_not(None) if is_dismissed else Need.dismissed_at.is_(None)
    return (
        sa.select(Need)
        .join(shared, shared.c.need_id == Need.id)
        .where(visible_to(seen_by, Need), state)
        .order_by(shared.c.councils.desc(), Need.created_at.desc(), Need.id)
    )


def find_for(challenge: Challenge, *, seen_by: Actor) -> Summary | None:
    """Return the need that a challenge shares with others, if it does and stands on the lists of the viewer."""
    its = sa.select(NeedMember.need_id).where(NeedMember.challenge_id == challenge.id).scalar_subquery()
    need = db.session.scalar(sa.select(Need).where(Need.id == its, visible_to(seen_by, Need)))
    found = summary_of(need) if need is not None and not need.is_dismissed else None
    return found if found is not None and found.is_shared else None


def summary_of(need: Need) -> Summary:
    """Return what a list says of one need."""
    return summaries([need])[need.id]


def summaries(found: Sequence[Need]) -> Mapping[uuid.UUID, Summary]:
    """Return what a list says of each of these needs, by id and in their order."""
    ids = [need.id for need in found]
    members = db.session.execute(
        _published_members()
        .with_only_columns(
            NeedMember.need_id,
            Challenge.id,
            Challenge.listed_title().label("title"),
            Challenge.is_illustrative,
            Challenge.organisation_id,
            Organisation.name,
        )
        .join(Version, Version.id == Challenge.published_version_id)
        .join(Need, Need.id == NeedMember.need_id)
        .where(NeedMember.need_id.in_(ids))
        .order_by(sa.case((Challenge.id == Need.central_id, 0), else_=1), Challenge.published_at, Challenge.id)
    ).all()
    areas = db.session.execute(
        _published_members()
        .with_only_columns(NeedMember.need_id, Facet.value)
        .join(Facet, sa.and_(Facet.publication_id == Challenge.id, Facet.name == "service_areas"))
        .where(NeedMember.need_id.in_(ids))
        .group_by(NeedMember.need_id, Facet.value)
        .order_by(sa.func.count().desc(), Facet.value)
    ).all()
    of_each = _by_need(members), _by_need(areas)
    return {need.id: _summary(need, *(rows.get(need.id, []) for rows in of_each)) for need in found}


def _by_need(rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.need_id, []).append(row)
    return found


def _summary(need: Need, members: Sequence[Any], areas: Sequence[Any]) -> Summary:
    title = members[0].title if members else ""
    return Summary(
        need,
        need.name or title or UNTITLED,
        [(row.id, row.title) for row in members],
        sorted({row.organisation_id: row.name for row in members}.values(), key=str.lower),
        [row.value for row in areas],
        any(row.is_illustrative for row in members),
    )


def challenges_of(need: Need) -> list[Challenge]:
    """Return its published challenges, the central one first, then the longest published."""
    found = [member.challenge for member in need.shown]
    return sorted(found, key=lambda c: (c.id != need.central_id, c.published_at or c.created_at, str(c.id)))


def content_of(need: Need) -> Content:
    """Return the passages and words that its published challenges share; empty until they are encoded."""
    read = challenges_of(need)[:MOST_READ]
    encoded = ranking.encoded_of([challenge.id for challenge in read])
    known = [(c, reasons.text_of(c), encoded[c.id]) for c in read if _is_of(encoded.get(c.id), reasons.text_of(c))]
    if len(known) < 2:
        return Content((), ())
    yardstick = need_groups.yardstick(encodings.in_use())
    terms = shared_terms(yardstick, [one.terms for _, _, one in known], MOST_TERMS)
    words: Mapping[str, str] = {t: w for _, text, _ in reversed(known) for t, w in words_by_term(text.whole).items()}
    shared = []
    for pair in shared_passages(Likeness(yardstick, [one for _, _, one in known]), MOST_PASSAGES):
        (left, left_text), (right, right_text) = (known[place][:2] for place in pair.texts)
        said = [_passage(text, place) for text, place in zip((left_text, right_text), pair.passages, strict=True)]
        both = set(term_counts(said[0])) & set(term_counts(said[1]))
        shared.append(Shared(left, right, *(reasons.segments(words_of, both) for words_of in said)))
    return Content(shared, [words[term] for term in terms])


def list_others(need: Need) -> list[Summary]:
    """Return the needs that staff could join with this one or move its challenges to, by title."""
    published = _published_members().where(NeedMember.need_id == Need.id).exists()
    query = sa.select(Need).where(Need.id != need.id, Need.joined_into_id.is_(None), published)
    found = summaries(db.session.scalars(query).all())
    return sorted(found.values(), key=lambda other: (other.title.lower(), str(other.need.id)))


def _published_members() -> sa.Select[Any]:
    return (
        sa.select(NeedMember)
        .join(Challenge, Challenge.id == NeedMember.challenge_id)
        .join(Organisation, Organisation.id == Challenge.organisation_id)
        .where(ranking.is_matched())
    )


def _is_of(encoded: Encoded | None, text: Text) -> bool:
    """Tell whether an encoding is of these words, not of a version before."""
    if encoded is None or not encoded.has_vectors:
        return False
    return len(encoded.passages) == max(1, len(passages(text))) and encoded.terms == term_counts(text.whole)


def _passage(text: Text, place: int) -> str:
    cut = passages(text)
    return cut[place].text if cut else text.whole
