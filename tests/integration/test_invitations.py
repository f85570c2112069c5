"""Invitations: sent once, answered, passed on, reminded of; what each side sees of them."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Council,
    Event,
    EventChallenge,
    Host,
    Invitation,
    Membership,
    Message,
    Session,
    utc_now,
)
from showcase.models.enums import CandidateState, InvitationState
from showcase.policies import Actor
from showcase.services import candidates, events, invitation_lists, invitations, selections
from showcase.transactions import begin_writing
from showcase.worker import run_once
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.showcase_events import (
    NOW,
    STARTS,
    a_candidate,
    a_chosen,
    an_announced,
    particulars,
)

DUE = NOW + timedelta(days=14)


@pytest.fixture
def chosen(people: People) -> Candidate:
    """A chosen candidate of a showcase in which each challenge has one place."""
    return a_chosen(an_announced(people, places=1).entries[0], people.founder, people)


@pytest.fixture
def invitation(people: People, chosen: Candidate) -> Invitation:
    """The invitation of that candidate's supplier."""
    event, firm = chosen.entry.event, people.founder.organisation
    made = invitations.invite(event, firm, answer_by=DUE, by=actor_for(people.staff), now=NOW, candidate=chosen)
    db.session.commit()
    return made


def accepted(invitation: Invitation, member: Membership, name: str = "Fay Founder") -> None:
    email = f"{name.split()[0].lower()}@plain-answers.example"
    by = actor_for(member)
    invitations.accept(invitation, speaker_name=name, speaker_email=email, by=by, now=NOW + timedelta(days=1))


def subjects(to: str) -> list[str]:
    return list(db.session.scalars(sa.select(Message.subject).where(Message.to == to).order_by(Message.created_at)))


def test_all_who_wait_are_invited_once(client: CheckedClient, people: People, chosen: Candidate) -> None:
    event = chosen.entry.event
    client.sign_in(people.staff)
    page = client.get(f"/showcases/{event.id}/manage/invitations").text
    for words in ("Plain Answers Ltd, to pitch", "Northmere, whose challenge", "Eastbrook, whose challenge"):
        assert words in page
    events_before = sa.select(sa.func.count(Message.id)).where(Message.subject == "Invitation: Spring showcase")
    for expected in (3, 0):
        sent = invitations.invite_waiting(events.load_whole(event), answer_by=DUE, by=actor_for(people.staff), now=NOW)
        assert sent == expected
        assert db.session.scalar(sa.select(sa.func.count(Invitation.id))) == 3
        assert db.session.scalar(events_before) == 3


def test_inviting_one_that_stands_changes_nothing(people: People, chosen: Candidate, invitation: Invitation) -> None:
    accepted(invitation, people.founder)
    event, firm = chosen.entry.event, people.founder.organisation
    later = DUE + timedelta(days=3)
    again = invitations.invite(event, firm, answer_by=later, by=actor_for(people.staff), now=NOW, candidate=chosen)
    assert again is invitation
    assert (again.state, again.answer_by) == (InvitationState.ACCEPTED, DUE)


@pytest.mark.parametrize("due", [NOW - timedelta(days=1), STARTS + timedelta(days=1)])
def test_an_answer_is_due_between_now_and_the_day(people: People, chosen: Candidate, due: object) -> None:
    event = chosen.entry.event
    with pytest.raises(DomainError, match="after today and before"):
        invitations.invite(
            event,
            people.officer.organisation,
            answer_by=due,  # type: ignore[arg-type]
            by=actor_for(people.staff),
            now=NOW,
        )


def test_only_what_is_chosen_and_only_councils_are_invited(people: People, chosen: Candidate) -> None:
    event, staff = chosen.entry.event, actor_for(people.staff)
    other = a_candidate(chosen.entry, people.other_founder, people, name="Second")
    firm = people.other_founder.organisation
    for candidate in (other, None):
        with pytest.raises(DomainError):
            invitations.invite(event, firm, answer_by=DUE, by=staff, now=NOW, candidate=candidate)
    with pytest.raises(DomainError):
        invitations.invite(event, firm, answer_by=DUE, by=staff, now=NOW, candidate=chosen)


