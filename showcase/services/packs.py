"""The recommendation pack of a list: what staff write in it, and when the lead authority reads it.

There is one pack for a list. Staff write its recommendation, risks, engagement and the particulars of a notice; all
else is read from where it is kept (`pack_content`). Once they share it the lead authority reads its own edition.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from showcase.errors import Conflict
from showcase.extensions import db
from showcase.models import Account, InterestList, Membership, Pack, Plan
from showcase.models.prices import NOTICE
from showcase.policies import Actor, Permission, can, require, visible_to
from showcase.services import audit, interests, messages, pack_notice

WORDS = ("recommendation", "risks", "engagement")


def start(interest_list: InterestList, *, by: Actor, now: datetime) -> Pack:
    """Return the pack of a list, made when there is none yet.

    Raises:
        NotAllowed: the policy says no.
    """
    interests.hold(interest_list)
    require(by, Permission.PACK_MAKE, interest_list)
    pack = db.session.scalar(sa.select(Pack).where(Pack.interest_list_id == interest_list.id))
    if pack is None:
        pack = Pack(interest_list=interest_list, updated_at=now, created_at=now, notice={})
        db.session.add(pack)
        db.session.flush()
        audit.record("pack.started", pack, by=by)
    return pack


def find(interest_list: InterestList, *, seen_by: Actor) -> Pack | None:
    """Return the pack of a list, if there is one that the viewer may read."""
    pack = db.session.scalar(sa.select(Pack).where(Pack.interest_list_id == interest_list.id))
    return pack if pack is not None and can(seen_by, Permission.PACK_SEE, pack) else None


def find_many(interest_lists: Iterable[InterestList], *, seen_by: Actor) -> Mapping[UUID, Pack]:
    """Return the packs of lists that the viewer may read, by the list's id."""
    ids = {interest_list.id for interest_list in interest_lists}
    query = sa.select(Pack).where(Pack.interest_list_id.in_(ids), visible_to(seen_by, Pack))
    return {pack.interest_list_id: pack for pack in db.session.scalars(query)}


def save(
    pack: Pack,
    words: Mapping[str, str],
    notice: Mapping[str, str],
    plan: Plan | None,
    *,
    revision: int,
    by: Actor,
    now: datetime,
) -> None:
    """Keep what staff write, and which plan the pack compares.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone saved it since the writer read it.
    """
    db.session.refresh(pack, with_for_update=True)
    require(by, Permission.PACK_EDIT, pack)
    if pack.revision != revision:
        raise Conflict("Someone saved this pack while you were writing. What you typed is still here, and not saved.")
    known = {ask.name for ask in pack_notice.ASKS}
    kept = {name: text for name, text in notice.items() if name in known and text}
    changed = [name for name in WORDS if getattr(pack, name) != words[name]]
    changed += [name for name in sorted(known) if pack.notice.get(name, "") != kept.get(name, "")]
    for name in WORDS:
        setattr(pack, name, words[name])
    pack.notice, pack.plan, pack.updated_at = kept, plan, now
    pack.revision += 1
    db.session.flush()
    audit.record("pack.saved", pack, by=by, answers=changed, revision=pack.revision)


def share(pack: Pack, *, by: Actor, now: datetime) -> None:
    """Let the lead authority read its edition of the pack, and tell its people.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is shared already, there is no lead authority, or its plan is not shared.
    """
    db.session.refresh(pack, with_for_update=True)
    require(by, Permission.PACK_EDIT, pack)
    if pack.is_shared:
        raise Conflict("The lead authority reads this pack already.")
    if pack.interest_list.lead_id is None:
        raise Conflict("The list names no lead authority. Name one first.")
    if pack.plan is not None and not pack.plan.is_shared:
        raise Conflict("Share the plan with its councils first: then it is settled which totals may be told.")
    pack.shared_at = now
    db.session.flush()
    audit.record("pack.shared", pack, by=by)
    _tell(pack, now)


def plans_to_choose(interest_list: InterestList) -> list[Plan]:
    """Return the plans that have an answer, the newest first."""
    query = sa.select(Plan).where(Plan.interest_list_id == interest_list.id).order_by(Plan.number.desc())
    return [plan for plan in db.session.scalars(query) if plan.solve.answer is not None]


def _tell(pack: Pack, now: datetime) -> None:
    title = pack.interest_list.title
    body = f"The recommendation pack of the interest list “{title}” is ready for the lead authority to read."
    people = db.session.scalars(
        sa.select(Account)
        .join(Membership)
        .where(Membership.organisation_id == pack.interest_list.lead_id, Account.deactivated_at.is_(None))
        .order_by(Account.email)
    )
    for account in people:
        text = f"{body}\n\n{NOTICE}\n\n{messages.link(f'/packs/{pack.id}')}"
        messages.queue(
            account.email, f"Recommendation pack: {title}", text, now=now, key=f"pack:{pack.id}:{account.id}"
        )
