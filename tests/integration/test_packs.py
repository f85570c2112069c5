"""The recommendation pack and the end of a list: one content in four forms, and to each reader only what is theirs."""

import json
import re
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Closing,
    File,
    FileKind,
    MarketRoute,
    Message,
    Pack,
    PledgeEvidence,
    PledgeStep,
    Saving,
    utc_now,
)
from showcase.models.interests import ListState, Rung
from showcase.models.prices import NOTICE
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.services import (
    closings,
    documents,
    pack_content,
    pack_notice,
    packs,
    plans,
    questions,
    record_keeping,
    records,
    releases,
)
from showcase.services.closings import Outcome
from tests.integration.conftest import CheckedClient, People
from tests.integration.engagement_story import ASKED, asked, open_challenge
from tests.integration.publication_texts import a_challenge, published
from tests.integration.test_plans import Story, answered

pytestmark = pytest.mark.either_database

PRIVATE = re.compile(r"950\b|1,?000\.0[1-4]|Borough 0[0-6]|87,?654|76,?543|letter-of-borough|cafe")
"""What only staff and the council itself may read."""


@pytest.fixture
def story(people: People) -> Story:
    made = Story(people)
    own = made.interest_list.pledges[1]
    file = File(
        name="letter-of-borough.pdf", kind=FileKind.PDF, size=9, sha256="cafe" * 16, data=b"%PDF", created_at=utc_now()
    )
    db.session.add(PledgeEvidence(pledge=own, file=file, step_number=1, description="Letter of intent"))
    db.session.commit()
    return made


def a_pack(story: Story, *, is_shared: bool = True) -> Pack:
    plan = answered(story.plan())
    plans.share(plan, by=story.staff, now=utc_now())
    pack = packs.start(story.interest_list, by=story.staff, now=utc_now())
    words = {"recommendation": "Compare both options.", "risks": "A council may leave.", "engagement": "One event."}
    notice = {"subject": "Sensors in homes", "others": "Borough 00 | 1 High Street | a@borough.example | PPON-1"}
    packs.save(pack, words, notice, plan, revision=1, by=story.staff, now=utc_now())
    if is_shared:
        packs.share(pack, by=story.staff, now=utc_now())
    db.session.commit()
    return pack


def test_staff_write_and_share_it(client: CheckedClient, story: Story) -> None:
    answered(story.plan())
    client.sign_in(story.people.staff)
    assert "Start a recommendation pack" in client.get(f"/interest-lists/{story.interest_list.id}").text
    made = client.post(f"/interest-lists/{story.interest_list.id}/pack")
    pack = db.session.scalars(sa.select(Pack)).one()
    assert made.location == f"/packs/{pack.id}/edit"
    assert client.post(f"/interest-lists/{story.interest_list.id}/pack").location == made.location
    plan = packs.plans_to_choose(story.interest_list)[0]
    form = {"revision": "1", "plan": str(plan.id), "recommendation": "Compare both.", "notice_cpv": "48000000"}
    assert client.post(made.location, data=form).status_code == 302
    stale = client.post(made.location, data={**form, "recommendation": "Mine"})
    assert stale.status_code == 409
    assert "Mine" in stale.text
    page = client.get(f"/packs/{pack.id}").text
    for words in ("Compare both.", "48000000", "Plain Answers Ltd", "Borough 04", "Groups of the plan", NOTICE[:40]):
        assert words in page
    assert client.post(f"/packs/{pack.id}/share").status_code == 409  # the plan is not shared yet
    plans.share(plan, by=story.staff, now=utc_now())
    assert client.post(f"/packs/{pack.id}/share").status_code == 302
    told = db.session.scalars(sa.select(Message).where(Message.key.startswith("pack:"))).all()
    assert {message.to for message in told} == {story.people.officer.account.email}
    trail = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == pack.id)))
    assert trail == {"pack.started", "pack.saved", "pack.shared"}


