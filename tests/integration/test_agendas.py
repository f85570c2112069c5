"""Agendas of showcases: the problem made of an event, drafts and their faults, suggestions."""

from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Agenda, Event, Session, Speaker
from showcase.models.enums import SessionKind
from showcase.scheduling import read_problem
from showcase.services import (
    agenda_publishing,
    agenda_standing,
    agenda_suggestions,
    agenda_words,
    agendas,
    session_wishes,
    solve_runner,
    solves,
)
from showcase.services.agenda_problems import assignments_of, brief_for, place_of
from tests.integration.agenda_events import an_event, published, put, session_of, solved
from tests.integration.conftest import People
from tests.integration.showcase_events import NOW, STARTS

pytestmark = pytest.mark.either_database


@pytest.fixture
def event(people: People) -> Event:
    return an_event(people)


def draft_for(people: People, event: Event) -> Agenda:
    return agendas.start(event, by=actor_for(people.staff), now=NOW)


# --- the problem ------------------------------------------------------------------------------------------------------


def test_slots_are_the_rooms_times_less_the_breaks(people: People, event: Event) -> None:
    problem = brief_for(event).problem
    hall = next(room for room in event.rooms if room.name == "Hall")
    starts = {
        m: [f"{s.start:%H:%M}" for s in problem.slots if (s.room, s.minutes) == (hall.id.hex, m)] for m in (20, 40)
    }
    assert starts[20] == ["09:30", "09:50", "10:10", "10:50", "11:10", "11:30", "11:50", "12:10"]
    assert starts[40] == ["09:30", "09:50", "10:50", "11:10", "11:30", "11:50"]
    assert {slot.minutes for slot in problem.slots} == {20, 40}


def test_a_day_in_summer_is_counted_in_londons_time(people: People) -> None:
    summer = STARTS.replace(month=7)
    event = an_event(people, starts_at=summer)
    slot = brief_for(event).problem.slots[0]
    assert f"{slot.start:%H:%M}" == "10:30"
    assert place_of(slot.id)[1].astimezone(UTC) == summer


def test_people_are_speakers_and_the_council_whose_challenge_it_is(people: People, event: Event) -> None:
    brief = brief_for(event)
    pitch = brief.problem.session[session_of(event, "Damp pitch 1").id.hex]
    assert pitch.people == {people.founder.account_id.hex, people.officer.organisation_id.hex}
    assert brief.names[people.officer.organisation_id.hex] == "Northmere"
    assert brief.problem.session[session_of(event, "Welcome").id.hex].people == frozenset()


def test_the_same_person_is_one_with_and_without_an_account_and_free_by_all_that_was_said(event: Event) -> None:
    for title, start, end in (("Damp pitch 1", 0, 100), ("Bins pitch 1", 40, 400)):
        session_of(event, title).speakers.append(
            Speaker(
                name="Jo Guest",
                email="JO@guest.example" if start else "jo@guest.example",
                available_from=STARTS + timedelta(minutes=start),
                available_until=STARTS + timedelta(minutes=end),
            )
        )
    (guest,) = [person for person in brief_for(event).problem.people if person.available is not None]
    assert [f"{moment:%H:%M}" for moment in guest.available[0]] == ["10:10", "11:10"]
    session_of(event, "Damp pitch 1").speakers[-1].available_until = STARTS + timedelta(minutes=20)
    (guest,) = [person for person in brief_for(event).problem.people if person.available is not None]
    assert guest.available == ()


def test_wishes_are_supposed_from_challenges_until_a_council_says_otherwise(people: People, event: Event) -> None:
    weights = session_wishes.weights_for(event)
    council = people.officer.organisation_id
    assert {session.title: weights[council].get(session.id, 0) for session in event.sessions} == {
        "Damp pitch 1": 3,
        "Damp pitch 2": 3,
        "Bins pitch 1": 0,
        "Bins pitch 2": 0,
        "Welcome": 0,
    }
    pitch, other = session_of(event, "Damp pitch 1"), session_of(event, "Bins pitch 1")
    session_wishes.save(event, {pitch.id: 0, other.id: 2}, by=actor_for(people.officer))
    said = session_wishes.weights_for(event)[council]
    assert said == {session_of(event, "Damp pitch 2").id: 3, other.id: 2}
    (interest,) = [i for i in brief_for(event).problem.interests if i.who == council.hex]
    assert interest.sessions == {session.hex: weight for session, weight in said.items()}


