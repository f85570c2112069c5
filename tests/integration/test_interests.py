"""Interest lists: proposed, opened, edited and closed by those who may; found; who can join."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Council, InterestList, Message, Supplier, utc_now
from showcase.models.interests import ListState, Rung
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.services import interests, joining
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.interest_texts import PARTICULARS, a_group, a_list, move, said
from tests.integration.publication_texts import a_challenge, a_solution, published

Counting = Callable[[], AbstractContextManager[Statements]]
FORM = {
    "title": "Damp sensors together",
    "need": "We learn of damp too late.",
    "unit": "home",
    "route": "group-buy",
    "service_area": "",
    "lead": "",
    "closes_on-day": "31",
    "closes_on-month": "3",
    "closes_on-year": "2099",
}


def all_states(people: People) -> dict[str, InterestList]:
    """Return a list in each state, made by staff; and a proposal of the other officer's council."""
    by, now = actor_for(people.staff), utc_now()
    found = {state: a_list(people.staff, is_open=False, title=state) for state in ("proposed", "given up")}
    interests.take(found["given up"], "give_up", by=by, now=now, reason="No need")
    for state, verbs in {
        "open": [],
        "closing": ["announce_closing"],
        "closed": ["close"],
        "withdrawn": ["withdraw"],
    }.items():
        found[state] = a_list(people.staff, title=state)
        for verb in verbs:
            interests.take(found[state], verb, by=by, now=now, reason="Because")
    found["own proposal"] = interests.create(PARTICULARS, by=actor_for(people.other_officer), now=now)
    db.session.commit()
    return found


# --- policies ---------------------------------------------------------------------------------------------------------


def test_lists_and_objects_agree_for_every_role_and_state(people: People) -> None:
    found = all_states(people)
    assert {each.state for each in found.values()} == set(ListState)
    people.other_founder.organisation.suspended_at = utc_now()
    newcomer = member_of(Supplier(name="New Ltd"), "Nora New")
    db.session.commit()
    opened = {"open", "closing", "closed", "withdrawn"}
    expected: dict[str, tuple[Actor, set[str]]] = {
        "public": (PUBLIC, set()),
        "staff": (actor_for(people.staff), set(found)),
        "officer": (actor_for(people.officer), opened),
        "proposer": (actor_for(people.other_officer), opened | {"own proposal"}),
        "founder": (actor_for(people.founder), opened),
        "suspended": (actor_for(people.other_founder), set()),
        "unapproved": (actor_for(newcomer), set()),
    }
    for role, (actor, wanted) in expected.items():
        listed = set(db.session.scalars(sa.select(InterestList.id).where(visible_to(actor, InterestList))))
        allowed = {name for name, each in found.items() if can(actor, Permission.INTEREST_SEE, each)}
        assert allowed == wanted, role
        assert listed == {found[name].id for name in wanted}, role


def test_only_those_concerned_find_it(people: People, client: CheckedClient) -> None:
    found = all_states(people)
    for member, count in ((people.officer, 4), (people.other_officer, 5), (people.founder, 4), (people.staff, 7)):
        client.sign_in(member)
        assert f"{count} lists" in client.get("/interest-lists").text
        for name, each in found.items():
            is_seen = can(actor_for(member), Permission.INTEREST_SEE, each)
            assert client.get(f"/interest-lists/{each.id}").status_code == (200 if is_seen else 404), name
    client.sign_out()
    assert client.get("/interest-lists").status_code == 302
    assert client.get(f"/interest-lists/{found['open'].id}").status_code == 302


# --- from proposal to end ---------------------------------------------------------------------------------------------


def test_a_council_proposes_and_staff_open(people: People, client: CheckedClient) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    client.sign_in(people.officer)
    page = client.get(f"/interest-lists/new?challenge={challenge.id}").text
    assert "How might we find damp homes before winter?" in page
    answer = client.post(f"/interest-lists/new?challenge={challenge.id}", data=FORM, follow_redirects=True)
    assert "Proposed. LGA staff decide." in answer.text
    made = db.session.scalars(sa.select(InterestList)).one()
    assert (made.challenge_id, made.proposed_for_id, made.state) == (
        challenge.id,
        people.officer.organisation_id,
        ListState.PROPOSED,
    )
    assert client.post(f"/interest-lists/{made.id}/steps/open").status_code == 404
    client.sign_in(people.founder)
    assert client.get(f"/interest-lists/{made.id}").status_code == 404
    client.sign_in(people.staff)
    assert "Open this list" in client.get(f"/interest-lists/{made.id}").text
    client.post(f"/interest-lists/{made.id}/steps/open")
    db.session.expire_all()
    assert made.state is ListState.OPEN
    client.sign_in(people.founder)
    page = client.get(f"/interest-lists/{made.id}").text
    assert "not a call for competition" in page
    told = [message.to for message in db.session.scalars(sa.select(Message)) if "interest list" in message.body]
    assert sorted(told) == [people.officer.account.email, people.staff.account.email]
    actions = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == made.id)))
    assert actions == {"interest_list.proposed", "interest_list.open"}


