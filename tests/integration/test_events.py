"""Showcases as a whole: who sees them, how staff write their particulars, announce, finish, cancel and copy them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Event
from showcase.models.enums import EventState
from showcase.policies import PUBLIC
from showcase.services import event_copies, event_lists, events
from tests.integration.conftest import CheckedClient, People
from tests.integration.showcase_events import AFTER, NOW, STARTS, a_draft, particulars

TYPED = {
    "name": "Autumn showcase",
    "summary": "Planning and place.",
    "day-day": "14",
    "day-month": "10",
    "day-year": "2027",
    "starts": "9.30am",
    "ends": "16:45",
    "venue": "Town hall",
    "pitch_minutes": "15",
    "in_person_places": "60",
    "online_places": "200",
    "hides_names": "y",
    "scores_on-day": "30",
    "scores_on-month": "9",
    "scores_on-year": "2027",
}


def test_staff_write_a_showcase_in_london_time(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    page = client.post("/showcases/new", data=TYPED)
    event = db.session.scalars(sa.select(Event)).one()
    assert page.location == f"/showcases/{event.id}/manage"
    assert event.starts_at.isoformat() == "2027-10-14T08:30:00+00:00"
    assert event.ends_at.isoformat() == "2027-10-14T15:45:00+00:00"
    assert (event.pitch_minutes, event.hides_names, event.state) == (15, True, EventState.DRAFT)
    assert event.scores_by is not None
    assert event.scores_by.isoformat() == "2027-09-30T22:59:00+00:00"
    assert "14 October 2027, 9:30am to 4:45pm, Town hall and online" in client.get(page.location).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "Enter a name"),
        ({"ends": "9am"}, "It must end after it starts."),
        ({"day-month": "13"}, "There is no such date"),
        ({"starts": "half past nine"}, "Enter a time, such as 9:30am or 14:00"),
        ({"pitch_minutes": "0"}, "A pitch has between 1 and 120 minutes."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    client: CheckedClient, people: People, change: dict[str, str], words: str
) -> None:
    client.sign_in(people.staff)
    page = client.post("/showcases/new", data={**TYPED, **change})
    assert page.status_code == 422
    assert words in page.text
    assert "Planning and place." in page.text
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0


@pytest.mark.parametrize("role", ["officer", "founder"])
def test_nobody_else_writes_one(client: CheckedClient, people: People, role: str) -> None:
    event = a_draft(people)
    with pytest.raises(NotAllowed):
        events.create(particulars(), by=actor_for(getattr(people, role)), now=NOW)
    client.sign_in(getattr(people, role))
    assert client.get("/showcases/new").status_code == 403
    assert client.get(f"/showcases/{event.id}").status_code == 404
    assert client.get(f"/showcases/{event.id}/manage").status_code == 404
    assert "Spring showcase" not in client.get("/showcases").text


def test_two_who_change_it_at_once_see_both_words(client: CheckedClient, people: People) -> None:
    event = a_draft(people)
    loaded = event.revision
    staff = actor_for(people.staff)
    events.edit(event, particulars(venue="Layden House"), revision=loaded, by=staff, now=NOW)
    client.sign_in(people.staff)
    address = f"/showcases/{event.id}/manage/edit"
    page = client.post(address, data={**TYPED, "revision": str(loaded)})
    assert page.status_code == 409
    assert "Layden House" in page.text
    assert "Town hall" in page.text
    db.session.refresh(event)
    assert event.venue == "Layden House"
    again = client.post(address, data={**TYPED, "revision": str(event.revision)})
    assert again.status_code == 302
    db.session.refresh(event)
    assert event.venue == "Town hall"


def test_a_draft_that_lacks_something_is_not_announced(people: People) -> None:
    event = a_draft(people)
    with pytest.raises(DomainError, match="Put at least one challenge in a track"):
        events.announce(event, by=actor_for(people.staff), now=NOW)
    assert event.state is EventState.DRAFT


def test_a_cancelled_draft_stays_cancelled_and_says_why(client: CheckedClient, people: People) -> None:
    event = a_draft(people)
    client.sign_in(people.staff)
    assert client.post(f"/showcases/{event.id}/manage/cancel", data={"reason": " "}).status_code == 422
    assert client.post(f"/showcases/{event.id}/manage/cancel", data={"reason": "The hall burnt."}).status_code == 302
    db.session.refresh(event)
    assert (event.state, event.cancelled_because) == (EventState.CANCELLED, "The hall burnt.")
    assert client.get(f"/showcases/{event.id}/manage/edit").status_code == 403
    with pytest.raises(NotAllowed):
        events.cancel(event, "Again", by=actor_for(people.staff), now=NOW)
    with pytest.raises(Conflict):
        events.finish(event, by=actor_for(people.staff), now=AFTER)
    actions = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == event.id)))
    assert {"event.created", "event.cancelled"} <= actions


def test_a_copy_starts_where_the_new_day_does(people: People) -> None:
    event = a_draft(people)
    later = particulars(name="Next", starts_at=STARTS + timedelta(days=200), ends_at=STARTS + timedelta(days=200.2))
    made = event_copies.copy(event, later, by=actor_for(people.staff), now=NOW)
    assert (made.copied_from_id, made.state, made.name) == (event.id, EventState.DRAFT, "Next")
    assert event_lists.list_coming(seen_by=PUBLIC, now=NOW) == []
    assert event_lists.list_coming(seen_by=actor_for(people.staff), now=NOW) == [event, made]
