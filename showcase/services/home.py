"""What each person's start page says needs doing: one function per role, each a fixed number of statements.

The functions return plain values: what is listed was already found to be the reader's to see.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import (
    Challenge,
    Decision,
    Facet,
    Organisation,
    Publication,
    Response,
    Solution,
    StateChange,
)
from showcase.models.enums import ResponseState, State
from showcase.policies import PUBLIC, Actor, answers_for, visible_to
from showcase.policies.texts import is_scored_blind

SHOWN = 5
"""Things listed under one heading at most; the rest is behind its link."""
UNFINISHED = (State.DRAFT, State.CHANGES_REQUESTED, State.WITH_LEAD, State.IN_REVIEW)


@dataclass(frozen=True)
class Text:
    """A challenge statement or solution profile, as one line of a start page."""

    id: uuid.UUID
    kind: str
    title: str
    organisation: str
    since: datetime
    """Since when it has been in its state; when it was published, for the texts of others."""
    service_areas: Sequence[str] = ()
    """Ids of the vocabulary."""
    reason: str = ""
    """Which changes are asked for."""
    is_illustrative: bool = False


@dataclass(frozen=True)
class Answer:
    """A response to a challenge, as its council or its supplier sees it."""

    id: uuid.UUID
    challenge: str
    solution: str
    supplier: str
    state: ResponseState
    since: datetime
    reason: str


@dataclass(frozen=True)
class Work:
    """What an organisation has in hand, by state, oldest first; at most `SHOWN` of each, and how many there are."""

    texts: Mapping[State, Sequence[Text]]
    counts: Mapping[State, int]
    published: int
    """Texts that others can see."""

    def of(self, state: str) -> Sequence[Text]:
        """Return the texts in a state, by its value."""
        return self.texts.get(State(state), ())

    def count(self, state: str) -> int:
        """Return how many are in a state, by its value."""
        return self.counts.get(State(state), 0)


@dataclass(frozen=True)
class PublicHome:
    """What anyone sees."""

    open_challenges: int
    councils: int
    """Councils that have an open challenge."""
    newest: Sequence[Text]


@dataclass(frozen=True)
class OfficerHome:
    """What a council officer sees."""

    work: Work
    responses: Sequence[Answer]
    undecided: Sequence[Text]
    """Own open challenges for which nobody has decided on any match."""
    similar: Sequence[Text]
    """Open challenges of other councils in the services that this council's own open ones are about."""


@dataclass(frozen=True)
class SupplierHome:
    """What a supplier sees."""

    is_approved: bool
    is_suspended: bool
    work: Work
    responses: Sequence[Answer]
    service_areas: Sequence[str]
    """Of its solutions, whether published or not."""
    newest: Sequence[Text]
    """Open challenges in these areas; in any, when there are none yet."""


def for_public() -> PublicHome:
    """Return what anyone sees."""
    is_seen = sa.and_(visible_to(PUBLIC, Challenge), Challenge.kind == "challenge", *_open())
    counted = sa.select(sa.func.count(), sa.func.count(sa.distinct(Publication.organisation_id))).where(is_seen)
    challenges, councils = db.session.execute(counted).one()
    return PublicHome(challenges, councils, _newest(PUBLIC))


def for_officer(actor: Actor) -> OfficerHome:
    """Return what needs doing for the council that the actor acts for."""
    return OfficerHome(
        work=_work(Challenge, actor),
        responses=_answers(
            visible_to(actor, Response),
            Response.challenge.has(Challenge.organisation_id == actor.organisation_id),
            Response.state == ResponseState.RECEIVED,
        ),
        undecided=_undecided(actor),
        similar=_similar(actor),
    )


