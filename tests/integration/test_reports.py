"""The report of an event: drafts itself from figures that are counted here too, and is public once staff publish it."""

import json
from io import BytesIO

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Candidate, Event, EventReport
from showcase.models.enums import OutcomeState
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import events, feedback, outcomes, questions, reports, responses
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.showcase_events import AFTER, NOW, a_chosen, an_announced
from tests.integration.test_feedback import LATER, ON_EVENT, ON_PITCH

pytestmark = pytest.mark.either_database


@pytest.fixture
def pitch(people: People) -> Candidate:
    event = an_announced(people)
    made = a_chosen(event.entries[0], people.founder, people)
    challenge = made.entry.challenge
    responses.put_forward(challenge, made.solution, "", by=actor_for(people.founder), now=NOW)
    asked = questions.ask(challenge, "Must it work offline?", by=actor_for(people.founder), now=NOW)
    questions.answer(asked, "Yes.", by=actor_for(people.officer), now=NOW)
    db.session.commit()
    return made


@pytest.fixture
def event(pitch: Candidate, people: People) -> Event:
    event = pitch.entry.event
    events.finish(event, by=actor_for(people.staff), now=AFTER)
    db.session.commit()
    return event


def test_the_figures_are_those_of_the_event(event: Event, pitch: Candidate, people: People) -> None:
    outcomes.record(pitch, 6, OutcomeState.PILOT, by=actor_for(people.officer), now=LATER)
    counted = reports.figures(event)
    assert counted["totals"] == {
        "Challenges": 2,
        "Councils that set them": 2,
        "Solutions put forward": 1,
        "Solutions considered": 1,
        "Pitches": 1,
        "Suppliers that pitched": 1,
        "People present in person": 0,
        "People present online": 0,
        "One-to-one meetings held": 0,
        "Questions answered": 1,
        "Pieces of information released to all": 0,
    }
    assert counted["groups"]["Suppliers that pitched, by region"] == {"London": 1}
    assert counted["groups"]["Suppliers that pitched, by size"] == {"size not said": 1}
    assert sum(counted["groups"]["Councils that took part, by type"].values()) == 2
    assert counted["outcomes"] == {"6": {"none": 0, "pilot": 1, "tender": 0, "contract": 0}}
    assert counted["contracts_pence_excluding_vat"] is None


def test_it_drafts_itself(event: Event, people: People) -> None:
    drafted = reports.draft(event)
    assert drafted["summary"].startswith("Spring showcase was held on 10 March 2027, in Bevan Hall and online.")
    assert "2 challenges of 2 councils met 1 pitch of 1 supplier" in drafted["summary"]
    assert drafted["part"].startswith("Put forward: 1 solution. Considered: 1. Present in person: 0 people; online: 0.")
    assert "Too few answers" in drafted["said"]
    for number, name in enumerate(("Ada", "Ben", "Cy")):
        member = member_of(people.founder.organisation, f"{name} More {number}")
        db.session.flush()
        feedback.give(event, ON_EVENT, by=actor_for(member), now=AFTER)
    assert "How fairly were you treated? 5.0 of 5 on average, from 3 answers." in reports.draft(event)["said"]


def test_nobody_else_sees_it_before_it_is_published(client: CheckedClient, event: Event, people: People) -> None:
    path = f"/showcases/{event.id}"
    pages = [f"{path}/report", f"{path}/report.pdf", f"{path}/report.csv", f"{path}/report.json"]
    client.sign_in(people.staff)
    assert client.get(pages[0]).status_code == 404
    draft = client.get(f"{path}/manage/report").text
    assert "2 challenges of 2 councils" in draft
    sent = {"revision": "0", "summary": "A good day.", "learned": "Longer breaks."}
    assert client.post(f"{path}/manage/report", data=sent).status_code == 302
    assert {client.get(page).status_code for page in pages} == {200}
    for member in (None, people.officer, people.founder):
        client.sign_in(member) if member else client.sign_out()
        assert {client.get(page).status_code for page in pages} == {404}
        assert client.post(f"{path}/manage/report/publish").status_code in (302, 403)
    client.sign_in(people.staff)
    assert client.post(f"{path}/manage/report/publish").status_code == 302
    client.sign_out()
    assert {client.get(page).status_code for page in pages} == {200}
    assert "Report of the showcase" in client.get(path).text
    clash = client.post(f"{path}/manage/report", data=sent)
    assert clash.status_code == 302  # nobody is signed in: led to sign-in, nothing changed
    found = reports.find(event)
    assert found is not None
    assert found.revision == 1


