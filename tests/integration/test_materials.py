"""Slides of pitches: one set of rules for all, shown to councils at one time, never to another supplier."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from pypdf import PdfWriter
from werkzeug.datastructures import FileStorage

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Candidate, Event, Material, Message, RecordEntry
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import materials
from tests.integration.conftest import CheckedClient, People
from tests.integration.showcase_events import NOW, STARTS, a_chosen, an_announced

pytestmark = pytest.mark.either_database

DUE = STARTS - timedelta(days=5)


def slides(pages: int = 3, name: str = "slides.pdf") -> FileStorage:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(300, 200)
    data = BytesIO()
    writer.write(data)
    return FileStorage(BytesIO(data.getvalue()), name)


def rules(**changes: object) -> materials.Rules:
    values: dict[str, object] = {"template": "Problem, answer, proof.", "most_pages": 4, "most_megabytes": 2}
    return materials.Rules(**{**values, "due_at": DUE, **changes})  # type: ignore[arg-type]


@pytest.fixture
def event(people: People) -> Event:
    return an_announced(people)


@pytest.fixture
def pitch(event: Event, people: People) -> Candidate:
    return a_chosen(event.entries[0], people.founder, people)


def set_rules(event: Event, people: People, **changes: object) -> None:
    materials.set_rules(event, rules(**changes), by=actor_for(people.staff), now=NOW)
    db.session.commit()


def send(pitch: Candidate, people: People, pages: int = 3, now: datetime = NOW) -> Material:
    made = materials.send(pitch, slides(pages), by=actor_for(people.founder), now=now)
    db.session.commit()
    return made


def test_rules_are_set_once_for_all_and_told(event: Event, pitch: Candidate, people: People) -> None:
    with pytest.raises(Conflict, match="not yet said"):
        send(pitch, people)
    set_rules(event, people)
    set_rules(event, people)
    told = db.session.scalars(sa.select(Message).where(Message.subject.startswith("Your slides"))).all()
    assert [message.to.split("@")[0] for message in told] == ["fay.founder"]
    with pytest.raises(NotAllowed):
        materials.set_rules(event, rules(), by=actor_for(people.officer), now=NOW)
    for changes in (
        {"most_pages": 0},
        {"most_megabytes": 11},
        {"template": " "},
        {"due_at": STARTS + timedelta(days=9)},
    ):
        with pytest.raises(DomainError):
            set_rules(event, people, **changes)


def test_limits_hold_for_everyone(event: Event, pitch: Candidate, people: People) -> None:
    set_rules(event, people)
    with pytest.raises(DomainError, match=r"4 slides or fewer\. Your file has 5"):
        send(pitch, people, pages=5)
    broken = FileStorage(BytesIO(b"%PDF-1.7 nothing more"), "slides.pdf")
    with pytest.raises(DomainError, match="PDF"):
        materials.send(pitch, broken, by=actor_for(people.founder), now=NOW)
    with pytest.raises(Conflict, match="deadline"):
        send(pitch, people, now=DUE + timedelta(seconds=1))
    first = send(pitch, people, now=DUE)
    assert send(pitch, people, pages=4, now=DUE).id == first.id
    assert db.session.scalars(sa.select(Material.pages)).all() == [4]
    with pytest.raises(Conflict, match="beyond these limits"):
        set_rules(event, people, most_pages=3)
    with pytest.raises(NotAllowed):
        materials.send(pitch, slides(), by=actor_for(people.other_founder), now=NOW)


def test_councils_see_all_of_them_at_one_time(
    client: CheckedClient, event: Event, pitch: Candidate, people: People
) -> None:
    set_rules(event, people)
    sent = send(pitch, people)
    file, page = f"/materials/{sent.id}/file", f"/showcases/{event.id}/materials"

    def seen() -> dict[str, int]:
        found = {}
        for name, member in vars(people).items():
            client.sign_in(member)
            assert client.get(page).status_code == 200
            found[name] = client.get(file).status_code
        client.sign_out()
        found["public"] = client.get(file).status_code
        return found

    before = {"staff": 200, "officer": 404, "other_officer": 404, "founder": 200, "other_founder": 404, "public": 302}
    assert seen() == before
    with pytest.raises(Conflict, match="still send"):
        materials.show_all(event, by=actor_for(people.staff), now=NOW)
    assert materials.show_all(event, by=actor_for(people.staff), now=DUE) == 1
    db.session.commit()
    assert seen() == {**before, "officer": 200, "other_officer": 200}
    with pytest.raises(Conflict):
        send(pitch, people)
    with pytest.raises(Conflict):
        set_rules(event, people)
    entry = db.session.scalars(sa.select(RecordEntry).where(RecordEntry.key == f"material:{sent.id}")).one()
    assert "Slides of Plain Answers Ltd" in entry.words
    assert "no other supplier" in entry.released_to


def test_lists_and_objects_agree(event: Event, pitch: Candidate, people: People) -> None:
    set_rules(event, people)
    sent = send(pitch, people)
    for is_shown in (False, True):
        sent.rules.shown_at = DUE if is_shown else None
        db.session.commit()
        for member in (None, *vars(people).values()):
            actor = actor_for(member) if member else PUBLIC
            listed = set(db.session.scalars(sa.select(Material.id).where(visible_to(actor, Material))))
            assert listed == ({sent.id} if can(actor, Permission.MATERIAL_SEE, sent) else set()), (member, is_shown)


def test_sending_by_form(client: CheckedClient, event: Event, pitch: Candidate, people: People) -> None:
    client.sign_in(people.staff)
    path = f"/showcases/{event.id}"
    due = {"due_on-day": "5", "due_on-month": "3", "due_on-year": "2027", "due_at": "5pm"}
    sent = {"template": "Proof.", "most_pages": "4", "most_megabytes": "2", **due}
    assert client.post(f"{path}/manage/materials", data={**sent, "most_pages": "0"}).status_code == 422
    assert client.post(f"{path}/manage/materials", data=sent).status_code == 302
    client.sign_in(people.founder)
    assert "Slides as a PDF" in client.get(f"{path}/materials").text
    data = {"candidate": str(pitch.id), f"of-{pitch.id}-file": (slides(5).stream, "slides.pdf")}
    refused = client.post(f"{path}/materials", data=data)
    assert refused.status_code == 422
    assert "Your file has 5" in refused.text
    data = {"candidate": str(pitch.id), f"of-{pitch.id}-file": (slides(4).stream, "slides.pdf")}
    assert client.post(f"{path}/materials", data=data).status_code == 302
    assert "4 pages" in client.get(f"{path}/materials").text
    client.sign_in(people.other_founder)
    assert client.post(f"{path}/materials", data={"candidate": str(pitch.id)}).status_code == 404


def test_whoever_sent_nothing_is_reminded_once(event: Event, pitch: Candidate, people: People) -> None:
    set_rules(event, people)
    assert materials.remind(now=NOW) == 0
    near = DUE - timedelta(days=2)
    for _ in range(2):
        assert materials.remind(now=near) == 1
    assert len(db.session.scalars(sa.select(Message).where(Message.subject.startswith("Reminder: your"))).all()) == 1
    send(pitch, people)
    assert materials.remind(now=near) == 0