def for_supplier(actor: Actor) -> SupplierHome:
    """Return what needs doing for the supplier that the actor acts for."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    areas = _areas_of(actor)
    return SupplierHome(
        is_approved=organisation.approved_at is not None,
        is_suspended=organisation.suspended_at is not None,
        work=_work(Solution, actor),
        responses=_answers(Response.solution.has(Solution.organisation_id == actor.organisation_id)),
        service_areas=areas,
        newest=_newest(actor, _has_area(areas)) if areas else _newest(actor),
    )


# --- texts ------------------------------------------------------------------------------------------------------------


def _open() -> tuple[sa.ColumnElement[bool], ...]:
    return (Publication.published_version_id.is_not(None), Publication.closed_at.is_(None))


def _newest(seen_by: Actor, *conditions: sa.ColumnElement[bool]) -> list[Text]:
    query = (
        sa.select(Challenge)
        .where(visible_to(seen_by, Challenge), *_open(), *conditions)
        .options(joinedload(Challenge.organisation), joinedload(Challenge.published_version))
        .order_by(Challenge.published_at.desc(), Challenge.id)
        .limit(SHOWN)
    )
    return [_seen(row, seen_by) for row in db.session.scalars(query)]


def _seen(challenge: Challenge, seen_by: Actor) -> Text:
    """Return a published challenge as the viewer may see it."""
    answers = answers_for(seen_by, challenge, challenge.published_content)
    return Text(
        id=challenge.id,
        kind=challenge.kind,
        title=challenge.published_title,
        organisation=challenge.organisation.name,
        since=challenge.published_at or challenge.state_since,
        service_areas=tuple(answers.get("service_areas") or ()),
        is_illustrative=challenge.is_illustrative,
    )


def _undecided(actor: Actor) -> list[Text]:
    decided = sa.select(Decision.challenge_id).where(Decision.undone_at.is_(None))
    own = Challenge.organisation_id == actor.organisation_id
    return _newest(actor, own, Challenge.id.not_in(decided), sa.not_(is_scored_blind()))


def _similar(actor: Actor) -> list[Text]:
    own = sa.select(Challenge.id).where(Challenge.organisation_id == actor.organisation_id, *_open())
    areas = sa.select(Facet.value).where(Facet.name == "service_areas", Facet.publication_id.in_(own))
    return _newest(actor, Challenge.organisation_id != actor.organisation_id, _has_area(areas))


def _has_area(areas: Sequence[str] | sa.Select[str]) -> sa.ColumnElement[bool]:
    return Challenge.id.in_(
        sa.select(Facet.publication_id).where(Facet.name == "service_areas", Facet.value.in_(areas))
    )


def _areas_of(actor: Actor) -> list[str]:
    """Return the service areas of an organisation's texts in hand, most frequent first."""
    contents = db.session.scalars(
        sa.select(Publication.content).where(
            Publication.organisation_id == actor.organisation_id, Publication.state != State.ARCHIVED
        )
    )
    counts: dict[str, int] = {}
    for content in contents:
        for area in content.get("service_areas") or ():
            counts[area] = counts.get(area, 0) + 1
    return sorted(counts, key=lambda area: (-counts[area], area))


def _work(kind: type[Publication], actor: Actor) -> Work:
    own = Publication.organisation_id == actor.organisation_id
    rank = sa.func.row_number().over(partition_by=Publication.state, order_by=(Publication.state_since, Publication.id))
    ranked = sa.select(Publication.id, rank.label("place")).where(own, Publication.state.in_(UNFINISHED)).subquery()
    query = (
        sa.select(kind)
        .join(ranked, ranked.c.id == kind.id)
        .where(ranked.c.place <= SHOWN)
        .options(joinedload(kind.organisation))
        .order_by(kind.state_since, kind.id)
    )
    rows = db.session.scalars(query).all()
    reasons = _reasons([row.id for row in rows if row.state is State.CHANGES_REQUESTED])
    texts: dict[State, list[Text]] = {}
    for row in rows:
        texts.setdefault(row.state, []).append(_own(row, reasons))
    counted = sa.select(Publication.state, sa.func.count()).where(own, Publication.kind == kind.stored_as())
    counts = dict(db.session.execute(counted.group_by(Publication.state)).all())
    seen = sa.select(sa.func.count()).where(own, Publication.published_version_id.is_not(None))
    return Work(texts, counts, db.session.scalar(seen) or 0)


def _own(row: Publication, reasons: Mapping[uuid.UUID, str]) -> Text:
    return Text(
        id=row.id,
        kind=row.kind,
        title=row.title or f"{row.noun.capitalize()} without a title",
        organisation=row.organisation.name,
        since=row.state_since,
        reason=reasons.get(row.id, ""),
        is_illustrative=row.is_illustrative,
    )


def _reasons(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the last reason for which changes were asked, by publication."""
    query = (
        sa.select(StateChange.publication_id, StateChange.reason)
        .where(StateChange.publication_id.in_(ids), StateChange.to_state == State.CHANGES_REQUESTED)
        .order_by(StateChange.created_at, StateChange.id)
    )
    return dict(db.session.execute(query).all())


# --- responses --------------------------------------------------------------------------------------------------------


def _answers(*conditions: sa.ColumnElement[Any]) -> list[Answer]:
    """Return the responses that changed last."""
    query = (
        sa.select(Response)
        .where(*conditions)
        .options(
            joinedload(Response.challenge).joinedload(Challenge.published_version),
            joinedload(Response.solution).joinedload(Solution.published_version),
            joinedload(Response.solution).joinedload(Solution.organisation),
        )
        .order_by(Response.state_since.desc(), Response.id)
        .limit(SHOWN)
    )
    return [
        Answer(
            id=row.id,
            challenge=row.challenge.known_title,
            solution=row.solution.known_title,
            supplier=row.solution.organisation.name,
            state=row.state,
            since=row.state_since,
            reason=row.reason,
        )
        for row in db.session.scalars(query)
    ]
