"""Similar needs for people: lists and pages of what several councils describe.

The worker puts challenges together (`need_groups`), staff correct it (`need_decisions`), this shows the outcome. Only
what is published is read, so that a page shows everyone what anyone could put together by reading. Showcase tracks and
interest lists come through `list_shared`, `find_for`, `challenges_of`, `councils_of` and `title_of`.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from matching.encoding import Encoded
from matching.grouping import LEAST
from matching.likeness import Likeness, shared_passages, shared_terms
from matching.texts import Text, passages, term_counts, words_by_term
from showcase.extensions import db
from showcase.models import Challenge, Need, NeedMember, Organisation, Publication
from showcase.policies import Actor, Permission, can, visible_to
from showcase.services import encodings, need_groups, ranking, reasons
from showcase.services.reasons import Segment

MOST_PASSAGES = 4
MOST_TERMS = 12
MOST_READ = 25
"""Challenges of a need whose passages are compared for its page."""

SURENESS = ((4.0, "Very sure"), (3.0, "Sure"), (LEAST, "Fairly sure"))
"""Least likeness of each word."""
BY_STAFF = "Put together by staff"
"""Said of a need whose challenges are less alike than any that the platform would join."""


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
    councils = _count(sa.distinct(Publication.organisation_id))
    state = Need.dismissed_at.is_not(None) if is_dismissed else Need.dismissed_at.is_(None)
    return (
        sa.select(Need)
        .where(visible_to(seen_by, Need), state, _count(NeedMember.id) >= 2)
        .options(*Need.loaded_with())
        .order_by(councils.desc(), Need.created_at.desc(), Need.id)
    )


def find_for(challenge: Challenge, *, seen_by: Actor) -> Need | None:
    """Return the need that a challenge shares with others, if it does and the viewer may see it."""
    need = db.session.scalar(
        sa.select(Need)
        .join(NeedMember, NeedMember.need_id == Need.id)
        .where(NeedMember.challenge_id == challenge.id)
        .options(*Need.loaded_with())
    )
    if need is None or not need.is_shared or need.is_dismissed or not can(seen_by, Permission.NEED_SEE, need):
        return None
    return need


def challenges_of(need: Need) -> list[Challenge]:
    """Return its published challenges, the central one first, then the longest published."""
    found = [member.challenge for member in need.shown]
    return sorted(found, key=lambda c: (c.id != need.central_id, c.published_at or c.created_at, str(c.id)))


def councils_of(need: Need) -> list[Organisation]:
    """Return the councils that describe it, by name."""
    found = {challenge.organisation.id: challenge.organisation for challenge in challenges_of(need)}
    return sorted(found.values(), key=lambda organisation: organisation.name.lower())


def service_areas_of(need: Need) -> list[str]:
    """Return the ids of the services that its challenges name, most named first."""
    named = [
        area for challenge in challenges_of(need) for area in challenge.published_content.get("service_areas") or ()
    ]
    return sorted(set(named), key=lambda area: (-named.count(area), area))


def title_of(need: Need) -> str:
    """Return what it is called: the name that staff gave it, else the title of its central challenge."""
    first = next(iter(challenges_of(need)), None)
    return need.name or (first.published_title if first else "") or "A need without a published challenge"


def sureness_of(need: Need) -> str:
    """Return in words how sure it is that its challenges describe one need; blank until that is measured."""
    if need.likeness is None or not need.is_shared:
        return ""
    return next((words for least, words in SURENESS if need.likeness >= least), BY_STAFF)


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


def list_others(need: Need) -> list[Need]:
    """Return the needs that staff could join with this one or move its challenges to, by title."""
    query = (
        sa.select(Need)
        .where(Need.id != need.id, Need.joined_into_id.is_(None), _count(NeedMember.id) >= 1)
        .options(*Need.loaded_with())
    )
    return sorted(db.session.scalars(query), key=lambda other: (title_of(other).lower(), str(other.id)))


def _count(what: sa.ColumnElement[object] | sa.orm.InstrumentedAttribute[uuid.UUID]) -> sa.ScalarSelect[int]:
    """Return SQL that counts something of a need's published challenges."""
    return (
        sa.select(sa.func.count(what))
        .select_from(NeedMember)
        .join(Publication, Publication.id == NeedMember.challenge_id)
        .join(Organisation, Organisation.id == Publication.organisation_id)
        .where(NeedMember.need_id == Need.id, ranking.is_matched())
        .correlate(Need)
        .scalar_subquery()
    )


def _is_of(encoded: Encoded | None, text: Text) -> bool:
    """Tell whether an encoding is of these words, not of a version before."""
    if encoded is None or not encoded.has_vectors:
        return False
    return len(encoded.passages) == max(1, len(passages(text))) and encoded.terms == term_counts(text.whole)


def _passage(text: Text, place: int) -> str:
    cut = passages(text)
    return cut[place].text if cut else text.whole
