"""Who may do what with registrations, check-in and one-to-one meetings.

Who else comes is nobody's business but staff's: a supplier would learn what its competitors are after, and a council
which of its colleagues listens to whom. An organisation sees its own people's registrations. What a person needs in
order to take part is seen by that person and by the event's staff. A meeting is seen by its two sides and staff.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import Meeting, Registration
from showcase.models.enums import MeetingState, OrganisationKind
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_active_supplier, is_council, is_staff

is_announced = Rule("it is announced", lambda a, s: s.is_announced)
followed_its_link = Rule(
    "came by the link to it", lambda a, s: a.registration_id is not None and a.registration_id == s.id
)
is_own = Rule("is the person registered", lambda a, s: a.account_id is not None and a.account_id == s.account_id)
is_colleagues = Rule(
    "acts for the same organisation",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.organisation_id,
)
is_councils = Rule(
    "acts for its council", lambda a, s: a.organisation_id is not None and a.organisation_id == s.council_id
)
is_suppliers = Rule(
    "acts for its supplier", lambda a, s: a.organisation_id is not None and a.organisation_id == s.supplier_id
)
was_asked_by_council = Rule("its council asked", lambda a, s: s.asked_by is OrganisationKind.COUNCIL)
is_asked = Rule("it is not yet answered", lambda a, s: s.state is MeetingState.ASKED)
is_ahead = Rule("it is asked for or agreed", lambda a, s: s.state in (MeetingState.ASKED, MeetingState.ACCEPTED))
is_agreed_or_held = Rule(
    "it is agreed or took place", lambda a, s: s.state in (MeetingState.ACCEPTED, MeetingState.HELD)
)
is_held = Rule("it took place", lambda a, s: s.state is MeetingState.HELD)

TABLE: Mapping[Permission, Rule] = {
    Permission.EVENT_REGISTER: is_announced & (is_council | is_active_supplier | is_staff),
    Permission.REGISTRATION_SEE: followed_its_link | is_own | is_colleagues | is_staff,
    Permission.REGISTRATION_CHANGE: followed_its_link | is_own | is_staff,
    Permission.REGISTRATION_SEE_NEEDS: followed_its_link | is_own | is_staff,
    Permission.REGISTRATION_MANAGE: is_staff,
    Permission.MEETING_SEE: is_councils | is_suppliers | is_staff,
    Permission.MEETING_PLAN: is_staff,
    Permission.MEETING_ASK: is_announced & (is_council | is_active_supplier),
    Permission.MEETING_ANSWER: is_asked
    & ((is_suppliers & was_asked_by_council) | (is_councils & ~was_asked_by_council)),
    Permission.MEETING_CANCEL: is_ahead & (is_councils | is_suppliers | is_staff),
    Permission.MEETING_RECORD: is_agreed_or_held & is_councils,
    Permission.MEETING_CLOSE: is_held & (is_councils | is_staff),
}


def _visible_registrations(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [sa.false()]
    if actor.registration_id is not None:
        seen.append(Registration.id == actor.registration_id)
    if actor.account_id is not None:
        seen.append(Registration.account_id == actor.account_id)
    if actor.organisation_id is not None:
        seen.append(Registration.organisation_id == actor.organisation_id)
    return sa.or_(*seen)


def _visible_meetings(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if actor.organisation_id is None:
        return sa.false()
    return sa.or_(Meeting.council_id == actor.organisation_id, Meeting.supplier_id == actor.organisation_id)


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    Registration: _visible_registrations,
    Meeting: _visible_meetings,
}