def test_who_reads_it(client: CheckedClient, story: Story) -> None:
    pack = a_pack(story, is_shared=False)
    members = (*vars(story.people).values(), story.councils[0])
    for is_shared in (False, True):
        if is_shared:
            packs.share(pack, by=story.staff, now=utc_now())
            db.session.commit()
        readers = {story.people.staff} | ({story.people.officer} if is_shared else set())
        for member in members:
            client.sign_in(member)
            for kind in ("", ".pdf", ".xlsx", ".json"):
                expected = 200 if member in readers else 404
                assert client.get(f"/packs/{pack.id}{kind}").status_code == expected
        for actor in (PUBLIC, *(actor_for(member) for member in members)):
            listed = set(db.session.scalars(sa.select(Pack.id).where(visible_to(actor, Pack))))
            assert (pack.id in listed) == can(actor, Permission.PACK_SEE, pack)


def test_the_lead_authority_reads_totals_and_options_alone(client: CheckedClient, story: Story) -> None:
    pack = a_pack(story)
    client.sign_in(story.people.officer)
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"/packs/{pack.id}.xlsx").data))
    texts = [
        client.get(f"/packs/{pack.id}").text,
        client.get(f"/packs/{pack.id}.json").text,
        str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names]),
    ]
    for text in texts:
        assert not PRIVATE.search(text)
        for words in ("Compare both options.", "Quiet Roads Ltd", "tier 2, about 5,000", "never accepted"):
            assert words in text
    client.sign_in(story.people.staff)
    whole = client.get(f"/packs/{pack.id}").text
    for words in ("letter-of-borough.pdf", "cafe" * 16, "Borough 03"):
        assert words in whole


