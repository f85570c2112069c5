"""What load balancers are told, and that the worker leaves signs of life."""

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from showcase import worker
from showcase.extensions import db
from showcase.models import Heartbeat, utc_now
from showcase.services import heartbeats, messages, reviews


def ask(app: Flask) -> TestResponse:
    with app.app_context():
        return app.test_client().get("/health")


def test_a_service_that_can_serve_says_so(own_app: Flask) -> None:
    reply = ask(own_app)
    assert reply.status_code == 200
    assert reply.json == {
        "status": "ok",
        "database": "ok",
        "seconds_since_worker_seen": None,
    }
    assert "Set-Cookie" not in reply.headers


def test_it_tells_nobody_that_e_mails_wait(own_app: Flask) -> None:
    """A council that moves and a supplier that gives prices both cause e-mails, and everyone can ask for this page."""
    before = ask(own_app).data
    with own_app.app_context():
        messages.queue("lead@council.example", "Somewhere now stands at", "…", now=utc_now())
        db.session.commit()
        assert reviews.machinery().messages_waiting == 1
    assert ask(own_app).data == before


def test_a_database_of_an_older_shape_is_not_served(own_app: Flask) -> None:
    with own_app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    reply = ask(own_app)
    assert (reply.status_code, reply.get_json()["status"]) == (503, "failing")


def test_a_database_that_fails_is_not_served(own_app: Flask) -> None:
    with own_app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE heartbeats"))
    reply = ask(own_app)
    assert reply.status_code == 503
    assert reply.get_json() == {"status": "failing", "database": "does not answer"}


def test_a_round_of_the_worker_is_a_sign_of_life(own_app: Flask) -> None:
    with own_app.app_context():
        before = utc_now()
    worker.run_once(own_app, None)
    with own_app.app_context():
        seen_at = heartbeats.last_seen(heartbeats.WORKER)
        assert seen_at is not None
        assert before <= seen_at <= utc_now()
    reply = ask(own_app)
    assert reply.get_json()["seconds_since_worker_seen"] in range(60)


def test_a_fresh_sign_is_not_written_again(own_app: Flask) -> None:
    with own_app.app_context():
        now = utc_now()
        heartbeats.beat("part", now=now)
        heartbeats.beat("part", now=now + heartbeats.EVERY / 2)
        assert heartbeats.last_seen("part") == now
        heartbeats.beat("part", now=now + heartbeats.EVERY)
        assert heartbeats.last_seen("part") == now + heartbeats.EVERY
        assert db.session.scalar(sa.select(sa.func.count(Heartbeat.id))) == 1
