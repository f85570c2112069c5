"""What staff decide about needs: joined, divided, moved, named, dismissed; each is recorded, and outlasts the worker.

A challenge that a person placed is fixed: nothing but a person moves it. What it was taken out of is refused for it
from then on. The later word replaces the earlier. What was measured of a need is cleared, and measured by the worker.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Need, NeedMember, NeedRefusal
from showcase.policies import Actor, Permission, require
from showcase.services import audit, need_groups

MOST_NAME = 200
"""Characters of a name."""


def rename(need: Need, name: str, *, by: Actor) -> None:
    """Name a need, or let it go by its central challenge's title again with a blank name.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the name is too long.
    """
    require(by, Permission.NEED_ARRANGE, need)
    name = " ".join(name.split())
    if len(name) > MOST_NAME:
        raise DomainError(f"A name has at most {MOST_NAME} characters.")
    audit.record("need.renamed", need, by=by, before=need.name, after=name)
    need.name = name
    db.session.flush()


def divide(need: Need, challenge_ids: Sequence[uuid.UUID], *, by: Actor, now: datetime) -> Need:
    """Take challenges out of a need into a need of their own, and return that; the two stay apart.

    Raises:
        NotAllowed: the policy says no.
        DomainError: none of its challenges is named, or all are.
        Conflict: a challenge is no longer in it.
    """
    going = _going(need, challenge_ids, by)
    staying = [member for member in need.members if member not in going]
    if not staying:
        raise DomainError("Leave at least one challenge where it is.")
    made = Need(created_at=now)
    db.session.add(made)
    db.session.flush()
    _move(going, need, made)
    _refuse([member.challenge_id for member in staying], made)
    _record("need.divided", need, going, by, into=str(made.id))
    return made


def move(need: Need, challenge_ids: Sequence[uuid.UUID], target: Need, *, by: Actor) -> None:
    """Move challenges from one need to another, where they stay together with those that are there.

    Raises:
        NotAllowed: the policy says no.
        DomainError: none of its challenges is named.
        Conflict: a challenge is no longer in it.
    """
    require(by, Permission.NEED_ARRANGE, target)
    going = _going(need, challenge_ids, by)
    if target.id == need.id:
        raise DomainError("Choose another need to move them to.")
    if len(going) == len(need.members):
        join(target, need, by=by)
        return
    for member in target.members:
        member.is_fixed = True
    _move(going, need, target)
    _record("need.moved", need, going, by, into=str(target.id))


def join(need: Need, other: Need, *, by: Actor) -> None:
    """Join another need into this one: all challenges of both stay together, and the other's address leads here.

    Raises:
        NotAllowed: the policy says no.
        DomainError: they are one and the same.
    """
    require(by, Permission.NEED_ARRANGE, need)
    require(by, Permission.NEED_ARRANGE, other)
    if need.id == other.id:
        raise DomainError("Choose another need to join with this one.")
    _hold(need, other)
    going = list(other.members)
    for member in (*need.members, *going):
        member.is_fixed = True
    everyone = [member.challenge_id for member in (*need.members, *going)]
    db.session.execute(
        sa.delete(NeedRefusal).where(
            NeedRefusal.need_id.in_([need.id, other.id]), NeedRefusal.challenge_id.in_(everyone)
        )
    )
    kept = db.session.scalars(sa.select(NeedRefusal.challenge_id).where(NeedRefusal.need_id == other.id)).all()
    _refuse(kept, need)
    for member in going:
        member.need = need
    earlier = sa.update(Need).where(Need.joined_into_id == other.id).values(joined_into_id=need.id)
    db.session.execute(earlier)
    other.joined_into_id, need.likeness = need.id, None
    need.name = need.name or other.name
    _record("need.joined", need, going, by, other=str(other.id))


def dismiss(need: Need, reason: str, *, by: Actor, now: datetime) -> None:
    """Take a need off the lists that others see.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a reason is missing.
        Conflict: it is off them already.
    """
    require(by, Permission.NEED_ARRANGE, need)
    if not reason.strip():
        raise DomainError("Say why, so that colleagues know.")
    if need.is_dismissed:
        raise Conflict("A colleague has dismissed it already.")
    need.dismissed_at, need.dismissed_because = now, reason.strip()
    audit.record("need.dismissed", need, by=by, reason=reason.strip())
    db.session.flush()


def restore(need: Need, *, by: Actor) -> None:
    """Put a dismissed need back on the lists.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is on them already.
    """
    require(by, Permission.NEED_ARRANGE, need)
    if not need.is_dismissed:
        raise Conflict("It is on the lists already.")
    need.dismissed_at, need.dismissed_because = None, ""
    audit.record("need.restored", need, by=by)
    db.session.flush()


def _going(need: Need, challenge_ids: Sequence[uuid.UUID], by: Actor) -> list[NeedMember]:
    require(by, Permission.NEED_ARRANGE, need)
    _hold(need)
    going = [member for member in need.members if member.challenge_id in set(challenge_ids)]
    if not challenge_ids:
        raise DomainError("Choose at least one challenge.")
    if len(going) != len(set(challenge_ids)):
        raise Conflict("A challenge is no longer in this need: it may have been changed meanwhile. Look again.")
    return going


def _hold(*needs: Need) -> None:
    """Let nobody else change needs until the commit, and see these as they are now."""
    need_groups.lock(db.session)
    for need in needs:
        db.session.refresh(need, ["members"])


def _move(going: Sequence[NeedMember], need: Need, target: Need) -> None:
    ids = [member.challenge_id for member in going]
    refusals = sa.delete(NeedRefusal).where(NeedRefusal.need_id == target.id, NeedRefusal.challenge_id.in_(ids))
    db.session.execute(refusals)
    _refuse(ids, need)
    for member in going:
        member.need, member.is_fixed = target, True
    need.likeness, target.likeness = None, None


def _refuse(challenge_ids: Sequence[uuid.UUID], need: Need) -> None:
    """Keep challenges from being placed in a need again."""
    known = set(db.session.scalars(sa.select(NeedRefusal.challenge_id).where(NeedRefusal.need_id == need.id)))
    db.session.add_all(NeedRefusal(challenge_id=id, need_id=need.id) for id in challenge_ids if id not in known)


def _record(action: str, need: Need, going: Sequence[NeedMember], by: Actor, **details: Any) -> None:
    db.session.flush()
    moved = [str(member.challenge_id) for member in going]
    audit.record(action, need, by=by, session=None, challenges=moved, **details)
