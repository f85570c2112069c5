"""Interest lists: made by staff or proposed by a council, opened and closed by staff; found and read by others.

Every list starts as a proposal. Opening it shows it to councils and suppliers. What a list is made from (a challenge, a
need, a solution, a showcase, contracts) only fills in its first words and stays as a link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Council, InterestList, Pledge, PledgeEvidence
from showcase.models.interests import LEAST, ListState
from showcase.policies import Actor, Permission, can, require, visible_to
from showcase.services import audit, interest_messages
from showcase.services.paging import contains

PARTICULARS = (
    "title",
    "need",
    "scope",
    "service_area",
    "unit",
    "route",
    "asks",
    "asked_supplier",
    "wanted_from",
    "wanted_until",
    "term_months",
    "closes_on",
    "prices_close_at",
    "rules",
    "conditions",
    "must_haves",
    "lead_id",
    "runner_name",
    "runner_address",
    "runner_email",
    "runner_identifier",
    "runner_role",
)
"""What the form of a list asks."""
SOURCES = ("challenge_id", "need_id", "solution_id", "event_id", "origin")
"""What a list was made from; said once, when it is made."""
ENDED_WORDS = "This list has ended. Nothing about it can be changed any more."


@dataclass(frozen=True)
class Move:
    """A step of a list: from which states, into which."""

    sources: tuple[ListState, ...]
    target: ListState
    permission: Permission
    needs_reason: bool = False


MOVES: Mapping[str, Move] = {
    "open": Move((ListState.PROPOSED,), ListState.OPEN, Permission.INTEREST_MANAGE),
    "announce_closing": Move((ListState.OPEN,), ListState.CLOSING, Permission.INTEREST_MANAGE),
    "let_in_again": Move((ListState.CLOSING,), ListState.OPEN, Permission.INTEREST_MANAGE, needs_reason=True),
    "close": Move((ListState.OPEN, ListState.CLOSING), ListState.CLOSED, Permission.INTEREST_MANAGE),
    "withdraw": Move(
        (ListState.OPEN, ListState.CLOSING), ListState.WITHDRAWN, Permission.INTEREST_MANAGE, needs_reason=True
    ),
    "give_up": Move((ListState.PROPOSED,), ListState.WITHDRAWN, Permission.INTEREST_GIVE_UP, needs_reason=True),
}
"""Every step of a list by name."""


class Clash(Conflict):
    """Someone saved the particulars since the writer read them."""

    def __init__(self) -> None:
        super().__init__("Someone saved this list while you were writing. What you typed is still here, and not saved.")


def create(values: Mapping[str, Any], *, by: Actor, now: datetime) -> InterestList:
    """Make a list as a proposal: of the actor's council, or of staff.

    Raises:
        NotAllowed: the policy says no.
        DomainError: its dates contradict each other.
    """
    require(by, Permission.INTEREST_PROPOSE)
    _check(values)
    interest_list = InterestList(
        **{name: values[name] for name in (*PARTICULARS, *SOURCES) if name in values},
        state=ListState.PROPOSED,
        state_since=now,
        proposed_for_id=by.organisation_id if by.is_council else None,
        created_by_id=by.account_id,
        created_at=now,
        revision=1,
        least_councils=LEAST,
        least_changes=LEAST,
    )
    db.session.add(interest_list)
    db.session.flush()
    audit.record("interest_list.proposed", interest_list, by=by)
    interest_messages.tell_of_proposal(interest_list, by=by, now=now)
    return interest_list


def edit(interest_list: InterestList, values: Mapping[str, Any], *, revision: int, by: Actor, now: datetime) -> None:
    """Change the particulars of a list that stood at `revision` when the writer read it.

    Raises:
        NotAllowed: the policy says no.
        Clash: someone saved it meanwhile.
        DomainError: its dates contradict each other.
    """
    hold(interest_list)
    require(by, Permission.INTEREST_EDIT, interest_list)
    if interest_list.revision != revision:
        raise Clash
    _check(values)
    changed = [name for name in PARTICULARS if name in values and getattr(interest_list, name) != values[name]]
    for name in changed:
        setattr(interest_list, name, values[name])
    interest_list.revision += 1
    db.session.flush()
    audit.record("interest_list.edited", interest_list, by=by, answers=changed, revision=interest_list.revision)


def take(interest_list: InterestList, verb: str, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Take a step of `MOVES`; councils on the list are told, and whoever proposed it.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is not in a state that allows it.
        DomainError: a reason or something that opening needs is missing.
    """
    hold(interest_list)
    move, reason = MOVES[verb], reason.strip()
    if interest_list.state not in move.sources:
        raise Conflict(f"The list is {interest_list.state.value} by now. Reload the page to see what can be done.")
    require(by, move.permission, interest_list)
    if move.needs_reason and not reason:
        raise DomainError("Say why, so that those concerned know.")
    if verb == "open":
        _check_opening(interest_list, now)
        interest_list.opened_at = interest_list.opened_at or now
    before = interest_list.state
    interest_list.state, interest_list.state_since, interest_list.state_reason = move.target, now, reason
    db.session.flush()
    audit.record(
        f"interest_list.{verb}", interest_list, by=by, before=before.value, after=move.target.value, reason=reason
    )
    interest_messages.tell_of_move(interest_list, verb, by=by, now=now)


