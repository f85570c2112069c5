"""Pledges: a council takes a rung of an interest list, leaves it, says what it would buy at which price, adds evidence.

A step is a new row; nothing rewrites one. Every change names the revision that its writer read: of two people who
change one pledge at once, the later is told and loses nothing. Letters of intent and commitments are the procurement
lead's to give and to take back.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, NotAllowed
from showcase.extensions import db
from showcase.models import Council, InterestList, Pledge, PledgeEvidence, PledgeStep
from showcase.models.interests import Rung
from showcase.models.rungs import ASKS, LABELS, QUANTITY_LABELS
from showcase.policies import Actor, Permission, can, require, visible_to
from showcase.services import audit, files, interest_messages, interests, pledge_rules
from showcase.services.pledge_rules import Demand, Said


class Moved(Conflict):
    """Someone changed the pledge since the writer read it."""

    def __init__(self, pledge: Pledge | None) -> None:
        stands = f" It now stands at: {LABELS[pledge.rung].lower()}." if pledge else ""
        super().__init__(
            f"A colleague changed this while you were writing.{stands} What you typed is still here, and not saved."
        )


def step(
    interest_list: InterestList,
    said: Said,
    *,
    revision: int,
    by: Actor,
    now: datetime,
    letter: files.Sent | None = None,
) -> Pledge:
    """Take a rung for the actor's council, or say something else there; `letter` goes to the evidence.

    `revision` is that of the pledge the person read, 0 when there was none.

    Raises:
        NotAllowed: the policy says no, or it is the procurement lead's to do.
        Moved: a colleague changed the pledge meanwhile.
        DomainError: the council cannot join, or something that the rung needs is missing.
    """
    interests.hold(interest_list)
    require(by, Permission.INTEREST_STEP, interest_list)
    pledge = _hold_own(interest_list, by)
    before = pledge.rung if pledge else None
    if (pledge.revision if pledge else 0) != revision:
        raise Moved(pledge)
    pledge_rules.check_lead(interest_list, said.rung, before, by)
    pledge_rules.check_way(interest_list, said, before, by)
    pledge_rules.check_said(said)
    pledge = pledge or _join(interest_list, by, now)
    if letter is not None:
        _keep_file(pledge, letter, "Letter of intent", pledge.revision + 1, by, now)
    if said.rung is Rung.LETTER:
        pledge_rules.check_letter(pledge)
    _append(pledge, said, by, now)
    audit.record(
        "pledge.stepped", pledge, by=by, interest_list=str(interest_list.id), before=before or "", after=said.rung.value
    )
    interest_messages.tell_of_step(pledge, before, by=by, now=now)
    return pledge


def state_demand(pledge: Pledge, demand: Demand, *, revision: int, by: Actor, now: datetime) -> None:
    """Say what the council would take at which price, when it could start and what it needs.

    Raises:
        NotAllowed: the policy says no, or it is the procurement lead's to do.
        Moved: a colleague changed the pledge meanwhile.
        DomainError: the schedule or the months contradict themselves.
    """
    _hold_for_change(pledge, revision, by)
    pledge_rules.check_demand(demand)
    pledge.schedule = sorted(
        ({"max_unit_price_pence": s["max_unit_price_pence"], "quantity": s["quantity"]} for s in demand.schedule),
        key=lambda each: -each["max_unit_price_pence"],
    )
    pledge.current_unit_cost_pence = demand.current_unit_cost_pence
    pledge.earliest, pledge.latest, pledge.needs = demand.earliest, demand.latest, list(demand.needs)
    _changed(pledge, now)
    audit.record("pledge.demand_stated", pledge, by=by, revision=pledge.revision)


def share(pledge: Pledge, *, is_named: bool, to_suppliers: bool, revision: int, by: Actor, now: datetime) -> None:
    """Say whether other members and suppliers see the council's name.

    Raises:
        NotAllowed: the policy says no.
        Moved: a colleague changed the pledge meanwhile.
    """
    interests.hold(pledge.interest_list)
    db.session.refresh(pledge)
    _require_own(pledge, by)
    if pledge.revision != revision:
        raise Moved(pledge)
    pledge.is_named, pledge.is_named_to_suppliers = is_named, to_suppliers
    _changed(pledge, now)
    audit.record("pledge.shared", pledge, by=by, members=is_named, suppliers=to_suppliers)


def add_evidence(pledge: Pledge, sent: files.Sent | None, description: str, *, by: Actor, now: datetime) -> None:
    """Add a file that supports the pledge. Evidence is never replaced.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the file cannot be taken.
    """
    require(by, Permission.INTEREST_STEP, pledge.interest_list)
    _require_own(pledge, by)
    _keep_file(pledge, sent, description.strip() or "Evidence", pledge.revision, by, now)
    audit.record("pledge.evidence_added", pledge, by=by)


# --- reading ----------------------------------------------------------------------------------------------------------


def find_own(interest_list: InterestList, *, by: Actor) -> Pledge | None:
    """Return the pledge of the actor's council, with its history and evidence; None when it has none."""
    return db.session.scalar(_own(interest_list, by).options(*_WITH_HISTORY))


def get(id: uuid.UUID, *, seen_by: Actor) -> Pledge | None:
    """Return a pledge with its history, if the viewer may read it."""
    return db.session.scalar(
        sa.select(Pledge).where(Pledge.id == id, visible_to(seen_by, Pledge)).options(*_WITH_HISTORY)
    )


def list_for(interest_list: InterestList, *, seen_by: Actor) -> Sequence[Pledge]:
    """Return the pledges of a list that the viewer may read, the firmest first, then by council."""
    query = (
        sa.select(Pledge)
        .join(Pledge.council)
        .where(Pledge.interest_list_id == interest_list.id, visible_to(seen_by, Pledge))
        .options(joinedload(Pledge.council), *_WITH_HISTORY)
        .order_by(Council.name, Council.id)
    )
    return sorted(db.session.scalars(query).unique(), key=lambda pledge: -pledge.rung.height)


