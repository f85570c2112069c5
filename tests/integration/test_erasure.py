"""Who is erased is found nowhere, what was done stays, and nobody is left out: with or without an account."""

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, NotAllowed
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Solution,
)
from showcase.models.enums import Hall
from showcase.services import (
    audit,
    erasure,
    sealing,
)
from showcase.services.erasure import ERASED
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.personal_life import everything, lead_a_life
from tests.integration.registered import announced, member, observer, subjects_to
from tests.integration.showcase_events import NOW


def test_who_is_erased_is_found_nowhere_and_what_was_done_stays(client: CheckedClient, people: People) -> None:
    registration = lead_a_life(people)
    account, email = people.founder.account, people.founder.account.email
    assert everything(account).lower().count("fay") > 10
    client.sign_in(people.founder)
    assert client.post("/account/erase", data={}).status_code == 422
    assert client.post("/account/erase", data={"is_sure": "y"}).status_code == 302
    db.session.expire_all()
    assert client.get("/account").status_code == 302
    left = [line for line in everything(account).split("\n") if "fay" in line.lower()]
    assert [line.split(":")[0] for line in left] == ["messages", "messages"], left  # the last word, and one to others
    assert subjects_to(email) == ["Your data was erased"]
    assert (account.name, account.memberships, account.password_hash) == (ERASED, [], None)
    assert not registration.is_live
    assert registration.organisation_id is not None
    assert sealing.seal_due(now=NOW)
    assert sealing.verify().faults == []
    praised = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "organisation.praised")).one()
    assert (praised.by_id, praised.details) == (account.id, {"grade": "good"})
    solution = db.session.scalars(sa.select(Solution)).one()
    assert (solution.created_by_id, solution.content["contact_email"]) == (account.id, "")


def test_the_chain_holds_over_an_erasure_of_what_was_sealed(people: People) -> None:
    lead_a_life(people)
    sealing.seal_due(now=NOW)
    erasure.erase(people.founder.account, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    sealing.seal_due(now=NOW)
    found = sealing.verify()
    assert found.faults == []
    assert found.erased > 0


def test_nobody_finds_out_by_chance_that_an_organisation_has_no_administrator(
    client: CheckedClient, people: People
) -> None:
    member_of(people.founder.organisation, "Cora Colleague")
    db.session.commit()
    client.sign_in(people.founder)
    assert "Nobody else who can sign in is an administrator of Plain Answers Ltd" in client.get("/account/erase").text
    erasure.erase(people.founder.account, by=actor_for(people.founder), now=NOW)
    assert "Without an administrator: Plain Answers Ltd" in subjects_to(people.staff.account.email)
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert {"account.erased", "organisation.left_without_administrator"} <= actions


def test_lga_staff_keep_an_administrator(people: People) -> None:
    with pytest.raises(Conflict, match="Nobody else"):
        erasure.erase(people.staff.account, by=actor_for(people.staff), now=NOW)


def test_an_erased_person_is_listed_nowhere_and_comes_back_only_anew(client: CheckedClient, people: People) -> None:
    audit.record("organisation.praised", people.founder.organisation, by=actor_for(people.founder))
    client.sign_in(people.staff)
    path = f"/staff/people/{people.founder.account_id}"
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 302
    client.get("/staff/people")  # says once what was done
    assert "erased" not in client.get("/staff/people").text
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/reactivate").status_code == 409
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 409
    trail = client.get("/staff/audit").text
    assert ERASED in trail
    assert f'href="{path}"' not in trail


def test_an_observer_is_erased_by_the_link_in_their_email(client: CheckedClient, people: People) -> None:
    event = announced(people, in_person_places=1)
    guest, next_one = observer(event, "Gina"), observer(event, "Hal")
    own = member(event, people.officer)
    db.session.commit()
    path, email = f"/tickets/{guest.token}", guest.email
    assert f'href="{path}/erase"' in client.get(path).text
    assert client.post(f"{path}/erase").status_code == 422
    assert client.post(f"{path}/erase", data={"is_sure": "y"}).status_code == 302
    db.session.expire_all()
    assert (guest.name, guest.email, guest.is_live) == (ERASED, None, False)
    assert subjects_to(email) == []
    assert next_one.placed_in is Hall.IN_PERSON
    assert client.get(path).status_code == 404
    assert client.post(f"/tickets/{own.token}/erase", data={"is_sure": "y"}).status_code == 409


def test_only_staff_and_the_person_may_erase(client: CheckedClient, people: People) -> None:
    with pytest.raises(NotAllowed):
        erasure.erase(people.founder.account, by=actor_for(people.other_founder), now=NOW)
    client.sign_in(people.officer)
    assert client.get(f"/staff/people/{people.founder.account_id}/erase").status_code == 404