def protect(interest_list: InterestList, least_councils: int, least_changes: int, *, by: Actor) -> None:
    """Set how many councils a figure needs, and how many must change before it is renewed: five at least.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a number is below five.
    """
    require(by, Permission.INTEREST_MANAGE, interest_list)
    if min(least_councils, least_changes) < LEAST:
        raise DomainError(f"Neither number can be below {LEAST}: fewer councils would give one of them away.")
    interest_list.least_councils, interest_list.least_changes = least_councils, least_changes
    db.session.flush()
    audit.record("interest_list.protected", interest_list, by=by, councils=least_councils, changes=least_changes)


def moves_open_to(actor: Actor, interest_list: InterestList) -> list[str]:
    """Return the names of the steps that the actor can take now."""
    return [
        verb
        for verb, move in MOVES.items()
        if interest_list.state in move.sources and can(actor, move.permission, interest_list)
    ]


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What is looked for among lists; blank for anything."""

    words: str = ""
    states: Sequence[str] = ()
    service_areas: Sequence[str] = ()
    routes: Sequence[str] = ()


def search(wanted: Wanted, *, seen_by: Actor) -> sa.Select[InterestList]:
    """Return the query of the lists that the viewer may see and that fit, the newest first.

    The order depends on nothing that a council on a list does.
    """
    query = (
        sa.select(InterestList)
        .where(visible_to(seen_by, InterestList))
        .options(joinedload(InterestList.lead), joinedload(InterestList.proposed_for))
    )
    if wanted.words:
        query = query.where(
            sa.or_(contains(InterestList.title, wanted.words), contains(InterestList.need, wanted.words))
        )
    for column, values in (
        (InterestList.state, wanted.states),
        (InterestList.service_area, wanted.service_areas),
        (InterestList.route, wanted.routes),
    ):
        if values:
            query = query.where(column.in_(values))
    return query.order_by(sa.func.coalesce(InterestList.opened_at, InterestList.created_at).desc(), InterestList.id)


def list_from(source: str, id: object, *, seen_by: Actor) -> Sequence[InterestList]:
    """Return the lists made from one thing, named by its column in `SOURCES`, that the viewer may see."""
    column = getattr(InterestList, source)
    return db.session.scalars(search(Wanted(), seen_by=seen_by).where(column == id)).all()


def load_pledges(interest_list: InterestList, *, with_history: bool = False) -> None:
    """Read the pledges of a list with their councils in a few statements, instead of one a council."""
    pledges = selectinload(InterestList.pledges)
    evidence = pledges.selectinload(Pledge.evidence).joinedload(PledgeEvidence.file)
    history = [pledges.selectinload(Pledge.steps), evidence] if with_history else []
    db.session.scalars(
        sa.select(InterestList)
        .where(InterestList.id == interest_list.id)
        .options(pledges.joinedload(Pledge.council), selectinload(InterestList.snapshots), *history)
        .execution_options(populate_existing=True)
    ).one()


def list_lead_authorities(on: date) -> Sequence[Council]:
    """Return the councils in force on a day, which can lead a list, by name."""
    in_force = sa.and_(
        sa.or_(Council.starts_on.is_(None), Council.starts_on <= on),
        sa.or_(Council.ends_on.is_(None), Council.ends_on >= on),
    )
    return db.session.scalars(sa.select(Council).where(in_force).order_by(Council.name, Council.id)).all()


def hold(interest_list: InterestList) -> None:
    """Let nobody else change a list until the commit, and see it as it is now."""
    db.session.refresh(interest_list, with_for_update=True)


def _check(values: Mapping[str, Any]) -> None:
    first, last = values.get("wanted_from"), values.get("wanted_until")
    if first and last and last < first:
        raise DomainError("The latest start is before the earliest.")
    if values.get("route") == "shared-ask" and not values.get("asked_supplier"):
        raise DomainError("Name the supplier that the shared ask goes to.")


def _check_opening(interest_list: InterestList, now: datetime) -> None:
    if interest_list.closes_on is None:
        raise DomainError("Say until when councils can join, then open it.")
    if interest_list.closes_on <= now.date():
        raise DomainError("The closing date has passed. Set a later one, then open it.")
