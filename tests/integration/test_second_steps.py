"""The second step at sign-in: needed by staff, open to all; no code works twice; lost apps; unknown browsers."""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from showcase.access import actor_for
from showcase.commands import main
from showcase.errors import DomainError, NotAllowed, TooMany
from showcase.extensions import db
from showcase.models import Account, KnownBrowser, Membership, Message, SecondStep, SignInSession, utc_now
from showcase.services import second_steps, sessions
from showcase.transactions import begin_writing
from tests.integration.conftest import CheckedClient, People, make_people, member_of
from tests.integration.test_accounts import last_mail, sign_in, with_password


def code_of(secret: str, *, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(utc_now(), counter_offset=later)


def with_step(membership: Membership) -> tuple[str, list[str]]:
    """Set up a second step; return its secret and the recovery codes. The code of last half-minute is used up by it."""
    secret = second_steps.new_secret()
    by = actor_for(membership)
    codes = second_steps.turn_on(membership.account, secret, code_of(secret, later=-1), by=by, now=utc_now())
    db.session.commit()
    return secret, codes


def is_signed_in(client: CheckedClient) -> bool:
    return client.get("/account").status_code == 200


def test_staff_cannot_go_on_before_they_have_set_it_up(client: CheckedClient, people: People) -> None:
    email = with_password(people.staff)
    assert sign_in(client, email, next="/staff").location == "/sign-in/second-step"  # type: ignore[attr-defined]
    assert not is_signed_in(client)
    page = client.get("/sign-in/second-step").text
    secret = re.search(r'app-secret">([A-Z2-7 ]+)<', page)
    assert secret is not None
    assert client.post("/sign-in/second-step", data={"code": "000000"}).status_code == 422
    key = secret[1].replace(" ", "")
    answer = client.post("/sign-in/second-step", data={"code": code_of(key)})
    assert answer.text.count("<code>") == second_steps.RECOVERY_CODES
    assert 'href="/staff"' in answer.text
    assert is_signed_in(client)
    assert "From " in last_mail(email).body


def test_a_code_is_asked_for_and_taken_once(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    secret, _ = with_step(people.officer)
    code = code_of(secret)
    assert sign_in(client, email).location == "/sign-in/code"  # type: ignore[attr-defined]
    assert not is_signed_in(client)
    assert client.post("/sign-in/code", data={"code": "123"}).status_code == 422
    assert client.post("/sign-in/code", data={"code": f" {code[:3]} {code[3:]} "}).location == "/"
    assert is_signed_in(client)
    client.sign_out()
    sign_in(client, email)
    again = client.post("/sign-in/code", data={"code": code})
    assert again.status_code == 422
    assert "used before" in again.text


def test_the_database_alone_makes_no_codes(
    app: Flask, client: CheckedClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = with_password(people.officer)
    secret, recovery = with_step(people.officer)
    kept = db.session.scalars(sa.select(SecondStep.secret)).one()
    assert secret not in kept
    sign_in(client, email)
    other = replace(app.config["SETTINGS"], secret_key="another key of at least 32 characters")
    monkeypatch.setitem(app.config, "SETTINGS", other)
    answer = client.post("/sign-in/code", data={"code": code_of(secret)})
    assert answer.status_code == 422
    assert "under another key of the service" in answer.text
    assert client.post("/sign-in/code", data={"code": recovery[0]}).location == "/"


def test_a_password_alone_does_not_reach_the_code_page_of_another(client: CheckedClient, people: People) -> None:
    assert client.get("/sign-in/code").location == "/sign-in"
    email = with_password(people.officer)
    with_step(people.officer)
    sign_in(client, email)
    with client.session_transaction() as cookie:
        cookie["half"] = {**cookie["half"], "until": 0}
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_recovery_code_works_once_and_is_told(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    _, codes = with_step(people.officer)
    sign_in(client, email)
    assert client.post("/sign-in/code", data={"code": codes[3].lower()}).location == "/"
    assert f"{len(codes) - 1} are left" in last_mail(email).body
    client.sign_out()
    sign_in(client, email)
    assert client.post("/sign-in/code", data={"code": codes[3]}).status_code == 422


def test_codes_cannot_be_guessed_at_leisure(people: People) -> None:
    with_step(people.officer)
    by = actor_for(people.officer)
    for _ in range(10):
        with pytest.raises(DomainError, match="wrong"):
            second_steps.check(people.officer.account, "000000", by=by, now=utc_now())
    with pytest.raises(TooMany):
        second_steps.check(people.officer.account, "000000", by=by, now=utc_now())


def test_an_old_code_is_refused(people: People) -> None:
    secret, _ = with_step(people.officer)
    by = actor_for(people.officer)
    for later in (-2, 2):
        with pytest.raises(DomainError):
            second_steps.check(people.officer.account, code_of(secret, later=later), by=by, now=utc_now())


def test_it_is_turned_off_with_the_password_and_staff_cannot(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    with_step(people.officer)
    client.sign_in(people.officer)
    assert client.post("/account/second-step/off", data={"present": "wrong"}).status_code == 422
    assert client.post("/account/second-step/off", data={"present": "marble lantern orchard"}).location == "/account"
    assert second_steps.find(people.officer.account) is None
    assert "taken off" in last_mail(email).body
    with_step(people.staff)
    with pytest.raises(NotAllowed):
        second_steps.turn_off(people.staff.account, by=actor_for(people.staff), now=utc_now())


def test_new_recovery_codes_put_the_old_ones_out_of_use(client: CheckedClient, people: People) -> None:
    with_password(people.officer)
    _, old = with_step(people.officer)
    client.sign_in(people.officer)
    assert client.get("/account/second-step/codes").status_code == 200
    page = client.post("/account/second-step/codes", data={"present": "marble lantern orchard"}).text
    new = re.findall(r"<code>([A-Z2-7-]+)</code>", page)
    assert len(new) == second_steps.RECOVERY_CODES
    assert not set(new) & set(old)
    with pytest.raises(DomainError):
        second_steps.check(people.officer.account, old[0], by=actor_for(people.officer), now=utc_now())


def test_a_colleague_of_staff_resets_it_and_nobody_else(client: CheckedClient, people: People) -> None:
    with_step(people.officer)
    path = f"/staff/people/{people.officer.account_id}/second-step"
    client.sign_in(people.other_officer)
    assert client.post(path).status_code in {403, 404}
    client.sign_in(people.staff)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert second_steps.find(people.officer.account) is None


def test_acting_for_the_host_takes_it_too(people: People) -> None:
    membership = member_of(people.staff.organisation, "Olga Other")
    council = Membership(account=membership.account, organisation=people.officer.organisation)
    db.session.add(council)
    db.session.flush()
    row = sessions.start(council, token_hash="x", address="", browser="", now=utc_now())
    with pytest.raises(DomainError, match="second step"):
        sessions.act_for(row, people.staff.organisation_id, by=actor_for(council))
    with_step(membership)
    sessions.act_for(row, people.staff.organisation_id, by=actor_for(council))
    assert row.membership is membership


def test_an_unknown_browser_is_told_and_a_known_one_is_not(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)

    def told() -> int:
        query = sa.select(sa.func.count()).select_from(Message)
        return db.session.scalar(query.where(Message.to == email, Message.subject.contains("browser"))) or 0

    sign_in(client, email)
    sign_in(client, email)
    assert told() == 0
    client.delete_cookie("showcase_browser")
    sign_in(client, email)
    assert told() == 1
    second_steps.forget_browsers(now=utc_now() + timedelta(days=366))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(KnownBrowser)) == 0


@pytest.mark.parametrize(
    ("role", "idle", "age", "stays"),
    [
        ("officer", timedelta(hours=23), timedelta(days=13), True),
        ("officer", timedelta(hours=25), timedelta(days=2), False),
        ("officer", timedelta(hours=1), timedelta(days=15), False),
        ("staff", timedelta(hours=1), timedelta(hours=11), True),
        ("staff", timedelta(hours=3), timedelta(hours=4), False),
        ("staff", timedelta(minutes=1), timedelta(hours=13), False),
    ],
)
def test_sessions_end_after_their_time(
    client: CheckedClient, people: People, role: str, idle: timedelta, age: timedelta, stays: bool
) -> None:
    client.sign_in(getattr(people, role))
    now = utc_now()
    aged = {"last_seen_at": now - idle, "created_at": now - age, "expires_at": now - age + SignInSession.LIFETIME}
    db.session.execute(sa.update(SignInSession).values(**aged))
    assert is_signed_in(client) is stays


def test_of_two_who_send_one_code_at_once_one_comes_in(own_app: Flask) -> None:
    with own_app.app_context():
        account_id = make_people().officer.account_id
        membership = db.session.scalars(sa.select(Membership).where(Membership.account_id == account_id)).one()
        secret, _ = with_step(membership)
    code = code_of(secret)
    came_in: list[bool] = []

    def try_it() -> None:
        with own_app.app_context():
            begin_writing(db.session)
            account = db.session.get_one(Account, account_id)
            try:
                second_steps.check(account, code, by=actor_for(account.memberships[0]), now=utc_now())
                db.session.commit()
                came_in.append(True)
            except DomainError:
                db.session.rollback()
                came_in.append(False)

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came_in) == [False] * 5 + [True]
    with own_app.app_context():
        assert db.session.scalars(sa.select(SecondStep)).one().last_used > 0


@pytest.mark.usefixtures("connections_closed")
def test_the_first_of_the_staff_is_invited_from_the_command_line(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(own_app.config["SETTINGS"].database_url))
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path_factory.mktemp("instance")))
    said = CliRunner().invoke(main, ["invite-staff", "first@lga.example"])
    assert said.exit_code == 0, said.output
    assert "already" in CliRunner().invoke(main, ["invite-staff", "first@lga.example"]).output
    with own_app.app_context():
        link = re.search(r"/invitations/\S+", last_mail("first@lga.example").body)
        assert link is not None
        client = own_app.test_client()
        answer = client.post(link[0], data={"name": "First", "password": "marble lantern orchard"})
        assert answer.location == "/sign-in/second-step"
