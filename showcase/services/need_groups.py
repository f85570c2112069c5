"""Puts published challenges that describe the same need together: the worker's side of similar needs.

Nothing is notified; the worker compares. A challenge whose published version is encoded and not yet placed is placed
among those that stand, by `matching.grouping`; one that is no longer published leaves. All of it is worked out on a
view of the tables and written in one short transaction if that view still holds: killed half-way, nothing has happened.
What people decided comes in as fixed members and refusals and is never changed here.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.encoding import Encoded
from matching.grouping import GROUPING, Group, Item, join
from matching.likeness import Likeness, Yardstick, central
from showcase.extensions import db
from showcase.models import Challenge, Need, NeedMember, NeedRefusal, Publication, Vector, VectorCounter
from showcase.services import index
from showcase.services.vectors import LEXICAL
from showcase.transactions import writing

KIND = "challenge"


@dataclass(frozen=True)
class Member:
    """Where a challenge stands."""

    need_id: uuid.UUID
    version_id: uuid.UUID | None
    method: str
    is_fixed: bool


@dataclass(frozen=True)
class View:
    """What the tables say; two views are equal when nothing has changed between them."""

    method: str
    published: Mapping[uuid.UUID, uuid.UUID]
    """Version by challenge, of those that are published and encoded, oldest publication first."""
    gone: frozenset[uuid.UUID]
    """Members whose challenge is no longer published."""
    members: Mapping[uuid.UUID, Member]
    kept: frozenset[uuid.UUID]
    """Needs that people decided about."""
    apart: frozenset[tuple[uuid.UUID, uuid.UUID]]
    """(challenge, need) that people keep apart."""
    unmeasured: frozenset[uuid.UUID]
    """Needs whose members changed by other hands."""

    def is_placed(self, id: uuid.UUID) -> bool:
        """Tell whether the published version of a challenge was looked at in today's way."""
        member = self.members.get(id)
        return member is not None and (member.version_id, member.method) == (self.published[id], self.method)


@dataclass(frozen=True)
class Placed:
    """A group as it is to be, and what was measured of it."""

    group: Group
    central_id: uuid.UUID
    likeness: float


def refresh(*, model: str) -> int:
    """Place what is not placed and measure what changed; return how many needs are new or other than before."""
    if not db.session.scalar(_has_work(model)):
        db.session.rollback()
        return 0
    view = _view(db.session, model)
    db.session.rollback()
    placed = _work_out(view, model)
    db.session.rollback()
    with writing() as session:
        lock(session)
        if _view(session, model) != view:  # someone was quicker: the next round looks again
            return 0
        return _write(session, view, placed)


def count_uncompared(*, model: str) -> int:
    """Return how many published challenges cannot be compared, since they were read without the language model."""
    query = (
        sa.select(sa.func.count(Vector.id))
        .join(Challenge, Challenge.id == Vector.publication_id)
        .where(Vector.kind == KIND, Vector.model == model, Vector.version_id.is_not(None))
        .where(Vector.content_hash.startswith(LEXICAL))
    )
    return db.session.scalar(query) or 0


def forget_placing(*, by_people_too: bool = False) -> None:
    """Let the worker place every challenge anew; what people placed stays unless that is to go as well."""
    db.session.execute(sa.update(NeedMember).values(method=""))
    if by_people_too:
        db.session.execute(sa.update(NeedMember).values(is_fixed=False))
        db.session.execute(sa.delete(NeedRefusal))


def lock(session: Session) -> None:
    """Make all who change needs follow each other, until the commit."""
    session.execute(sa.update(VectorCounter).values(number=VectorCounter.number))


_yardsticks: "WeakKeyDictionary[sa.Engine, tuple[str, int, Yardstick]]" = WeakKeyDictionary()


def yardstick(model: str) -> Yardstick:
    """Return how alike challenges are by chance, from the frozen sample of the newest ranker version."""
    known = _yardsticks.get(db.engine)
    if known is None or known[:2] != (model, index.newest_version(KIND, model)):  # the sample is megabytes
        number, sample = index.frozen_sample(KIND, model)
        known = _yardsticks[db.engine] = (model, number, Yardstick.of(sample))
    return known[2]


# --- reading ----------------------------------------------------------------------------------------------------------


def _encoded(model: str) -> sa.Select[uuid.UUID, uuid.UUID | None]:
    """Return the query for the challenges whose published version is encoded, and for that version."""
    return (
        sa.select(Challenge.id, Challenge.published_version_id)
        .join(Vector, sa.and_(Vector.publication_id == Challenge.id, Vector.model == model))
        .where(Vector.version_id == Challenge.published_version_id, ~Vector.content_hash.startswith(LEXICAL))
    )


def _has_work(model: str) -> sa.Select[bool]:
    """Return the query that tells whether anything is to be placed, let go or measured."""
    is_placed = sa.and_(NeedMember.version_id == Challenge.published_version_id, NeedMember.method == _method(model))
    placing = (
        _encoded(model)
        .outerjoin(NeedMember, NeedMember.challenge_id == Challenge.id)
        .where(sa.or_(NeedMember.id.is_(None), NeedMember.version_id.is_(None), ~is_placed))
    )
    leaving = (
        sa.select(NeedMember.id)
        .join(Publication, Publication.id == NeedMember.challenge_id)
        .where(Publication.published_version_id.is_(None))
        .where(sa.or_(NeedMember.version_id.is_not(None), ~NeedMember.is_fixed))
    )
    return sa.select(sa.or_(placing.exists(), leaving.exists(), _unmeasured().exists()))


