"""Publishing agendas: the freeze, what is in the way, who is told, and who sees what."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Agenda, AuditEntry, Event, Message, Room, SessionWish, Speaker
from showcase.models.enums import AgendaState, EventState
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import (
    agenda_publishing,
    agendas,
    session_wishes,
)
from tests.integration.agenda_events import an_event, published, put, session_of, solved
from tests.integration.conftest import CheckedClient, People
from tests.integration.showcase_events import AFTER, NOW, STARTS


@pytest.fixture
def event(people: People) -> Event:
    return an_event(people)


def draft_for(people: People, event: Event) -> Agenda:
    return agendas.start(event, by=actor_for(people.staff), now=NOW)


def told() -> dict[str, str]:
    """Return whom e-mails about agendas went to, and what they say."""
    rows = db.session.scalars(sa.select(Message).where(Message.key.like("agenda:%")))
    return {message.to: message.body for message in rows}


def forget_mail() -> None:
    db.session.execute(sa.delete(Message))


# --- publishing -------------------------------------------------------------------------------------------------------


def test_publishing_freezes_the_draft_under_the_next_number(people: People, event: Event) -> None:
    first = published(people, event)
    assert (first.number, first.state, agendas.draft_of(event)) == (1, AgendaState.PUBLISHED, None)
    session_of(event, "Welcome").title = "Welcome and thanks"
    assert "Welcome" in [placement.title for placement in first.placements]
    draft = draft_for(people, event)
    put(people, draft, "Welcome and thanks", "Hall", 120)
    number = agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    assert (number, first.state, draft.state) == (2, AgendaState.SUPERSEDED, AgendaState.PUBLISHED)
    assert "Welcome and thanks" in [placement.title for placement in draft.placements]
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "agenda.published")).all()
    assert len(actions) == 2


def test_a_draft_that_breaks_a_rule_is_not_published(people: People, event: Event) -> None:
    draft = solved(people, event)
    put(people, draft, "Welcome", "Blue room", 0)
    with pytest.raises(DomainError, match="expects 50 people"):
        agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    assert draft.state is AgendaState.DRAFT


def test_a_stale_draft_an_unannounced_event_or_hidden_names_are_in_the_way(people: People, event: Event) -> None:
    draft = solved(people, event)
    assert agenda_publishing.hindrances(draft) == []
    event.rooms.append(Room(name="Attic", capacity=5, position=9))
    event.state, event.hides_names = EventState.DRAFT, True
    db.session.flush()
    assert [words.split(":")[0] for words in agenda_publishing.hindrances(draft)] == [
        "The showcase has changed since",
        "Announce the showcase first.",
        "Suppliers’ names are still hidden",
    ]


def test_publishing_the_same_again_is_refused(people: People, event: Event) -> None:
    published(people, event)
    draft = draft_for(people, event)
    with pytest.raises(Conflict, match="Nothing is different"):
        agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)


def test_first_everyone_concerned_is_told_then_only_those_whose_sessions_move(people: People, event: Event) -> None:
    first = published(people, event)
    founder, other = people.founder.account.email, people.other_founder.account.email
    officer, other_officer = people.officer.account.email, people.other_officer.account.email
    assert set(told()) == {founder, other, officer, other_officer}
    assert "Damp pitch 1" in told()[founder]
    assert "Damp pitch 2" not in told()[founder]
    forget_mail()

    before = next(p for p in first.placements if p.title == "Damp pitch 1").starts_at
    draft = draft_for(people, event)
    put(people, draft, "Damp pitch 1", "Hall", 160)
    note, by = "The train is late.", actor_for(people.staff)
    agenda_publishing.publish(draft, note, revision=draft.revision, by=by, now=NOW)
    assert set(told()) == {founder, officer}
    assert before != STARTS + timedelta(minutes=160)
    assert "“Damp pitch 1”: 12:10pm to 12:30pm, Hall. It was " in told()[founder]
    assert note in told()[founder]
    assert "pitch 2" not in told()[officer]


def test_a_council_that_wants_to_see_it_is_told_and_one_that_does_not_is_not(people: People, event: Event) -> None:
    published(people, event)
    session_wishes.save(event, {session_of(event, "Damp pitch 1").id: 1}, by=actor_for(people.other_officer))
    forget_mail()
    draft = draft_for(people, event)
    put(people, draft, "Damp pitch 1", "Hall", 160)
    agendas.acknowledge(draft, revision=draft.revision, by=actor_for(people.staff))
    agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    assert people.other_officer.account.email in told()


def test_a_session_that_is_taken_off_is_told_to_those_whom_it_concerned(people: People, event: Event) -> None:
    published(people, event)
    forget_mail()
    event.sessions.remove(session_of(event, "Bins pitch 2"))
    db.session.commit()
    draft = draft_for(people, event)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    assert set(told()) == {people.other_founder.account.email, people.other_officer.account.email}
    assert "is taken off" in told()[people.other_founder.account.email]


def test_speakers_without_an_account_are_told_and_nobody_is_after_the_day(people: People, event: Event) -> None:
    session_of(event, "Welcome").speakers.append(Speaker(name="Jo Guest", email="jo@guest.example"))
    db.session.commit()
    published(people, event)
    assert "Welcome" in told()["jo@guest.example"]
    forget_mail()
    event.state = EventState.FINISHED
    draft = draft_for(people, event)
    put(people, draft, "Welcome", "Hall", 120)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=AFTER)
    assert told() == {}


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_lists_and_objects_agree_for_every_role_and_state(people: People, event: Event) -> None:
    published(people, event)
    draft = draft_for(people, event)
    put(people, draft, "Welcome", "Hall", 120)
    agenda_publishing.publish(draft, "", revision=draft.revision, by=actor_for(people.staff), now=NOW)
    draft_for(people, event)
    hidden = Event(name="Other", starts_at=STARTS, ends_at=AFTER)
    db.session.add(Agenda(event=hidden, state=AgendaState.PUBLISHED, number=1))
    db.session.commit()
    everything = db.session.scalars(sa.select(Agenda)).all()
    assert {agenda.state for agenda in everything} == set(AgendaState)
    roles = {"public": PUBLIC} | {name: actor_for(member) for name, member in vars(people).items()}
    for role, actor in roles.items():
        listed = set(db.session.scalars(sa.select(Agenda.id).where(visible_to(actor, Agenda))))
        allowed = {agenda.id for agenda in everything if can(actor, Permission.AGENDA_SEE, agenda)}
        assert listed == allowed, role
        assert len(listed) == (4 if role == "staff" else 1), role


def test_wishes_of_one_council_are_on_no_page_of_another(client: CheckedClient, people: People, event: Event) -> None:
    session_wishes.save(event, {session_of(event, "Welcome").id: 3}, by=actor_for(people.officer))
    db.session.commit()
    client.sign_in(people.other_officer)
    page = client.get(f"/showcases/{event.id}/wishes").text
    field = page[page.index(session_of(event, "Welcome").id.hex) :]
    assert 'value="0" selected' in field[: field.index("</select>")]
    assert db.session.scalar(sa.select(sa.func.count(SessionWish.id))) == 1


def test_the_search_runs_in_no_process_of_the_web(app: Flask) -> None:
    """What asks for a suggestion only writes a row; the solver's libraries are the worker's child's."""
    import subprocess
    import sys

    program = (
        "import sys, wsgi; from showcase.services import agenda_suggestions; "
        "print([name for name in ('ortools', 'numba') if name in sys.modules])"
    )
    environment = {"EMBEDDER_URL": "", "DATABASE_URL": "sqlite:///:memory:", "SECRET_KEY": "0" * 40}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.strip() == "[]", done.stderr[-2000:]
