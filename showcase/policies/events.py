"""Who may do what with showcase events: preparing them, choosing who pitches, inviting."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import Event
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_staff

is_announced = Rule("it is announced", lambda a, s: s.is_announced)
is_planned = Rule("it is neither finished nor cancelled", lambda a, s: s.is_planned)

TABLE: Mapping[Permission, Rule] = {
    Permission.EVENT_SEE: is_announced | is_staff,
    Permission.EVENT_CREATE: is_staff,
    Permission.EVENT_EDIT: is_staff & is_planned,
    Permission.EVENT_MANAGE: is_staff,
}


def _visible_events(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.is_staff else Event.announced_at.is_not(None)


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {Event: _visible_events}
