"""One hook for all requests: commit when a writing request succeeded, else roll back.

A writing request starts its transaction with BEGIN IMMEDIATE on SQLite, so that two of them follow each other instead
of one failing half-way. What must be kept whatever becomes of the request (a failed sign-in, a denial, an export by
GET) is handed to `afterwards()` and written in a second, short transaction, before the answer leaves: what cannot be
recorded is not given out.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, has_request_context, request, session
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from showcase.errors import DomainError
from showcase.extensions import db

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_SECONDS = 10
READ_ONLY = "25006"
"""What PostgreSQL answers to a change while it takes none."""
log = logging.getLogger("showcase")


class InDoubt(DomainError):
    """The connection broke while the database was asked to keep the changes: nobody can tell whether it did."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "The connection to the database broke just as your changes were being saved. They may or may not have been "
            "kept: look before you make them again."
        )


@dataclass(frozen=True)
class Afterwards:
    """What is written once the request's transaction has ended."""

    write: Callable[[Session], None]
    is_needed: bool


def init_app(app: Flask) -> None:
    """Join the transaction hook and the SQLite settings to an application."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _set_up_sqlite(db.engine)
    app.before_request(_begin)
    app.after_request(_end)


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


def afterwards(write: Callable[[Session], None], *, is_needed: bool = True) -> None:
    """Run `write` in a transaction of its own once the request's has ended; at once when there is no request.

    What `is_needed` and cannot be written is answered with the fault instead of the page; other things are let go.
    """
    if has_request_context():
        g.setdefault("_afterwards", []).append(Afterwards(write, is_needed))
        return
    with writing() as session:
        write(session)


def undo() -> None:
    """Undo what the request did so far; where the connection broke, the database has done so by itself."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session.invalidate()


def is_refusal(error: Exception) -> bool:
    """Tell whether the database is locked, full, read-only or away, which is nobody's fault and passes."""
    if isinstance(error, OperationalError | NoConnection):
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or getattr(error.orig, "sqlstate", None) == READ_ONLY
    )


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
    is_change = request.method not in SAFE_METHODS and response.status_code < 400
    try:
        if is_change:
            _commit()
    except (SQLAlchemyError, InDoubt) as error:
        session.pop("_flashes", None)  # they say that it was done
        g.pop("_afterwards", None)
        return current_app.make_response(current_app.handle_user_exception(error))
    undo()
    return _write_afterwards(response, is_change=is_change)


def _commit() -> None:
    try:
        db.session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise InDoubt from error
        raise


def _write_afterwards(response: Response, *, is_change: bool) -> Response:
    """Write what was left for now; return the answer, or the fault where that is needed and could not be written."""
    writes: list[Afterwards] = g.pop("_afterwards", [])
    for these in ([each for each in writes if each.is_needed], [each for each in writes if not each.is_needed]):
        try:
            _write(these)
        except SQLAlchemyError as error:
            log.error("could not be noted after %s: %s", request.url_rule, type(error).__name__)
            if these[0].is_needed and not is_change:  # what was changed is kept: to deny it would be wrong
                return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _write(these: list[Afterwards]) -> None:
    if these:
        with writing() as own:
            for each in these:
                each.write(own)
