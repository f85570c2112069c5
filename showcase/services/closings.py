"""How a list ended: whether and how its councils went to market, the price reached, savings claimed and confirmed.

Staff record it, which closes the list. What a council saves is claimed from the price reached and what it paid before,
for councils that stood at commitment; its procurement lead confirms or corrects its own figure, and no other council
sees it.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Account, Closing, InterestList, MarketRoute, Membership, Pledge, Saving
from showcase.models.interests import Rung
from showcase.policies import Actor, Permission, require
from showcase.services import audit, interests, messages


@dataclass(frozen=True)
class Outcome:
    """What staff say about how a list ended."""

    route: MarketRoute
    went_on: date | None = None
    notice_reference: str = ""
    unit_price_pence: int | None = None
    """Per unit and year, excluding VAT."""
    note: str = ""


@dataclass(frozen=True)
class Totals:
    """Savings of all councils together in pence a year, excluding VAT; for staff."""

    claimed_pence: int
    confirmed_pence: int
    confirmed: int
    """Councils that confirmed."""
    of: int


def record(interest_list: InterestList, outcome: Outcome, *, by: Actor, now: datetime) -> Closing:
    """Record how a list ended, or correct it; close the list; claim each committed council's saving.

    What councils confirmed stays.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the date or the price is missing or should not be there.
    """
    interests.hold(interest_list)
    require(by, Permission.CLOSING_RECORD, interest_list)
    _check(outcome)
    closing = find(interest_list)
    if closing is None:
        closing = Closing(interest_list=interest_list, route=outcome.route, created_at=now)
        db.session.add(closing)
    for name, value in vars(outcome).items():
        setattr(closing, name, value)
    closing.updated_at = now
    if interest_list.takes_steps:
        interests.take(interest_list, "close", by=by, now=now)
    db.session.flush()
    interests.load_pledges(interest_list)
    is_new = [_claim(closing, p, now) for p in interest_list.pledges if p.rung is Rung.COMMITMENT and p.quantity]
    db.session.flush()
    audit.record("closing.recorded", closing, by=by, route=outcome.route.value, councils=len(closing.savings))
    for saving in (saving for saving in is_new if saving is not None):
        _ask(saving, now)
    return closing


def confirm(saving: Saving, pence: int, note: str, *, by: Actor, now: datetime) -> None:
    """Say what the actor's council saves in a year: as claimed, or another amount, which may be less than nothing.

    Raises:
        NotAllowed: the policy says no.
    """
    db.session.refresh(saving, with_for_update=True)
    require(by, Permission.SAVING_CONFIRM, saving)
    saving.confirmed_pence, saving.confirmed_at, saving.note = pence, now, note
    db.session.flush()
    audit.record("saving.confirmed", saving, by=by)


def find(interest_list: InterestList) -> Closing | None:
    """Return how a list ended, if that is recorded."""
    return db.session.scalar(sa.select(Closing).where(Closing.interest_list_id == interest_list.id))


def own_saving(closing: Closing, *, by: Actor) -> Saving | None:
    """Return the saving of the actor's own council."""
    return next((saving for saving in closing.savings if saving.council_id == by.organisation_id), None)


def totals(closing: Closing) -> Totals:
    """Return the savings of all councils together."""
    return Totals(
        sum(saving.claimed_pence or 0 for saving in closing.savings),
        sum(saving.confirmed_pence or 0 for saving in closing.savings),
        sum(saving.confirmed_at is not None for saving in closing.savings),
        len(closing.savings),
    )


def _check(outcome: Outcome) -> None:
    if outcome.route is MarketRoute.NONE:
        if outcome.went_on or outcome.unit_price_pence is not None:
            raise DomainError("A list that did not go to market has no date and no price. Clear them.")
        return
    if outcome.went_on is None:
        raise DomainError("Say on which day it went to market.")


def _claim(closing: Closing, pledge: Pledge, now: datetime) -> Saving | None:
    """Claim what a council saves; return it where the council is to be asked."""
    saving = next((each for each in closing.savings if each.council_id == pledge.council_id), None)
    is_new = saving is None
    if saving is None:
        saving = Saving(closing=closing, council_id=pledge.council_id, quantity=pledge.quantity, created_at=now)
        db.session.add(saving)
    before, reached = pledge.current_unit_cost_pence, closing.unit_price_pence
    saving.quantity, saving.cost_before_pence = pledge.quantity or 0, before
    saving.claimed_pence = None if before is None or reached is None else saving.quantity * (before - reached)
    return saving if is_new and saving.claimed_pence is not None else None


def _ask(saving: Saving, now: datetime) -> None:
    interest_list = saving.closing.interest_list
    leads = db.session.scalars(
        sa.select(Account)
        .join(Membership)
        .where(
            Membership.organisation_id == saving.council_id,
            Membership.is_procurement_lead,
            Account.deactivated_at.is_(None),
        )
    )
    body = (
        f"LGA staff recorded how the interest list “{interest_list.title}” ended. Please say whether what your council "
        "saves is right. Your council and LGA staff alone read it."
    )
    for account in leads:
        address = messages.link(f"/interest-lists/{interest_list.id}/closing")
        key = f"saving:{saving.id}:{account.id}"
        messages.queue(
            account.email, f"Confirm your saving: {interest_list.title}", f"{body}\n\n{address}", now=now, key=key
        )
