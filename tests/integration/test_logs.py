"""Logs name nobody: not while people are read and written, not when something fails, not in a worker's rounds."""

import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase import worker
from showcase.access import public
from showcase.extensions import db
from showcase.failures import traced
from showcase.models import Account, Message, utc_now
from showcase.observing import JsonLines
from showcase.services import messages, retention
from showcase.services.personal_data import MESSAGES
from tests.conftest import ROOT
from tests.integration.conftest import CheckedClient, make_app, make_people
from tests.integration.test_accounts import PASSWORD, with_password

pytestmark = pytest.mark.either_database

PERSONAL = re.compile(r"olive|fay|sam\.staff|@|northmere|correct horse|secret-word|127\.0\.0\.9", re.IGNORECASE)
"""Names, addresses, passwords and words that the walk below is full of."""


def lines_of(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged as this service writes it: as JSON and as plain text."""
    plain, as_json = logging.Formatter(), JsonLines()
    return "\n".join(f"{plain.format(record)}\n{as_json.format(record)}" for record in caplog.records)


def test_a_walk_of_requests_and_rounds_of_the_worker_name_nobody(
    own_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def twice() -> str:
        for _ in range(2):
            db.session.add(Account(email="fay@firm.example", name="Fay Founder"))
        db.session.flush()
        return ""

    own_app.add_url_rule("/twice", "twice", public(twice))
    with own_app.app_context(), caplog.at_level(logging.DEBUG):
        for noisy in ("sqlalchemy", "asyncio"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        people = make_people()
        email = with_password(people.officer)
        client = own_app.test_client()
        assert isinstance(client, CheckedClient)
        client.environ_base["REMOTE_ADDR"] = "127.0.0.9"
        for password in ("secret-word", PASSWORD):
            client.post("/sign-in", data={"email": email, "password": password})
        client.post("/reset", data={"email": email})
        client.post("/account/name", data={"name": "Olive Öfficer"})
        client.post(f"/organisations/{people.officer.organisation_id}/invite", data={"email": "fay@northmere.example"})
        client.sign_in(people.staff)
        for address in (
            "/staff/people?q=Olive",
            "/search?q=secret-word",
            "/staff/audit?person=olive",
            "/nobody/fay@a.b",
        ):
            client.get(address)
        client.may_fail = True
        assert client.get("/twice").status_code == 500
        messages.queue("fay@firm.example", "Dear Fay", "Olive says hello", now=utc_now())
        db.session.commit()
        worker.run_once(own_app, None)
        retention.forget_due(now=utc_now() + MESSAGES + timedelta(days=1))
        db.session.commit()
        assert "requests" in {record.name.rpartition(".")[2] for record in caplog.records}
        assert "IntegrityError" in lines_of(caplog)
        assert PERSONAL.findall(lines_of(caplog)) == []


def test_what_went_wrong_with_an_email_is_not_logged(
    new_database,
    tmp_path,
    caplog: pytest.LogCaptureFixture,  # type: ignore[no-untyped-def]
) -> None:
    app = make_app(new_database(), tmp_path, smtp_url="smtp://127.0.0.1:9")
    with app.app_context(), caplog.at_level(logging.DEBUG):
        messages.queue("fay@firm.example", "Dear Fay", "Hello", now=utc_now())
        db.session.commit()
        worker.run_once(app, None)
        assert db.session.scalars(sa.select(Message)).one().error
        assert PERSONAL.findall(lines_of(caplog)) == []
    with app.app_context():
        db.engine.dispose()


def test_a_failure_is_told_by_its_places_and_kinds() -> None:
    address, words = "fay@firm.example", "Olive Officer is not known"
    try:
        try:
            {}[address]
        except KeyError as error:
            raise ValueError(words) from error
    except ValueError as error:
        said = traced(error)
    assert said.count("test_logs.py") == 2
    assert said.index("KeyError") < said.index("ValueError")
    assert PERSONAL.findall(said) == []


def test_nothing_logs_the_message_of_an_exception_unseen() -> None:
    sources = [*(ROOT / "showcase").rglob("*.py"), *(ROOT / "matching").rglob("*.py")]
    assert len(sources) > 200
    careless = re.compile(r"\.exception\(|exc_info=|traceback\.(print|format)_exc|logging\.lastResort")
    found = [str(file.relative_to(ROOT)) for file in sources if careless.search(file.read_text())]
    assert found == []