def _unmeasured() -> sa.Select[uuid.UUID]:
    return sa.select(Need.id).where(Need.likeness.is_(None), Need.joined_into_id.is_(None))


def _method(model: str) -> str:
    return f"{model}, {GROUPING}"


def _view(session: Session, model: str) -> View:
    published = session.execute(_encoded(model).order_by(Challenge.published_at, Challenge.id))
    rows = session.execute(
        sa.select(
            NeedMember.challenge_id,
            NeedMember.need_id,
            NeedMember.version_id,
            NeedMember.method,
            NeedMember.is_fixed,
            Publication.published_version_id.is_(None).label("is_gone"),
        ).join(Publication, Publication.id == NeedMember.challenge_id)
    ).all()
    kept = sa.select(Need.id).where(sa.or_(Need.name != "", Need.dismissed_at.is_not(None)))
    apart = session.execute(sa.select(NeedRefusal.challenge_id, NeedRefusal.need_id))
    return View(
        _method(model),
        {row.id: row.published_version_id for row in published},
        frozenset(row.challenge_id for row in rows if row.is_gone),
        {row.challenge_id: Member(row.need_id, row.version_id, row.method, row.is_fixed) for row in rows},
        frozenset(session.scalars(kept)) | {row.need_id for row in rows if row.is_fixed},
        frozenset((row.challenge_id, row.need_id) for row in apart),
        frozenset(session.scalars(_unmeasured())),
    )


def _work_out(view: View, model: str) -> list[Placed]:
    """Return every group as it is to be."""
    collection = index.live(KIND, model).collection
    with collection.lock:
        encoded = {id: collection.get(str(id)) for id in view.published if str(id) in collection}
    items, texts = _items(view, {id: one for id, one in encoded.items() if one.has_vectors})
    laid = Likeness(yardstick(model), texts)
    groups = join(
        items,
        laid.row,
        kept={str(id) for id in view.kept},
        apart={(str(challenge), str(need)) for challenge, need in view.apart},
    )
    place_of = {item.id: place for place, item in enumerate(items)}
    return [_measured(group, [place_of[id] for id in group.ids], laid) for group in groups if _is_new(view, group)]


def _items(view: View, encoded: Mapping[uuid.UUID, Encoded]) -> tuple[list[Item], list[Encoded]]:
    items = []
    for id in encoded:
        member = view.members.get(id)
        stands = member is not None and (member.is_fixed or view.is_placed(id))
        was = str(member.need_id) if member else None
        items.append(Item(str(id), was if stands else None, was))
    return items, list(encoded.values())


def _is_new(view: View, group: Group) -> bool:
    """Tell whether a group is other than what the tables say, or was not measured yet."""
    if group.key is None or uuid.UUID(group.key) in view.unmeasured:
        return True
    before = {id for id, member in view.members.items() if str(member.need_id) == group.key}
    ids = [uuid.UUID(id) for id in group.ids]
    return set(ids) != before or not all(view.is_placed(id) for id in ids)


def _measured(group: Group, places: Sequence[int], laid: Likeness) -> Placed:
    middle, likeness = central([laid.row(place)[places] for place in places])
    return Placed(group, uuid.UUID(group.ids[middle]), round(likeness, 2))


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(session: Session, view: View, placed: Sequence[Placed]) -> int:
    rows = {member.challenge_id: member for member in session.scalars(sa.select(NeedMember))}
    moved: dict[uuid.UUID, uuid.UUID] = {}
    for one in placed:
        need = _need(session, one.group.key)
        need.central_id, need.likeness = one.central_id, one.likeness
        for id in map(uuid.UUID, one.group.ids):
            row = rows.get(id)
            if row is None:
                row = NeedMember(challenge_id=id)
                session.add(row)
            elif row.need_id != need.id:
                moved[row.need_id] = need.id
            row.need_id, row.version_id, row.method = need.id, view.published[id], view.method
    for id in view.gone & rows.keys():
        if rows[id].is_fixed:
            rows[id].version_id = None
        else:
            session.delete(rows[id])
    session.flush()
    _tidy(session, view, moved)
    return len(placed) + len(view.gone)


def _need(session: Session, key: str | None) -> Need:
    need = session.get(Need, uuid.UUID(key)) if key else None
    if need is None:
        need = Need()
        session.add(need)
        session.flush()
    return need


def _tidy(session: Session, view: View, moved: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """See to needs without a published challenge: they lead to where theirs went, or go if people said nothing."""
    touched = view.unmeasured | set(moved) | {view.members[id].need_id for id in view.gone}
    full = set(session.scalars(sa.select(NeedMember.need_id).where(NeedMember.need_id.in_(touched))))
    for need in session.scalars(sa.select(Need).where(Need.id.in_(touched))):
        if need.id in full or need.id in view.kept:
            need.likeness = need.likeness or 0.0
        elif need.id in moved:
            need.joined_into_id = moved[need.id]
        else:
            session.delete(need)
