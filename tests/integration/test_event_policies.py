"""Showcases, candidates, declarations and invitations: lists and objects agree for every role at every stage."""

from datetime import timedelta

import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Council,
    Event,
    EventChallenge,
    InterestDeclaration,
    Invitation,
    Supplier,
)
from showcase.models.enums import EventState
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.services import event_building, events, interest_declarations, invitations, selections
from tests.integration.conftest import People, member_of
from tests.integration.showcase_events import AFTER, NOW, a_candidate, a_chosen, a_draft, an_announced, let_in

SEE = {
    Event: Permission.EVENT_SEE,
    EventChallenge: Permission.ENTRY_SEE,
    Candidate: Permission.CANDIDATE_SEE,
    InterestDeclaration: Permission.DECLARATION_SEE,
    Invitation: Permission.INVITATION_SEE,
}
FEEDBACK = {"strengths": "Clear.", "gaps": "No trial."}


def everyone(people: People) -> dict[str, Actor]:
    closed = member_of(Council(name="Gone", approved_at=NOW, suspended_at=NOW), "Gus Gone")
    newcomer = member_of(Supplier(name="New Ltd", created_at=NOW), "Nora New")
    colleague = member_of(people.officer.organisation, "Orla Officer")
    db.session.commit()
    members = {**vars(people), "suspended council": closed, "unapproved supplier": newcomer, "undeclared": colleague}
    return {"public": PUBLIC, **{role: actor_for(member) for role, member in members.items()}}


def in_every_state(people: People) -> None:
    """Make showcases of each state, and candidates, declarations and invitations of each."""
    staff = actor_for(people.staff)
    draft = a_draft(people)
    cancelled, announced_then_cancelled = a_draft(people, name="Never"), an_announced(people, name="Called off")
    for event in (cancelled, announced_then_cancelled):
        events.cancel(event, "Snow.", by=staff, now=NOW)
    running, finished = an_announced(people), an_announced(people, name="Held")
    first, second = running.entries
    chosen = a_chosen(first, people.founder, people)
    turned_down = a_candidate(first, people.other_founder, people, name="Told")
    selections.turn_down(turned_down, "Weaker.", FEEDBACK, by=staff, now=NOW)
    selections.tell(turned_down, by=staff, now=NOW)
    untold = a_candidate(first, people.other_founder, people, name="Untold")
    selections.put_in_reserve(untold, "Next.", by=staff, now=NOW)
    a_candidate(second, people.founder, people, name="Considered")
    by = actor_for(people.other_officer)
    interest_declarations.declare(second, has_conflict=True, details="A friend.", by=by, now=NOW)
    let_in(finished.entries[0], people.officer)
    a_candidate(finished.entries[0], people.founder, people, name="Past")
    due = NOW + timedelta(days=9)
    firm = people.founder.organisation
    invitations.invite(running, firm, answer_by=due, by=staff, now=NOW, candidate=chosen)
    invitations.invite(running, people.officer.organisation, answer_by=due, by=staff, now=NOW)
    events.finish(finished, by=staff, now=AFTER)
    values = {"track": None, "challenge": first.challenge}
    track = event_building.add(draft, type(first.track), {"name": "Draft’s"}, by=staff, now=NOW)
    event_building.add(draft, EventChallenge, {**values, "track": track}, by=staff, now=NOW)
    db.session.commit()
    db.session.expire_all()


def test_lists_and_objects_agree(people: People) -> None:
    in_every_state(people)
    assert set(db.session.scalars(sa.select(Event.state))) == set(EventState)
    for role, actor in everyone(people).items():
        for model, permission in SEE.items():
            listed = set(db.session.scalars(sa.select(model.id).where(visible_to(actor, model))))
            allowed = {each.id for each in db.session.scalars(sa.select(model)) if can(actor, permission, each)}
            assert listed == allowed, (role, model.__name__)


def test_each_role_sees_what_it_should(people: People) -> None:
    in_every_state(people)
    titles = {each.id: each.solution.published_title for each in db.session.scalars(sa.select(Candidate))}
    first = {"Dry Rooms", "Told", "Untold"}
    expected: dict[str, set[str]] = {
        "staff": first,
        "officer": first | {"Past"},
        "founder": {"Dry Rooms"},
        "other_founder": {"Told"},
    }
    for role, actor in everyone(people).items():
        seen = {titles[id] for id in db.session.scalars(sa.select(Candidate.id).where(visible_to(actor, Candidate)))}
        assert seen == expected.get(role, set()), role


def test_a_cancelled_draft_is_never_shown(people: People) -> None:
    in_every_state(people)
    names = set(db.session.scalars(sa.select(Event.name).where(visible_to(PUBLIC, Event))))
    assert names == {"Spring showcase", "Called off", "Held"}