def test_only_a_council_that_takes_part_says_what_it_wants(people: People, event: Event) -> None:
    pitch = session_of(event, "Damp pitch 1")
    for who in (people.founder, people.staff):
        with pytest.raises(NotAllowed):
            session_wishes.save(event, {pitch.id: 1}, by=actor_for(who))
    event.tracks[1].entries.clear()
    for title in ("Bins pitch 1", "Bins pitch 2"):
        event.sessions.remove(session_of(event, title))
    db.session.flush()
    with pytest.raises(NotAllowed, match="invited"):
        session_wishes.save(event, {pitch.id: 1}, by=actor_for(people.other_officer))
    with pytest.raises(DomainError):
        session_wishes.save(event, {pitch.id: 4}, by=actor_for(people.officer))


def test_the_problem_is_the_form_that_the_command_reads_and_follows_the_event(people: People, event: Event) -> None:
    draft = solved(people, event)
    brief = brief_for(event, draft)
    assert read_problem(brief.values) == brief.problem
    assert not agenda_standing.standing_of(draft).is_stale
    event.rooms[0].capacity = 10
    db.session.flush()
    assert agenda_standing.standing_of(draft).is_stale


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_suggestion_fills_the_draft_and_says_how_good_it_is(people: People, event: Event) -> None:
    standing = agenda_standing.standing_of(solved(people, event))
    assert (standing.broken, standing.unplaced, standing.cost, standing.bound) == ([], [], 0, 0)
    assert standing.is_best


def test_new_wishes_leave_the_draft_as_it_is_but_how_good_it_is_is_no_longer_known(
    people: People, event: Event
) -> None:
    draft = solved(people, event)
    session_wishes.save(event, {session_of(event, "Welcome").id: 3}, by=actor_for(people.officer))
    standing = agenda_standing.standing_of(draft)
    assert (standing.is_stale, standing.bound, standing.is_best) == (False, None, False)


def test_letting_go_of_a_pin_forgets_how_good_it_is_and_pinning_does_not(people: People, event: Event) -> None:
    draft, by = solved(people, event), actor_for(people.staff)
    pitch = session_of(event, "Damp pitch 1")
    agendas.pin(draft, pitch, True, revision=draft.revision, by=by)
    assert agenda_standing.standing_of(draft).bound == 0
    agendas.pin(draft, pitch, False, revision=draft.revision, by=by)
    assert agenda_standing.standing_of(draft).bound is None


