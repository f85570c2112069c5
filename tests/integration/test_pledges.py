"""Pledges: each rung with what it needs and by whose authority, history, demand, evidence, names, clashes, totals."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import PledgeStep, utc_now
from showcase.models.interests import COUNTED, Rung
from showcase.models.rungs import ASKS, LEAST_AUTHORITY, QUANTITY_LABELS
from showcase.policies.interests import figures_for
from showcase.services import interests, pledges
from showcase.services.pledge_rules import Demand, Said
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.interest_texts import ANSWERS, DEMAND_FORM, LETTER, Group, a_group, a_letter, move, said, stand

Counting = Callable[[], AbstractContextManager[Statements]]
FORMS: dict[Rung, dict[str, Any]] = {
    Rung.WATCHING: {},
    Rung.INTERESTED: {"quantity": "1,200", "need": "Mould", "role": "Head of Homes", "authority": "head-of-service"},
    Rung.EXPRESSION: {
        "quantity": "1200",
        "quantity_most": "1500",
        "budget_least": "50,000",
        "budget_most": "80,000",
        "budget_kind": "revenue",
        "funding": "likely",
        "role_offered": "evaluator",
        "officer_days": "12",
        "routes": ["framework", "group-buy"],
        "hard_stop-day": "31",
        "hard_stop-month": "3",
        "hard_stop-year": "2028",
        "role": "Head of Homes",
        "authority": "head-of-service",
    },
    Rung.LETTER: {
        "quantity": "1200",
        "director": "Dora",
        "finance_aware": "y",
        "approvals": "Cabinet",
        "decision_on-day": "1",
        "decision_on-month": "2",
        "decision_on-year": "2027",
        "gates": ["legal", "it-security"],
        "data_contact": "Dee Pio, dpo@camden.example",
        "controller": "joint",
        "role": "Procurement lead",
        "authority": "director",
    },
    Rung.COMMITMENT: {
        "quantity": "1200",
        "decision_reference": "CAB/1",
        "decided_on-day": "1",
        "decided_on-month": "2",
        "decided_on-year": "2027",
        "most_value": "240,000",
        "term_months": "36",
        "named_lead": "Lee Lead",
        "role": "Procurement lead",
        "authority": "cabinet",
    },
    Rung.WITHDRAWN: {"why": "timing", "reason": "Later."},
}
"""What the form of each rung sends."""


@pytest.fixture
def group(people: People) -> Group:
    """An open list and three councils."""
    return a_group(people.staff, 3)


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_a_council_climbs_every_rung_by_the_pages(group: Group, client: CheckedClient) -> None:
    lead, address = group.leads[0], f"/interest-lists/{group.interest_list.id}/place"
    client.sign_in(lead)
    assert "Join" in client.get(address).text
    for revision, rung in enumerate((Rung.WATCHING, Rung.INTERESTED, Rung.EXPRESSION)):
        assert client.get(f"{address}/{rung.value}").status_code == 200
        answer = client.post(f"{address}/{rung.value}", data={**FORMS[rung], "revision": str(revision)})
        assert answer.status_code == 302, answer.text
    form = {**FORMS[Rung.LETTER], "revision": "3"}
    answer = client.post(f"{address}/letter_of_intent", data={**form, "letter": (BytesIO(LETTER), "letter.pdf")})
    assert answer.status_code == 422
    assert "State first what your council would take" in answer.text
    assert client.get(f"{address}/demand").status_code == 200
    assert client.post(f"{address}/demand", data={**DEMAND_FORM, "revision": "3"}).status_code == 302
    form["revision"] = "4"
    answer = client.post(f"{address}/letter_of_intent", data=form)
    assert answer.status_code == 422
    assert "Add the signed letter" in answer.text
    answer = client.post(f"{address}/letter_of_intent", data={**form, "letter": (BytesIO(LETTER), "letter.pdf")})
    assert answer.status_code == 302
    assert client.post(f"{address}/commitment", data={**FORMS[Rung.COMMITMENT], "revision": "5"}).status_code == 302
    page = client.get(address).text
    for words in (
        "CAB/1",
        "£240,000 excluding VAT, £288,000 including VAT",
        "Letter of intent (PDF",
        "£43.21",
        "1,500",
    ):
        assert words in page, words
    for words in ("Head of Homes", "Likely: it is asked for", "Help to compare", "31 March 2028", "dpo@camden.example"):
        assert words in page, words
    assert "Framework that members can buy from; Group buy" in page
    assert client.post(f"{address}/withdrawn", data={**FORMS[Rung.WITHDRAWN], "revision": "6"}).status_code == 302
    db.session.expire_all()
    steps = db.session.scalars(sa.select(PledgeStep).order_by(PledgeStep.number)).all()
    assert [step.rung for step in steps] == list(Rung)
    assert [step.quantity for step in steps] == [None, 1200, 1200, 1200, 1200, None]
    assert steps[2].answers["budget_most"] == 8_000_000
    assert stand(group, 0).rung is Rung.WITHDRAWN
    assert "CAB/1" in client.get(address).text  # history stays


@pytest.mark.parametrize("rung", [rung for rung in Rung if rung is not Rung.WITHDRAWN])
def test_each_rung_needs_its_answers_and_authority(group: Group, rung: Rung) -> None:
    by, now, lists = actor_for(group.leads[0]), utc_now(), group.interest_list
    demanded = group.move(0, Rung.WATCHING)
    prices = Demand([{"max_unit_price_pence": 100, "quantity": 5}])
    pledges.state_demand(demanded, prices, revision=demanded.revision, by=by, now=now)
    letter = a_letter() if rung is Rung.LETTER else None

    def try_it(told: Said) -> None:
        pledges.step(lists, told, revision=demanded.revision, by=by, now=now, letter=letter)

    for ask in ASKS[rung]:
        answers = {name: value for name, value in ANSWERS[rung].items() if name != ask.name}
        if ask.is_needed:
            with pytest.raises(DomainError, match="needs an answer"):
                try_it(said(rung, answers=answers))
        if ask.vocabulary:
            wrong = ["nonsense"] if ask.kind == "choices" else "nonsense"
            with pytest.raises(DomainError, match="Choose from the list"):
                try_it(said(rung, answers={**ANSWERS[rung], ask.name: wrong}))
    if rung in QUANTITY_LABELS:
        for quantity in (0, 10**9 + 1):
            with pytest.raises(DomainError, match="how many"):
                try_it(said(rung, quantity))
    order = ("officer", "service-lead", "head-of-service", "director", "delegated", "cabinet")
    for authority in order[: order.index(LEAST_AUTHORITY[rung])]:
        with pytest.raises(DomainError, match="at least this authority"):
            try_it(said(rung, authority=authority))
    try_it(said(rung, authority=LEAST_AUTHORITY[rung]))
    assert demanded.rung is rung


def test_binding_rungs_are_the_procurement_leads(group: Group, client: CheckedClient) -> None:
    officer = member_of(group.leads[0].organisation, "Olly Officer")
    db.session.commit()
    by, now = actor_for(officer), utc_now()
    move(group.interest_list, officer, Rung.EXPRESSION)
    for rung in (Rung.LETTER, Rung.COMMITMENT):
        with pytest.raises(NotAllowed, match="procurement lead"):
            pledges.step(group.interest_list, said(rung), revision=1, by=by, now=now, letter=a_letter())
    assert Rung.LETTER not in pledges.rungs_open_to(by, group.interest_list, stand(group, 0))
    group.move(0, Rung.LETTER)
    db.session.commit()
    pledge = stand(group, 0)
    prices = Demand([{"max_unit_price_pence": 1, "quantity": 1}])
    for change in (
        lambda: pledges.step(group.interest_list, said(Rung.INTERESTED), revision=pledge.revision, by=by, now=now),
        lambda: pledges.step(group.interest_list, said(Rung.WITHDRAWN), revision=pledge.revision, by=by, now=now),
        lambda: pledges.state_demand(pledge, prices, revision=pledge.revision, by=by, now=now),
    ):
        with pytest.raises(NotAllowed, match="procurement lead"):
            change()
    client.sign_in(officer)
    address = f"/interest-lists/{group.interest_list.id}/place"
    assert "only your council’s procurement lead" in client.get(address).text
    assert client.get(f"{address}/commitment").status_code == 403
    assert client.get(f"{address}/withdrawn").status_code == 403
    assert client.get(f"{address}/demand").status_code == 403
    assert f"{address}/demand" not in client.get(address).text


def test_going_down_and_leaving_need_a_reason(group: Group) -> None:
    by, now = actor_for(group.leads[0]), utc_now()
    with pytest.raises(Conflict, match="not on this list"):
        pledges.step(group.interest_list, said(Rung.WITHDRAWN), revision=0, by=by, now=now)
    group.move(0, Rung.EXPRESSION)
    with pytest.raises(DomainError, match="steps down"):
        pledges.step(group.interest_list, said(Rung.INTERESTED, reason=""), revision=1, by=by, now=now)
    with pytest.raises(DomainError, match="why your council leaves"):
        pledges.step(group.interest_list, said(Rung.WITHDRAWN, answers={}), revision=1, by=by, now=now)
    group.move(0, Rung.WITHDRAWN)
    with pytest.raises(Conflict, match="not on this list"):
        pledges.step(group.interest_list, said(Rung.WITHDRAWN), revision=2, by=by, now=now)
    group.move(0, Rung.INTERESTED)
    assert [step.rung for step in stand(group, 0).steps] == [Rung.EXPRESSION, Rung.WITHDRAWN, Rung.INTERESTED]


def test_a_closing_list_lets_members_move_and_a_closed_one_nobody(people: People, group: Group) -> None:
    by, now = actor_for(people.staff), utc_now()
    group.move(0, Rung.INTERESTED)
    interests.take(group.interest_list, "announce_closing", by=by, now=now)
    with pytest.raises(Conflict, match="no more councils"):
        group.move(1, Rung.INTERESTED)
    group.move(0, Rung.EXPRESSION)
    interests.take(group.interest_list, "close", by=by, now=now)
    with pytest.raises(NotAllowed):
        group.move(0, Rung.WITHDRAWN)
    assert pledges.rungs_open_to(actor_for(group.leads[0]), group.interest_list, stand(group, 0)) == []


def test_totals_never_mix_rungs(people: People, group: Group) -> None:
    group.move(0, Rung.INTERESTED, 10)
    group.move(1, Rung.EXPRESSION, 200)
    group.move(2, Rung.EXPRESSION, 3000)
    interests.load_pledges(group.interest_list)
    told = figures_for(actor_for(people.staff), group.interest_list)
    assert {f.rung: (f.councils, f.quantity) for f in told.figures} == {
        Rung.INTERESTED: (1, 10),
        Rung.EXPRESSION: (2, 3200),
    }
    assert set(COUNTED) == set(Rung) - {Rung.WATCHING, Rung.WITHDRAWN}


# --- two at once ------------------------------------------------------------------------------------------------------


def test_of_two_who_change_one_pledge_the_later_is_told(group: Group, client: CheckedClient) -> None:
    colleague = member_of(group.leads[0].organisation, "Colin Colleague")
    db.session.commit()
    move(group.interest_list, colleague, Rung.INTERESTED, 10)
    client.sign_in(group.leads[0])
    address = f"/interest-lists/{group.interest_list.id}/place/expression_of_interest"
    assert 'name="revision" type="hidden" value="1"' in client.get(address).text
    move(group.interest_list, colleague, Rung.INTERESTED, 20)
    form = {**FORMS[Rung.EXPRESSION], "revision": "1", "constraints": "Only after the move"}
    answer = client.post(address, data=form)
    assert answer.status_code == 409
    for words in ("A colleague changed this", "Colin Colleague", "Only after the move", 'type="hidden" value="2"'):
        assert words in answer.text, words
    db.session.expire_all()
    assert (stand(group, 0).rung, stand(group, 0).quantity) == (Rung.INTERESTED, 20)
    assert client.post(address, data={**form, "revision": "2"}).status_code == 302
    db.session.expire_all()
    assert [step.quantity for step in stand(group, 0).steps] == [10, 20, 1200]
    demand_address = f"/interest-lists/{group.interest_list.id}/place/demand"
    answer = client.post(demand_address, data={**DEMAND_FORM, "revision": "2"})
    assert answer.status_code == 409
    assert 'value="43.21"' in answer.text
