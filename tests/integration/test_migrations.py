"""The migrations make just what the models say, and the service knows when they have not been run."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from showcase.extensions import db
from showcase.models import Base
from showcase.services import database
from tests.integration.conftest import make_people


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


def test_sqlite_is_told_how_its_tables_are_filled(own_app: Flask) -> None:
    with own_app.app_context():
        make_people()
        database.note_sizes(db.engine)
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                known = connection.exec_driver_sql("SELECT stat FROM sqlite_stat1 WHERE tbl = 'organisations'")
                assert {stat.split()[0] for stat in known.scalars()} == {"5"}


ADDED = (
    "CREATE TABLE newcomers (id INTEGER PRIMARY KEY)",
    "ALTER TABLE events ADD COLUMN colour VARCHAR",
    "ALTER TABLE events ADD COLUMN shade VARCHAR NOT NULL DEFAULT 'none'",
    "CREATE UNIQUE INDEX ix_events_colour ON events (colour)",
    "CREATE INDEX ix_events_venue_name ON events (venue, name)",
)
IN_THE_WAY = (
    ("ALTER TABLE heartbeats RENAME TO beats", "ALTER TABLE beats RENAME TO heartbeats"),
    ("ALTER TABLE events RENAME COLUMN venue TO place", "ALTER TABLE events RENAME COLUMN place TO venue"),
    ("CREATE UNIQUE INDEX ix_events_venue ON events (venue)", "DROP INDEX ix_events_venue"),
)
"""What a version does not survive, each with how it is undone."""


def give_a_newer_shape(engine: sa.Engine, *statements: str, number: int = 9999) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{number}'"))


def test_the_former_version_serves_on_a_shape_that_only_adds(own_app: Flask) -> None:
    with own_app.app_context():
        assert database.can_serve(db.engine)
        give_a_newer_shape(db.engine, *ADDED)
        assert database.can_serve(db.engine)
        assert not database.is_current(db.engine)
        assert own_app.test_client().get("/health").status_code == 200


def test_the_former_version_does_not_serve_on_a_shape_that_breaks_it(own_app: Flask) -> None:
    with own_app.app_context():
        for place, (statement, undone) in enumerate(IN_THE_WAY):
            give_a_newer_shape(db.engine, statement, number=9000 + 2 * place)
            assert not database.can_serve(db.engine), statement
            give_a_newer_shape(db.engine, undone, number=9001 + 2 * place)
            assert database.can_serve(db.engine), undone


def test_a_page_that_this_version_cannot_make_on_a_newer_shape_is_no_fault(own_app: Flask) -> None:
    with own_app.app_context():
        give_a_newer_shape(db.engine, "ALTER TABLE publications RENAME COLUMN title TO heading")
        answer = own_app.test_client().get("/challenges")
        assert answer.status_code == 503
        assert "cannot save or read anything at the moment" in answer.text
