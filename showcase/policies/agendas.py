"""Who may do what with agendas of showcases.

A draft is staff's own, and so is a version that is no longer in force. What is in force is for everyone who may see the
showcase. After it was held its agenda can still be put right, as part of the record of what took place.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import Agenda, Event
from showcase.models.enums import AgendaState, EventState
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_council, is_staff

is_in_force = Rule("it is in force at an announced showcase", lambda a, s: s.is_published and s.event.is_announced)
is_not_cancelled = Rule("it is not cancelled", lambda a, s: s.state is not EventState.CANCELLED)
is_ahead = Rule("it is announced and not yet over", lambda a, s: s.state is EventState.ANNOUNCED)

TABLE: Mapping[Permission, Rule] = {
    Permission.AGENDA_SEE: is_in_force | is_staff,
    Permission.AGENDA_MAKE: is_staff & is_not_cancelled,
    Permission.AGENDA_WISH: is_council & is_ahead,
}


def _visible_agendas(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    announced = sa.select(Event.id).where(Event.announced_at.is_not(None))
    return sa.and_(Agenda.state == AgendaState.PUBLISHED, Agenda.event_id.in_(announced))


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {Agenda: _visible_agendas}
