"""Alembic's entry: runs the migrations over the connection that `showcase.services.database` hands it.

The former version goes on while a migration is brought in: let one release add, and only a later one take away what the
former read or wrote. Where that cannot be, say so in the release notes; `database.can_serve` notices.
"""

from typing import Any, Literal

from alembic import context

from showcase.models import Base
from showcase.models.base import UtcDateTime


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our time type as the column type that the database has, so that a migration never imports the models."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
