"""Who may do what with interest lists and pledges, and the one place that decides which figures and names one reads.

Staff read what councils said as it stands. A council reads its own pledge, the names of members who agreed, and
snapshots. Suppliers read snapshots alone: what they see changes with a snapshot and with nothing else. Pages, files,
e-mails and charts all ask `figures_for` and `names_for`; no other code reads another council's pledge.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from showcase.models.interests import COUNTED, InterestList, Pledge, Rung, Snapshot
from showcase.policies.permissions import Permission
from showcase.policies.rules import (
    Actor,
    Rule,
    is_active_supplier,
    is_council,
    is_lead,
    is_staff,
)

was_opened = Rule("it was opened", lambda a, s: s.was_opened)
is_proposal = Rule("it waits for approval", lambda a, s: s.state == "proposed")
takes_steps = Rule("it takes steps", lambda a, s: s.takes_steps)
is_going_on = Rule("it has not ended", lambda a, s: not s.has_ended)
proposed_it = Rule(
    "proposed it",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.proposed_for_id,
)
is_own_pledge = Rule(
    "it is of the person’s own council",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.council_id,
)

TABLE: Mapping[Permission, Rule] = {
    Permission.INTEREST_LIST: is_staff | is_council | is_active_supplier,
    Permission.INTEREST_SEE: is_staff | proposed_it | (was_opened & (is_council | is_active_supplier)),
    Permission.INTEREST_PROPOSE: is_staff | is_council,
    Permission.INTEREST_EDIT: (is_staff & is_going_on) | (proposed_it & is_council & is_proposal),
    Permission.INTEREST_GIVE_UP: (is_staff | (proposed_it & is_council)) & is_proposal,
    Permission.INTEREST_MANAGE: is_staff,
    Permission.INTEREST_TAKE_PART: is_council & was_opened,
    Permission.INTEREST_STEP: is_council & takes_steps,
    Permission.INTEREST_BIND: is_council & is_lead & takes_steps,
    Permission.PLEDGE_SEE: is_staff | is_own_pledge,
}


def _visible_lists(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    own = InterestList.proposed_for_id == actor.organisation_id if actor.organisation_id else sa.false()
    is_let_in = (actor.is_council or actor.is_supplier) and actor.is_organisation_active
    return sa.or_(own, InterestList.opened_at.is_not(None) if is_let_in else sa.false())


def _visible_pledges(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    return Pledge.council_id == actor.organisation_id if actor.organisation_id else sa.false()


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    InterestList: _visible_lists,
    Pledge: _visible_pledges,
}


# --- figures and names ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """What is told of one rung."""

    rung: Rung
    councils: int
    quantity: int
    """In the list's unit."""


@dataclass(frozen=True)
class Figures:
    """What a viewer is told of a list's totals: of each rung by itself, never mixed."""

    figures: Sequence[Figure]
    """From the lowest rung; a rung of which nothing may be told is left out."""
    is_rounded: bool
    as_of: date | None
    """The day of the snapshot; None for figures as they stand now, or before there is a snapshot."""


def figures_for(actor: Actor, interest_list: InterestList) -> Figures:
    """Return the totals that the actor reads: staff those of now, exactly; all others those of the last snapshot."""
    if actor.is_staff:
        pledges = interest_list.pledges
        found = [_exact(rung, [p for p in pledges if p.rung is rung and p.is_counted]) for rung in COUNTED]
        return Figures([figure for figure in found if figure.councils], is_rounded=False, as_of=None)
    snapshot = last_snapshot(interest_list)
    if snapshot is None:
        return Figures((), is_rounded=True, as_of=None)
    told = [Figure(rung, **snapshot.figures[rung]) for rung in COUNTED if rung in snapshot.figures]
    return Figures(told, is_rounded=True, as_of=snapshot.taken_on)


def names_for(actor: Actor, interest_list: InterestList) -> Mapping[Rung | None, Sequence[str]]:
    """Return the names of members that the actor reads, by rung for staff and suppliers, under None for councils.

    Staff read all. A council reads itself and those that chose to be named to other members, without their rungs.
    Suppliers read, as of the last snapshot, the councils that agreed to it and have not taken that back.
    """
    if actor.is_staff:
        return _by_rung((pledge.rung, pledge.council.name) for pledge in interest_list.pledges if pledge.is_in)
    if actor.is_council:
        members = [
            pledge.council.name
            for pledge in interest_list.pledges
            if pledge.is_in and (pledge.is_named or pledge.council_id == actor.organisation_id)
        ]
        return {None: sorted(members)} if members else {}
    snapshot = last_snapshot(interest_list)
    agreed = {str(p.council_id): p.council.name for p in interest_list.pledges if p.is_named_to_suppliers}
    told = snapshot.names.items() if snapshot else ()
    return _by_rung((Rung(rung), agreed[id]) for rung, ids in told for id in ids if id in agreed)


def pledge_for(actor: Actor, interest_list: InterestList) -> Pledge | None:
    """Return the actor's own council's pledge; None when it has none."""
    if not actor.is_council or actor.organisation_id is None:
        return None
    return next((p for p in interest_list.pledges if p.council_id == actor.organisation_id), None)


def last_snapshot(interest_list: InterestList) -> Snapshot | None:
    """Return the snapshot that stands."""
    return interest_list.snapshots[-1] if interest_list.snapshots else None


def _exact(rung: Rung, pledges: Sequence[Pledge]) -> Figure:
    return Figure(rung, len(pledges), sum(pledge.quantity or 0 for pledge in pledges))


def _by_rung(named: Iterable[tuple[Rung, str]]) -> dict[Rung | None, Sequence[str]]:
    found: dict[Rung | None, list[str]] = {}
    for rung, name in named:
        found.setdefault(rung, []).append(name)
    return {rung: sorted(found[rung]) for rung in Rung if rung in found}
