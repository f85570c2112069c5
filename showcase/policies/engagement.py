"""Who may do what with questions and answers, engagement records, materials, feedback and outcomes."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule

TABLE: Mapping[Permission, Rule] = {}
VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {}