def test_a_supplier_accepts_then_sends_someone_else(
    client: CheckedClient, people: People, chosen: Candidate, invitation: Invitation
) -> None:
    client.sign_in(people.founder)
    for page in ("/showcases/yours", "/"):
        assert "Waits for your answer" in client.get(page).text
    address = f"/showcases/invitations/{invitation.id}"
    assert client.post(f"{address}/accept", data={"speaker_name": "Fay", "speaker_email": "fay"}).status_code == 422
    typed = {"speaker_name": "Fay Founder", "speaker_email": "fay@plain-answers.example", "note": "Step-free, please."}
    assert client.post(f"{address}/accept", data=typed).status_code == 302
    client.post(f"{address}/accept", data={**typed, "speaker_name": "Flo Second", "speaker_email": "flo@x.example"})
    db.session.refresh(invitation)
    assert (invitation.state, invitation.speaker_name) == (InvitationState.ACCEPTED, "Flo Second")
    pitch = selections.pitch_of(chosen)
    assert pitch is not None
    db.session.refresh(pitch)
    assert [(each.name, each.email) for each in pitch.speakers] == [("Flo Second", "flo@x.example")]
    told = subjects(people.staff.account.email)
    assert told.count("Plain Answers Ltd comes: Spring showcase") == 2
    body = db.session.scalars(sa.select(Message.body).where(Message.to == people.staff.account.email)).all()
    assert any("now sends Flo Second" in each for each in body)


def test_a_refusal_frees_the_place_and_names_who_is_next(
    people: People, chosen: Candidate, invitation: Invitation
) -> None:
    staff = actor_for(people.staff)
    second = a_candidate(chosen.entry, people.other_founder, people, name="Second")
    selections.put_in_reserve(second, "Next best.", by=staff, now=NOW)
    accepted(invitation, people.founder)
    invitations.decline(invitation, "We are ill.", by=actor_for(people.founder), now=NOW + timedelta(days=2))
    assert chosen.state is CandidateState.WITHDRAWN
    assert db.session.scalars(sa.select(Session)).all() == []
    assert candidates.next_reserve(chosen.entry) is second
    bodies = db.session.scalars(sa.select(Message.body).where(Message.subject.startswith("Plain Answers Ltd does")))
    (body,) = bodies.all()
    assert "Next in reserve: “Second”, Quiet Roads Ltd." in body
    with pytest.raises(Conflict, match="gone to another solution"):
        accepted(invitation, people.founder)


def test_a_council_may_change_its_mind(people: People, chosen: Candidate) -> None:
    council, event = people.officer.organisation, chosen.entry.event
    made = invitations.invite(event, council, answer_by=DUE, by=actor_for(people.staff), now=NOW)
    by = actor_for(people.officer)
    invitations.decline(made, "", by=by, now=NOW + timedelta(days=1))
    with pytest.raises(Conflict, match="declined already"):
        invitations.decline(made, "", by=by, now=NOW + timedelta(days=1))
    accepted(made, people.officer, "Olive Officer")
    assert made.state is InvitationState.ACCEPTED


def test_a_withdrawn_invitation_can_only_be_sent_again(
    client: CheckedClient, people: People, chosen: Candidate
) -> None:
    council, event, staff = people.officer.organisation, chosen.entry.event, actor_for(people.staff)
    made = invitations.invite(event, council, answer_by=DUE, by=staff, now=NOW)
    client.sign_in(people.staff)
    address = f"/showcases/invitations/{made.id}/withdraw"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "Sent by mistake."}).status_code == 302
    with pytest.raises(NotAllowed):
        accepted(made, people.officer, "Olive Officer")
    with pytest.raises(Conflict):
        invitations.withdraw(made, "Again", by=staff, now=NOW)
    again = invitations.invite(event, council, answer_by=DUE, by=staff, now=NOW + timedelta(days=1))
    assert (again.id, again.state) == (made.id, InvitationState.SENT)
    assert subjects(people.officer.account.email).count("Invitation: Spring showcase") == 2


@pytest.mark.parametrize("role", ["other_founder", "other_officer", "officer"])
def test_an_invitation_is_between_its_two_sides(
    client: CheckedClient, people: People, invitation: Invitation, role: str
) -> None:
    client.sign_in(getattr(people, role))
    address = f"/showcases/invitations/{invitation.id}"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/decline").status_code == 404
    assert "Plain Answers" not in client.get("/showcases/yours").text
    with pytest.raises(NotAllowed):
        accepted(invitation, getattr(people, role))


def test_staff_do_not_answer_for_others(client: CheckedClient, people: People, invitation: Invitation) -> None:
    client.sign_in(people.staff)
    assert client.get(f"/showcases/invitations/{invitation.id}").status_code == 200
    assert client.post(f"/showcases/invitations/{invitation.id}/decline").status_code == 403


