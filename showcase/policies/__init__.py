"""WHO MAY DO WHAT, in one place: names, one-line predicates, one table, and the same rule as SQL for lists.

`can(actor, permission, subject)` answers for one object; `visible_to(actor, model)` gives the WHERE clause of
everything the actor may see. Both are pure, and a test proves them equal for every role and state. `showcase
permissions` prints the table. `answers_for` decides, answer by answer, what a viewer may read of a text.

Each area of the product has its part of the table in a file of this folder; other code asks this package only.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.errors import NotAllowed
from showcase.policies import agendas, engagement, events, interests, prices, registrations, texts
from showcase.policies.answers import answers_for, readable_names
from showcase.policies.permissions import Permission
from showcase.policies.rules import PUBLIC, Actor, Rule, owns
from showcase.policies.texts import DRAFTING, SHOWN_TO_STAFF

__all__ = [
    "DRAFTING",
    "PUBLIC",
    "SHOWN_TO_STAFF",
    "TABLE",
    "Actor",
    "Permission",
    "Rule",
    "answers_for",
    "can",
    "owns",
    "readable_names",
    "require",
    "visible_to",
]

AREAS = (texts, events, agendas, registrations, engagement, interests, prices)
TABLE: Mapping[Permission, Rule] = {name: rule for area in AREAS for name, rule in area.TABLE.items()}
"""Permission → rule. Read each line as "allowed when …"."""
VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    model: clause for area in AREAS for model, clause in area.VISIBLE.items()
}
"""Model → the WHERE clause of the rows that an actor may see."""


def can(actor: Actor, permission: Permission, subject: object = None) -> bool:
    """Tell whether the actor may do this to the subject."""
    return TABLE[permission].holds(actor, subject)


def require(actor: Actor, permission: Permission, subject: object = None) -> None:
    """Let the actor pass or stop them.

    Raises:
        NotAllowed: the table says no.
    """
    if not can(actor, permission, subject):
        raise NotAllowed(permission=permission)


def visible_to(actor: Actor, model: type[Any]) -> sa.ColumnElement[bool]:
    """Return the WHERE clause of the rows of `model` that the actor may see: the twin of the `…:see` permissions.

    Raises:
        KeyError: there is no rule for that model.
    """
    return VISIBLE[model](actor)
