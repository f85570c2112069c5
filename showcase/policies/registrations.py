"""Who may do what with registrations, check-in and one-to-one meetings."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule

TABLE: Mapping[Permission, Rule] = {}
VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {}
