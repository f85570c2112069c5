"""An attack: one council joins, leaves or changes, and a supplier and other councils try to read it from everything.

Every GET route and every link is fetched before and after, as bytes with headers; forms are posted, e-mails collected.
As long as no new snapshot may be taken, all of it must be the same. When one is taken, it must obey the rules.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Membership, Message, utc_now
from showcase.models.interests import Rung
from showcase.services import contracts, interests, pledges, radar_bands
from showcase.services.pledge_rules import Demand
from tests.integration.conftest import People
from tests.integration.interest_texts import Group, a_group, a_letter
from tests.integration.walking import (
    Reader,
    Told,
    differing,
    post_everywhere,
    read_again,
    read_everything,
    reader_for,
)
from tests.unit.test_small_numbers import leaks

pytestmark = pytest.mark.either_database

VICTIM = 11
LISTS = "/interest-lists"
SECRETS = ("7,777", "7777", "313.37", "31337", "76,543.21", "7654321", "Lead 12", "Council 12", "Dora Director")
"""What only the council that is attacked said."""
OF_THE_READER = ("/account/data",)
"""What counts what the reader did, such as the very attempts of this test."""
QUERIES = ("q=Council", "state=open", "route=group-buy&page=2", "sort=quantity", "format=json")


def victim_joins(group: Group) -> None:
    group.move(VICTIM, Rung.EXPRESSION, 7_777)


def victim_climbs(group: Group) -> None:
    group.move(VICTIM, Rung.LETTER, 7_777)
    group.move(VICTIM, Rung.COMMITMENT, 7_777)


def victim_states_demand(group: Group) -> None:
    by = actor_for(group.leads[VICTIM])
    pledge = pledges.find_own(group.interest_list, by=by)
    assert pledge is not None
    told = Demand([{"max_unit_price_pence": 31_337, "quantity": 7_777}], 31_337)
    pledges.state_demand(pledge, told, revision=pledge.revision, by=by, now=utc_now())
    pledges.add_evidence(pledge, a_letter(), "Letter of Council 12", by=by, now=utc_now())


def victim_leaves(group: Group) -> None:
    group.move(VICTIM, Rung.WITHDRAWN)


def one_that_is_told_leaves(group: Group) -> None:
    group.move(1, Rung.WITHDRAWN)


def one_that_is_told_changes(group: Group) -> None:
    group.move(1, Rung.EXPRESSION, 7_777)


def victim_records_a_contract(group: Group) -> None:
    ends_on = utc_now().date() + timedelta(days=200)
    details = contracts.Details("Lead 12 Systems", "Desk", "housing-repairs", ends_on, annual_cost_pence=7_654_321)
    contracts.record(details, by=actor_for(group.leads[VICTIM]), now=utc_now())


def others_move(group: Group) -> None:
    group.move(4, Rung.WITHDRAWN)
    group.move(5, Rung.INTERESTED, 50)


CHANGES: Sequence[Callable[[Group], None]] = (
    victim_joins,
    victim_states_demand,
    victim_climbs,
    victim_records_a_contract,
    one_that_is_told_changes,
    one_that_is_told_leaves,
    others_move,
    victim_leaves,
)
"""Of four councils together."""


@pytest.fixture
def group(people: People) -> Group:
    """A list on which eight of thirteen councils are told of, a few of them named; the officer's council leads it."""
    group = a_group(people.staff, 13, title="Attacked", lead_id=people.officer.organisation_id)
    ends_on = utc_now().date() + timedelta(days=200)
    for place in range(8):
        details = contracts.Details("Old Systems", "Desk", "housing-repairs", ends_on)
        contracts.record(details, by=actor_for(group.leads[place]), now=utc_now())
    assert radar_bands.take_due(now=utc_now()) == 1
    for place in range(8):
        group.move(place, Rung.EXPRESSION, 100 + place)
    for place in (0, 2):
        pledge = pledges.find_own(group.interest_list, by=actor_for(group.leads[place]))
        assert pledge is not None
        by = actor_for(group.leads[place])
        pledges.share(pledge, is_named=True, to_suppliers=True, revision=pledge.revision, by=by, now=utc_now())
    group.move(8, Rung.WATCHING)
    assert group.look()
    return group


def attackers(people: People, group: Group) -> dict[str, Membership]:
    return {
        "supplier": people.founder,
        "member": group.leads[0],
        "watching council": group.leads[8],
        "lead authority": people.officer,
    }


def read_all(app: Flask, reader: Reader, group: Group, beneath: str = "") -> Told:
    known = {
        "interestlist_id": [str(group.interest_list.id)],
        "council_id": [str(group.leads[place].organisation_id) for place in (1, VICTIM)],
        "organisation_id": [str(group.leads[place].organisation_id) for place in (1, VICTIM)],
        "rung": [rung.value for rung in Rung],
        "verb": list(interests.MOVES),
        "evidence_id": [
            str(evidence.id)
            for pledge in pledges.list_for(group.interest_list, seen_by=actor_for(group.staff))
            for evidence in pledge.evidence
        ],
        "pledge_id": [str(pledge.id) for pledge in group.interest_list.pledges],
    }
    told = dict(read_everything(app, reader, known, QUERIES, beneath))
    if reader.get("/interest-lists/new").status_code == 403:  # a supplier: what it sends changes nothing
        told.update(
            {f"POST {key}": value for key, value in post_everywhere(app, reader, known, "interestlist_id").items()}
        )
    # an address with the id of new evidence can only be known to those who see it: it must answer as if it were not
    return {address: answer for address, answer in told.items() if "/evidence/" not in address or answer[0] != 404}


def mails(members: list[Membership]) -> list[tuple[str, str, str]]:
    addresses = [member.account.email for member in members]
    found = db.session.scalars(sa.select(Message).where(Message.to.in_(addresses)).order_by(Message.created_at))
    return [(message.to, message.subject, message.body) for message in found]


def test_nothing_that_others_fetch_tells_of_one_council(app: Flask, people: People, group: Group) -> None:
    """The changes add up, and never to five councils: after each, everything must be as it was before the first."""
    roles = attackers(people, group)
    readers = {role: reader_for(app, member) for role, member in roles.items()}
    before = {role: read_all(app, reader, group) for role, reader in readers.items()}
    mails_before = mails(list(roles.values()))
    assert all(len(told) > 100 for told in before.values())
    for day, change in enumerate(CHANGES, start=1):
        change(group)
        assert not radar_bands.take_due(now=utc_now() + timedelta(days=day))
        db.session.commit()
        assert not group.look()  # fewer than five changed: nothing new is told
        for role, reader in readers.items():
            after = read_again(reader, before[role], str(group.interest_list.id))
            of_this = {address: answer for address, answer in before[role].items() if address in after}
            assert differing(of_this, after) == [], (role, change.__name__)
    for role in ("supplier", "member"):
        after = read_all(app, readers[role], group)
        others = [key for key in differing(before[role], after) if key not in OF_THE_READER]
        assert {key: (before[role].get(key), after.get(key)) for key in others} == {}, role
        said = b"\n".join(body + headers.encode() for _, body, headers in after.values()).decode(errors="replace")
        assert [secret for secret in SECRETS if _stands(secret, said) and not _is_public(secret, before[role])] == [], (
            role
        )
    assert mails(list(roles.values())) == mails_before


def test_the_attack_would_find_a_leak(app: Flask, people: People, group: Group) -> None:
    """Staff may read what councils said: for them the walk differs, and finds the secrets."""
    staff = reader_for(app, people.staff)
    before = read_all(app, staff, group, LISTS)
    victim_joins(group)
    victim_states_demand(group)
    after = read_all(app, staff, group, LISTS)
    changed = differing(before, after)
    address = f"/interest-lists/{group.interest_list.id}"
    assert {address, f"{address}/manage", f"{address}/pledges.csv", f"{address}/figures.json"} <= set(changed)
    said = b"\n".join(body for _, body, _ in after.values()).decode(errors="replace")
    assert all(secret in said for secret in ("7,777", "313.37", "Council 12"))


def test_what_a_new_snapshot_tells_gives_nobody_away(app: Flask, people: People, group: Group) -> None:
    supplier = reader_for(app, people.founder)
    before = read_all(app, supplier, group, LISTS)
    listed = str(group.interest_list.id)
    for place in (8, 9, 10, 12):
        group.move(place, Rung.EXPRESSION, 120)
    group.move(VICTIM, Rung.EXPRESSION, 130)
    again = read_again(supplier, before, listed)
    assert differing({key: value for key, value in before.items() if key in again}, again) == []
    assert group.look()
    after = read_all(app, supplier, group, LISTS)
    address = f"/interest-lists/{group.interest_list.id}"
    paths = {changed.partition("?")[0] for changed in differing(before, after)}
    assert {address, f"{address}/figures.csv", f"{address}/figures.json"} <= paths
    assert [path for path in paths if not path.startswith(address)] == []
    interests.load_pledges(group.interest_list)
    assert leaks([snapshot.state for snapshot in group.interest_list.snapshots]) == []
    told = group.interest_list.snapshots[-1].figures
    assert told == {Rung.EXPRESSION.value: {"councils": 10, "quantity": 1400}}


def test_a_name_is_told_with_a_snapshot_and_hidden_at_once(app: Flask, people: People, group: Group) -> None:
    address = f"/interest-lists/{group.interest_list.id}"
    supplier = reader_for(app, people.founder)
    page = supplier.get(address).text
    assert "Council 01" in page
    assert "Council 02" not in page
    by, pledge = actor_for(group.leads[0]), pledges.find_own(group.interest_list, by=actor_for(group.leads[0]))
    assert pledge is not None
    pledges.share(pledge, is_named=True, to_suppliers=False, revision=pledge.revision, by=by, now=utc_now())
    page = supplier.get(address).text
    assert "Council 01" not in page
    assert "Council 03" in page


def _is_public(secret: str, before: Told) -> bool:
    """Tell whether it stood on a page already, such as the name of a council in the register."""
    return any(secret.encode() in body for _, body, _ in before.values())


def _stands(secret: str, text: str) -> bool:
    """Tell whether it stands in a text by itself: any digits may be part of an id or a token."""
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) is not None
