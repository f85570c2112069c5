"""The migrations make just what the models say, and the service knows when they have not been run."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from showcase.extensions import db
from showcase.models import Base
from showcase.services import database


def test_migrations_equal_models(own_app: Flask) -> None:
    with own_app.app_context():
        assert database.differences(db.engine) == []
        assert database.is_current(db.engine)


def test_a_difference_is_noticed(own_app: Flask) -> None:
    with own_app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE heartbeats"))
        assert [name for name, *_ in database.differences(db.engine)] == ["add_table"]  # type: ignore[misc]


def test_an_empty_database_is_not_current(new_database: Callable[[], str]) -> None:
    engine = sa.create_engine(new_database())
    assert not database.is_current(engine)
    database.upgrade(engine)
    assert database.is_current(engine)
    assert set(Base.metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()
