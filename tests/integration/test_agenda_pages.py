"""The pages of agendas: what each person gets, and the whole way by form alone."""

import csv
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import StringIO

import pytest

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Agenda, Event, Session
from showcase.models.enums import AgendaState, EventState, SessionKind
from showcase.services import agendas, solve_runner
from showcase.services.agenda_problems import slot_id
from tests.integration.agenda_events import PLACES, an_event, published, put, session_of
from tests.integration.conftest import CheckedClient, People, Statements
from tests.integration.showcase_events import NOW

pytestmark = pytest.mark.either_database

FILES = ("agenda.ics", "agenda.json", "agenda.csv", "agenda.pdf")


@pytest.fixture
def event(people: People) -> Event:
    return an_event(people)


@pytest.fixture
def staff(client: CheckedClient, people: People) -> CheckedClient:
    client.sign_in(people.staff)
    return client


def at(event: Event, rest: str = "") -> str:
    return f"/showcases/{event.id}/manage/agenda{rest}"


def draft_of(event: Event) -> Agenda:
    db.session.expire_all()
    draft = agendas.draft_of(event)
    assert draft is not None
    return draft


def slot_for(event: Event, title: str, room: str, minutes_in: int) -> str:
    place = next(each for each in event.rooms if each.name == room)
    return slot_id(place.id, event.starts_at + timedelta(minutes=minutes_in), session_of(event, title).minutes)


# --- the whole way by form --------------------------------------------------------------------------------------------


def test_staff_make_and_publish_an_agenda_by_form_alone(staff: CheckedClient, people: People, event: Event) -> None:
    assert "Start an agenda" in staff.get(at(event)).text
    staff.post(at(event, "/start"))
    page = staff.get(at(event)).text
    assert "“Welcome” has no place yet." in page
    assert staff.post(at(event, "/suggestion"), data={"turnaround_minutes": "5"}).location == at(event, "/suggestion")
    assert "It waits for its turn." in staff.get(at(event, "/suggestion")).text
    assert staff.get(at(event, "/suggestion.json")).json == {"is_pending": True}
    assert solve_runner.run_due(now=NOW) == 1
    assert staff.get(at(event, "/suggestion.json")).json == {"is_pending": False}
    page = staff.get(at(event, "/suggestion")).text
    assert "No agenda can cost less: that is proven." in page
    staff.post(at(event, "/suggestion/take"))
    page = staff.get(at(event)).text
    assert "This draft keeps every rule" in page
    assert "that is proven" in page
    draft = draft_of(event)
    assert draft.turnaround_minutes == 5
    assert "What is published" in staff.get(at(event, "/publish")).text
    answer = staff.post(at(event, "/publish"), data={"revision": str(draft.revision)})
    assert answer.location == f"/showcases/{event.id}/agenda"
    assert "Version 1, published" in staff.get(answer.location).text


