"""The database's shape: bring it to what the models say, and tell whether this version can work on it.

While a new version is brought in, processes of the former one go on: on a shape that they do not know they look whether
everything that they read and write still stands.
"""

import logging
import time
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from showcase.models import Base

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK = 7_430_216
"""The number under which PostgreSQL lets one upgrade run at a time."""
LOCK_SECONDS = 3
"""How long a step waits for those who use a table: all who come later wait behind it."""
MOST_TRIES = 20
NOT_AVAILABLE = "55P03"
"""What PostgreSQL answers when the wait was in vain."""
log = logging.getLogger("showcase")


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to the newest shape, all or nothing; does nothing when it is there. One at a time.

    Where others hold a table for long it lets them pass and tries again.

    Raises:
        OperationalError: the tables were never free.
    """
    for left in reversed(range(MOST_TRIES)):
        try:
            _upgrade(engine)
            break
        except OperationalError as error:
            if not left or getattr(error.orig, "sqlstate", None) != NOT_AVAILABLE:
                raise
            log.warning("tables are in use; trying again")
            time.sleep(1)


def note_sizes(engine: sa.Engine) -> None:
    """Have SQLite look how its tables are filled, so that it asks them in a good order; PostgreSQL does so by itself.

    Measured with 23,000 texts: a challenge's page took 262 ms before and 56 after.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(is_writing=True) as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def _upgrade(engine: sa.Engine) -> None:
    with engine.connect().execution_options(is_writing=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        command.upgrade(_config(connection), "head")
        connection.commit()


def make_migration(engine: sa.Engine, message: str, revision: str) -> None:
    """Write a migration from what the database has to what the models say."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, rev_id=revision, autogenerate=True)


def revision(connection: sa.Connection) -> str | None:
    """Return the number of the database's shape; None when it has none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: sa.Engine) -> bool:
    """Tell whether the database has the newest shape."""
    with engine.connect() as connection:
        return revision(connection) == ScriptDirectory.from_config(_config()).get_current_head()


def can_serve(engine: sa.Engine) -> bool:
    """Tell whether this version can work on the database: it has the newest shape, or one that only adds to that."""
    with engine.connect() as connection:
        number = revision(connection)
    scripts = ScriptDirectory.from_config(_config())
    if number is None or number in {script.revision for script in scripts.walk_revisions()}:
        return number == scripts.get_current_head()
    known = _can_serve.setdefault(engine, {})
    if number not in known:
        known[number] = not any(_is_in_the_way(each) for each in differences(engine))
    return known[number]


_can_serve: "WeakKeyDictionary[sa.Engine, dict[str, bool]]" = WeakKeyDictionary()
"""By number of a shape that is newer than this version, whether it can work on it: comparing takes long."""


def _is_in_the_way(difference: Any) -> bool:
    """Tell whether what the database has and the models do not say, or the reverse, breaks reading or writing."""
    if not isinstance(difference, tuple):
        return True  # a column that changed
    verb, *_, thing = difference
    if verb == "remove_table":
        return False
    if verb == "remove_column":
        return not thing.nullable and thing.server_default is None
    if verb == "remove_index" and not thing.unique:
        return False
    if verb in ("remove_index", "remove_constraint", "remove_fk"):
        columns = Base.metadata.tables[thing.table.name].columns
        return any(column.name in columns for column in thing.columns)
    return True


def differences(engine: sa.Engine) -> list[object]:
    """Return what the models say and the migrated database lacks; empty when they agree."""
    with engine.connect() as connection:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )
