"""The people of an organisation, invited and in their roles: the right people can, the others cannot."""

import threading
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    Account,
    AuditEntry,
    Council,
    EmailDomain,
    Membership,
    SignInSession,
    Supplier,
    Ticket,
    utc_now,
)
from showcase.models.enums import State
from showcase.services import members, organisations
from showcase.transactions import begin_writing
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.mails import link_in, mails_to
from tests.integration.publication_texts import a_challenge, take

pytestmark = pytest.mark.either_database

PASSWORD = "marble lantern orchard"


def page_of(membership: Membership, rest: str = "") -> str:
    return f"/organisations/{membership.organisation_id}{rest}"


# --- invitations ------------------------------------------------------------------------------------------------------


def test_an_invited_person_gets_an_account(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    answer = client.post(page_of(people.founder, "/invite"), data={"email": "New@else.example"})
    assert answer.status_code == 302
    link = link_in(mails_to("new@else.example")[0])
    client.sign_out()
    assert "Join Plain Answers Ltd" in client.get(link).text
    assert client.post(link, data={"name": "Nia", "password": "short"}).status_code == 422
    assert client.post(link, data={"name": "Nia", "password": PASSWORD}).status_code == 302
    assert "Plain Answers Ltd" in client.get("/account").text
    assert client.get(link).status_code == 410


def test_an_invited_person_with_an_account_keeps_it(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    email = people.officer.account.email
    client.post(page_of(people.other_officer, "/invite"), data={"email": email})
    link = link_in(mails_to(email)[0])
    client.sign_out()
    assert "You have an account" in client.get(link).text
    assert client.post(link).location == "/sign-in"
    assert len(people.officer.account.memberships) == 2
    assert client.get("/account").status_code == 302, "the link alone does not sign in"


def test_inviting_twice_is_inviting_once(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    for _ in range(2):
        client.post(page_of(people.founder, "/invite"), data={"email": "new@else.example"})
    assert len(mails_to("new@else.example")) == 1
    assert db.session.scalar(sa.select(sa.func.count(Ticket.id))) == 1
    again = client.post(page_of(people.founder, "/invite"), data={"email": people.founder.account.email})
    assert again.status_code == 409
    assert "acts for Plain Answers Ltd already" in again.text


def test_an_invitation_can_be_sent_again_and_taken_back(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    client.post(page_of(people.founder, "/invite"), data={"email": "new@else.example"})
    ticket = db.session.scalar(sa.select(Ticket))
    assert ticket is not None
    assert "new@else.example" in client.get(page_of(people.founder, "/people")).text
    client.post(page_of(people.founder, f"/invitations/{ticket.id}/again"))
    first, second = (link_in(mail) for mail in mails_to("new@else.example"))
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)
    client.sign_in(people.other_founder)
    assert client.post(page_of(people.founder, f"/invitations/{ticket.id}/revoke")).status_code == 404
    assert client.post(page_of(people.other_founder, f"/invitations/{ticket.id}/revoke")).status_code == 404
    client.sign_in(people.founder)
    assert client.post(page_of(people.founder, f"/invitations/{ticket.id}/revoke")).status_code == 302
    assert client.get(second).status_code == 410


def test_a_council_invites_within_its_domains_and_staff_anyone(client: CheckedClient, people: People) -> None:
    people.officer.organisation.domains.append(EmailDomain(domain="northmere.gov.uk"))
    db.session.commit()
    client.sign_in(people.officer)
    refused = client.post(page_of(people.officer, "/invite"), data={"email": "x@gmail.com"})
    assert refused.status_code == 422
    assert "(northmere.gov.uk)" in refused.text
    assert client.post(page_of(people.officer, "/invite"), data={"email": "x@northmere.gov.uk"}).status_code == 302
    client.sign_in(people.staff)
    assert client.post(page_of(people.officer, "/invite"), data={"email": "x@elsewhere.example"}).status_code == 302


def test_staff_invite_staff(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    assert client.post(page_of(people.staff, "/invite"), data={"email": "new@lga.example"}).status_code == 302
    client.sign_in(people.officer)
    assert client.post(page_of(people.staff, "/invite"), data={"email": "me@lga.example"}).status_code == 403
    client.sign_in(people.founder)
    assert client.post(page_of(people.staff, "/invite"), data={"email": "me@lga.example"}).status_code == 404


def test_a_plain_member_invites_members_and_no_administrators(client: CheckedClient, people: People) -> None:
    plain = member_of(people.founder.organisation, "Flo Plain")
    db.session.commit()
    client.sign_in(plain)
    answers = {"email": "a@else.example", "is_administrator": "y"}
    assert client.post(page_of(people.founder, "/invite"), data=answers).status_code == 403
    del answers["is_administrator"]
    assert client.post(page_of(people.founder, "/invite"), data=answers).status_code == 302
    client.sign_in(people.founder)
    client.post(page_of(people.founder, "/invite"), data={"email": "b@else.example", "is_administrator": "y"})
    kept = {t.email: t.details["is_administrator"] for t in db.session.scalars(sa.select(Ticket))}
    assert kept == {"a@else.example": False, "b@else.example": True}


def test_the_people_of_an_organisation_are_for_its_own(client: CheckedClient, people: People) -> None:
    path = page_of(people.officer, "/people")
    assert client.get(path).status_code == 302
    for membership, status in (
        (people.other_officer, 403),
        (people.founder, 403),
        (people.officer, 200),
        (people.staff, 200),
    ):
        client.sign_in(membership)
        assert client.get(path).status_code == status


# --- roles ------------------------------------------------------------------------------------------------------------


def test_administrators_change_roles_and_members_do_not(client: CheckedClient, people: People) -> None:
    plain = member_of(people.officer.organisation, "Pam Plain")
    db.session.commit()
    role = page_of(people.officer, f"/people/{plain.id}/role")
    for membership in (plain, people.other_officer):
        client.sign_in(membership)
        assert client.post(role, data={"role": "administrator"}).status_code == 403
    client.sign_in(people.officer)
    assert client.post(role, data={"role": "administrator"}).status_code == 302
    assert plain.is_administrator
    elsewhere = page_of(people.officer, f"/people/{people.founder.id}/role")
    assert client.post(elsewhere, data={"role": "administrator"}).status_code == 404


def test_an_organisation_keeps_one_administrator(client: CheckedClient, people: People) -> None:
    plain = member_of(people.officer.organisation, "Pam Plain")
    db.session.commit()
    client.sign_in(people.officer)
    own = page_of(people.officer, f"/people/{people.officer.id}")
    assert client.post(f"{own}/role", data={"role": "member"}).status_code == 422
    assert client.post(f"{own}/remove").status_code == 422
    client.post(page_of(people.officer, f"/people/{plain.id}/role"), data={"role": "administrator"})
    assert client.get(f"{own}/remove").status_code == 200
    assert client.post(f"{own}/remove").location == "/sign-in"
    assert client.get("/account").status_code == 302
    left = db.session.scalars(sa.select(Membership).where(Membership.organisation == people.other_officer.organisation))
    assert [m.id for m in left] == [people.other_officer.id]


def test_a_removed_person_is_signed_out_and_told(client: CheckedClient, people: People) -> None:
    plain = member_of(people.founder.organisation, "Flo Plain")
    db.session.commit()
    email, membership_id = plain.account.email, plain.id
    client.sign_in(plain)
    assert client.post(page_of(people.founder, f"/people/{people.founder.id}/remove")).status_code == 403
    client.sign_in(people.founder)
    assert client.post(page_of(people.founder, f"/people/{membership_id}/remove")).status_code == 302
    assert db.session.scalar(sa.select(SignInSession).where(SignInSession.membership_id == membership_id)) is None
    assert "removed you" in mails_to(email)[-1].body
    assert db.session.scalar(sa.select(Account.id).where(Account.email == email)) is not None


def test_a_member_may_leave(client: CheckedClient, people: People) -> None:
    plain = member_of(people.founder.organisation, "Flo Plain")
    db.session.commit()
    client.sign_in(plain)
    assert client.post(page_of(people.founder, f"/people/{plain.id}/remove")).location == "/sign-in"


def test_a_council_has_one_procurement_lead_at_most(client: CheckedClient, people: People) -> None:
    plain = member_of(people.officer.organisation, "Pam Plain")
    db.session.commit()
    lead = page_of(people.officer, f"/people/{plain.id}/lead")
    for membership in (plain, people.other_officer, people.founder):
        client.sign_in(membership)
        assert client.post(lead).status_code == 403
    client.sign_in(people.officer)
    assert client.post(lead).status_code == 302
    assert plain.is_procurement_lead
    assert "procurement lead" in mails_to(plain.account.email)[-1].subject
    client.post(page_of(people.officer, f"/people/{people.officer.id}/lead"))
    db.session.expire_all()
    assert [m.is_procurement_lead for m in (plain, people.officer)] == [False, True]
    client.post(page_of(people.officer, "/no-lead"))
    db.session.expire_all()
    assert not people.officer.is_procurement_lead
    client.sign_in(people.founder)
    assert client.post(page_of(people.founder, f"/people/{people.founder.id}/lead")).status_code == 403
    client.sign_in(people.staff)
    client.post(lead)
    db.session.expire_all()
    assert plain.is_procurement_lead  # LGA staff can, should nobody of the council be able to


def test_two_administrators_who_leave_at_once_leave_one(own_app: Flask) -> None:
    """Real transactions in threads: whoever comes second finds that they are the last."""
    with own_app.app_context():
        council = Council(name="Northmere", approved_at=utc_now())
        db.session.add(council)
        ids = [member_of(council, f"Admin {n}", is_administrator=True) for n in range(4)]
        db.session.commit()
        ids = [m.id for m in ids]
    start, outcomes = threading.Barrier(4), []

    def leave(membership_id: uuid.UUID) -> None:
        with own_app.app_context():
            begin = db.session
            membership = begin.get(Membership, membership_id)
            assert membership is not None
            actor = actor_for(membership)
            begin.rollback()
            start.wait()
            begin_writing(begin)
            try:
                mine = begin.get(Membership, membership_id)
                assert mine is not None
                members.remove(mine, by=actor, now=utc_now())
                begin.commit()
                outcomes.append("left")
            except members.LastAdministrator:
                begin.rollback()
                outcomes.append("kept")

    threads = [threading.Thread(target=leave, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Membership.id))) == 1
    assert sorted(outcomes) == ["kept", "left", "left", "left"]


def test_services_say_no_without_the_pages(app: Flask, people: People) -> None:
    now = utc_now()
    outsider = actor_for(people.other_founder)
    firm = people.founder.organisation
    assert isinstance(firm, Supplier)
    for forbidden in (
        lambda: members.invite(firm, "x@y.example", by=outsider, now=now),
        lambda: members.set_administrator(people.founder, False, by=outsider),
        lambda: members.remove(people.founder, by=outsider, now=now),
        lambda: members.name_lead(firm, people.founder, by=actor_for(people.founder), now=now),
        lambda: organisations.edit(firm, {"name": "Mine"}, by=outsider),
        lambda: organisations.suspend(firm, "x", by=outsider, now=now),
        lambda: organisations.add_domain(people.officer.organisation, "a.gov.uk", by=actor_for(people.officer)),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    with pytest.raises(DomainError):
        organisations.add_domain(firm, "a.gov.uk", by=actor_for(people.staff))


def test_an_administrator_who_cannot_sign_in_does_not_count(client: CheckedClient, people: People) -> None:
    locked_out = member_of(people.officer.organisation, "Lou Locked", is_administrator=True)
    plain = member_of(people.officer.organisation, "Pam Plain")
    locked_out.account.deactivated_at = utc_now()
    db.session.commit()
    client.sign_in(people.officer)
    assert client.post(page_of(people.officer, f"/people/{people.officer.id}/remove")).status_code == 422
    assert client.post(page_of(people.officer, f"/people/{people.officer.id}/role"), data={}).status_code == 422
    assert "Deactivated" in client.get(page_of(people.officer, "/people")).text
    assert client.post(page_of(people.officer, f"/people/{locked_out.id}/lead")).status_code == 422
    client.sign_in(plain)
    assert client.post(page_of(plain, f"/people/{plain.id}/remove")).status_code == 302


def test_a_lead_who_is_locked_out_leads_no_more(client: CheckedClient, people: People) -> None:
    lead = member_of(people.officer.organisation, "Lee Lead", is_procurement_lead=True)
    db.session.commit()
    client.sign_in(people.staff)
    path = f"/staff/people/{lead.account_id}/deactivate"
    assert "is procurement lead of Northmere and will be no longer" in client.get(path).text
    client.post(path)
    db.session.expire_all()
    assert not lead.is_procurement_lead
    assert "no procurement lead any more" in mails_to(people.officer.account.email)[-1].subject
    assert db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.action == "organisation.lead_ended"))


def test_a_first_lead_is_asked_about_what_is_in_review(client: CheckedClient, people: People) -> None:
    waiting = a_challenge(people.officer)
    take(waiting, "submit", people.officer)
    plain = member_of(people.officer.organisation, "Pam Plain")
    db.session.commit()
    client.sign_in(people.officer)
    client.post(page_of(people.officer, f"/people/{plain.id}/lead"))
    db.session.refresh(waiting)
    assert waiting.state is State.WITH_LEAD
    assert any("For your approval" in each.subject for each in mails_to(plain.account.email))
    take(waiting, "approve", plain)
    client.post(page_of(people.officer, f"/people/{people.officer.id}/lead"))
    db.session.refresh(waiting)
    assert waiting.state is State.IN_REVIEW  # one lead approved it; the next is not asked again
