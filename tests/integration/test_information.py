"""The plain pages say what is so for the installation at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from showcase.extensions import db
from tests.integration.conftest import CheckedClient, make_app

pytestmark = pytest.mark.either_database


@pytest.mark.parametrize("path", ["/accessibility", "/privacy", "/cookies"])
def test_anyone_may_read_them(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_only_cookie_is_the_one_that_is_told_of(own_app: Flask) -> None:
    with own_app.app_context():
        client = own_app.test_client()
        names = {cookie.partition("=")[0] for cookie in client.get("/sign-in").headers.getlist("Set-Cookie")}
        assert names == {"showcase"}
        assert "showcase</th>" in client.get("/cookies").text
        assert "not marked for them" in client.get("/cookies").text


def test_the_address_to_write_to_is_a_setting(
    client: CheckedClient, new_database: Callable[[], str], tmp_path: Path
) -> None:
    assert "have not published an address" in client.get("/accessibility").text
    mail = "smtp://mail.example"
    app = make_app(new_database(), tmp_path, contact_email="help@host.example", is_secure=True, smtp_url=mail)
    with app.app_context():
        other = app.test_client()
        assert "mailto:help@host.example" in other.get("/accessibility").text
        assert "mail server that those who run" in other.get("/privacy").text
        assert "only over an encrypted connection" in other.get("/cookies").text
        db.engine.dispose()
