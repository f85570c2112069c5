"""Showcases in every state, with all their parts and what hangs on them: a part of the whole world of tests."""

from datetime import timedelta

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Agenda,
    AttendeeNeeds,
    Break,
    Candidate,
    Event,
    EventReport,
    Feedback,
    Invitation,
    Material,
    MaterialRules,
    Meeting,
    MeetingPlan,
    MeetingRound,
    Membership,
    Outcome,
    Room,
    Session,
    utc_now,
)
from showcase.models.enums import (
    AgendaState,
    CandidateState,
    EventState,
    InvitationState,
    MeetingState,
    OrganisationKind,
    OutcomeState,
    SessionKind,
)
from showcase.services import agendas, attendee_needs, registrations
from showcase.services.attendee_needs import Needs
from tests.integration import agenda_events, registered
from tests.integration.conftest import People
from tests.integration.showcase_events import AFTER, NOW, STARTS, a_call, a_criterion, a_draft, an_announced
from tests.integration.test_event_policies import in_every_state
from tests.integration.world_of_texts import a_file, all_of, find


def fill(people: People, members: dict[str, Membership]) -> None:
    """Make them all."""
    in_every_state(people)
    running = find(Event, state=EventState.ANNOUNCED)
    held = find(Event, state=EventState.FINISHED)
    _fill_parts(people)
    _fill_invitations(running, members)
    _fill_held(held, people)
    _fill_materials(running, people, is_shown=False)
    _fill_materials(held, people, is_shown=True)
    _fill_agendas(people)
    _fill_registrations(people, members)
    for event in (running, held):
        _fill_meetings(event, people, members)
    db.session.commit()


def _fill_parts(people: People) -> None:
    """Give every showcase a room, a break, a talk, a call and a criterion, whatever its state."""
    for event in all_of(Event):
        event.rooms.append(Room(name="Hall", capacity=60, position=0))
        event.breaks.append(Break(name="Coffee", starts_at=event.starts_at + timedelta(hours=1), minutes=20))
        event.sessions.append(Session(kind=SessionKind.TALK, title="Welcome", minutes=40, audience=50))
        if event.state is EventState.DRAFT:
            a_call(event, people)
            a_criterion(event, people)
    db.session.flush()


def _fill_invitations(event: Event, members: dict[str, Membership]) -> None:
    """Make an invitation in each state to a council and to a supplier."""
    roles = ("other officer", "suspended officer", "other founder", "suspended founder", "unapproved founder")
    states = (*InvitationState, InvitationState.SENT)
    for role, state in zip(roles, states, strict=True):
        organisation = members[role].organisation
        db.session.add(Invitation(event=event, organisation=organisation, state=state, answer_by=STARTS))
    db.session.flush()


def _fill_held(event: Event, people: People) -> None:
    """Give a showcase that was held a chosen pitch with what came of it, feedback and a published report."""
    candidate = find(Candidate, entry_id=event.entries[0].id)
    candidate.state, candidate.told_at = CandidateState.CHOSEN, NOW
    event.sessions.append(
        Session(kind=SessionKind.PITCH, title="A pitch", minutes=20, entry=candidate.entry, candidate_id=candidate.id)
    )
    for member, about in ((people.officer, str(candidate.id)), (people.founder, "event")):
        db.session.add(
            Feedback(
                event=event,
                account_id=member.account_id,
                organisation_id=member.organisation_id,
                candidate_id=candidate.id if about != "event" else None,
                about=about,
                answers={},
                updated_at=AFTER,
            )
        )
    outcome = Outcome(candidate=candidate, months=6, state=OutcomeState.PILOT, updated_at=AFTER)
    db.session.add_all([outcome, EventReport(event=event, texts={"summary": "Good."}, published_at=AFTER)])
    second = an_announced(people, name="Held, its report a draft")
    second.state, second.finished_at = EventState.FINISHED, AFTER
    db.session.add(EventReport(event=second, texts={"summary": "Nearly."}))
    db.session.flush()


def _fill_materials(event: Event, people: People, *, is_shown: bool) -> None:
    rules = MaterialRules(
        event=event, template="Problem, answer.", due_at=STARTS - timedelta(days=5), shown_at=NOW if is_shown else None
    )
    candidate = next(
        each
        for entry in event.entries
        for each in all_of(Candidate, entry_id=entry.id)
        if each.solution.organisation_id == people.founder.organisation_id
    )
    db.session.add(Material(candidate=candidate, rules=rules, file=a_file(people.founder), pages=3, sent_at=NOW))
    db.session.flush()


def _fill_agendas(people: People) -> None:
    """Make agendas: in force with a later draft, superseded, in force at a cancelled showcase, and of a draft."""
    event = agenda_events.an_event(people, name="With an agenda")
    agenda_events.published(people, event)
    db.session.add(Agenda(event=event, state=AgendaState.SUPERSEDED, number=7, published_at=NOW))
    agendas.start(event, by=actor_for(people.staff), now=NOW)
    for state in (EventState.CANCELLED, EventState.FINISHED):
        other = find(Event, state=state)
        db.session.add(Agenda(event=other, state=AgendaState.PUBLISHED, number=1, published_at=NOW))
    draft = a_draft(people, name="With a draft agenda")
    db.session.add(Agenda(event=draft))
    db.session.flush()


def _fill_registrations(people: People, members: dict[str, Membership]) -> None:
    """Register people of several organisations and an observer, with a place, waiting, cancelled and with needs."""
    event = registered.announced(people, name="Open for registration", in_person_places=3)
    for role in ("staff", "officer", "other officer", "founder"):
        made = registered.member(event, members[role])
        db.session.add(AttendeeNeeds(registration=made, access=[], dietary_words=f"diet-of-{role}", updated_at=NOW))
    observer = registered.observer(event, "Otto")
    gone = registered.observer(event, "Gone")
    registrations.cancel(gone, by=actor_for(people.staff), now=event.registration_opens_at or NOW)
    now = event.registration_opens_at or NOW
    attendee_needs.keep(observer, Needs([], "", False, "", [], "diet-of-otto"), by=actor_for(people.staff), now=now)
    db.session.flush()


def _fill_meetings(event: Event, people: People, members: dict[str, Membership]) -> None:
    """Make a meeting in each state, asked for by either side in turn."""
    plan = MeetingPlan(event=event, places=["Table 1"], opens_at=utc_now() - timedelta(days=1), closes_at=STARTS)
    plan.rounds.append(MeetingRound(starts_at=event.starts_at + timedelta(hours=2)))
    db.session.add(plan)
    suppliers = [members[role].organisation for role in ("founder", "other founder", "suspended founder")]
    states = list(MeetingState)
    for place, entry in enumerate(event.entries):
        for number, supplier in enumerate(suppliers):
            sides = (OrganisationKind.COUNCIL, OrganisationKind.SUPPLIER)
            meeting = Meeting(
                plan=plan,
                entry=entry,
                council=entry.challenge.organisation,
                supplier=supplier,
                state=states[(place * 3 + number) % len(states)],
                asked_by=sides[(place + number + (event.state is EventState.FINISHED)) % 2],
            )
            db.session.add(meeting)
    db.session.flush()
