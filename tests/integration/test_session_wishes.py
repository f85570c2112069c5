"""The page on which councils say what they want to see."""

import pytest
import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Event, SessionWish
from tests.integration.agenda_events import PLACES, an_event, session_of
from tests.integration.conftest import CheckedClient, People
from tests.integration.showcase_events import an_announced

pytestmark = pytest.mark.either_database

FILES = ("agenda.ics", "agenda.json", "agenda.csv", "agenda.pdf")


@pytest.fixture
def event(people: People) -> Event:
    return an_event(people)


def test_a_council_finds_on_the_showcase_what_it_can_do(client: CheckedClient, people: People) -> None:
    event = an_announced(people)
    page = f"/showcases/{event.id}"
    own, other = event.entries
    client.sign_in(people.officer)
    text = client.get(page).text
    assert f"/showcases/selection/{own.id}" in text
    assert f"/showcases/selection/{other.id}" not in text
    assert f"{page}/wishes" in text
    client.sign_in(people.founder)
    assert "For your council" not in client.get(page).text


def test_a_council_says_what_it_wants_to_see(client: CheckedClient, people: People, event: Event) -> None:
    client.sign_in(people.officer)
    path = f"/showcases/{event.id}/wishes"
    page = client.get(path).text
    assert "These are what we suppose from your challenges" in page
    fields = {f"s{session.id.hex}": "0" for session in event.sessions}
    answer = client.post(path, data={**fields, f"s{session_of(event, 'Welcome').id.hex}": "2"})
    assert answer.location == f"/showcases/{event.id}/agenda"
    assert "These are what we suppose" not in client.get(path).text
    saved = {wish.session.title: wish.weight for wish in db.session.scalars(sa.select(SessionWish))}
    assert saved == {title: 2 if title == "Welcome" else 0 for title in PLACES}
    assert client.post(path, data={**fields, next(iter(fields)): "7"}).status_code == 422


def test_a_whole_track_can_be_wished_for_at_once(client: CheckedClient, people: People, event: Event) -> None:
    client.sign_in(people.officer)
    fields = {f"s{session.id.hex}": "0" for session in event.sessions}
    client.post(f"/showcases/{event.id}/wishes", data={**fields, f"t{event.tracks[1].id.hex}": "3"})
    saved = {wish.session.title: wish.weight for wish in db.session.scalars(sa.select(SessionWish))}
    assert saved == {title: 3 if title.startswith("Bins") else 0 for title in PLACES}


def test_nobody_else_gets_to_say_so(client: CheckedClient, people: People, event: Event) -> None:
    for who in (people.staff, people.founder):
        client.sign_in(who)
        assert client.get(f"/showcases/{event.id}/wishes").status_code == 403
