"""The door, needs and staff's pages: checking in and undoing, who just comes, joining online, what is deleted when."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.errors import Conflict, NotAllowed
from showcase.extensions import db
from showcase.models import AttendeeNeeds, AuditEntry, Event, Message, Registration, Room, utc_now
from showcase.models.enums import EventState, Hall
from showcase.policies import PUBLIC, Actor
from showcase.services import attendee_needs, check_in, registration_lists, registrations
from showcase.services.attendee_needs import Needs
from showcase.worker import _tidy, run_once
from tests.integration.conftest import CheckedClient, People
from tests.integration.registered import announced, member, observer, subjects_to
from tests.integration.showcase_events import NOW, STARTS

pytestmark = pytest.mark.either_database

IN_PERSON, ONLINE = Hall.IN_PERSON, Hall.ONLINE
WORDS = "Zanthoxylum makes me ill"


@pytest.fixture
def small(people: People) -> Event:
    """A showcase with two places in person and one online, and a stream."""
    event = announced(people, in_person_places=2, online_places=1)
    event.rooms.append(Room(name="Hall", capacity=50, stream_url="https://stream.example/hall"))
    db.session.commit()
    return event


@pytest.fixture
def today(people: People) -> Event:
    """A showcase that began an hour ago, by the clock on the wall, with a place for ten and ten."""
    now = utc_now()
    event = announced(
        people,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        in_person_places=10,
        online_places=10,
    )
    event.registration_opens_at = now - timedelta(days=30)
    event.rooms.append(Room(name="Hall", capacity=50, stream_url="https://stream.example/hall"))
    db.session.commit()
    return event


# --- the door ---------------------------------------------------------------------------------------------------------


def test_checking_in_twice_is_checking_in_once(small: Event, people: People) -> None:
    by, ann = actor_for(people.staff), observer(small, "Ann")
    check_in.check_in(ann, by=by, now=STARTS)
    check_in.check_in(ann, by=by, now=STARTS + timedelta(minutes=5))
    assert ann.checked_in_at == STARTS
    assert check_in.present(small) == {IN_PERSON: 1, ONLINE: 0}
    check_in.undo(ann, by=by)
    check_in.undo(ann, by=by)
    assert (ann.checked_in_at, ann.placed_in) == (None, IN_PERSON)
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == ann.id)).all()
    assert sorted(actions) == ["registration.check_in_undone", "registration.checked_in", "registration.made"]


def test_only_staff_check_in(small: Event, people: People) -> None:
    own = member(small, people.founder)
    for actor in (PUBLIC, actor_for(people.founder), actor_for(people.officer), Actor(registration_id=own.id)):
        with pytest.raises(NotAllowed):
            check_in.check_in(own, by=actor, now=STARTS)
        with pytest.raises(NotAllowed):
            check_in.let_in(small, name="A", email="", organisation_name="", by=actor, now=STARTS)


def test_a_room_holds_no_more_than_it_has_places(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    ann, _, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    check_in.check_in(ann, by=by, now=STARTS)
    check_in.check_in(cat, by=by, now=STARTS)  # Ben has not come, so there is room
    assert cat.placed_in is IN_PERSON
    with pytest.raises(Conflict, match="Every place is taken"):
        check_in.let_in(small, name="Dora", email="", organisation_name="", by=by, now=STARTS)
    check_in.undo(ann, by=by)
    dora = check_in.let_in(small, name="Dora", email="", organisation_name="Elsewhere", by=by, now=STARTS)
    assert dora.is_walk_in
    assert check_in.present(small)[IN_PERSON] == 2


def test_somebody_registered_who_is_let_in_is_that_person(small: Event, people: People) -> None:
    ann = observer(small, "Ann", ONLINE)
    same = check_in.let_in(
        small, name="Ann", email="ANN@elsewhere.example", organisation_name="", by=actor_for(people.staff), now=STARTS
    )
    assert same.id == ann.id
    assert (ann.placed_in, ann.attended) == (IN_PERSON, IN_PERSON)


def test_coming_in_person_frees_the_place_online(small: Event, people: People) -> None:
    ann, ben = observer(small, "Ann", ONLINE), observer(small, "Ben", ONLINE)
    check_in.check_in(ann, by=actor_for(people.staff), now=STARTS)
    assert ben.placed_in is ONLINE


def test_nobody_is_checked_in_to_what_is_cancelled(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    small.state = EventState.CANCELLED
    db.session.flush()
    with pytest.raises(Conflict):
        check_in.check_in(ann, by=actor_for(people.staff), now=STARTS)


def test_who_was_there_cannot_cancel(small: Event, people: People) -> None:
    by, ann = actor_for(people.staff), observer(small, "Ann")
    check_in.check_in(ann, by=by, now=STARTS)
    with pytest.raises(Conflict):
        registrations.cancel(ann, by=by, now=STARTS)


@pytest.mark.parametrize("minutes", [-61, 60 * 7])
def test_joining_online_has_its_time(small: Event, minutes: int) -> None:
    eve = observer(small, "Eve", ONLINE)
    by = Actor(registration_id=eve.id)
    with pytest.raises(Conflict, match="60 minutes before"):
        check_in.join_online(eve, by=by, now=STARTS + timedelta(minutes=minutes))
    check_in.join_online(eve, by=by, now=STARTS - timedelta(minutes=60))
    assert eve.attended is ONLINE


def test_only_who_has_a_place_online_joins(small: Event, people: People) -> None:
    ann, _, fred = observer(small, "Ann"), observer(small, "Eve", ONLINE), observer(small, "Fred", ONLINE)
    for each in (ann, fred):
        with pytest.raises(Conflict):
            check_in.join_online(each, by=Actor(registration_id=each.id), now=STARTS)
    with pytest.raises(NotAllowed):
        check_in.join_online(fred, by=Actor(registration_id=ann.id), now=STARTS)


def test_stream_links_are_shown_to_who_joined_and_to_nobody_else(
    today: Event, people: People, client: CheckedClient
) -> None:
    eve, ann = observer(today, "Eve", ONLINE), observer(today, "Ann")
    link, path = "https://stream.example/hall", f"/tickets/{eve.token}"
    for role in (None, people.founder, people.officer):
        if role:
            client.sign_in(role)
        for page in (f"/showcases/{today.id}", f"/tickets/{ann.token}", path):
            assert link not in client.get(page).text, (role, page)
    client.sign_out()
    assert link in client.post(f"{path}/join", follow_redirects=True).text
    assert client.post(f"/tickets/{ann.token}/join").status_code == 409
    today.ends_at = utc_now() - timedelta(minutes=1)
    db.session.commit()
    assert link not in client.get(path).text, "not once it is over"


def test_staff_work_the_door_on_its_pages(today: Event, people: People, client: CheckedClient) -> None:
    ann, ben = observer(today, "Ann"), observer(today, "Ben")
    door = f"/showcases/{today.id}/manage/check-in"
    assert client.get(f"/check-in/{ann.id}").status_code == 302, "asked to sign in"
    client.sign_in(people.founder)
    assert client.get(f"/check-in/{ann.id}").status_code == 404
    assert client.get(door).status_code == 403
    client.sign_in(people.staff)
    assert "Ann" in client.get(f"/check-in/{ann.id}").text
    assert "Checked in" in client.post(f"/check-in/{ann.id}", follow_redirects=True).text
    found = client.get(f"{door}?q=ben").text
    assert (f"/check-in/{ben.id}" in found, f"/check-in/{ann.id}" in found) == (True, False)
    back = client.post(f"/check-in/{ben.id}", data={"from": "list", "q": "ben"})
    assert back.location == f"{door}?q=ben"
    assert "Ben is no longer checked in" in client.post(f"/check-in/{ben.id}/undo", follow_redirects=True).text
    assert client.post(f"{door}/let-in", data={"name": " "}).status_code == 422
    assert "Dora is checked in" in client.post(f"{door}/let-in", data={"name": "Dora"}, follow_redirects=True).text
    today.ends_at = utc_now() + timedelta(hours=1)
    cancelled = client.post(f"/check-in/{ben.id}/cancel", follow_redirects=True).text
    assert "The person is told by e-mail" in cancelled
    assert client.get(f"{door}?q=nobody-of-that-name").status_code == 200


def test_the_code_of_a_ticket_leads_staff_to_that_person(today: Event, client: CheckedClient) -> None:
    from showcase.views.own_registration import _code

    ann = observer(today, "Ann")
    db.session.commit()
    shown = client.get(f"/tickets/{ann.token}").text
    with client.application.test_request_context():
        import segno

        expected = segno.make(f"http://127.0.0.1:8000/check-in/{ann.id}", error="m")
        drawn = _code(ann)
    assert drawn is not None
    path = expected.svg_inline(border=4).split(' d="')[1].split('"')[0]
    assert path in shown
    assert path in drawn


# --- needs ------------------------------------------------------------------------------------------------------------


def test_needs_are_for_the_person_and_staff(small: Event, people: People) -> None:
    own = member(small, people.founder)
    mine = Actor(registration_id=own.id)
    attendee_needs.keep(own, Needs(access=["bsl"], dietary_words=WORDS), by=mine, now=NOW)
    for actor in (mine, actor_for(people.founder), actor_for(people.staff)):
        kept = attendee_needs.find(own, seen_by=actor)
        assert kept is not None
        assert (kept.access, kept.dietary_words) == (["bsl"], WORDS)
    for actor in (PUBLIC, actor_for(people.officer), actor_for(people.other_founder)):
        with pytest.raises(NotAllowed):
            attendee_needs.find(own, seen_by=actor)
        with pytest.raises(NotAllowed):
            attendee_needs.keep(own, Needs(), by=actor, now=NOW)
    for actor in (mine, actor_for(people.founder), actor_for(people.officer)):
        with pytest.raises(NotAllowed):
            attendee_needs.select_for(small, seen_by=actor)


def test_saying_nothing_keeps_nothing(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    by = Actor(registration_id=ann.id)
    for needs in (Needs(), Needs(access=["bsl"]), Needs(telephone="020")):
        attendee_needs.keep(ann, needs, by=by, now=NOW)
        assert (attendee_needs.find(ann, seen_by=by) is not None) is bool(needs.access)


def test_needs_go_with_a_cancellation(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    by = Actor(registration_id=ann.id)
    attendee_needs.keep(ann, Needs(access=["bsl"]), by=by, now=NOW)
    registrations.cancel(ann, by=by, now=NOW)
    assert attendee_needs.find(ann, seen_by=by) is None
    with pytest.raises(Conflict):
        attendee_needs.keep(ann, Needs(access=["bsl"]), by=by, now=NOW)


def test_needs_are_deleted_two_weeks_after_the_event(small: Event, people: People) -> None:
    ann = observer(small, "Ann")
    attendee_needs.keep(ann, Needs(access=["bsl"]), by=Actor(registration_id=ann.id), now=NOW)
    late = small.ends_at + timedelta(days=14)
    assert attendee_needs.deleted_on(small) == late
    assert attendee_needs.forget(now=late - timedelta(seconds=1)) == 0
    assert attendee_needs.forget(now=late) == 1
    assert db.session.scalar(sa.select(sa.func.count(AttendeeNeeds.id))) == 0
    assert db.session.get(Registration, ann.id) is not None
    attendee_needs.keep(ann, Needs(access=["bsl"]), by=Actor(registration_id=ann.id), now=NOW)
    small.state = EventState.CANCELLED
    db.session.flush()
    assert attendee_needs.forget(now=NOW) == 1


def test_needs_are_in_one_file_alone(
    today: Event, people: People, client: CheckedClient, caplog: pytest.LogCaptureFixture
) -> None:
    ann = observer(today, "Ann")
    db.session.commit()
    client.post(f"/tickets/{ann.token}/needs", data={"access_words": WORDS, "dietary": ["vegan"]})
    client.sign_in(people.staff)
    desk = f"/showcases/{today.id}/manage/registrations"
    files = [client.get(f"{desk}/{name}") for name in ("export.csv", "badges.csv")]
    assert all(WORDS not in file.text and "Ann" in file.text for file in files)
    sheet = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{desk}/export.xlsx").data)).get_sheet_by_index(0)
    assert WORDS not in str(sheet.to_python())
    assert "Ann" in str(sheet.to_python())
    assert WORDS not in client.get(desk).text
    assert WORDS not in client.get(f"/check-in/{ann.id}").text
    assert WORDS in client.get(f"{desk}/needs").text
    row = next(csv.DictReader(StringIO(client.get(f"{desk}/needs/export.csv").text.removeprefix("\ufeff"))))
    assert (row["Access, own words"], row["Food"]) == (WORDS, "Vegan")
    kept = [str(entry.details) for entry in db.session.scalars(sa.select(AuditEntry))]
    assert any("access-and-catering.csv" in details for details in kept), "taking it away is noted"
    mails = [message.body for message in db.session.scalars(sa.select(Message))]
    assert all(WORDS not in text and "vegan" not in text.lower() for text in (*kept, *mails))
    assert WORDS not in caplog.text


# --- staff's pages ----------------------------------------------------------------------------------------------------


def test_filters_of_the_list(small: Event, people: People) -> None:
    by = actor_for(people.staff)
    ann, ben, cat = (observer(small, name) for name in ("Ann", "Ben", "Cat"))
    fay = member(small, people.founder, ONLINE)
    check_in.check_in(ann, by=by, now=STARTS)
    registrations.cancel(ben, by=by, now=NOW)
    expected: dict[str, list[Registration]] = {
        "in_person": [ann, cat],
        "online": [fay],
        "waits_in_person": [],
        "waits_online": [],
        "present": [ann],
        "absent": [cat, fay],
        "cancelled": [ben],
    }
    assert expected.keys() == registration_lists.STATES.keys()
    for state, found in expected.items():
        query = registration_lists.listed(small, registration_lists.Wanted(state=state), seen_by=by)
        assert list(db.session.scalars(query)) == found, state
    wanted = registration_lists.Wanted("PLAIN", ["supplier"])
    assert list(db.session.scalars(registration_lists.listed(small, wanted, seen_by=by))) == [fay]


def test_staff_write_to_those_who_come_once(today: Event, people: People, client: CheckedClient) -> None:
    ann, fay = observer(today, "Ann"), member(today, people.founder, ONLINE)
    client.sign_in(people.staff)
    path = f"/showcases/{today.id}/manage/registrations/write"
    typed: dict[str, Any] = {"key": "k1", "audience": "in_person", "subject": "Trains", "body": "None run today."}
    assert client.post(path, data={**typed, "body": ""}).status_code == 422
    asked = client.post(path, data=typed)
    assert "1 person" in asked.text
    assert subjects_to(ann.email).count("Trains") == 0, "not before it was read once more"
    assert "None run today." in client.post(path, data={**typed, "edit": "1"}).text
    for _ in range(2):  # the button pressed twice
        assert client.post(path, data={**typed, "send": "1"}).status_code == 302
    assert subjects_to(ann.email).count("Trains") == 1
    assert subjects_to(fay.email).count("Trains") == 0
    assert client.post(path, data={**typed, "audience": "waiting", "send": "1"}).status_code == 422
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "registration.written_to")).first()
    assert entry is not None
    assert entry.details["people"] == 1


@pytest.mark.parametrize(
    "page", ["", "/export.csv", "/export.xlsx", "/badges.csv", "/needs", "/needs/export.csv", "/write"]
)
def test_the_desk_is_for_staff(today: Event, people: People, client: CheckedClient, page: str) -> None:
    path = f"/showcases/{today.id}/manage/registrations{page}"
    for role in (people.founder, people.officer):
        client.sign_in(role)
        assert client.get(path).status_code == 403
    client.sign_in(people.staff)
    assert client.get(path).status_code == 200


# --- the worker -------------------------------------------------------------------------------------------------------


def test_the_worker_gives_added_places_reminds_and_forgets(own_app: Flask) -> None:
    with own_app.app_context():
        now = utc_now()
        event = Event(
            name="Tomorrow",
            state=EventState.ANNOUNCED,
            announced_at=now,
            starts_at=now + timedelta(hours=20),
            ends_at=now + timedelta(hours=27),
            in_person_places=1,
            registration_opens_at=now - timedelta(days=30),
        )
        db.session.add(event)
        db.session.flush()
        ann, ben = observer(event, "Ann"), observer(event, "Ben")
        attendee_needs.keep(ann, Needs(access=["bsl"]), by=Actor(registration_id=ann.id), now=now)
        event.in_person_places = 2
        db.session.commit()
        ben_id, event_id = ben.id, event.id
    assert run_once(own_app, None) > 0
    with own_app.app_context():
        assert db.session.get_one(Registration, ben_id).placed_in is IN_PERSON
        assert db.session.scalar(sa.select(sa.func.count(AttendeeNeeds.id))) == 1
    _tidy(own_app)
    _tidy(own_app)
    with own_app.app_context():
        assert [subjects_to(f"{name}@elsewhere.example").count("Reminder: Tomorrow") for name in ("ann", "ben")] == [
            1,
            1,
        ]
        db.session.get_one(Event, event_id).ends_at = utc_now() - timedelta(days=15)
        db.session.commit()
    _tidy(own_app)
    with own_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(AttendeeNeeds.id))) == 0
