"""The files of agendas: what calendars and PDFs carry, for whom, and that a feed cannot be guessed."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from pypdf import PdfReader

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import CalendarFeed, Event
from showcase.services import agenda_calendar, agendas, session_wishes
from tests.integration.agenda_events import PLACES, an_event, published, put, session_of
from tests.integration.conftest import CheckedClient, People
from tests.integration.showcase_events import NOW, STARTS

pytestmark = pytest.mark.either_database

FILES = ("agenda.ics", "agenda.json", "agenda.csv", "agenda.pdf")


@pytest.fixture
def event(people: People) -> Event:
    return an_event(people)


# --- calendars --------------------------------------------------------------------------------------------------------


def entries(content: bytes) -> dict[str, object]:
    calendar = Calendar.from_ical(content)
    return {str(entry["SUMMARY"]): entry for entry in calendar.walk("VEVENT")}


def test_a_calendar_carries_londons_time_with_its_definition(
    client: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    answer = client.get(f"/showcases/{event.id}/agenda/agenda.ics")
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.data)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    found = entries(answer.data)
    assert set(found) == set(PLACES)
    start = found["Welcome"]["DTSTART"]  # type: ignore[index]
    assert start.params["TZID"] == "Europe/London"
    assert start.dt == STARTS
    assert found["Welcome"]["LOCATION"] == "Hall, Bevan Hall, 18 Smith Square, London"  # type: ignore[index]


def test_a_moved_session_keeps_its_uid_and_has_a_higher_sequence(people: People, event: Event) -> None:
    before = entries(agenda_calendar.of_agenda(published(people, event)))["Welcome"]
    draft = agendas.start(event, by=actor_for(people.staff), now=NOW)
    put(people, draft, "Welcome", "Hall", 120)
    from showcase.services import agenda_publishing

    agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    after = entries(agenda_calendar.of_agenda(draft))["Welcome"]
    assert before["UID"] == after["UID"]  # type: ignore[index]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (1, 2)  # type: ignore[index]


def test_an_organisation_takes_its_own_sessions(client: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    path = f"/showcases/{event.id}/agenda/yours.ics"
    for who, titles in ((people.founder, {"Damp pitch 1", "Bins pitch 1"}), (people.staff, set())):
        client.sign_in(who)
        assert set(entries(client.get(path).data)) == titles
    session_wishes.save(event, {session_of(event, "Welcome").id: 1}, by=actor_for(people.officer))
    client.sign_in(people.officer)
    assert set(entries(client.get(path).data)) == {"Damp pitch 1", "Damp pitch 2", "Welcome"}
    client.sign_out()
    assert client.get(path).location.startswith("/sign-in")


def test_a_feed_follows_what_is_published_and_its_address_cannot_be_guessed(
    client: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    client.sign_in(people.founder)
    assert "Make your address" in client.get("/calendar").text
    client.post("/calendar/new")
    feed = db.session.scalars(sa.select(CalendarFeed)).one()
    assert f"/calendar/{feed.token}.ics" in client.get("/calendar").text
    assert len(feed.token) >= 32
    old = feed.token
    client.sign_out()
    assert set(entries(client.get(f"/calendar/{old}.ics").data)) == {"Damp pitch 1", "Bins pitch 1"}
    for wrong in (old[:-1], old + "x", str(people.founder.account_id), old.swapcase()):
        assert client.get(f"/calendar/{wrong}.ics").status_code == 404
    client.sign_in(people.founder)
    client.post("/calendar/new")
    client.sign_out()
    assert client.get(f"/calendar/{old}.ics").status_code == 404


def test_the_feed_of_somebody_who_may_no_longer_sign_in_ends(
    client: CheckedClient, people: People, event: Event
) -> None:
    published(people, event)
    assert people.founder.account_id is not None
    token = agenda_calendar.renew_feed(people.founder.account_id, by=actor_for(people.founder), now=NOW).token
    people.founder.account.deactivated_at = NOW
    assert client.get(f"/calendar/{token}.ics").status_code == 404


# --- documents --------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_says_everything(client: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    answer = client.get(f"/showcases/{event.id}/agenda/agenda.pdf")
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    assert reader.root_object["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "Agenda: Spring showcase"
    text = " ".join(page.extract_text() for page in reader.pages)
    for words in (*PLACES, "Coffee", "10 March 2027", "Blue room", "Fay Founder, Plain Answers Ltd"):
        assert words in text, words


def test_room_sheets_are_one_page_a_room_for_staff_alone(client: CheckedClient, people: People, event: Event) -> None:
    published(people, event)
    path = f"/showcases/{event.id}/agenda/rooms.pdf"
    client.sign_in(people.officer)
    assert client.get(path).status_code == 403
    client.sign_in(people.staff)
    blue, hall = (page.extract_text() for page in PdfReader(BytesIO(client.get(path).data)).pages)
    assert "Damp pitch 1" in blue
    assert "Welcome" not in blue
    assert "Welcome" in hall