def list_own(*, by: Actor) -> Sequence[Pledge]:
    """Return the pledges of the actor's council on lists that go on, those that close first first."""
    query = (
        sa.select(Pledge)
        .join(Pledge.interest_list)
        .where(Pledge.council_id == by.organisation_id, Pledge.rung != Rung.WITHDRAWN)
        .options(joinedload(Pledge.interest_list))
        .order_by(InterestList.closes_on, InterestList.title, Pledge.id)
    )
    return [pledge for pledge in db.session.scalars(query) if pledge.interest_list.takes_steps]


def rungs_open_to(actor: Actor, interest_list: InterestList, pledge: Pledge | None) -> list[Rung]:
    """Return the rungs that the actor can take for their council now, from the lowest."""
    if not can(actor, Permission.INTEREST_STEP, interest_list):
        return []
    is_lead = can(actor, Permission.INTEREST_BIND, interest_list)
    if pledge is not None and pledge.rung.is_binding and not is_lead:
        return []
    rungs = [rung for rung in Rung if is_lead or not rung.is_binding]
    if pledge is None or not pledge.is_in:
        rungs.remove(Rung.WITHDRAWN)
        return rungs if interest_list.takes_councils else []
    return rungs


def find_evidence(interest_list: InterestList, id: uuid.UUID, *, seen_by: Actor) -> PledgeEvidence | None:
    """Return a file of evidence if the viewer may read its pledge: one query, whether there is any or not."""
    return db.session.scalar(
        sa.select(PledgeEvidence)
        .join(PledgeEvidence.pledge)
        .where(PledgeEvidence.id == id, Pledge.interest_list_id == interest_list.id, visible_to(seen_by, Pledge))
    )


def entry_value(pledge: Pledge) -> dict[str, Any]:
    """Return what the last step said, to start the next form with."""
    last = pledge.steps[-1] if pledge.steps else None
    return {**last.answers, "quantity": last.quantity, "role": last.role, "authority": last.authority} if last else {}


_WITH_HISTORY = (
    selectinload(Pledge.steps).joinedload(PledgeStep.by),
    selectinload(Pledge.evidence).joinedload(PledgeEvidence.file),
    selectinload(Pledge.evidence).joinedload(PledgeEvidence.by),
)


# --- steps ------------------------------------------------------------------------------------------------------------


def _own(interest_list: InterestList, by: Actor) -> sa.Select[Pledge]:
    return sa.select(Pledge).where(Pledge.interest_list_id == interest_list.id, Pledge.council_id == by.organisation_id)


def _hold_own(interest_list: InterestList, by: Actor) -> Pledge | None:
    """Return the council's pledge as it is now; the list is held, so nobody else changes it before the commit."""
    return db.session.scalar(_own(interest_list, by).execution_options(populate_existing=True))


def _hold_for_change(pledge: Pledge, revision: int, by: Actor) -> None:
    interests.hold(pledge.interest_list)
    db.session.refresh(pledge)
    require(by, Permission.INTEREST_STEP, pledge.interest_list)
    _require_own(pledge, by)
    if pledge.rung.is_binding and not can(by, Permission.INTEREST_BIND, pledge.interest_list):
        raise NotAllowed(pledge_rules.LEAD_WORDS, permission=Permission.INTEREST_BIND)
    if not pledge.is_in:
        raise Conflict("Your council has left this list. Join it again first.")
    if pledge.revision != revision:
        raise Moved(pledge)


def _require_own(pledge: Pledge, by: Actor) -> None:
    if not by.is_council or pledge.council_id != by.organisation_id:
        raise NotAllowed


def _join(interest_list: InterestList, by: Actor, now: datetime) -> Pledge:
    """Make the row. The list is held, so nobody else of the council makes another."""
    pledge = Pledge(
        interest_list=interest_list,
        council_id=by.organisation_id,
        rung=Rung.WATCHING,
        revision=0,
        is_named=False,
        is_named_to_suppliers=False,
        schedule=[],
        needs=[],
        created_at=now,
        updated_at=now,
    )
    db.session.add(pledge)
    db.session.flush()
    return pledge


def _append(pledge: Pledge, said: Said, by: Actor, now: datetime) -> None:
    quantity = said.quantity if said.rung in QUANTITY_LABELS else None
    pledge.steps.append(
        PledgeStep(
            number=len(pledge.steps) + 1,
            rung=said.rung,
            quantity=quantity,
            answers={ask.name: said.answers[ask.name] for ask in ASKS[said.rung] if ask.name in said.answers}
            | ({"why": said.answers["why"]} if "why" in said.answers else {}),
            role=said.role.strip(),
            authority=said.authority,
            reason=said.reason.strip(),
            by_id=by.account_id,
            created_at=now,
        )
    )
    pledge.rung, pledge.quantity, pledge.remind_on, pledge.reminded_at = said.rung, quantity, said.remind_on, None
    _changed(pledge, now)


def _changed(pledge: Pledge, now: datetime) -> None:
    pledge.revision += 1
    pledge.updated_at = now
    db.session.flush()


def _keep_file(
    pledge: Pledge,
    sent: files.Sent | None,
    description: str,
    step_number: int,
    by: Actor,
    now: datetime,
) -> None:
    kept = files.keep(sent, by=by, now=now)
    pledge.evidence.append(
        PledgeEvidence(
            file=kept, step_number=step_number, description=description[:200], by_id=by.account_id, created_at=now
        )
    )
    db.session.flush()
