"""What is watched: every answer has an id, the log names no one, and the figures are for their reader alone."""

import json
import logging

import pytest
from flask import Flask

from showcase.extensions import db
from showcase.observing import JsonLines
from tests.integration.conftest import CheckedClient, make_app

pytestmark = pytest.mark.either_database


def test_every_answer_has_an_id_of_its_own(client: CheckedClient) -> None:
    ids = {client.get("/", headers={"X-Request-ID": "mine-12345678"}).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert "mine-12345678" not in ids


def test_a_proxy_that_is_trusted_names_the_request(new_database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    app = make_app(new_database(), tmp_path, proxy_count=1)
    with app.app_context():
        ask = app.test_client().get
        assert ask("/alive", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
        assert ask("/alive", headers={"X-Request-ID": "two words!"}).headers["X-Request-ID"] != "two words!"
        db.engine.dispose()


def test_the_log_has_the_route_and_not_the_address(client: CheckedClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="showcase.requests"):
        client.get("/reset/a-secret-token?q=olive@northmere.example")
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert line["route"] == "/reset/<token>"
    assert line["method"] == "GET"
    assert "secret" not in json.dumps(line)
    assert "olive" not in json.dumps(line)


def test_figures_are_for_the_bearer_of_the_token(new_database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    app = make_app(new_database(), tmp_path, metrics_token="right")
    with app.app_context():
        client = app.test_client()
        client.get("/challenges")
        for token in ("", "Bearer wrong", "right"):
            assert client.get("/metrics", headers={"Authorization": token}).status_code == 404
        page = client.get("/metrics", headers={"Authorization": "Bearer right"})
        assert 'showcase_requests_total{method="GET",route="/challenges",status="200"} 1.0' in page.text
        assert "showcase_worker_seconds -1.0" in page.text
        db.engine.dispose()


def test_without_a_token_there_are_no_figures(client: CheckedClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer None"}).status_code == 404


def test_a_process_that_lives_says_so_without_its_database(app: Flask, client: CheckedClient) -> None:
    assert client.get("/alive").json == {"status": "ok"}