def test_a_session_is_moved_by_form_and_what_would_be_wrong_is_said_beforehand(
    staff: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    staff.post(at(event, "/start"))
    pitch = session_of(event, "Damp pitch 1")
    page = staff.get(at(event, f"/sessions/{pitch.id}")).text
    assert "Northmere is needed in “Damp pitch" in page
    assert page.index("Hall at 11:30am") < page.index("Places where it would break a rule")
    path, revision = at(event, f"/sessions/{pitch.id}"), str(draft_of(event).revision)
    answer = staff.post(path, data={"slot": slot_for(event, pitch.title, "Hall", 120), "revision": revision})
    assert answer.location == at(event)
    page = staff.get(at(event, "/publish")).text
    assert "<strong>Damp pitch 1</strong> moves to 11:30am, Hall. It was at 9:30am, Blue room." in page
    assert "Only those whose sessions change get an e-mail" in page


def test_a_broken_draft_shows_what_is_wrong_and_cannot_be_published(
    staff: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    draft = agendas.start(event, by=actor_for(people.staff), now=NOW)
    put(people, draft, "Welcome", "Blue room", 120)
    page = staff.get(at(event)).text
    assert page.count("“Welcome” expects 50 people; Blue room holds 20.") == 2  # in the list, and on the session
    page = staff.get(at(event, "/publish")).text
    assert "Before it can be published" in page
    assert "Publish version" not in page
    answer = staff.post(at(event, "/publish"), data={"revision": str(draft.revision)})
    assert answer.status_code == 422
    assert "expects 50 people" in answer.text


def test_a_script_asks_what_would_be_wrong_and_moves(staff: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    staff.post(at(event, "/start"))
    pitch, headers = session_of(event, "Damp pitch 1"), {"Accept": "application/json"}
    reply = staff.get(at(event, f"/sessions/{pitch.id}/places.json"), headers=headers).json
    good, bad = (slot_for(event, pitch.title, "Hall", minutes_in) for minutes_in in (120, 0))
    assert reply["places"][good] == {"words": "Hall at 11:30am", "broken": []}
    assert "overlap in Hall" in reply["places"][bad]["broken"][0]
    path, revision = at(event, f"/sessions/{pitch.id}"), draft_of(event).revision
    done = staff.post(path, data={"slot": bad, "revision": str(revision)}, headers=headers)
    assert done.json == {"message": "“Damp pitch 1” moved."}
    late = staff.post(path, data={"slot": good, "revision": str(revision)}, headers=headers)
    assert late.status_code == 409
    assert "Someone else changed this draft" in late.json["message"]


def test_two_people_on_one_draft_the_later_is_told(staff: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    staff.post(at(event, "/start"))
    pitch, revision = session_of(event, "Damp pitch 1"), str(draft_of(event).revision)
    assert staff.post(at(event, f"/sessions/{pitch.id}/pin"), data={"revision": revision}).status_code == 302
    answer = staff.post(at(event, f"/sessions/{pitch.id}/take_off"), data={"revision": revision})
    assert answer.status_code == 409
    assert "Someone else changed this draft" in answer.text
    path = at(event, f"/sessions/{pitch.id}")
    answer = staff.post(path, data={"revision": revision, "slot": slot_for(event, pitch.title, "Hall", 120)})
    assert answer.status_code == 409
    answer = staff.post(path, data={"revision": draft_of(event).revision, "slot": "nowhere"})
    assert answer.status_code == 422


def test_a_changed_showcase_makes_the_draft_stale_until_somebody_looked(
    staff: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    staff.post(at(event, "/start"))
    event.sessions.append(Session(kind=SessionKind.PANEL, title="Panel", minutes=20))
    db.session.commit()
    page = staff.get(at(event)).text
    assert "The showcase has changed since that version was published" in page
    assert "The showcase has changed since this draft was brought up to it" in page
    assert "“Panel” has no place yet." in page
    staff.post(at(event, "/looked"), data={"revision": str(draft_of(event).revision)})
    assert "since this draft was brought up to it" not in staff.get(at(event)).text


def test_a_draft_can_be_given_up(staff: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    staff.post(at(event, "/start"))
    staff.post(at(event, "/discard"), data={"revision": str(draft_of(event).revision)})
    db.session.expire_all()
    assert agendas.draft_of(event) is None
    assert "Version 1 is published" in staff.get(at(event)).text
    assert staff.get(at(event, "/publish")).status_code == 409


def test_the_draft_costs_a_constant_number_of_queries(
    staff: CheckedClient, people: People, event: Event, count_queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    published(people, event)
    staff.post(at(event, "/start"))

    def cost() -> int:
        db.session.expire_all()
        with count_queries() as queries:
            assert staff.get(at(event)).status_code == 200
            assert staff.get(f"/showcases/{event.id}/agenda").status_code == 200
        return len(queries)

    before = cost()
    for number in range(3, 6):
        track = event.tracks[0]
        pitch = Session(
            kind=SessionKind.PITCH, title=f"Damp pitch {number}", minutes=20, track=track, entry=track.entries[0]
        )
        event.sessions.append(pitch)
    db.session.commit()
    for minutes_in, number in ((120, 3), (140, 4), (160, 5)):
        put(people, draft_of(event), f"Damp pitch {number}", "Hall", minutes_in)
    db.session.commit()
    assert cost() == before


# --- who gets what ----------------------------------------------------------------------------------------------------


def test_before_anything_is_published_everyone_is_told_so(client: CheckedClient, people: People, event: Event) -> None:
    assert "There is no agenda yet" in client.get(f"/showcases/{event.id}/agenda").text
    for file in FILES:
        assert client.get(f"/showcases/{event.id}/agenda/{file}").status_code == 404


def test_a_draft_is_shown_to_nobody_but_staff(client: CheckedClient, people: People, event: Event) -> None:
    draft = agendas.start(event, by=actor_for(people.staff), now=NOW)
    put(people, draft, "Welcome", "Hall", 0)
    db.session.commit()
    for who in (people.officer, people.founder):
        client.sign_in(who)
        assert "Welcome" not in client.get(f"/showcases/{event.id}/agenda").text
        for rest in ("", "/publish", "/suggestion", f"/sessions/{session_of(event, 'Welcome').id}"):
            assert client.get(at(event, rest)).status_code == 403
        assert client.post(at(event, "/start")).status_code == 403
    client.sign_out()
    assert client.get(at(event)).status_code == 302
    assert client.get(at(event)).location.startswith("/sign-in")


def test_a_showcase_that_is_not_announced_has_no_agenda_for_others(
    client: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    event.state, event.announced_at = EventState.DRAFT, None
    db.session.commit()
    client.sign_in(people.founder)
    for file in ("", *(f"/{file}" for file in FILES)):
        assert client.get(f"/showcases/{event.id}/agenda{file}").status_code == 404


def test_everyone_reads_the_published_agenda_in_every_form(client: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    page = client.get(f"/showcases/{event.id}/agenda").text
    for title in PLACES:
        assert page.count(f">{title}<") == 2, title  # in the grid and in the list
    assert "Fay Founder, Plain Answers Ltd" in page
    assert "Coffee" in page
    assert 'rowspan="2"' in page  # the welcome takes two rows

    told = client.get(f"/showcases/{event.id}/agenda/agenda.json").json
    assert (told["version"], len(told["sessions"])) == (1, 5)
    welcome = next(session for session in told["sessions"] if session["title"] == "Welcome")
    assert (welcome["starts_at"], welcome["ends_at"]) == ("2027-03-10T09:30:00Z", "2027-03-10T10:10:00Z")
    assert json.dumps(told).count("@") == 0  # no e-mail addresses

    rows = list(csv.reader(StringIO(client.get(f"/showcases/{event.id}/agenda/agenda.csv").text.lstrip("\ufeff"))))
    assert rows[0][:4] == ["Day", "Starts", "Ends", "Room"]
    assert ["2027-03-10", "09:30", "10:10", "Hall", "", "Welcome", "talk", "", ""] in rows


def test_a_session_taken_off_since_is_struck_out_and_in_no_file(
    client: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    event.sessions.remove(session_of(event, "Bins pitch 2"))
    db.session.commit()
    page = client.get(f"/showcases/{event.id}/agenda").text
    assert "<del>Bins pitch 2</del> (taken off)" in page
    for file in ("agenda.ics", "agenda.csv"):
        assert "Bins pitch 2" not in client.get(f"/showcases/{event.id}/agenda/{file}").text


def test_staff_can_look_at_every_version_and_others_only_at_the_one_in_force(
    staff: CheckedClient, people: People, event: Event
) -> None:
    first = published(people, event)
    draft = agendas.start(event, by=actor_for(people.staff), now=NOW)
    put(people, draft, "Welcome", "Hall", 120)
    staff.post(at(event, "/publish"), data={"revision": str(draft.revision), "note": "Later."})
    db.session.expire_all()
    assert first.state is AgendaState.SUPERSEDED
    assert "A later version has taken its place" in staff.get(f"/showcases/{event.id}/agenda/version/1").text
    assert "Later." in staff.get(f"/showcases/{event.id}/agenda/version/2").text
    assert staff.get(f"/showcases/{event.id}/agenda/version/3").status_code == 404
    staff.sign_in(people.officer)
    assert staff.get(f"/showcases/{event.id}/agenda/version/1").status_code == 403