def test_its_forms_say_the_same(client: CheckedClient, story: Story) -> None:
    pack = a_pack(story)
    client.sign_in(story.people.staff)
    said = json.loads(client.get(f"/packs/{pack.id}.json").data)
    assert [section["name"] for section in said["sections"]] == [
        *("about", "recommendation", "members", "evidence", "value", "options", "risks", "engagement", "notice")
    ]
    page = client.get(f"/packs/{pack.id}").text
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"/packs/{pack.id}.xlsx").data))
    for section in said["sections"]:
        assert section["title"] in page
    tables = sum(len(section["tables"]) for section in said["sections"])
    assert len(book.sheet_names) == tables + 1
    pdf = client.get(f"/packs/{pack.id}.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert documents.is_available()


def test_what_a_notice_lacks_is_named(story: Story) -> None:
    pack = a_pack(story)
    draft = {p.label: p for p in pack_notice.draft(story.interest_list, pack.notice, seen_by=story.staff)}
    whole = "Other authority: Borough 00, with address, e-mail and identifier"
    assert draft[whole].value == "Borough 00, 1 High Street, a@borough.example, PPON-1"
    assert draft["Other authority: Borough 01, with address, e-mail and identifier"].is_gap
    assert draft["Lead authority: name"].value == "Northmere"
    assert draft["Lead authority: postal address"].is_gap
    assert draft["Title"].value == "Damp sensors"
    said = pack_content.content(pack, seen_by=story.staff, now=utc_now()).sections[-1]
    assert said.words[-1] == f"{sum(p.is_gap for p in draft.values())} particulars are missing."
    lead = actor_for(story.people.officer)
    assert not any("Borough" in p.label for p in pack_notice.draft(story.interest_list, pack.notice, seen_by=lead))
    second = story.interest_list.pledges[1]
    second.steps.append(PledgeStep(number=1, rung=Rung.LETTER, answers={"ppon": "PPON-7"}, created_at=utc_now()))
    typed = {"others": "Borough 01 | 2 High Street | b@borough.example"}
    filled = {p.label: p.value for p in pack_notice.draft(story.interest_list, typed, seen_by=story.staff)}
    label = "Other authority: Borough 01, with address, e-mail and identifier"
    assert filled[label] == "Borough 01, 2 High Street, b@borough.example, PPON-7"
    story.interest_list.pledges[0].is_named = True
    named = pack_notice.draft(story.interest_list, pack.notice, seen_by=lead)
    assert [p.label for p in named if "Borough" in p.label] == [whole]


# --- the engagement behind a list -------------------------------------------------------------------------------------


def said_of_engagement(pack: Pack, actor: Actor) -> dict[str, list[list[str]]]:
    """Return the tables of the engagement section by title, as the actor reads them."""
    sections = pack_content.content(pack, seen_by=actor, now=utc_now()).sections
    section = next(section for section in sections if section.name == "engagement")
    return {table.title: [[str(cell) for cell in row] for row in table.rows] for table in section.tables}


def test_the_records_of_its_challenges_are_read_and_their_gaps_named(story: Story) -> None:
    people, now = story.people, utc_now()
    challenge = open_challenge(people)
    story.interest_list.challenge_id = challenge.id
    db.session.commit()
    pack = a_pack(story)
    assert said_of_engagement(pack, story.staff)["Missing from the records"] == [
        [challenge.known_title, "There is no record: nothing was noted of any engagement."]
    ]
    first = asked(challenge, people.founder)
    asked(challenge, people.founder, "Which readings do you keep, and for how long?")
    officer = actor_for(people.officer)
    questions.answer(first, "Yes, it must.", by=officer, now=now)
    releases.release(challenge, "Floor plans", "All homes have them.", by=officer, now=now)
    db.session.commit()
    staff, own = said_of_engagement(pack, story.staff), said_of_engagement(pack, officer)
    record = records.find(challenge)
    assert record is not None
    assert staff["Engagement records"] == own["Engagement records"]
    assert staff["Engagement records"][0][-1] == record.last_hash
    assert {row[1] for row in staff["Given to everyone at one time"]} == {
        "Floor plans",
        f"Answer to question 1: {ASKED}",
    }
    gaps = {row[1] for row in staff["Missing from the records"]}
    assert {"No purpose of section 16 is ticked.", "1 question not answered."} <= gaps
    assert any(gap.startswith("The draft of its notice (UK2) lacks") for gap in gaps)
    record_keeping.set_purposes(challenge, ["a", "d"], by=officer, now=now)
    assert "No purpose of section 16 is ticked." not in str(said_of_engagement(pack, story.staff))


def test_a_lead_authority_reads_no_other_councils_record(story: Story) -> None:
    challenge = a_challenge(story.people.other_officer)
    published(challenge, story.people)
    story.interest_list.challenge_id = challenge.id
    record_keeping.set_purposes(challenge, ["a"], by=actor_for(story.people.other_officer), now=utc_now())
    pack = a_pack(story)
    lead = said_of_engagement(pack, actor_for(story.people.officer))
    assert lead["Engagement records"][0][2:] == ["kept by its council", "", "", "None", "None", ""]
    assert lead["Missing from the records"] == []
    assert said_of_engagement(pack, story.staff)["Missing from the records"]


# --- how a list ends --------------------------------------------------------------------------------------------------


def committed(story: Story) -> None:
    for pledge in story.interest_list.pledges[:3]:
        pledge.rung = Rung.COMMITMENT
    story.interest_list.pledges[2].current_unit_cost_pence = None
    db.session.commit()


OUTCOME = Outcome(MarketRoute.FRAMEWORK, date(2027, 6, 1), "2027/S 000-1", 700_00)


def test_a_list_ends_and_savings_are_claimed_and_confirmed(client: CheckedClient, story: Story) -> None:
    committed(story)
    client.sign_in(story.people.staff)
    address = f"/interest-lists/{story.interest_list.id}/closing"
    assert "Not recorded yet" in client.get(address).text
    assert client.post(f"{address}/edit", data={"route": ""}).status_code == 422
    form = {"route": "framework", "unit_price": "700", "notice_reference": "2027/S 000-1"}
    assert "which day" in client.post(f"{address}/edit", data=form).text
    form |= {"went_on-day": "1", "went_on-month": "6", "went_on-year": "2027"}
    assert client.post(f"{address}/edit", data=form).status_code == 302
    assert story.interest_list.state is ListState.CLOSED
    closing = db.session.scalars(sa.select(Closing)).one()
    claimed = {saving.council.name: saving.claimed_pence for saving in closing.savings}
    assert claimed == {
        "Borough 00": 1000 * 300_00,
        "Borough 01": 1001 * 300_01,
        "Borough 02": None,
        "Borough 05": 1000 * 300_00,
    }
    own = next(saving for saving in closing.savings if saving.council.name == "Borough 00")
    client.sign_in(story.councils[0])
    page = client.get(address).text
    assert 'value="300000"' in page
    assert "Borough 01" not in page
    assert "300,310" not in page
    wrong = client.post(f"/savings/{own.id}/confirm", data={"saving": "lots"})
    assert wrong.status_code == 422
    assert 'value="lots"' in wrong.text
    assert client.post(f"/savings/{own.id}/confirm", data={"saving": "-12.50", "note": "Dearer"}).status_code == 302
    assert own.confirmed_pence == -12_50
    client.sign_in(story.councils[1])
    assert client.post(f"/savings/{own.id}/confirm", data={"saving": "1"}).status_code == 404
    client.sign_in(story.people.staff)
    assert "Confirmed by 1 of 4 councils" in client.get(address).text
    assert client.get(f"{address}/savings.csv").text.count("Borough") == 4
    asked = db.session.scalars(sa.select(Message).where(Message.key.startswith("saving:"))).all()
    assert len(asked) == 3
    assert not any("£" in message.body for message in asked)


def test_recording_again_keeps_what_was_confirmed(story: Story) -> None:
    committed(story)
    closing = closings.record(story.interest_list, OUTCOME, by=story.staff, now=utc_now())
    own = closings.own_saving(closing, by=actor_for(story.councils[0]))
    assert own is not None
    closings.confirm(own, 5, "", by=actor_for(story.councils[0]), now=utc_now())
    again = Outcome(MarketRoute.FRAMEWORK, date(2027, 6, 1), "", 800_00)
    assert closings.record(story.interest_list, again, by=story.staff, now=utc_now()) is closing
    assert (own.claimed_pence, own.confirmed_pence) == (1000 * 200_00, 5)


def test_who_records_and_confirms(client: CheckedClient, story: Story) -> None:
    committed(story)
    with pytest.raises(NotAllowed):
        closings.record(story.interest_list, OUTCOME, by=actor_for(story.people.officer), now=utc_now())
    closing = closings.record(story.interest_list, OUTCOME, by=story.staff, now=utc_now())
    db.session.commit()
    for actor in (PUBLIC, story.staff, *(actor_for(member) for member in (*story.councils, story.people.founder))):
        listed = set(db.session.scalars(sa.select(Saving.id).where(visible_to(actor, Saving))))
        assert listed == {saving.id for saving in closing.savings if can(actor, Permission.SAVING_SEE, saving)}
    client.sign_in(story.people.founder)
    assert client.get(f"/interest-lists/{story.interest_list.id}/closing").status_code == 403
    client.sign_in(story.people.other_officer)
    assert client.get(f"/interest-lists/{story.interest_list.id}/closing").status_code == 403
    own = closings.own_saving(closing, by=actor_for(story.councils[0]))
    assert own is not None
    with pytest.raises(NotAllowed):
        closings.confirm(own, 1, "", by=story.staff, now=utc_now())


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(MarketRoute.NONE, date(2027, 1, 1)), "no date"),
        (Outcome(MarketRoute.NONE, None, "", 5), "no date and no price"),
        (Outcome(MarketRoute.JOINT), "on which day"),
    ],
)
def test_an_end_that_contradicts_itself_is_refused(story: Story, outcome: Outcome, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        closings.record(story.interest_list, outcome, by=story.staff, now=utc_now())
    assert story.interest_list.state is ListState.OPEN


def test_a_pack_needs_a_lead_authority_to_be_shared(story: Story) -> None:
    pack = a_pack(story, is_shared=False)
    story.interest_list.lead_id = None
    db.session.flush()
    with pytest.raises(Conflict, match="no lead authority"):
        packs.share(pack, by=story.staff, now=utc_now())