def test_there_is_one_draft(people: People, event: Event) -> None:
    assert draft_for(people, event) is draft_for(people, event)
    db.session.add(Agenda(event_id=event.id))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_every_rule_that_a_hand_made_agenda_breaks_is_named(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    put(people, draft, "Welcome", "Blue room", 0)
    put(people, draft, "Damp pitch 1", "Blue room", 20)
    put(people, draft, "Damp pitch 2", "Hall", 20)
    put(people, draft, "Bins pitch 1", "Hall", 20)
    assert set(agenda_standing.standing_of(draft).broken) == {
        "“Welcome” expects 50 people; Blue room holds 20.",
        "“Bins pitch 2” has no place yet.",
        _either("“{}” and “{}” overlap in Blue room, at ", draft, ("Welcome", "Damp pitch 1")),
        _either("“{}” and “{}” overlap in Hall, at ", draft, ("Damp pitch 2", "Bins pitch 1")),
        _either("Northmere is needed in “{}” and “{}”, at ", draft, ("Damp pitch 1", "Damp pitch 2")),
        _either("Fay Founder is needed in “{}” and “{}”, at ", draft, ("Damp pitch 1", "Bins pitch 1")),
    }


def _either(words: str, draft: Agenda, titles: tuple[str, str]) -> str:
    """Return the sentence that begins so with the two titles, in whichever order."""
    wanted = {words.format(*titles), words.format(*reversed(titles))}
    (found,) = [
        line for line in agenda_standing.standing_of(draft).broken if any(line.startswith(each) for each in wanted)
    ]
    return found


def test_the_places_of_a_session_say_what_would_be_wrong_there(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    put(people, draft, "Damp pitch 2", "Hall", 0)
    put(people, draft, "Damp pitch 1", "Blue room", 20)
    pitch = session_of(event, "Damp pitch 1")
    agendas.pin(draft, pitch, True, revision=draft.revision, by=actor_for(people.staff))
    places = {words: wrong for _, words, wrong in agenda_standing.places_for(draft, pitch)}
    assert len(places) == 16
    assert places["Blue room at 9:50am"] == []
    assert places["Hall at 9:50am"] == []
    (why,) = places["Blue room at 9:30am"]
    assert why.startswith("Northmere is needed in")
    assert len(places["Hall at 9:30am"]) == 2


def test_a_session_can_change_places_with_another(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    put(people, draft, "Damp pitch 1", "Hall", 0)
    put(people, draft, "Bins pitch 2", "Blue room", 20)
    put(people, draft, "Bins pitch 2", "Hall", 0, swap=True)
    assert {p.title: (p.room.name, p.starts_at) for p in draft.placements if p.room} == {
        "Bins pitch 2": ("Hall", STARTS),
        "Damp pitch 1": ("Blue room", STARTS + timedelta(minutes=20)),
    }


def test_who_looked_at_an_older_state_is_told_and_nothing_is_lost(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    put(people, draft, "Damp pitch 1", "Hall", 0)
    pitch, by = session_of(event, "Damp pitch 1"), actor_for(people.staff)
    with pytest.raises(Conflict, match="Someone else changed"):
        agendas.take_off(draft, pitch, revision=draft.revision - 1, by=by)
    assert len(draft.placements) == 1


def test_a_place_that_the_day_does_not_have_is_refused(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    for minutes_in in (5, 60, 600):
        with pytest.raises(DomainError, match="no such slot"):
            put(people, draft, "Damp pitch 1", "Hall", minutes_in)


def test_a_suggestion_keeps_pins_and_what_is_published(people: People, event: Event) -> None:
    first = published(people, event)
    before = assignments_of(first)
    draft = draft_for(people, event)
    put(people, draft, "Bins pitch 1", "Hall", 160)
    pitch = session_of(event, "Bins pitch 1")
    agendas.pin(draft, pitch, True, revision=draft.revision, by=actor_for(people.staff))
    after = assignments_of(solved(people, event))
    assert f"{place_of(after[pitch.id.hex])[1]:%H:%M}" == "12:10"
    assert {session for session in after if after[session] != before[session]} == {pitch.id.hex}
    assert draft.cost is not None
    assert draft.cost >= 3


def test_an_infeasible_day_names_the_rules_in_words(people: People, event: Event) -> None:
    event.rooms[0].capacity = 49
    hours = {"available_from": STARTS, "available_until": STARTS + timedelta(minutes=10)}
    session_of(event, "Damp pitch 1").speakers.append(Speaker(name="Jo Guest", email="jo@guest.example", **hours))
    draft = draft_for(people, event)
    solve = agenda_suggestions.suggest(draft, turnaround_minutes=0, by=actor_for(people.staff), now=NOW, work=1)
    db.session.commit()
    solve_runner.run_due(now=NOW)
    db.session.refresh(solve)
    outcome = agenda_suggestions.outcome_of(draft, solve)
    assert outcome.status == "infeasible"
    assert set(outcome.conflicts) <= {
        "“Welcome” needs a room for 50 people.",
        "“Welcome” takes 40 minutes without a break.",
        "Jo Guest must be at “Damp pitch 1”, and is free only from 9:30am to 9:40am.",
        "“Damp pitch 1” takes 20 minutes without a break.",
    }
    assert outcome.conflicts
    with pytest.raises(Conflict, match="no agenda"):
        agenda_suggestions.take_over(draft, solve, by=actor_for(people.staff))


def test_more_sessions_than_slots_is_said_so(people: People, event: Event) -> None:
    brief = brief_for(event)
    assert "fewer slots than sessions" in agenda_words.conflicts(brief, [])[0]


def test_a_suggestion_about_another_state_of_the_event_cannot_be_taken_over(people: People, event: Event) -> None:
    draft = draft_for(people, event)
    by = actor_for(people.staff)
    solve = agenda_suggestions.suggest(draft, turnaround_minutes=0, by=by, now=NOW, work=1)
    db.session.commit()
    solve_runner.run_due(now=NOW)
    db.session.refresh(solve)
    event.sessions.append(Session(kind=SessionKind.PANEL, title="Panel", minutes=20))
    db.session.flush()
    assert not agenda_suggestions.outcome_of(draft, solve).is_current
    with pytest.raises(Conflict, match="Ask again"):
        agenda_suggestions.take_over(draft, solve, by=by)


def test_giving_a_draft_up_calls_its_suggestion_off(people: People, event: Event) -> None:
    draft, by = draft_for(people, event), actor_for(people.staff)
    solve = agenda_suggestions.suggest(draft, turnaround_minutes=5, by=by, now=NOW)
    agendas.discard(draft, revision=draft.revision, by=by, now=NOW)
    assert agendas.draft_of(event) is None
    assert (solve.is_pending, solves.latest(agendas.KIND, event.id)) == (False, None)


@pytest.mark.parametrize("role", ["officer", "founder"])
def test_only_staff_make_agendas(people: People, event: Event, role: str) -> None:
    by = actor_for(getattr(people, role))
    draft = draft_for(people, event)
    with pytest.raises(NotAllowed):
        agendas.start(event, by=by, now=NOW)
    with pytest.raises(NotAllowed):
        agenda_suggestions.suggest(draft, turnaround_minutes=0, by=by, now=NOW)
    with pytest.raises(NotAllowed):
        agenda_publishing.publish(draft, "", revision=draft.revision, by=by, now=NOW)
