"""Who may do what with contracts, indicative prices, plans and packs."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule

TABLE: Mapping[Permission, Rule] = {}
VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {}
