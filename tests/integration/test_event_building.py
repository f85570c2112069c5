"""What staff build a showcase of: rooms, breaks, calls, tracks and their challenges, criteria, talks and panels."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    Break,
    Call,
    Criterion,
    EventChallenge,
    Message,
    Need,
    NeedMember,
    Room,
    Session,
    Track,
    utc_now,
)
from showcase.models.enums import CriterionKind, EventState, SessionKind
from showcase.services import event_building, event_copies, events, speakers
from tests.integration.conftest import CheckedClient, People, Statements
from tests.integration.publication_texts import a_challenge, published
from tests.integration.showcase_events import (
    AFTER,
    NOW,
    STARTS,
    a_call,
    a_chosen,
    a_criterion,
    a_draft,
    an_announced,
    an_entry,
    particulars,
)

pytestmark = pytest.mark.either_database

Counting = Callable[[], AbstractContextManager[Statements]]


def test_rooms_and_breaks_are_added_changed_and_removed_by_form(client: CheckedClient, people: People) -> None:
    event = a_draft(people)
    client.sign_in(people.staff)
    start = f"/showcases/{event.id}/manage"
    room = {"name": "Great hall", "capacity": "120", "stream_url": "https://stream.example/hall"}
    assert client.post(f"{start}/rooms/add", data=room).status_code == 302
    again = client.post(f"{start}/rooms/add", data={**room, "name": "GREAT HALL"})
    assert again.status_code == 422
    assert "There is a room of that name already." in again.text
    made = db.session.scalars(sa.select(Room)).one()
    client.post(f"{start}/rooms/{made.id}", data={**room, "capacity": "90"})
    assert client.post(f"{start}/breaks/add", data={"name": "Lunch", "starts": "12:30", "minutes": "45"}).location
    late = client.post(f"{start}/breaks/add", data={"name": "Night", "starts": "11pm", "minutes": "45"})
    assert "A break lies between the start and the end of the day." in late.text
    page = client.get(f"{start}/rooms").text
    assert "90" in page
    assert "12:30pm" in page
    client.post(f"{start}/rooms/{made.id}/remove")
    assert "Great hall" not in client.get(f"{start}/rooms").text.replace("Room removed", "")


def test_a_call_is_open_for_28_days_or_says_why(people: People) -> None:
    event = a_draft(people)
    short = NOW + timedelta(days=21)
    with pytest.raises(DomainError, match="Allow 28, or say why"):
        a_call(event, people, closes_at=short)
    with pytest.raises(DomainError, match="must close before the showcase starts"):
        a_call(event, people, closes_at=STARTS + timedelta(days=1))
    a_call(event, people, closes_at=short, short_because="A council was late.")
    a_call(event, people)
    db.session.expire_all()
    assert sorted(call.short_because for call in event.calls) == ["", "A council was late."]


def test_an_open_call_gets_longer_but_not_shorter(people: People) -> None:
    event = an_announced(people)
    call, staff = event.calls[0], actor_for(people.staff)
    during, earlier = call.opens_at + timedelta(days=2), call.closes_at - timedelta(days=1)
    values = {"opens_at": call.opens_at, "closes_at": earlier, "short_because": "Fewer will do."}
    with pytest.raises(Conflict, match="for longer, not for less"):
        event_building.change(call, values, by=staff, now=during)
    with pytest.raises(Conflict, match="suppliers rely on it"):
        event_building.remove(call, by=staff, now=during)
    later = {**values, "closes_at": call.closes_at + timedelta(days=1)}
    event_building.change(call, later, by=staff, now=during)
    assert call.closes_at == later["closes_at"]


def test_criteria_are_fixed_at_announcement_and_seen_by_all(client: CheckedClient, people: People) -> None:
    event = an_announced(people)
    staff = actor_for(people.staff)
    fit = events.criteria_of(event)[0]
    values = {"name": "Fit", "help": "", "kind": CriterionKind.RATING, "weight": 9, "most": 5}
    for attempt in (
        lambda: event_building.change(fit, values, by=staff, now=NOW),
        lambda: event_building.remove(fit, by=staff, now=NOW),
        lambda: a_criterion(event, people, name="Price"),
    ):
        with pytest.raises(Conflict, match="were fixed when the showcase was announced"):
            attempt()
    assert db.session.scalars(sa.select(Criterion.weight).order_by(Criterion.position)).all() == [2, 1]
    page = client.get(f"/showcases/{event.id}").text
    assert "Ready for councils" in page
    assert "67%" in page


def test_a_challenge_is_in_a_showcase_once_and_only_when_published(people: People) -> None:
    event = a_draft(people)
    challenge = a_challenge(people.officer)
    with pytest.raises(DomainError, match="Only a published challenge"):
        an_entry(event, people, challenge)
    published(challenge, people)
    entry = an_entry(event, people, challenge)
    values = {"track": entry.track, "challenge": challenge, "places": 1}
    with pytest.raises(DomainError, match="in the showcase already"):
        event_building.add(event, EventChallenge, values, by=actor_for(people.staff), now=NOW)
    with pytest.raises(Conflict, match="Move or remove its challenges first"):
        event_building.remove(entry.track, by=actor_for(people.staff), now=NOW)
    db.session.expire_all()
    assert [each.challenge_id for each in event.entries] == [challenge.id]


def test_one_click_makes_a_track_of_a_shared_need(client: CheckedClient, people: People) -> None:
    event = a_draft(people)
    need = Need(name="Bins that are missed")
    db.session.add(need)
    for member, title in ((people.officer, "Missed bins"), (people.other_officer, "Bins left behind")):
        challenge = a_challenge(member, title=title)
        published(challenge, people)
        db.session.add(NeedMember(challenge_id=challenge.id, need=need, method="test"))
    db.session.commit()
    client.sign_in(people.staff)
    assert "Make a track of it" in client.get(f"/needs/{need.id}").text
    page = client.post(f"/showcases/needs/{need.id}/track", data={"event": str(event.id)})
    assert page.location == f"/showcases/{event.id}/manage/tracks"
    track = db.session.scalars(sa.select(Track)).one()
    assert (track.name, track.need_id) == ("Bins that are missed", need.id)
    assert {entry.challenge.published_title for entry in track.entries} == {"Missed bins", "Bins left behind"}
    again = client.post(f"/showcases/{event.id}/manage/tracks/from-need", data={"need": str(need.id)})
    assert again.status_code == 422
    assert "in the showcase already" in again.text
    client.sign_in(people.officer)
    assert "Make a track of it" not in client.get(f"/needs/{need.id}").text
    assert client.post(f"/showcases/needs/{need.id}/track", data={"event": str(event.id)}).status_code == 403


def test_a_panel_has_its_speakers_with_their_hours(client: CheckedClient, people: People) -> None:
    event = a_draft(people)
    client.sign_in(people.staff)
    panel = {"title": "Buying together", "kind": "panel", "minutes": "45", "audience": "60", "track": ""}
    address = f"/showcases/{event.id}/manage/sessions/add"
    lines = f"Fay Founder; {people.founder.account.email}\nAda Guest, chair; 10:00-12:30"
    assert client.post(address, data={**panel, "speakers": "Ada; tomorrow"}).status_code == 422
    assert client.post(address, data={**panel, "speakers": lines}).status_code == 302
    session = db.session.scalars(sa.select(Session)).one()
    ada, fay = session.speakers
    assert (fay.account_id, fay.organisation_id) == (people.founder.account_id, people.founder.organisation_id)
    assert ada.available_from is not None
    assert ada.available_from.isoformat() == "2027-03-10T10:00:00+00:00"
    assert speakers.write(session.speakers).splitlines()[0] == "Ada Guest, chair; 10:00-12:30"
    assert client.post(address, data={**panel, "kind": "pitch", "speakers": ""}).status_code == 422


def test_every_pitch_is_as_long_as_the_others(people: People) -> None:
    event = a_draft(people)
    staff = actor_for(people.staff)
    values = {"kind": SessionKind.PITCH, "title": "Dry Rooms", "minutes": 25}
    with pytest.raises(DomainError, match="Every pitch has the same length"):
        event_building.add(event, Session, values, by=staff, now=NOW)
    event_building.add(event, Session, {**values, "minutes": 20}, by=staff, now=NOW)
    event_building.add(event, Session, {**values, "kind": SessionKind.TALK}, by=staff, now=NOW)
    db.session.expire_all()
    events.edit(event, particulars(pitch_minutes=15), revision=event.revision, by=staff, now=NOW)
    assert sorted(session.minutes for session in event.sessions) == [15, 25]


def test_announcing_tells_each_writer_once_and_opens_it_to_all(client: CheckedClient, people: People) -> None:
    event = an_announced(people)
    told = db.session.scalars(sa.select(Message.to).where(Message.subject == "Announced: Spring showcase")).all()
    assert sorted(told) == sorted([people.officer.account.email, people.other_officer.account.email])
    with pytest.raises(Conflict):
        events.announce(event, by=actor_for(people.staff), now=NOW)
    page = client.get(f"/showcases/{event.id}").text
    for words in ("Damp homes", "Missed bins", "Opens on 11 January 2027 at 9:00am"):
        assert words in page
    assert "Spring showcase" in client.get(f"/challenges/{event.entries[0].challenge_id}").text


def test_a_held_showcase_is_finished_and_then_fixed(people: People) -> None:
    event = an_announced(people)
    staff = actor_for(people.staff)
    with pytest.raises(DomainError, match="It is not over yet"):
        events.finish(event, by=staff, now=NOW)
    events.finish(event, by=staff, now=AFTER)
    assert event.state is EventState.FINISHED
    for attempt in (
        lambda: events.edit(event, particulars(), revision=event.revision, by=staff, now=AFTER),
        lambda: event_building.add(event, Room, {"name": "New", "capacity": 4}, by=staff, now=AFTER),
        lambda: event_building.remove(event.calls[0], by=staff, now=AFTER),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_copy_takes_over_what_is_not_of_the_day(people: People) -> None:
    event = an_announced(people)
    staff = actor_for(people.staff)
    event_building.add(event, Room, {"name": "Hall", "capacity": 80}, by=staff, now=NOW)
    db.session.expire_all()
    later = particulars(starts_at=STARTS + timedelta(days=364), ends_at=STARTS + timedelta(days=364, hours=6))
    made = event_copies.copy(event, later, by=staff, now=NOW)
    db.session.expire_all()
    assert [room.name for room in made.rooms] == ["Hall"]
    assert [each.challenge_id for each in made.entries] == [each.challenge_id for each in event.entries]
    assert [each.weight for each in events.criteria_of(made)] == [2, 1]
    assert db.session.scalars(sa.select(Call).where(Call.event_id == made.id)).all() == []


@pytest.mark.parametrize("path", ["tracks", "rooms", "sessions", "criteria", "rooms/add", "calls/add"])
def test_only_staff_build(client: CheckedClient, people: People, path: str) -> None:
    event = an_announced(people)
    client.sign_in(people.officer)
    assert client.get(f"/showcases/{event.id}/manage/{path}").status_code == 403
    client.sign_in(people.staff)
    assert client.get(f"/showcases/{event.id}/manage/{path}").status_code == 200


def test_a_part_of_another_showcase_is_not_found(client: CheckedClient, people: People) -> None:
    one, other = a_draft(people), a_draft(people, name="Another")
    room = event_building.add(one, Room, {"name": "Hall", "capacity": 80}, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    client.sign_in(people.staff)
    assert client.get(f"/showcases/{other.id}/manage/rooms/{room.id}").status_code == 404
    assert client.post(f"/showcases/{other.id}/manage/rooms/{room.id}/remove").status_code == 404


def test_another_day_takes_breaks_and_hours_along(people: People) -> None:
    event = a_draft(people)
    staff = actor_for(people.staff)
    event_building.add(event, Break, {"name": "Lunch", "starts_at": STARTS, "minutes": 45}, by=staff, now=NOW)
    values = {"kind": SessionKind.TALK, "title": "Talk", "minutes": 20}
    named = speakers.read("Ada Guest; 10:00-12:30", event)
    session = event_building.add(event, Session, {**values, "speakers": named}, by=staff, now=NOW)
    db.session.expire_all()
    summer = timedelta(days=30)  # the clocks change between
    later = particulars(starts_at=STARTS + summer, ends_at=STARTS + summer + timedelta(hours=7))
    events.edit(event, later, revision=event.revision, by=staff, now=NOW)
    db.session.expire_all()
    assert event.breaks[0].starts_at.isoformat() == "2027-04-09T08:30:00+00:00"
    assert speakers.write(session.speakers) == "Ada Guest; 10:00-12:30"


def test_a_day_before_the_call_has_closed_is_refused(people: People) -> None:
    event = a_draft(people)
    call = a_call(event, people)
    db.session.expire_all()
    earlier = particulars(starts_at=call.closes_at - timedelta(days=1), ends_at=call.closes_at - timedelta(hours=20))
    with pytest.raises(DomainError, match="A call would still be open"):
        events.edit(event, earlier, revision=event.revision, by=actor_for(people.staff), now=NOW)


def test_a_challenge_keeps_places_for_what_is_chosen_and_takes_its_pitches_along(people: People) -> None:
    event = an_announced(people)
    first, second = event.entries
    staff = actor_for(people.staff)
    for name in ("One", "Two"):
        a_chosen(first, people.founder, people, name=name)
    with pytest.raises(DomainError, match="2 solutions are chosen for it already"):
        event_building.change(first, {"track": first.track, "places": 1}, by=staff, now=NOW)
    event_building.change(first, {"track": second.track, "places": 2}, by=staff, now=NOW)
    db.session.expire_all()
    assert {session.track_id for session in event.sessions} == {second.track_id}


def test_finishing_asks_first(client: CheckedClient, people: People) -> None:
    event = an_announced(people)
    client.sign_in(people.staff)
    address = f"/showcases/{event.id}/manage/finish"
    assert "can be finished once it was announced and held" in client.get(address).text
    assert client.post(address).status_code == 422
    event.starts_at, event.ends_at = utc_now() - timedelta(hours=9), utc_now() - timedelta(hours=1)
    db.session.commit()
    assert "Nothing of it can be changed" in client.get(address).text
    assert client.post(address).status_code == 302
    db.session.refresh(event)
    assert event.state is EventState.FINISHED


def test_a_list_of_three_costs_as_much_as_one(client: CheckedClient, people: People, count_queries: Counting) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            an_announced(people)
        with count_queries() as queries:
            client.get("/showcases")
        counts.append(len(queries))
    assert counts[0] == counts[1]
