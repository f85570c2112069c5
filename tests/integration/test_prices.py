"""Indicative prices: sealed until the stated time from all but their supplier, and from other suppliers for ever."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, InterestList, Message, PriceOffer, PriceVersion, utc_now
from showcase.models.prices import NOTICE
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import interests, prices
from showcase.services.prices import Tier
from tests.integration.conftest import CheckedClient, People
from tests.integration.interest_texts import says
from tests.integration.price_texts import a_list, an_offer, open_prices, some_prices

FORM = {
    "seen": "0",
    "least_1": "500",
    "price_1": "£900",
    "least_2": "3,000",
    "price_2": "700.50",
    "earliest": "",
    "latest": "",
    "includes": "Sensors, fitting, support.",
    "meets": ["uk-hosting"],
    "valid_until-day": "1",
    "valid_until-month": "1",
    "valid_until-year": "2099",
    "meets_conditions": "y",
}


@pytest.fixture
def taking(people: People) -> InterestList:
    return a_list(people)


def months() -> dict[str, str]:
    today = utc_now().date()
    return {"earliest": f"{today:%Y-%m}", "latest": f"{today.year + 1}-{today.month:02}"}


def test_a_supplier_gives_changes_and_withdraws(client: CheckedClient, people: People, taking: InterestList) -> None:
    client.sign_in(people.founder)
    address = f"/interest-lists/{taking.id}/prices"
    assert "Give indicative prices" in client.get(address).text
    wrong = client.post(f"{address}/give", data={**FORM, **months(), "price_2": "", "meets": []})
    assert wrong.status_code == 422
    assert 'value="£900"' in wrong.text
    assert "Enter both a quantity and a price" in wrong.text
    assert client.post(f"{address}/give", data={**FORM, **months(), "meets": []}).status_code == 422
    assert client.post(f"{address}/give", data={**FORM, **months()}).status_code == 302
    version = db.session.scalars(sa.select(PriceVersion)).one()
    assert [tuple(tier.values()) for tier in version.tiers] == [(500, 900_00), (3000, 700_50)]
    stale = client.post(f"{address}/give", data={**FORM, **months(), "price_1": "850"})
    assert stale.status_code == 409
    assert 'value="850"' in stale.text
    assert client.post(f"{address}/give", data={**FORM, **months(), "price_1": "850", "seen": "1"}).status_code == 302
    page = client.get(address).text
    assert "£850" in page
    assert "Version 2" in page
    assert "Earlier versions" in page
    offer = db.session.scalars(sa.select(PriceOffer)).one()
    assert client.post(f"/prices/{offer.id}/withdraw", data={"reason": "We are full."}).status_code == 302
    assert "Withdrawn" in client.get(address).text
    assert client.get(f"/prices/{offer.id}/withdraw").status_code == 403
    trail = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == offer.id)).all()
    assert sorted(entry.action for entry in trail) == ["price.given", "price.given", "price.withdrawn"]
    told = db.session.scalars(sa.select(Message).where(Message.body.contains("indicative prices"))).all()
    assert {message.to for message in told} == {people.founder.account.email}
    assert not any("£" in message.body for message in told)


def test_nobody_reads_them_before_the_time(client: CheckedClient, people: People, taking: InterestList) -> None:
    offer = an_offer(taking, people.founder)
    db.session.commit()
    for role in ("staff", "officer", "other_founder"):
        client.sign_in(getattr(people, role))
        for address in (f"/interest-lists/{taking.id}/prices", f"/interest-lists/{taking.id}/prices/all.csv"):
            answer = client.get(address)
            assert answer.status_code == (403 if role == "officer" else 200)
            assert not says(answer.text, 900)
            assert "Plain Answers" not in answer.text
        assert client.get(f"/prices/{offer.id}/withdraw").status_code == 404
    assert prices.list_for(taking, seen_by=actor_for(people.staff)) == []
    assert not can(actor_for(people.staff), Permission.PRICE_SEE, offer)


def test_after_the_time_staff_read_them_and_nobody_else(
    client: CheckedClient, people: People, taking: InterestList
) -> None:
    an_offer(taking, people.founder)
    db.session.commit()
    client.sign_in(people.other_founder)
    address = f"/interest-lists/{taking.id}/prices"
    before = client.get(address).text
    open_prices(taking)
    after_alone = client.get(address).text
    assert not says(before + after_alone, 900)
    assert client.get(f"{address}/give").status_code == 403
    client.sign_in(people.staff)
    page = client.get(address).text
    assert "Plain Answers Ltd" in page
    assert "£900" in page
    assert says(page, 900)
    assert NOTICE[:60] in page
    csv = client.get(f"{address}/all.csv").text
    assert "900.0" in csv
    assert "never accepted" in csv


def test_a_page_is_the_same_whatever_other_suppliers_gave(
    client: CheckedClient, people: People, taking: InterestList
) -> None:
    """What a supplier can fetch does not change by one byte when another gives, changes or withdraws prices."""
    an_offer(taking, people.founder)
    db.session.commit()
    client.sign_in(people.founder)

    def fetched() -> list[str]:
        tails = ("", "/prices", "/prices/all.csv", "/over-time", "/figures.json")
        texts = [client.get(f"/interest-lists/{taking.id}{tail}").text for tail in tails]
        return [re.sub(r'name="csrf_token" value="[^"]*"', "", text) for text in (*texts, client.get("/prices").text)]

    before = fetched()
    other = an_offer(taking, people.other_founder)
    db.session.commit()
    assert fetched() == before
    prices.withdraw(other, "", by=actor_for(people.other_founder), now=utc_now())
    db.session.commit()
    assert fetched() == before


def test_moving_the_time_never_opens_them_early(people: People, taking: InterestList) -> None:
    offer, stated = an_offer(taking, people.founder), taking.prices_close_at
    staff = actor_for(people.staff)
    taking.prices_close_at = utc_now() - timedelta(hours=1)
    db.session.flush()
    assert offer.opens_at == stated
    assert prices.list_for(taking, seen_by=staff) == []
    offer.sealed_until = utc_now() - timedelta(hours=1)
    taking.prices_close_at = utc_now() + timedelta(days=3)
    db.session.flush()
    assert prices.list_for(taking, seen_by=staff) == []
    taking.prices_close_at = None
    db.session.flush()
    assert prices.list_for(taking, seen_by=staff) == [offer]


def test_lists_and_objects_agree(people: People, taking: InterestList) -> None:
    sealed = an_offer(taking, people.founder)
    opened = a_list(people)
    open_offer = an_offer(opened, people.other_founder)
    open_prices(opened)
    actors = [PUBLIC, *(actor_for(member) for member in vars(people).values())]
    seen = []
    for actor in actors:
        listed = set(db.session.scalars(sa.select(PriceOffer.id).where(visible_to(actor, PriceOffer))))
        assert listed == {o.id for o in (sealed, open_offer) if can(actor, Permission.PRICE_SEE, o)}
        seen.append(len(listed))
    assert seen == [0, 1, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tiers": []}, "at least one price"),
        ({"tiers": [Tier(5, 100), Tier(5, 90)]}, "same quantity"),
        ({"tiers": [Tier(5, 0)]}, "above £0"),
        ({"tiers": [Tier(n, 100) for n in range(7)]}, "at most 6"),
        ({"capacity": 2999}, "less than the largest"),
        ({"latest": "2027-03"}, "before the earliest"),
        ({"valid_until": date(2020, 1, 1)}, "valid for longer"),
        ({"meets": ["open-api"]}, "Data kept in the UK"),
        ({"meets_conditions": False}, "published conditions"),
    ],
)
def test_prices_that_cannot_stand_are_refused(
    people: People, taking: InterestList, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(DomainError, match=words):
        prices.give(taking, some_prices(**changes), seen=0, by=actor_for(people.founder), now=utc_now())
    assert db.session.scalar(sa.select(sa.func.count(PriceOffer.id))) == 0


def test_only_approved_suppliers_give_and_only_in_time(people: People, taking: InterestList) -> None:
    for member in (people.staff, people.officer):
        with pytest.raises(NotAllowed):
            prices.give(taking, some_prices(), seen=0, by=actor_for(member), now=utc_now())
    assert taking.prices_close_at is not None
    with pytest.raises(Conflict, match="ended"):
        prices.give(taking, some_prices(), seen=0, by=actor_for(people.founder), now=taking.prices_close_at)
    interests.take(taking, "close", by=actor_for(people.staff), now=utc_now(), reason="Done.")
    with pytest.raises(NotAllowed):
        prices.give(taking, some_prices(), seen=0, by=actor_for(people.founder), now=utc_now())
