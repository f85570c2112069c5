"""The database's shape: bring it to what the models say, and tell whether it is there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from showcase.models import Base

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to the newest shape; does nothing when it is there."""
    with engine.connect() as connection:
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


def differences(engine: sa.Engine) -> list[object]:
    """Return what the models say and the migrated database lacks; empty when they agree."""
    with engine.connect() as connection:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )
