"""Signing in, out and up, passwords and sessions: for the right people, and nothing given away to the others."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.extensions import db
from showcase.models import (
    Account,
    AuditEntry,
    Council,
    EmailDomain,
    Membership,
    Message,
    SignInSession,
    Supplier,
    Throttle,
    Ticket,
    utc_now,
)
from showcase.services import passwords, throttles
from tests.integration.conftest import CheckedClient, People, make_app, member_of
from tests.integration.mails import link_in, mails_to

PASSWORD = "marble lantern orchard"
OTHER_PASSWORD = "copper meadow violin"


def with_password(membership: Membership, password: str = PASSWORD) -> str:
    """Give a person a password and return their e-mail address."""
    membership.account.password_hash = passwords.hash_of(password)
    db.session.commit()
    return membership.account.email


def last_mail(to: str) -> Message:
    mails = mails_to(to)
    assert mails, f"no e-mail to {to}"
    return mails[-1]


def give_domain(council: object, domain: str) -> None:
    assert isinstance(council, Council)
    council.domains.append(EmailDomain(domain=domain))
    db.session.commit()


def sign_in(client: CheckedClient, email: str, password: str = PASSWORD, **query: str) -> object:
    return client.post("/sign-in", data={"email": email, "password": password}, query_string=query)


# --- signing in -------------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    response = client.post("/sign-in?next=/account", data={"email": f" {email.upper()} ", "password": PASSWORD})
    assert response.status_code == 302
    assert response.location == "/account"
    assert people.officer.account.name in client.get("/account").text


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\tb", ""]
)
def test_signing_in_never_leads_off_the_site(client: CheckedClient, people: People, path: str) -> None:
    email = with_password(people.officer)
    response = client.post("/sign-in", data={"email": email, "password": PASSWORD}, query_string={"next": path})
    assert response.location == "/"


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    answers = [
        client.post("/sign-in", data={"email": address, "password": "wrong password here"})
        for address in (email, "nobody@nowhere.example")
    ]
    assert [a.status_code for a in answers] == [422, 422]
    pages = [re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", answer.text) for answer in answers]
    assert pages[0].replace(email, "ADDRESS") == pages[1].replace("nobody@nowhere.example", "ADDRESS")
    assert db.session.scalar(sa.select(sa.func.count(SignInSession.id))) == 0


def test_a_deactivated_account_cannot_sign_in(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    people.officer.account.deactivated_at = utc_now()
    db.session.commit()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 422


def test_a_demo_account_is_refused_outside_the_demo(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    client.sign_in(people.officer)
    people.officer.account.is_demo = True
    db.session.commit()
    assert client.get("/account").status_code == 302, "a session from the demo must not work either"
    client.sign_out()
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 422
    client.post("/reset", data={"email": email})
    assert "no account" in last_mail(email).body


def test_a_demo_account_signs_in_during_the_demo(new_database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    app = make_app(new_database(), tmp_path, is_demo=True)
    with app.app_context():
        council = Council(name="Northmere", approved_at=utc_now())
        db.session.add(council)
        member = member_of(council, "Olive Officer")
        member.account.is_demo = True
        email = with_password(member)
        assert app.test_client().post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    with app.app_context():
        db.engine.dispose()


def test_many_wrong_tries_stop_an_account_and_are_kept(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    for _ in range(throttles.SIGN_IN_ACCOUNT.most):
        assert client.post("/sign-in", data={"email": email, "password": "wrong password"}).status_code == 422
    stopped = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert stopped.status_code == 429
    assert "Too many tries. Wait 15 minutes" in stopped.text
    other = with_password(people.other_officer)
    assert client.post("/sign-in", data={"email": other, "password": PASSWORD}).status_code == 302


def test_many_tries_stop_an_address_whatever_the_account(client: CheckedClient, people: People) -> None:
    now = utc_now()
    for number in range(throttles.SIGN_IN_ADDRESS.most):
        throttles.count((throttles.SIGN_IN_ADDRESS, "127.0.0.1"), now=now)
        assert number < throttles.SIGN_IN_ADDRESS.most
    email = with_password(people.officer)
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 429
    from_elsewhere = client.post(
        "/sign-in", data={"email": email, "password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert from_elsewhere.status_code == 302


def test_a_throttle_ends_and_success_starts_it_anew(app: Flask) -> None:
    now = utc_now()
    limit = throttles.Limit("try", 2, timedelta(minutes=15))
    throttles.count((limit, "a"), now=now)
    throttles.count((limit, "a"), now=now)
    with pytest.raises(throttles.TooMany):
        throttles.count((limit, "a"), now=now)
    throttles.count((limit, "a"), now=now + timedelta(minutes=16))
    throttles.count((limit, "a"), now=now + timedelta(minutes=16))
    throttles.forget(limit, "a")
    throttles.count((limit, "a"), now=now + timedelta(minutes=16))
    assert db.session.scalar(sa.select(Throttle.count)) == 1


def test_a_successful_sign_in_clears_the_tries(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    for _ in range(throttles.SIGN_IN_ACCOUNT.most - 1):
        client.post("/sign-in", data={"email": email, "password": "wrong password"})
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    client.sign_out()
    assert client.post("/sign-in", data={"email": email, "password": "wrong password"}).status_code == 422


def test_refused_sign_ins_are_in_the_audit_trail(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    client.post("/sign-in", data={"email": email, "password": "wrong password"})
    entry = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "account.sign_in_refused"))
    assert entry is not None
    assert entry.details == {"account": str(people.officer.account_id)}


def test_an_empty_form_says_what_to_enter(client: CheckedClient, app: Flask) -> None:
    page = client.post("/sign-in", data={})
    assert page.status_code == 422
    assert "Enter your e-mail address" in page.text
    assert "Enter your password" in page.text


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_itself(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie.update(kept)
    assert client.get("/account").status_code == 302


def test_an_expired_session_is_not_signed_in(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    db.session.execute(sa.update(SignInSession).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert client.get("/account").status_code == 302


def test_one_of_my_sessions_or_all_others_can_be_ended(app: Flask, people: People) -> None:
    first, second, third = (app.test_client() for _ in range(3))
    for browser in (first, second, third):
        browser.sign_in(people.officer)
    rows = db.session.scalars(sa.select(SignInSession).order_by(SignInSession.created_at)).all()
    assert first.post(f"/account/sessions/{rows[1].id}/end").status_code == 302
    assert second.get("/account").status_code == 302
    assert first.get("/account").status_code == third.get("/account").status_code == 200
    first.post("/account/sessions/end-others")
    assert third.get("/account").status_code == 302
    assert first.get("/account").status_code == 200


def test_nobody_ends_the_session_of_another(client: CheckedClient, people: People) -> None:
    client.sign_in(people.other_officer)
    theirs = db.session.scalar(sa.select(SignInSession.id))
    client.sign_in(people.officer)
    assert client.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert db.session.get(SignInSession, theirs) is not None


def test_acting_for_another_organisation(client: CheckedClient, people: People) -> None:
    second = Membership(account=people.officer.account, organisation=people.other_officer.organisation)
    db.session.add(second)
    email = with_password(people.officer)
    response = client.post("/sign-in?next=/account", data={"email": email, "password": PASSWORD})
    assert response.location == "/account/organisations?next=/account"
    assert "Eastbrook" in client.get(response.location).text
    chosen = client.post(f"/account/organisations/{second.organisation_id}", data={"next": "/account"})
    assert chosen.location == "/account"
    assert "You now act for Eastbrook" in client.get("/account").text
    assert client.post(f"/account/organisations/{people.founder.organisation_id}").status_code == 404


# --- signing up -------------------------------------------------------------------------------------------------------


def test_the_first_officer_of_a_council_becomes_its_administrator(client: CheckedClient, app: Flask) -> None:
    council = Council(name="Northmere", approved_at=utc_now())
    db.session.add(council)
    give_domain(council, "northmere.gov.uk")
    for name, is_first in (("Ada Able", True), ("Ben Brook", False)):
        email = f"{name[:3].lower()}@northmere.gov.uk"
        assert client.post("/join", data={"email": email.upper()}).location == "/check-your-email"
        link = link_in(last_mail(email))
        assert "Northmere" in client.get(link).text
        assert client.post(link, data={"name": name, "password": PASSWORD}).status_code == 302
        assert name in client.get("/account").text, "the person is signed in"
        account = db.session.scalar(sa.select(Account).where(Account.email == email))
        assert account is not None
        assert account.memberships[0].is_administrator is is_first
        client.sign_out()


def test_a_shared_domain_asks_for_which_council(client: CheckedClient, people: People) -> None:
    for membership in (people.officer, people.other_officer):
        give_domain(membership.organisation, "shared.gov.uk")
    client.post("/join", data={"email": "cy@shared.gov.uk"})
    link = link_in(last_mail("cy@shared.gov.uk"))
    page = client.get(link).text
    assert "Northmere" in page
    assert "Eastbrook" in page
    assert client.post(link, data={"name": "Cy", "password": PASSWORD}).status_code == 422
    theirs = {"name": "Cy", "password": PASSWORD, "council": str(people.founder.organisation_id)}
    assert client.post(link, data=theirs).status_code == 422
    chosen = {"name": "Cy", "password": PASSWORD, "council": str(people.other_officer.organisation_id)}
    assert client.post(link, data=chosen).status_code == 302
    assert "Eastbrook" in client.get("/account").text


def test_nobody_joins_a_council_that_has_ended(client: CheckedClient, people: People) -> None:
    council = people.officer.organisation
    give_domain(council, "northmere.gov.uk")
    assert isinstance(council, Council)
    council.ends_on = utc_now().date()
    db.session.commit()
    assert client.post("/join", data={"email": "eve@northmere.gov.uk"}).status_code == 302, "its last day"
    link = link_in(last_mail("eve@northmere.gov.uk"))
    council.ends_on -= timedelta(days=1)
    db.session.commit()
    assert client.post("/join", data={"email": "fay@northmere.gov.uk"}).status_code == 422
    assert client.get(link).status_code == 200
    assert client.post(link, data={"name": "Eve", "password": PASSWORD}).status_code == 422


def test_an_unknown_domain_is_said_kindly(client: CheckedClient, people: People) -> None:
    page = client.post("/join", data={"email": "someone@unknown.example"})
    assert page.status_code == 422
    assert "We do not know unknown.example" in page.text
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0


@pytest.mark.parametrize("path", ["/join", "/register", "/reset"])
def test_asking_for_a_link_tells_nobody_who_has_an_account(client: CheckedClient, people: People, path: str) -> None:
    give_domain(people.officer.organisation, "northmere.gov.uk")
    people.officer.account.email = "known@northmere.gov.uk"
    db.session.commit()
    answers = []
    for email in ("known@northmere.gov.uk", "unknown@northmere.gov.uk"):
        answer = client.post(path, data={"email": email, "name": "Kim", "firm": "Firm Ltd"})
        answers.append((answer.status_code, answer.location, answer.text))
        last_mail(email)
    assert answers[0] == answers[1]
    assert db.session.scalar(sa.select(sa.func.count(Ticket.id))) == 1


def test_links_are_sent_so_often_and_no_more(client: CheckedClient, people: People) -> None:
    for _ in range(throttles.MAIL_ACCOUNT.most):
        assert client.post("/reset", data={"email": "a@b.example"}).status_code == 302
    assert client.post("/reset", data={"email": "a@b.example"}).status_code == 429


def test_a_link_works_once(client: CheckedClient, people: People) -> None:
    give_domain(people.officer.organisation, "northmere.gov.uk")
    client.post("/join", data={"email": "dee@northmere.gov.uk"})
    link = link_in(last_mail("dee@northmere.gov.uk"))
    answers = {"name": "Dee", "password": PASSWORD}
    assert client.post(link, data={"name": "Dee", "password": "short"}).status_code == 422
    assert client.post(link, data=answers).status_code == 302
    assert client.get(link).status_code == 410
    assert client.post(link, data=answers).status_code == 410
    assert client.get("/reset/" + link.rsplit("/", 1)[1]).status_code == 410


def test_a_second_link_for_one_address_makes_no_second_account(client: CheckedClient, people: People) -> None:
    give_domain(people.officer.organisation, "northmere.gov.uk")
    links = []
    for _ in range(2):
        client.post("/join", data={"email": "dee@northmere.gov.uk"})
        links.append(link_in(last_mail("dee@northmere.gov.uk")))
    assert client.post(links[0], data={"name": "Dee", "password": PASSWORD}).status_code == 302
    again = client.post(links[1], data={"name": "Dee", "password": OTHER_PASSWORD})
    assert again.status_code == 409
    assert "You have an account already" in again.text


def test_a_link_expires(client: CheckedClient, people: People) -> None:
    client.post("/reset", data={"email": people.officer.account.email})
    link = link_in(last_mail(people.officer.account.email))
    db.session.execute(sa.update(Ticket).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert client.get(link).status_code == 410


def test_a_supplier_registers_and_waits_for_approval(client: CheckedClient, people: People) -> None:
    firm = {
        "firm": "Damp Ltd",
        "number": "1234567",
        "website": "damp.example",
        "name": "Di",
        "email": "di@damp.example",
    }
    assert client.post("/register", data=firm).location == "/check-your-email"
    link = link_in(last_mail("di@damp.example"))
    assert client.post(link, data={"password": PASSWORD}).status_code == 302
    supplier = db.session.scalar(sa.select(Supplier).where(Supplier.name == "Damp Ltd"))
    assert supplier is not None
    assert supplier.approved_at is None
    assert supplier.companies_house_number == "01234567"
    assert supplier.website == "https://damp.example"
    assert "Damp Ltd" in last_mail(people.staff.account.email).subject
    assert "Damp Ltd" in client.get("/account").text


@pytest.mark.parametrize(
    ("field", "value"), [("number", "12"), ("website", "javascript:alert(1)"), ("email", "nobody"), ("firm", " ")]
)
def test_a_faulty_registration_is_refused_and_kept(client: CheckedClient, app: Flask, field: str, value: str) -> None:
    firm = {"firm": "Damp Ltd", "name": "Di", "email": "di@damp.example", field: value}
    page = client.post("/register", data=firm)
    assert page.status_code == 422
    assert 'value="Di"' in page.text
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0


# --- passwords --------------------------------------------------------------------------------------------------------


def test_a_reset_changes_the_password_and_ends_every_session(client: CheckedClient, people: People) -> None:
    email = with_password(people.officer)
    client.sign_in(people.officer)
    client.post("/reset", data={"email": email})
    link = link_in(last_mail(email))
    assert client.post(link, data={"password": OTHER_PASSWORD}).location == "/sign-in"
    assert db.session.scalar(sa.select(sa.func.count(SignInSession.id))) == 0
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 422
    assert client.post("/sign-in", data={"email": email, "password": OTHER_PASSWORD}).status_code == 302
    assert client.get(link).status_code == 410


def test_changing_the_password_keeps_this_session_alone(app: Flask, people: People) -> None:
    with_password(people.officer)
    here, elsewhere = app.test_client(), app.test_client()
    here.sign_in(people.officer)
    elsewhere.sign_in(people.officer)
    wrong = here.post("/account/password", data={"present": "wrong password", "password": OTHER_PASSWORD})
    assert wrong.status_code == 422
    assert "This is not your present password" in wrong.text
    weak = here.post("/account/password", data={"present": PASSWORD, "password": "short"})
    assert weak.status_code == 422
    changed = here.post("/account/password", data={"present": PASSWORD, "password": OTHER_PASSWORD})
    assert changed.location == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_a_new_name_is_shown(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    assert client.post("/account/name", data={"name": ""}).status_code == 422
    client.post("/account/name", data={"name": "Olive Oak"})
    assert "Olive Oak" in client.get("/account").text


def test_the_public_is_asked_to_sign_in(client: CheckedClient, app: Flask) -> None:
    for path in ("/account", "/account/password", "/account/name", "/account/organisations"):
        assert client.get(path).location.startswith("/sign-in"), path


def test_a_dead_link_leads_to_a_new_one(client: CheckedClient) -> None:
    for path in ("/join", "/register", "/reset", "/invitations"):
        page = client.get(f"{path}/abcdefghijklmnopqrstuvwxyz")
        assert page.status_code == 410
        for onward in ("/join", "/register", "/reset", "/sign-in"):
            assert f'href="{onward}"' in page.text
