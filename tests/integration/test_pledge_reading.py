"""What hangs on a pledge: demand, names, evidence; who reads which of it; value against thresholds; who is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import AuditEntry, Message, Pledge, utc_now
from showcase.models.interests import Rung
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.services import contracts, demand, group_value, interests, pledges
from showcase.services.pledge_rules import Demand
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.interest_texts import LETTER, Group, a_group, a_list, says, stand

Counting = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
def group(people: People) -> Group:
    """An open list and three councils."""
    return a_group(people.staff, 3)


# --- demand, names, evidence ------------------------------------------------------------------------------------------


def test_demand_is_checked_and_read_as_the_planner_reads_it(group: Group) -> None:
    pledge, by, now = group.move(0, Rung.INTERESTED), actor_for(group.leads[0]), utc_now()
    for wrong in (
        Demand([{"max_unit_price_pence": 5, "quantity": 1}, {"max_unit_price_pence": 5, "quantity": 2}]),
        Demand([{"max_unit_price_pence": n, "quantity": 1} for n in range(7)]),
        Demand([{"max_unit_price_pence": 10**13, "quantity": 1}]),
        Demand([], earliest="2027-05", latest="2027-04"),
        Demand([], needs=["magic"]),
    ):
        with pytest.raises(DomainError):
            pledges.state_demand(pledge, wrong, revision=pledge.revision, by=by, now=now)
    steps = [{"max_unit_price_pence": 500, "quantity": 30}, {"max_unit_price_pence": 900, "quantity": 10}]
    pledges.state_demand(pledge, Demand(steps, 800), revision=pledge.revision, by=by, now=now)
    assert [demand.quantity_at(pledge, price) for price in (499, 500, 501, 900, 901)] == [30, 30, 10, 10, 0]
    assert [(p.unit_price_pence, p.quantity, p.councils) for p in demand.curve([pledge])] == [
        (900, 10, 1),
        (500, 30, 1),
    ]
    assert pledge.most_unit_price_pence == 900
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "pledge.demand_stated")).one()
    assert not says(str(entry.details), 500)


def test_half_a_line_of_demand_is_refused(group: Group, client: CheckedClient) -> None:
    group.move(0, Rung.INTERESTED)
    client.sign_in(group.leads[0])
    address = f"/interest-lists/{group.interest_list.id}/place/demand"
    answer = client.post(address, data={"price_1": "12", "earliest": "", "latest": "", "revision": "1"})
    assert answer.status_code == 422
    assert "Enter both a price and a quantity" in answer.text
    assert 'value="12"' in answer.text


def test_names_are_shown_to_those_the_council_chose(people: People, group: Group, client: CheckedClient) -> None:
    group.move(0, Rung.INTERESTED)
    address = f"/interest-lists/{group.interest_list.id}"
    client.sign_in(group.leads[1])
    assert "Council 01" not in client.get(address).text
    client.sign_in(group.leads[0])
    answer = client.post(f"{address}/place/names", data={"revision": "1", "is_named": "y"})
    assert answer.status_code == 302
    client.sign_in(group.leads[1])
    assert "Council 01" in client.get(address).text
    client.sign_in(people.founder)
    assert "Council 01" not in client.get(address).text


def test_evidence_is_its_councils_and_staffs(people: People, group: Group, client: CheckedClient) -> None:
    group.move(0, Rung.INTERESTED)
    group.move(1, Rung.INTERESTED)
    client.sign_in(group.leads[0])
    address = f"/interest-lists/{group.interest_list.id}/place/evidence"
    for sent, words in (
        ((BytesIO(b"MZ not a document"), "letter.pdf"), "its content is something else"),
        ((BytesIO(LETTER), "letter.exe"), "A file of this kind cannot be taken"),
        ((BytesIO(b""), ""), "Choose a file"),
    ):
        answer = client.post(address, data={"file": sent, "description": "Letter"})
        assert answer.status_code == 422, words
        assert words in answer.text
    sent = (BytesIO(LETTER), "Signed letter.pdf")
    assert client.post(address, data={"file": sent, "description": "Letter"}).status_code == 302
    evidence = stand(group, 0).evidence[0]
    file = f"/interest-lists/{group.interest_list.id}/evidence/{evidence.id}"
    for member, status in (
        (group.leads[0], 200),
        (people.staff, 200),
        (group.leads[1], 404),
        (people.founder, 404),
    ):
        client.sign_in(member)
        answer = client.get(file)
        assert answer.status_code == status, member.account.name
        if status == 200:
            assert answer.data == LETTER
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    other = a_list(people.staff, title="Another")
    client.sign_in(people.staff)
    assert client.get(f"/interest-lists/{other.id}/evidence/{evidence.id}").status_code == 404


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_a_pledge_is_its_councils_and_staffs(people: People, group: Group) -> None:
    for place, rung in enumerate((Rung.WATCHING, Rung.EXPRESSION, Rung.INTERESTED)):
        group.move(place, rung)
    group.move(2, Rung.WITHDRAWN)
    found = db.session.scalars(sa.select(Pledge)).all()
    own = {actor_for(lead): 1 for lead in group.leads}
    roles: dict[Actor, int] = {PUBLIC: 0, actor_for(people.staff): 3, actor_for(people.founder): 0, **own}
    for actor, count in {**roles, actor_for(people.officer): 0}.items():
        listed = set(db.session.scalars(sa.select(Pledge.id).where(visible_to(actor, Pledge))))
        assert listed == {pledge.id for pledge in found if can(actor, Permission.PLEDGE_SEE, pledge)}
        assert len(listed) == count, actor.name


def test_staff_see_what_councils_said_and_others_no_page_of_it(
    people: People, group: Group, client: CheckedClient
) -> None:
    group.move(0, Rung.COMMITMENT, 400)
    group.move(1, Rung.EXPRESSION, 700)
    db.session.commit()
    address = f"/interest-lists/{group.interest_list.id}"
    pages = ("manage", "who-can-join", "pledges.csv", "pledges.xlsx", f"councils/{group.leads[0].organisation_id}")
    client.sign_in(people.staff)
    assert "£87,654.32" in client.get(f"{address}/manage").text
    assert "Council 01" in client.get(f"{address}/{pages[-1]}").text
    assert "Council 02" in client.get(f"{address}/pledges.csv").text
    assert client.get(f"{address}/pledges.xlsx").data.startswith(b"PK")
    assert client.get(f"{address}/who-can-join").status_code == 200
    assert client.get(f"{address}/councils/{people.officer.organisation_id}").status_code == 404
    for member in (group.leads[0], group.leads[2], people.founder):
        client.sign_in(member)
        for page in pages:
            assert client.get(f"{address}/{page}").status_code == 403, page
        assert client.post(f"{address}/protect", data={"least_councils": 5, "least_changes": 5}).status_code == 403


def test_present_contracts_stand_with_a_pledge_for_its_council_and_staff_alone(
    people: People, client: CheckedClient
) -> None:
    group = a_group(people.staff, 2, service_area="housing-repairs")
    details = contracts.Details("Old Systems Ltd", "Desk", "housing-repairs", date(2028, 3, 31), 6, 12, 4_000_000)
    contracts.record(details, by=actor_for(group.leads[0]), now=utc_now())
    for place in (0, 1):
        group.move(place, Rung.EXPRESSION)
    db.session.commit()
    address = f"/interest-lists/{group.interest_list.id}"
    told = "Old Systems Ltd, Desk, ends 31 March 2028, notice by 30 September 2027, can be extended by 12 months"
    client.sign_in(people.staff)
    assert told in client.get(f"{address}/pledges.csv").text
    assert "Likely: it is asked for" in client.get(f"{address}/pledges.csv").text
    assert told in client.get(f"{address}/councils/{group.leads[0].organisation_id}").text
    client.sign_in(group.leads[0])
    assert told in client.get(f"{address}/place").text
    client.sign_in(group.leads[1])
    assert "Old Systems" not in client.get(f"{address}/place").text


def test_the_guard_is_raised_and_never_below_five(people: People, group: Group, client: CheckedClient) -> None:
    client.sign_in(people.staff)
    address = f"/interest-lists/{group.interest_list.id}/protect"
    assert client.post(address, data={"least_councils": "8", "least_changes": "6"}).status_code == 302
    assert client.post(address, data={"least_councils": "4", "least_changes": "6"}).status_code == 422
    with pytest.raises(DomainError, match="below 5"):
        interests.protect(group.interest_list, 5, 4, by=actor_for(people.staff))
    db.session.expire_all()
    assert (group.interest_list.least_councils, group.interest_list.least_changes) == (8, 6)


def test_the_managing_page_costs_the_same_however_many_councils(
    people: People, client: CheckedClient, count_queries: Counting
) -> None:
    group = a_group(people.staff, 4)
    client.sign_in(people.staff)
    address = f"/interest-lists/{group.interest_list.id}/manage"
    costs = []
    for places in ((0,), (1, 2, 3)):
        for place in places:
            group.move(place, Rung.EXPRESSION)
        db.session.commit()
        with count_queries() as queries:
            client.get(address)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- value ------------------------------------------------------------------------------------------------------------


def test_value_is_reckoned_and_held_against_the_threshold_of_the_day(group: Group) -> None:
    group.interest_list.term_months = 48
    expression = group.move(0, Rung.EXPRESSION)
    value = group_value.value_of(expression)
    assert value is not None
    assert value.excluding_vat_pence == 7_654_321 * 4
    assert value.including_vat_pence == -(-7_654_321 * 4 * 6 // 5)
    edition = group_value.in_force(date(2026, 11, 22))
    assert edition is not None
    assert edition.goods_and_services_pence == 207_720_00
    assert value.is_above(edition.goods_and_services_pence)
    older = group_value.in_force(date(2025, 6, 1))
    assert older is not None
    assert older.goods_and_services_pence == 214_904_00
    assert group_value.in_force(date(2031, 1, 1)) is None
    exact = group_value.Value("x", 173_100_00, "")
    assert exact.including_vat_pence == 207_720_00
    assert exact.is_above(207_720_00)
    assert not group_value.Value("x", 173_099_99, "").is_above(207_720_00)
    commitment = group.move(1, Rung.COMMITMENT)
    assert group_value.value_of(commitment) == group_value.Value(
        "Council 02", 8_765_432, "the most its commitment may cost"
    )
    together = group_value.together([value, exact])
    assert together.excluding_vat_pence == value.excluding_vat_pence + exact.excluding_vat_pence
    assert group_value.value_of(group.move(2, Rung.WATCHING)) is None


def test_own_people_and_staff_hear_of_a_step_and_nobody_else(people: People, group: Group) -> None:
    colleague = member_of(group.leads[0].organisation, "Colin Colleague", is_administrator=True)
    group.move(1, Rung.INTERESTED)
    db.session.commit()
    before = {message.id for message in db.session.scalars(sa.select(Message))}
    group.move(0, Rung.INTERESTED)
    told = {m.to for m in db.session.scalars(sa.select(Message)) if m.id not in before}
    assert told == {colleague.account.email, people.staff.account.email}