def test_two_who_write_at_once(client: CheckedClient, event: Event, people: People) -> None:
    client.sign_in(people.staff)
    path = f"/showcases/{event.id}/manage/report"
    assert client.post(path, data={"revision": "0", "summary": "First."}).status_code == 302
    clash = client.post(path, data={"revision": "0", "summary": "Second."})
    assert clash.status_code == 409
    assert "Second." in clash.text
    found = reports.find(event)
    assert found is not None
    assert found.texts["summary"] == "First."


def test_figures_stay_as_they_were_published(event: Event, pitch: Candidate, people: People) -> None:
    staff = actor_for(people.staff)
    with pytest.raises(Conflict):
        reports.publish(event, by=staff, now=AFTER)
    reports.save(event, {"summary": "A good day."}, revision=0, by=staff, now=AFTER)
    reports.publish(event, by=staff, now=AFTER)
    outcomes.record(pitch, 6, OutcomeState.TENDER, by=actor_for(people.officer), now=LATER)
    found = reports.find(event)
    assert found is not None
    assert found.figures["outcomes"] == {}
    reports.publish(event, by=staff, now=LATER)
    assert found.figures["outcomes"]["6"]["tender"] == 1
    assert found.published_at == AFTER


def test_it_can_be_taken_away(client: CheckedClient, event: Event, pitch: Candidate, people: People) -> None:
    feedback.give(event, ON_PITCH, by=actor_for(people.officer), now=AFTER, candidate=pitch)
    staff = actor_for(people.staff)
    reports.save(event, {"summary": "A good day for damp homes."}, revision=0, by=staff, now=AFTER)
    reports.publish(event, by=staff, now=AFTER)
    path = f"/showcases/{event.id}/report"
    pdf = PdfReader(BytesIO(client.get(f"{path}.pdf").data))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "A good day for damp homes." in text
    assert pdf.root_object["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    assert "Totals,Challenges,2" in client.get(f"{path}.csv").text
    plain = json.loads(client.get(f"{path}.json").text)
    assert plain["figures"]["totals"]["Pitches"] == 1
    everything = text + client.get(path).text + json.dumps(plain) + client.get(f"{path}.csv").text
    for said in ("Show us a pilot.", "A bit long.", "Olive Officer"):
        assert said not in everything


def test_who_writes_reports(event: Event, people: People) -> None:
    with pytest.raises(NotAllowed):
        reports.save(event, {"summary": "Ours."}, revision=0, by=actor_for(people.officer), now=AFTER)
    with pytest.raises(DomainError, match="at least one part"):
        reports.save(event, {}, revision=0, by=actor_for(people.staff), now=AFTER)


def test_lists_and_objects_agree(event: Event, people: People) -> None:
    staff = actor_for(people.staff)
    report = reports.save(event, {"summary": "A good day."}, revision=0, by=staff, now=AFTER)
    for is_published in (False, True):
        report.published_at = AFTER if is_published else None
        db.session.commit()
        for member in (None, *vars(people).values()):
            actor = actor_for(member) if member else PUBLIC
            listed = set(db.session.scalars(sa.select(EventReport.id).where(visible_to(actor, EventReport))))
            assert listed == ({report.id} if can(actor, Permission.REPORT_SEE, report) else set()), member