def test_a_list_from_a_solution_copies_nothing_that_competitors_may_not_read(
    people: People, client: CheckedClient
) -> None:
    solution = a_solution(people.founder)
    published(solution, people)
    client.sign_in(people.officer)
    assert f"/interest-lists/new?solution={solution.id}" in client.get(f"/solutions/{solution.id}").text
    page = client.get(f"/interest-lists/new?solution={solution.id}").text
    assert '<option value="housing-repairs" selected>' in page
    assert "Dry Rooms" not in page
    client.post(f"/interest-lists/new?solution={solution.id}", data=FORM)
    made = db.session.scalars(sa.select(InterestList)).one()
    interests.take(made, "open", by=actor_for(people.staff), now=utc_now())
    for member, is_named in ((people.officer, True), (people.founder, True), (people.other_founder, False)):
        client.sign_in(member)
        assert ("Dry Rooms" in client.get(f"/interest-lists/{made.id}").text) is is_named


def test_what_is_typed_stays_when_something_is_missing(people: People, client: CheckedClient) -> None:
    client.sign_in(people.staff)
    answer = client.post("/interest-lists/new", data={**FORM, "unit": "", "scope": "When to move"})
    assert answer.status_code == 422
    assert "Choose what is counted" in answer.text
    assert "When to move" in answer.text
    answer = client.post("/interest-lists/new", data={**FORM, "route": "shared-ask"})
    assert answer.status_code == 422
    assert "Name the supplier" in answer.text


def test_steps_follow_the_table(people: People) -> None:
    by, now = actor_for(people.staff), utc_now()
    found = all_states(people)
    allowed = {
        "proposed": {"open", "give_up"},
        "given up": set(),
        "open": {"announce_closing", "close", "withdraw"},
        "closing": {"let_in_again", "close", "withdraw"},
        "closed": set(),
        "withdrawn": set(),
    }
    for state, verbs in allowed.items():
        assert set(interests.moves_open_to(by, found[state])) == verbs, state
        for verb in set(interests.MOVES) - verbs:
            with pytest.raises(Conflict):
                interests.take(found[state], verb, by=by, now=now, reason="Because")
    for member in (people.officer, people.founder):
        for name, each in found.items():
            assert interests.moves_open_to(actor_for(member), each) == [], name
        with pytest.raises(NotAllowed):
            interests.take(found["open"], "close", by=actor_for(member), now=now)
    with pytest.raises(DomainError, match="Say why"):
        interests.take(found["open"], "withdraw", by=by, now=now)
    overdue = a_list(people.staff, is_open=False, closes_on=date(2020, 1, 1))
    with pytest.raises(DomainError, match="closing date has passed"):
        interests.take(overdue, "open", by=by, now=now)


def test_two_who_edit_at_once_lose_nothing(people: People, client: CheckedClient) -> None:
    made = a_list(people.staff)
    client.sign_in(people.staff)
    address = f"/interest-lists/{made.id}/edit"
    page = client.get(address).text
    assert 'name="revision" type="hidden" value="1"' in page
    assert client.post(address, data={**FORM, "revision": "1", "rules": "One vote each"}).status_code == 302
    answer = client.post(address, data={**FORM, "revision": "1", "rules": "By quantity"})
    assert answer.status_code == 409
    assert "One vote each" in answer.text
    assert "By quantity" in answer.text
    assert 'name="revision" type="hidden" value="2"' in answer.text
    db.session.expire_all()
    assert made.rules == "One vote each"
    assert client.post(address, data={**FORM, "revision": "2", "rules": "By quantity"}).status_code == 302
    db.session.expire_all()
    assert (made.rules, made.revision) == ("By quantity", 3)


