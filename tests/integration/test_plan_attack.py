"""An attack on plans: what a member and the lead authority could work out from plan, pack and snapshots together."""

from datetime import UTC, datetime

import pytest

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Pack, Pledge, Snapshot, utc_now
from showcase.models.interests import Rung
from showcase.services import interests, packs, plan_reading, plans, snapshots
from tests.integration.conftest import CheckedClient, People
from tests.integration.test_plans import Story, answered

pytestmark = pytest.mark.either_database

LATER = datetime(2098, 1, 1, tzinfo=UTC)


@pytest.fixture
def story(people: People) -> Story:
    return Story(people)


def pledge_of(story: Story, place: int) -> Pledge:
    """Return where a council of the story stands."""
    wanted = story.councils[place].organisation_id
    return next(pledge for pledge in story.interest_list.pledges if pledge.council_id == wanted)


def look(story: Story) -> Snapshot | None:
    """Let the worker take a snapshot, if it may."""
    db.session.commit()
    return snapshots.take(story.interest_list, now=LATER)


def a_shared_pack(story: Story) -> Pack:
    plan = answered(story.plan())
    plans.share(plan, by=story.staff, now=utc_now())
    pack = packs.start(story.interest_list, by=story.staff, now=utc_now())
    words = dict.fromkeys(packs.WORDS, "Words of staff.")
    packs.save(pack, words, {}, plan, revision=1, by=story.staff, now=utc_now())
    packs.share(pack, by=story.staff, now=utc_now())
    db.session.commit()
    return pack


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_snapshot_after_a_plan_is_not_the_plan_and_one_council(story: Story, is_shared: bool) -> None:
    """The lead authority read the total of a group of five; then a sixth joins their rung."""
    for place in range(5):
        pledge_of(story, place).quantity = 1000
    plan = answered(story.plan())
    if is_shared:
        plans.share(plan, by=story.staff, now=utc_now())
        assert plan.told["groups"]
    taken = look(story)
    if not is_shared:
        assert taken is not None
        assert taken.figures[Rung.LETTER.value]["quantity"] == 6000
    else:
        assert taken is None


def test_a_line_tells_nothing_of_what_others_want(client: CheckedClient, story: Story) -> None:
    """A council stays out once because an offer is full, and once because the others take too little."""
    said = []
    victim = pledge_of(story, 0)
    for quantity in (1000, 400):
        for place in range(1, 5):
            pledge_of(story, place).schedule = [{"max_unit_price_pence": 950_00, "quantity": quantity}]
        victim.schedule = [{"max_unit_price_pence": 700_00, "quantity": 1}]
        victim.current_unit_cost_pence = 1 if quantity == 1000 else 1000_00
        db.session.commit()
        plan = answered(story.plan())
        assert plan.solve.answer is not None
        assert str(victim.council_id) in {one["council"] for one in plan.solve.answer["alone"]}
        line = plan_reading.own_line(plan, victim.council_id)
        said.append((line.limit, plan_reading.for_staff(plan).alone))
    assert said[0][0] == said[1][0] == plan_reading.DEPENDS
    assert {one.limit for one in said[0][1]} != {one.limit for one in said[1][1]}  # staff read why


def test_the_pack_does_not_tell_on_which_rung_a_named_council_stands(client: CheckedClient, story: Story) -> None:
    named = pledge_of(story, 0)
    named.is_named = True
    pack = a_shared_pack(story)
    client.sign_in(story.people.officer)
    read = []
    for rung in (Rung.LETTER, Rung.INTERESTED, Rung.COMMITMENT):
        named.rung = rung
        db.session.commit()
        read.append(client.get(f"/packs/{pack.id}.json").json["sections"])  # type: ignore[index]
    assert "Other authority: Borough 00" in str(read[0])
    assert read[0] == read[1] == read[2]


def test_the_pack_does_not_tell_that_somebody_changed_a_wish(client: CheckedClient, story: Story) -> None:
    """A hash over what all councils said would answer any guess of one of them."""
    pack = a_shared_pack(story)
    assert pack.plan is not None
    for reader, is_told in ((story.people.officer, False), (story.people.staff, True)):
        client.sign_in(reader)
        for page in (f"/packs/{pack.id}", f"/packs/{pack.id}.json", f"/plans/{pack.plan.id}"):
            told = pack.plan.solve.input_hash[:12] in client.get(page).text
            assert told is is_told, (reader, page)


def test_what_changes_after_a_pack_is_shared_does_not_show_in_it(client: CheckedClient, story: Story) -> None:
    pack = a_shared_pack(story)
    client.sign_in(story.people.officer)
    before = client.get(f"/packs/{pack.id}.json").json["sections"]  # type: ignore[index]
    for place in (0, 1, 5, 6):
        pledge = pledge_of(story, place)
        pledge.quantity, pledge.current_unit_cost_pence = 77_777, 31_337
        pledge.schedule, pledge.rung = [{"max_unit_price_pence": 313_37, "quantity": 77_777}], Rung.EXPRESSION
    db.session.commit()
    interests.load_pledges(story.interest_list)
    assert client.get(f"/packs/{pack.id}.json").json["sections"] == before  # type: ignore[index]
    assert actor_for(story.people.officer).organisation_id == story.interest_list.lead_id
