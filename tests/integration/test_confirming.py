"""What is dangerous asks again who it is once a quarter of an hour has passed, and loses nothing that was typed."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from showcase.extensions import db
from showcase.models import AuditEntry, Membership, SignInSession
from showcase.views.confirming import DANGEROUS, ONLY_IF
from tests.integration.conftest import CheckedClient, People
from tests.integration.test_accounts import PASSWORD, with_password

pytestmark = pytest.mark.either_database
ASKED = "Is it you?"


def grow_stale(client: CheckedClient, membership: Membership, minutes: int = 16) -> None:
    """Be signed in since some minutes."""
    client.sign_in(membership)
    row = db.session.scalars(sa.select(SignInSession)).one()
    row.created_at -= timedelta(minutes=minutes)
    db.session.commit()


def rules(app: Flask) -> dict[str, Rule]:
    return {rule.endpoint: rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}


def address_of(app: Flask, endpoint: str) -> str:
    """Return an address of a dangerous route, about something that does not exist."""
    rule = rules(app)[endpoint]
    values: dict[str, object] = {name: uuid4() for name in rule.arguments}
    values |= {
        name: value for name, value in (("step", "suspend"), ("rung", "commitment"), ("number", 1)) if name in values
    }
    return app.url_map.bind("localhost").build(endpoint, values)


def test_every_dangerous_route_exists(app: Flask) -> None:
    assert DANGEROUS.keys() <= rules(app).keys()
    assert ONLY_IF.keys() <= DANGEROUS.keys()


def test_each_asks_when_the_last_proof_is_old_and_only_then(app: Flask, client: CheckedClient, people: People) -> None:
    with_password(people.staff)
    grow_stale(client, people.staff)
    for endpoint, what in DANGEROUS.items():
        reply = client.post(address_of(app, endpoint))
        assert (reply.status_code, ASKED in reply.text, what in unescape(reply.text)) == (422, True, True), endpoint
    db.session.execute(sa.delete(SignInSession))
    grow_stale(client, people.staff, minutes=14)
    for endpoint in DANGEROUS.keys() - {"privacy.erase_own"}:
        assert ASKED.encode() not in client.post(address_of(app, endpoint)).data, endpoint


def test_lesser_rungs_and_reading_ask_nothing(app: Flask, client: CheckedClient, people: People) -> None:
    grow_stale(client, people.officer)
    lesser = address_of(app, "pledges.step").replace("commitment", "interested")
    assert ASKED not in client.post(lesser).text
    assert ASKED not in client.get("/account/erase").text


def test_who_is_not_signed_in_is_asked_to_sign_in(app: Flask, client: CheckedClient) -> None:
    assert client.post(address_of(app, "tuning.adopt")).status_code == 302


def test_what_was_typed_survives_a_wrong_answer_and_goes_on_after_a_right_one(
    client: CheckedClient, people: People
) -> None:
    with_password(people.staff)
    grow_stale(client, people.staff)
    path = f"/organisations/{people.founder.organisation_id}/steps/suspend"
    typed = {"reason": 'They said "<no>" & left'}
    first = client.post(path, data=typed)
    assert 'value="They said &#34;&lt;no&gt;&#34; &amp; left"' in first.text
    wrong = client.post(path, data={**typed, "again_password": "wrong"})
    assert "This is not your password" in wrong.text
    assert 'value="They said &#34;&lt;no&gt;&#34; &amp; left"' in wrong.text
    assert people.founder.organisation.suspended_at is None
    assert client.post(path, data={**typed, "again_password": PASSWORD}).status_code == 302
    db.session.expire_all()
    assert people.founder.organisation.suspended_at is not None
    assert "account.confirmed" in set(db.session.scalars(sa.select(AuditEntry.action)))
    again = client.post(f"/staff/people/{people.other_founder.account_id}/deactivate")
    assert again.status_code == 302, "asked twice within a quarter of an hour"


def test_a_proof_outlives_the_refusal_of_what_follows(client: CheckedClient, people: People) -> None:
    with_password(people.staff)
    grow_stale(client, people.staff)
    path = f"/organisations/{people.founder.organisation_id}/steps/suspend"
    assert client.post(path, data={"reason": "", "again_password": PASSWORD}).status_code == 422
    reply = client.post(path, data={"reason": ""})
    assert reply.status_code == 422
    assert ASKED not in reply.text


def test_guessing_is_stopped(client: CheckedClient, people: People) -> None:
    with_password(people.staff)
    grow_stale(client, people.staff)
    path = f"/staff/people/{people.founder.account_id}/deactivate"
    for _ in range(10):
        client.post(path, data={"again_password": "wrong"})
    assert "Too many tries" in client.post(path, data={"again_password": PASSWORD}).text
    assert people.founder.account.deactivated_at is None
