"""One hook for all requests: commit when a writing request succeeded, else roll back.

A writing request starts its transaction with BEGIN IMMEDIATE on SQLite, so that two of them follow each other instead
of one failing half-way. What must be kept whatever becomes of the request (a failed sign-in, a denial, an export by
GET) is handed to `afterwards()` and written in a second, short transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session

from showcase.extensions import db

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_SECONDS = 10


def init_app(app: Flask) -> None:
    """Join the transaction hook and the SQLite settings to an application."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _set_up_sqlite(db.engine)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_write_afterwards)


def begin_writing(session: Session) -> None:
    """Start a transaction that will write. Must come before the session's first statement."""
    session.connection(execution_options={"is_writing": True})


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session of its own that commits at the end of the block, or rolls back if the block raises."""
    with db.sessionmaker() as session, session.begin():
        begin_writing(session)
        yield session


@contextmanager
def pausing() -> Iterator[None]:
    """Let go of the request's transaction, undoing what it did so far, for a slow step or one that writes by itself."""
    db.session.rollback()
    try:
        yield
    finally:
        db.session.rollback()
        begin_writing(db.session)


def afterwards(write: Callable[[Session], None]) -> None:
    """Run `write` in a transaction of its own once the request's has ended; at once when there is no request."""
    if has_request_context():
        g.setdefault("_afterwards", []).append(write)
        return
    with writing() as session:
        write(session)


def _set_up_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _record: object) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None  # SQLAlchemy's begin event below decides how a transaction starts
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _begin() -> None:
    if request.method not in SAFE_METHODS:
        begin_writing(db.session)


def _end(response: Response) -> Response:
    if request.method not in SAFE_METHODS and response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def _write_afterwards(error: BaseException | None) -> None:
    writes: list[Callable[[Session], None]] = g.pop("_afterwards", [])
    if not writes:
        return
    db.session.rollback()
    with writing() as session:
        for write in writes:
            write(session)
