"""A database that is read-only, full or gone in the middle: a clear page, nothing half done, and all well by itself."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase import create_app
from showcase.config import Settings
from showcase.extensions import db
from showcase.models import AuditEntry, Publication, SignInSession, utc_now
from showcase.services import consistency
from tests.html_checks import faults_of
from tests.integration.conftest import CheckedClient, make_app, make_people
from tests.integration.processes import free_port
from tests.integration.publication_texts import a_challenge

REFUSED = "Nothing you typed was kept"
HTML = {"Accept": "text/html"}
TOO_MANY_BYTES = 4096


@contextmanager
def read_only(app: Flask) -> Iterator[None]:
    """Let the database refuse changes, as one that is mounted so or that has switched over to its copy."""
    engine = db.engine
    db.session.rollback()
    if engine.dialect.name == "sqlite":

        def refuse(connection: object, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

        sa.event.listen(engine, "checkout", refuse)
        yield
        sa.event.remove(engine, "checkout", refuse)
    else:
        name = engine.url.database
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        engine.dispose()
        yield
        with engine.begin() as connection:
            connection.execute(sa.text("SET TRANSACTION READ WRITE"))
            connection.execute(sa.text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    db.session.rollback()
    engine.dispose()


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """Let no file grow beyond its first page, as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (TOO_MANY_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def check_refusals(app: Flask, trouble: Callable[[Flask], AbstractContextManager[None]]) -> None:
    """Go through reading, writing, an export, a denial and a sign-in, with the trouble and after it."""
    people = make_people()
    draft = a_challenge(people.officer)
    db.session.commit()
    client, stranger = app.test_client(), app.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(people.officer)
    db.session.execute(sa.update(SignInSession).values(last_seen_at=utc_now() - timedelta(minutes=10)))
    db.session.commit()
    page = f"/challenges/{draft.id}/edit/ownership"
    said = {"owner": "Somebody else", "exit": "1"}
    noted = sa.select(sa.func.count(AuditEntry.id))
    before = db.session.scalar(noted)
    wrong = {"email": "nobody@elsewhere.example", "password": "a wrong password"}
    with trouble(app):
        assert client.get(page).status_code == 200, "reading goes on, though the last visit cannot be noted"
        answers = [client.post(page, data=said), client.get("/responses.csv"), client.get("/staff")]
        answers.append(stranger.post("/sign-in", data=wrong))
        for answer in answers:
            assert answer.status_code == 503
            assert REFUSED in answer.text
            assert "Content-Security-Policy" in answer.headers
        assert "Saved" not in client.get(page).text, "no page says later that it was kept"
    assert db.session.scalar(noted) == before
    db.session.expire_all()
    assert db.session.get_one(Publication, draft.id).content["owner"] != "Somebody else"
    assert client.get("/responses.csv").status_code == 200
    assert client.get("/staff").status_code == 403
    assert stranger.post("/sign-in", data=wrong).status_code == 422
    assert client.post(page, data=said).status_code == 302
    assert "Saved" in client.get(page).text
    db.session.expire_all()
    assert db.session.get_one(Publication, draft.id).content["owner"] == "Somebody else"
    assert list(consistency.faults()) == []


def test_a_database_that_takes_no_changes_is_still_read(own_app: Flask) -> None:
    with own_app.app_context():
        check_refusals(own_app, read_only)


@pytest.mark.either_database
def test_a_full_disk_is_answered_and_passes(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'showcase.sqlite'}", tmp_path)
    with app.app_context():
        check_refusals(app, full)
        db.engine.dispose()


def test_a_connection_that_breaks_while_saving_leaves_a_doubt_and_says_so(own_app: Flask) -> None:
    with own_app.app_context():
        if db.engine.dialect.name == "sqlite":
            return  # it has no connection that could break
        people = make_people()
        draft = a_challenge(people.officer)
        db.session.commit()
        client = own_app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(people.officer)
        page = f"/challenges/{draft.id}/edit/ownership"
        db.session.commit()
        admin = sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT")

        def cut_off(connection: sa.Connection) -> None:
            pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
            with admin.connect() as other:
                other.execute(sa.text(f"SELECT pg_terminate_backend({pid}, 5000)"))

        sa.event.listen(db.engine, "commit", cut_off, once=True)
        answer = client.post(page, data={"owner": "Somebody else", "exit": "1"})
        admin.dispose()
        assert answer.status_code == 503
        assert "may or may not have been kept" in answer.text
        assert client.post(page, data={"owner": "Another one", "exit": "1"}).status_code == 302


@pytest.mark.either_database
def test_a_database_that_is_away_is_said_to_whoever_is_signed_in_too(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/postgres"
    app = create_app(Settings(instance_path=tmp_path, database_url=nowhere, secret_key="k" * 32, embedder_url=None))
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody"
    for answer in (client.get("/", headers=HTML), client.post("/sign-out", headers=HTML)):
        assert answer.status_code == 503
    assert client.get("/no-such-page", headers=HTML).status_code == 503
    assert client.get("/no-such-page").status_code == 404, "which needs nobody's name"
    assert faults_of(client.get("/", headers=HTML).text) == []
    assert client.get("/health").status_code == 503
    assert client.get("/alive").status_code == 200