def test_members_hear_of_its_end_and_nobody_of_a_member(people: People) -> None:
    group = a_group(people.staff, 3)
    group.move(0, Rung.INTERESTED)
    group.move(1, Rung.INTERESTED)
    group.move(1, Rung.WITHDRAWN)
    db.session.commit()
    before = {message.id for message in db.session.scalars(sa.select(Message))}
    to = {message.to for message in db.session.scalars(sa.select(Message))}
    assert to == {people.staff.account.email}  # the one who moves is not told of it, and no other council is
    interests.take(group.interest_list, "close", by=actor_for(people.staff), now=utc_now())
    told = {m.to for m in db.session.scalars(sa.select(Message)) if m.id not in before}
    assert told == {group.leads[0].account.email}


# --- who can join -----------------------------------------------------------------------------------------------------


def test_who_can_join_follows_the_service_and_the_calendar(people: People) -> None:
    county = Council(name="Shire", council_type="county", tier="upper", approved_at=utc_now())
    district = Council(
        name="Vale",
        council_type="district",
        tier="lower",
        approved_at=utc_now(),
        gss_code="E07999991",
        ends_on=date(2028, 3, 31),
        successor_codes=["E06999991"],
    )
    successor = Council(
        name="New Shire",
        council_type="unitary",
        tier="single",
        approved_at=utc_now(),
        gss_code="E06999991",
        starts_on=date(2028, 4, 1),
    )
    db.session.add_all([county, district, successor])
    db.session.commit()
    care = a_list(people.staff, service_area="adult-social-care", wanted_from=date(2027, 4, 1))
    planning = a_list(people.staff, service_area="planning", wanted_from=date(2027, 4, 1))
    later = a_list(people.staff, service_area="planning", wanted_from=date(2028, 6, 1), wanted_until=date(2029, 1, 1))
    sooner = a_list(people.staff, service_area=None, wanted_from=date(2027, 1, 1), wanted_until=date(2028, 1, 1))

    def can_join(interest_list: InterestList) -> set[str]:
        found = {c.name for c in (county, district, successor) if joining.look(c, interest_list).can_join}
        listed = {answer.council.name for answer in joining.look_at_all(interest_list) if answer.can_join}
        assert found == listed & {"Shire", "Vale", "New Shire"}
        return found

    assert can_join(care) == {"Shire", "New Shire"}
    assert can_join(planning) == {"Vale", "New Shire"}
    assert can_join(later) == {"New Shire"}
    assert can_join(sooner) == {"Shire", "Vale"}
    assert "New Shire" in joining.look(district, later).why_not
    assert "31 March 2028" in joining.look(district, planning).note
    lead = member_of(county, "Carl County", is_procurement_lead=True)
    db.session.commit()
    with pytest.raises(DomainError, match="cannot join"):
        move(planning, lead, Rung.WATCHING)
    move(care, lead, Rung.WATCHING)
    assert said(Rung.WATCHING).rung is Rung.WATCHING


def test_every_service_has_its_tiers() -> None:
    from showcase.models.vocabularies import vocabulary

    for area in vocabulary("service_areas").labels:
        tiers = joining.tiers_of(area)
        assert tiers, area
        assert set(tiers) <= set(joining.TIERS), area
        assert "single" in tiers, area
    assert set(joining.tiers_of(None)) == set(joining.TIERS)


# --- the list of lists ------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_and_taken_away(people: People, client: CheckedClient) -> None:
    a_list(people.staff, title="Bins together", service_area="waste", route="framework")
    a_list(people.staff, title="Homes together", service_area="housing-repairs")
    client.sign_in(people.founder)
    for query, wanted in (
        ("q=bins", {"Bins"}),
        ("service_area=waste", {"Bins"}),
        ("route=group-buy", {"Homes"}),
        ("state=open", {"Bins", "Homes"}),
        ("state=closed", set()),
        ("state=proposed", set()),
        ("route=nonsense", {"Bins", "Homes"}),
    ):
        page = client.get(f"/interest-lists?{query}").text
        assert {name for name in ("Bins", "Homes") if f"{name} together</a>" in page} == wanted, query
        file = client.get(f"/interest-lists/all.csv?{query}").text
        assert {name for name in ("Bins", "Homes") if f"{name} together," in file} == wanted, query


def test_lists_cost_the_same_however_long(people: People, client: CheckedClient, count_queries: Counting) -> None:
    client.sign_in(people.staff)
    costs = []
    for size in (1, 3):
        while len(db.session.scalars(sa.select(InterestList.id)).all()) < size:
            a_list(people.staff, lead_id=people.officer.organisation_id)
        with count_queries() as queries:
            client.get("/interest-lists")
        costs.append(len(queries))
    assert costs[0] == costs[1]
