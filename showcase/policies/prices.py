"""Who may do what with contracts, indicative prices, plans and packs.

A contract is its council's and staff's. A price is its supplier's alone until the stated time, and then staff's too: no
supplier ever reads another's, or learns whether there is one. A shared plan shows each member its own line; what the
lead authority reads of it beside that is totals and options (`services.plan_pages`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import Contract, InterestList, PriceOffer, Saving, utc_now
from showcase.models.interests import Rung
from showcase.models.plans import Pack, Plan
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_active_supplier, is_council, is_lead, is_staff, owns


def _is_open_to_prices(interest_list: InterestList) -> bool:
    closes = interest_list.prices_close_at
    return interest_list.takes_steps and interest_list.was_opened and closes is not None and utc_now() < closes


def _is_member(actor: Actor, interest_list: InterestList) -> bool:
    return any(p.council_id == actor.organisation_id and p.rung is not Rung.WITHDRAWN for p in interest_list.pledges)


is_unsealed = Rule("the stated time has come", lambda a, s: not s.is_sealed)
is_standing = Rule("it was not withdrawn", lambda a, s: s.is_standing)
takes_prices = Rule("the list takes indicative prices", lambda a, s: _is_open_to_prices(s))
was_opened = Rule("it was opened", lambda a, s: s.was_opened)
is_shared = Rule("staff shared it", lambda a, s: s.is_shared)
is_planned = Rule(
    "is of a council that it was made for", lambda a, s: str(a.organisation_id) in {*s.rungs, *s.left_out}
)
leads_list = Rule(
    "acts for the lead authority",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.lead_id,
)
leads_list_of = Rule(
    "acts for the lead authority",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.interest_list.lead_id,
)
is_member = Rule("is of a council on the list", lambda a, s: _is_member(a, s))

TABLE: Mapping[Permission, Rule] = {
    Permission.CONTRACT_LIST: is_council | is_staff,
    Permission.CONTRACT_SEE: owns | is_staff,
    Permission.CONTRACT_RECORD: is_council,
    Permission.CONTRACT_EDIT: owns & is_council,
    Permission.RADAR_SEE: is_council | is_staff,
    Permission.PRICE_BROWSE: is_active_supplier,
    Permission.PRICE_SEE: owns | (is_staff & is_unsealed),
    Permission.PRICE_LIST: is_staff | is_active_supplier,
    Permission.PRICE_GIVE: is_active_supplier & takes_prices,
    Permission.PRICE_WITHDRAW: owns & is_active_supplier & is_standing,
    Permission.PLAN_BROWSE: is_council | is_staff,
    Permission.PLAN_SEE: is_staff | (is_shared & is_council & (is_planned | leads_list_of)),
    Permission.PLAN_LIST: is_staff | (is_council & (is_member | leads_list)),
    Permission.PLAN_MAKE: is_staff & was_opened,
    Permission.PLAN_MANAGE: is_staff,
    Permission.PACK_MAKE: is_staff & was_opened,
    Permission.PACK_SEE: is_staff | (is_shared & is_council & leads_list_of),
    Permission.PACK_EDIT: is_staff,
    Permission.SAVING_SEE: owns | is_staff,
    Permission.SAVING_CONFIRM: owns & is_council & is_lead,
    Permission.CLOSING_RECORD: is_staff & was_opened,
    Permission.CLOSING_SEE: is_staff | (is_council & (is_member | leads_list)),
}


# --- lists: the same rules as SQL -------------------------------------------------------------------------------------


def _own_or_staff(column: Any) -> Callable[[Actor], sa.ColumnElement[bool]]:
    def clause(actor: Actor) -> sa.ColumnElement[bool]:
        if actor.is_staff:
            return sa.true()
        own: sa.ColumnElement[bool] = column == actor.organisation_id
        return own if actor.organisation_id else sa.false()

    return clause


def _visible_offers(actor: Actor) -> sa.ColumnElement[bool]:
    if not actor.is_staff:
        return PriceOffer.supplier_id == actor.organisation_id if actor.organisation_id else sa.false()
    now = utc_now()
    closed = sa.or_(InterestList.prices_close_at.is_(None), InterestList.prices_close_at <= now)
    return sa.and_(PriceOffer.sealed_until <= now, PriceOffer.interest_list.has(closed))


def _visible_plans(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if not (actor.is_council and actor.is_organisation_active):
        return sa.false()
    own = sa.or_(*(_has_key(column, str(actor.organisation_id)) for column in (Plan.rungs, Plan.left_out)))
    leads = Plan.interest_list.has(InterestList.lead_id == actor.organisation_id)
    return sa.and_(Plan.shared_at.is_not(None), sa.or_(own, leads))


def _visible_packs(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if not (actor.is_council and actor.is_organisation_active):
        return sa.false()
    leads = Pack.interest_list.has(InterestList.lead_id == actor.organisation_id)
    return sa.and_(Pack.shared_at.is_not(None), leads)


def _has_key(column: Any, key: str) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = column[key].as_string().is_not(None)
    return found


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    Contract: _own_or_staff(Contract.council_id),
    PriceOffer: _visible_offers,
    Plan: _visible_plans,
    Pack: _visible_packs,
    Saving: _own_or_staff(Saving.council_id),
}