def test_who_does_not_answer_is_reminded_once(people: People, invitation: Invitation) -> None:
    assert not invitations.is_reminder_due(now=NOW)
    soon = DUE - timedelta(days=2)
    assert invitations.is_reminder_due(now=soon)
    assert invitations.remind_due(now=soon) == 1
    assert invitations.remind_due(now=soon + timedelta(hours=1)) == 0
    assert subjects(people.founder.account.email).count("Please answer: Spring showcase") == 1


def test_who_answered_or_is_too_late_is_not_reminded(people: People, invitation: Invitation) -> None:
    assert invitations.remind_due(now=DUE + timedelta(hours=1)) == 0
    accepted(invitation, people.founder)
    assert invitations.remind_due(now=DUE - timedelta(days=1)) == 0


def test_those_invited_are_told_of_a_new_time_and_of_the_end(people: People, invitation: Invitation) -> None:
    event, staff = invitation.event, actor_for(people.staff)
    moved = particulars(starts_at=STARTS + timedelta(hours=1), ends_at=STARTS + timedelta(hours=7))
    events.edit(event, moved, revision=event.revision, by=staff, now=NOW)
    events.cancel(event, "Snow.", by=staff, now=NOW)
    told = subjects(people.founder.account.email)
    assert "Changed: Spring showcase" in told
    assert "Cancelled: Spring showcase" in told
    with pytest.raises(NotAllowed):
        accepted(invitation, people.founder)


def test_two_who_invite_at_once_send_one_invitation(own_app: Flask) -> None:
    with own_app.app_context():
        event_id, council_id, staff = _announced_with_real_commits()
    barrier, faults = threading.Barrier(4), []

    def invite() -> None:
        try:
            with own_app.app_context():
                barrier.wait()
                begin_writing(db.session)
                event, council = db.session.get_one(Event, event_id), db.session.get_one(Council, council_id)
                invitations.invite(event, council, answer_by=DUE, by=staff, now=NOW)
                db.session.commit()
        except Exception as error:  # any failure of a thread is the test's
            faults.append(error)

    threads = [threading.Thread(target=invite) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with own_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Invitation.id))) == 1
        assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 1


def test_the_worker_reminds(own_app: Flask) -> None:
    now = utc_now()
    with own_app.app_context():
        event_id, council_id, staff = _announced_with_real_commits(now + timedelta(days=20))
        event, council = db.session.get_one(Event, event_id), db.session.get_one(Council, council_id)
        due = now + timedelta(days=2)
        invitations.invite(event, council, answer_by=due, by=staff, now=now - timedelta(days=9))
        db.session.commit()
    for _ in range(2):
        run_once(own_app, None)
    with own_app.app_context():
        sent = db.session.scalars(sa.select(Message).where(Message.subject.startswith("Please answer"))).all()
        assert [message.sent_at is not None for message in sent] == [True]


def _announced_with_real_commits(starts_at: datetime = STARTS) -> tuple[object, object, Actor]:
    host = Host(name="Local Government Association", approved_at=NOW)
    council = Council(name="Northmere", approved_at=NOW)
    db.session.add_all([host, council])
    staff = member_of(host, "Sam Staff")
    member_of(council, "Olive Officer")
    db.session.flush()
    day = particulars(starts_at=starts_at, ends_at=starts_at + timedelta(hours=6))
    event = events.create(day, by=actor_for(staff), now=NOW)
    event.announced_at, event.state = NOW, "announced"  # type: ignore[assignment]
    db.session.commit()
    return event.id, council.id, actor_for(staff)


def test_lists_of_those_waiting_are_of_this_event_alone(people: People, chosen: Candidate) -> None:
    another = an_announced(people, name="Another")
    firms, councils = invitation_lists.waiting(another)
    assert firms == []
    assert {each.name for each in councils} == {"Northmere", "Eastbrook"}
    assert {each.name for each in invitation_lists.list_uninvited(another)} == {"Northmere", "Eastbrook"}


def test_a_place_given_up_in_one_challenge_leaves_the_other(people: People) -> None:
    event = an_announced(people, places=1)
    first, second = event.entries
    entries: list[EventChallenge] = [first, second]
    made = [a_chosen(entry, people.founder, people, name=f"Product {place}") for place, entry in enumerate(entries)]
    staff = actor_for(people.staff)
    invitations.invite_waiting(events.load_whole(event), answer_by=DUE, by=staff, now=NOW)
    one = next(each for each in invitation_lists.list_of(event) if each.candidate_id == made[0].id)
    invitations.decline(one, "", by=actor_for(people.founder), now=NOW + timedelta(days=1))
    assert [each.state for each in made] == [CandidateState.WITHDRAWN, CandidateState.CHOSEN]
