"""One-to-one meetings: one offer to all, caps, answers, a timetable without clashes, release of what was new."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import (
    Event,
    EventChallenge,
    Invitation,
    Meeting,
    MeetingPlan,
    Membership,
    Message,
    Organisation,
    RecordEntry,
    Release,
    Solve,
    Supplier,
    utc_now,
)
from showcase.models.enums import EventState, InvitationState, MeetingState, SolveState
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.scheduling import job
from showcase.services import meeting_plans, meeting_timetable, meetings, solve_runner
from showcase.services.meeting_plans import Terms
from tests.integration.agenda_events import an_event, published
from tests.integration.conftest import CheckedClient, People, member_of
from tests.integration.showcase_events import NOW, STARTS

LONDON = ZoneInfo("Europe/London")
AFTER_PITCHES = STARTS + timedelta(hours=2)


def terms(**changes: Any) -> Terms:
    values = {
        "minutes": 15,
        "starts": [AFTER_PITCHES + timedelta(minutes=20 * n) for n in range(3)],
        "places": ["Table 1", "Table 2"],
        "opens_at": NOW,
        "closes_at": STARTS - timedelta(days=2),
        "most_of_supplier": 2,
        "most_of_council": 2,
    }
    return Terms(**{**values, **changes})


def invite(event: Event, *members: Membership) -> None:
    for member in members:
        db.session.add(
            Invitation(
                event=event,
                organisation=member.organisation,
                state=InvitationState.ACCEPTED,
                answer_by=STARTS,
            )
        )
    db.session.flush()


@pytest.fixture
def event(people: People) -> Event:
    """A showcase with two challenges of two councils, both suppliers invited, and meetings that can be asked for."""
    made = an_event(people)
    invite(made, people.founder, people.other_founder)
    meeting_plans.keep(made, terms(), revision=0, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    return made


def plan_of(event: Event) -> MeetingPlan:
    plan = meeting_plans.find(event)
    assert plan is not None
    return plan


def entry_of(event: Event, council: Membership) -> EventChallenge:
    return next(each for each in event.entries if each.challenge.organisation_id == council.organisation_id)


def asked(event: Event, council: Membership, supplier: Membership, by: Membership | None = None) -> Meeting:
    entry = entry_of(event, council)
    return meetings.ask(entry, supplier.organisation, note="", by=actor_for(by or supplier), now=NOW)


def agreed(event: Event, council: Membership, supplier: Membership) -> Meeting:
    made = asked(event, council, supplier)
    meetings.accept(made, by=actor_for(council), now=NOW)
    return made


def solved(event: Event, people: People) -> Solve:
    """Ask for a timetable and solve it in this process; one test below has the worker do it."""
    solve = meeting_timetable.suggest(plan_of(event), by=actor_for(people.staff), now=NOW, work=1)
    solve.answer = job.run(solve.problem, seconds=solve.seconds, work=1, tell=lambda _: None)
    solve.state = SolveState.DONE
    db.session.commit()
    return solve


def timetabled(event: Event, people: People) -> int:
    """Make the timetable and apply it; return how many meetings moved."""
    plan, by = plan_of(event), actor_for(people.staff)
    solve = solved(event, people)
    moved = meeting_timetable.apply(plan, solve, by=by, now=NOW)
    db.session.commit()
    return moved


# --- the offer --------------------------------------------------------------------------------------------------------


def test_the_offer_is_the_same_for_all_and_made_once(event: Event, people: People) -> None:
    sent = sa.select(Message.to, Message.body).where(Message.subject.startswith("One-to-one meetings"))
    meeting_plans.offer_due(now=NOW - timedelta(minutes=1))
    assert db.session.execute(sent).all() == []
    meeting_plans.offer_due(now=NOW)
    meeting_plans.offer_due(now=NOW + timedelta(hours=1))
    told = dict(db.session.execute(sent).all())
    everyone = (people.founder, people.other_founder, people.officer, people.other_officer)
    assert told.keys() == {member.account.email for member in everyone}
    assert len(db.session.execute(sent).all()) == 4
    assert told[people.founder.account.email] == told[people.other_founder.account.email]
    late = member_of(Supplier(name="Late Ltd", approved_at=NOW), "Lee Late")
    db.session.flush()
    invite(event, late)
    meeting_plans.offer_due(now=NOW + timedelta(hours=2))
    assert len(db.session.execute(sent).all()) == 5, "who is invited later is told as well"


def test_an_offer_that_is_made_stays_as_told(event: Event, people: People) -> None:
    by, now = actor_for(people.staff), NOW + timedelta(hours=1)
    for changes in ({"most_of_supplier": 3}, {"most_of_council": 1}, {"opens_at": NOW + timedelta(days=1)}):
        with pytest.raises(Conflict, match="The offer is made"):
            meeting_plans.keep(event, terms(**changes), revision=1, by=by, now=now)
    meeting_plans.keep(event, terms(places=["Table 1", "Table 2", "Table 3"]), revision=1, by=by, now=now)
    with pytest.raises(Conflict, match="Someone else"):
        meeting_plans.keep(event, terms(), revision=1, by=by, now=now)


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 4},
        {"starts": []},
        {"starts": [AFTER_PITCHES, AFTER_PITCHES + timedelta(minutes=10)]},
        {"starts": [STARTS - timedelta(hours=1)]},
        {"places": []},
        {"places": ["Table", "Table"]},
        {"opens_at": STARTS},
        {"closes_at": AFTER_PITCHES + timedelta(minutes=1)},
        {"most_of_supplier": 0},
        {"most_of_council": 21},
    ],
)
def test_a_plan_that_cannot_be_right_is_refused(people: People, changes: dict[str, Any]) -> None:
    made = an_event(people)
    with pytest.raises(DomainError):
        meeting_plans.keep(made, terms(**changes), revision=0, by=actor_for(people.staff), now=NOW - timedelta(days=1))
    assert meeting_plans.find(made) is None


def test_only_staff_plan(event: Event, people: People) -> None:
    for member in (people.officer, people.founder):
        with pytest.raises(NotAllowed):
            meeting_plans.keep(event, terms(), revision=1, by=actor_for(member), now=NOW)


# --- asking and answering ---------------------------------------------------------------------------------------------


def test_asked_and_accepted_from_either_side(event: Event, people: People) -> None:
    first = asked(event, people.officer, people.founder)
    assert first.asked_by == "supplier"
    with pytest.raises(NotAllowed):
        meetings.accept(first, by=actor_for(people.founder), now=NOW)
    meetings.accept(first, by=actor_for(people.officer), now=NOW)
    second = asked(event, people.officer, people.other_founder, by=people.officer)
    meetings.decline(second, "Not for us.", by=actor_for(people.other_founder), now=NOW)
    assert (first.state, second.state) == (MeetingState.ACCEPTED, MeetingState.DECLINED)
    subjects = set(db.session.scalars(sa.select(Message.subject).where(Message.to == people.officer.account.email)))
    assert {"Meeting asked for by Plain Answers Ltd", "No meeting with Quiet Roads Ltd"} <= subjects
    with pytest.raises(Conflict, match="declined"):
        asked(event, people.officer, people.other_founder)


def test_both_asking_is_agreeing(event: Event, people: People) -> None:
    made = asked(event, people.officer, people.founder)
    with pytest.raises(Conflict, match="already"):
        asked(event, people.officer, people.founder)
    same = asked(event, people.officer, people.founder, by=people.officer)
    assert (same.id, same.state) == (made.id, MeetingState.ACCEPTED)


def test_nobody_has_more_than_everyone_may_have(event: Event, people: People) -> None:
    plan_of(event).most_of_supplier = 1
    db.session.flush()
    asked(event, people.officer, people.founder)
    with pytest.raises(Conflict, match="as many as everyone may have"):
        asked(event, people.other_officer, people.founder)
    wanted = asked(event, people.other_officer, people.founder, by=people.other_officer)
    with pytest.raises(Conflict, match="as many as everyone may have"):
        meetings.accept(wanted, by=actor_for(people.founder), now=NOW)
    assert meetings.count_of(plan_of(event), people.founder.organisation) == 1
    own = db.session.scalars(sa.select(Meeting).where(Meeting.asked_by == "supplier")).one()
    meetings.decline(own, "No time left.", by=actor_for(people.officer), now=NOW)
    meetings.accept(wanted, by=actor_for(people.founder), now=NOW)


def test_only_those_invited_in_the_window(event: Event, people: People) -> None:
    outsider = member_of(Supplier(name="Outside Ltd", approved_at=NOW), "Otto Outside")
    db.session.commit()
    with pytest.raises(Conflict, match="invited"):
        asked(event, people.officer, outsider)
    with pytest.raises(NotAllowed):
        asked(event, people.officer, people.founder, by=people.other_founder)
    with pytest.raises(NotAllowed):
        asked(event, people.officer, people.founder, by=people.staff)
    entry = entry_of(event, people.officer)
    for now in (NOW - timedelta(seconds=1), STARTS):
        with pytest.raises(Conflict, match="at present"):
            meetings.ask(entry, people.founder.organisation, note="", by=actor_for(people.founder), now=now)
    invitation = db.session.scalars(
        sa.select(Invitation).where(Invitation.organisation_id == people.founder.organisation_id)
    ).one()
    invitation.state = InvitationState.DECLINED
    db.session.flush()
    with pytest.raises(Conflict, match="invited"):
        asked(event, people.officer, people.founder)


def test_each_side_and_staff_see_a_meeting(event: Event, people: People) -> None:
    made = asked(event, people.officer, people.founder)
    expected = {"officer", "founder", "staff"}
    for role in ("staff", "officer", "other_officer", "founder", "other_founder"):
        actor = actor_for(getattr(people, role))
        listed = db.session.scalars(sa.select(Meeting.id).where(visible_to(actor, Meeting))).all()
        assert can(actor, Permission.MEETING_SEE, made) is (role in expected), role
        assert (made.id in listed) is (role in expected), role
        assert can(actor, Permission.MEETING_ANSWER, made) is (role == "officer"), role
        assert can(actor, Permission.MEETING_CANCEL, made) is (role in expected), role
    assert not can(PUBLIC, Permission.MEETING_SEE, made)
    assert db.session.scalars(sa.select(Meeting.id).where(visible_to(PUBLIC, Meeting))).all() == []


# --- the timetable ----------------------------------------------------------------------------------------------------


def test_the_timetable_clashes_with_nothing(event: Event, people: People) -> None:
    pairs = [(c, s) for c in (people.officer, people.other_officer) for s in (people.founder, people.other_founder)]
    made = [agreed(event, *pair) for pair in pairs]
    assert timetabled(event, people) == 4
    assert all(meeting.starts_at in terms().starts and meeting.place in terms().places for meeting in made)
    for one, other in combinations(made, 2):
        if one.starts_at == other.starts_at:
            assert one.place != other.place
            assert not {one.council_id, one.supplier_id} & {other.council_id, other.supplier_id}
    told = db.session.scalars(sa.select(Message.to).where(Message.subject.startswith("Meeting on"))).all()
    assert len(told) == 8
    assert meeting_timetable.outcome_of(plan_of(event), solved(event, people)).moves == []
    meetings.cancel(made[0], "Ill.", by=actor_for(people.founder), now=NOW)
    assert (made[0].starts_at, made[0].place) == (None, None)
    again = asked(event, people.officer, people.founder, by=people.officer)
    assert again.id == made[0].id
    meetings.accept(again, by=actor_for(people.founder), now=NOW)
    assert timetabled(event, people) == 1, "the others keep their times"


def test_no_meeting_while_the_organisation_pitches(event: Event, people: People) -> None:
    agenda = published(people, event)
    busy = [
        (placement.starts_at, placement.ends_at)
        for placement in agenda.placements
        if str(people.founder.organisation_id) in {str(id) for id in placement.organisation_ids}
        or str(people.officer.organisation_id) in {str(id) for id in placement.organisation_ids}
    ]
    assert busy
    plan = plan_of(event)
    starts = [STARTS + timedelta(minutes=20 * n) for n in range(9)]
    meeting_plans.keep(event, terms(starts=starts), revision=plan.revision, by=actor_for(people.staff), now=NOW)
    made = agreed(event, people.officer, people.founder)
    timetabled(event, people)
    assert made.starts_at is not None
    ends = made.starts_at + timedelta(minutes=15)
    assert all(ends <= begins or made.starts_at >= finishes for begins, finishes in busy)
    assert meeting_timetable.broken(plan) == []
    made.starts_at = busy[0][0]
    db.session.flush()
    assert meeting_timetable.broken(plan), "a pitch that moved onto a meeting is named"


def test_staff_place_one_meeting_by_hand_and_are_told_what_clashes(event: Event, people: People) -> None:
    by, start = actor_for(people.staff), AFTER_PITCHES
    one = agreed(event, people.officer, people.founder)
    other = agreed(event, people.other_officer, people.founder)
    meeting_timetable.place(one, start, "Table 1", by=by, now=NOW)
    meeting_timetable.place(one, start, "Table 1", by=by, now=NOW)
    assert (one.starts_at, one.place) == (start, "Table 1")
    sent = sa.select(sa.func.count(Message.id)).where(Message.subject.startswith("Meeting on"))
    assert db.session.scalar(sent) == 2, "each side once"
    with pytest.raises(Conflict, match="Plain Answers Ltd is needed in"):
        meeting_timetable.place(other, start, "Table 2", by=by, now=NOW)
    with pytest.raises(Conflict, match="no such time and place"):
        meeting_timetable.place(other, start + timedelta(minutes=1), "Table 2", by=by, now=NOW)
    with pytest.raises(NotAllowed):
        meeting_timetable.place(other, start, "Table 2", by=actor_for(people.officer), now=NOW)
    meeting_timetable.place(other, start + timedelta(minutes=20), "Table 1", by=by, now=NOW)
    assert meeting_timetable.broken(plan_of(event)) == []


def test_meetings_that_do_not_fit_are_explained(event: Event, people: People) -> None:
    one_round = terms(starts=[AFTER_PITCHES], places=["Table 1", "Table 2", "Table 3"])
    meeting_plans.keep(event, one_round, revision=1, by=actor_for(people.staff), now=NOW)
    agreed(event, people.officer, people.founder)
    agreed(event, people.officer, people.other_founder)
    plan, by = plan_of(event), actor_for(people.staff)
    solve = solved(event, people)
    outcome = meeting_timetable.outcome_of(plan, solve)
    assert (outcome.is_current, outcome.is_possible) == (True, False)
    assert "Northmere" in " ".join(outcome.conflicts)
    with pytest.raises(Conflict):
        meeting_timetable.apply(plan, solve, by=by, now=NOW)


def test_a_timetable_of_other_meetings_is_not_applied(event: Event, people: People) -> None:
    agreed(event, people.officer, people.founder)
    plan, by = plan_of(event), actor_for(people.staff)
    solve = solved(event, people)
    agreed(event, people.other_officer, people.founder)
    with pytest.raises(Conflict):
        meeting_timetable.apply(plan, solve, by=by, now=NOW)


def test_times_that_meetings_have_are_not_taken_away(event: Event, people: People) -> None:
    agreed(event, people.officer, people.founder)
    timetabled(event, people)
    with pytest.raises(Conflict, match="took away"):
        meeting_plans.keep(
            event, replace(terms(), places=["Elsewhere"]), revision=1, by=actor_for(people.staff), now=NOW
        )


# --- afterwards -------------------------------------------------------------------------------------------------------


def held(event: Event, people: People, new: str) -> Meeting:
    made = agreed(event, people.officer, people.founder)
    timetabled(event, people)
    meetings.record(made, new, by=actor_for(people.officer), now=STARTS + timedelta(hours=6))
    return made


def test_a_meeting_is_closed_only_once_what_was_new_is_released(event: Event, people: People) -> None:
    later = STARTS + timedelta(hours=7)
    by = actor_for(people.officer)
    made = held(event, people, "We have 4,000 homes, not 3,000.")
    with pytest.raises(Conflict, match="Release that to everyone first"):
        meetings.close(made, by=by, now=later)
    with pytest.raises(NotAllowed):
        meetings.release(made, "More homes", by=actor_for(people.founder), now=later)
    meetings.release(made, "More homes", by=by, now=later)
    released = db.session.scalars(sa.select(Release)).one()
    assert (released.text, released.released_at) == ("We have 4,000 homes, not 3,000.", later)
    assert released.is_from_meeting
    assert "Plain Answers" not in f"{released.title} {released.text}"
    with pytest.raises(Conflict):
        meetings.record(made, "And more.", by=by, now=later)
    meetings.close(made, by=by, now=later)
    assert made.state is MeetingState.CLOSED


def test_a_meeting_without_news_is_closed_at_once(event: Event, people: People) -> None:
    made = held(event, people, "")
    meetings.close(made, by=actor_for(people.staff), now=STARTS + timedelta(hours=7))
    assert made.state is MeetingState.CLOSED
    assert db.session.scalars(sa.select(Release)).all() == []


def test_nothing_is_noted_before_the_meeting_is_over(event: Event, people: People) -> None:
    made = agreed(event, people.officer, people.founder)
    by = actor_for(people.officer)
    with pytest.raises(Conflict):
        meetings.record(made, "", by=by, now=STARTS + timedelta(hours=6))
    timetabled(event, people)
    assert made.starts_at is not None
    with pytest.raises(Conflict):
        meetings.record(made, "", by=by, now=made.starts_at)
    with pytest.raises(NotAllowed):
        meetings.record(made, "", by=actor_for(people.founder), now=STARTS + timedelta(hours=6))


def test_every_step_is_in_the_engagement_record(event: Event, people: People) -> None:
    made = held(event, people, "")
    meetings.close(made, by=actor_for(people.officer), now=STARTS + timedelta(hours=7))
    words = [entry.words for entry in db.session.scalars(sa.select(RecordEntry).order_by(RecordEntry.number))]
    found = [line for line in words if line.startswith("A one-to-one meeting")]
    assert [line.removeprefix("A one-to-one meeting was ").split(":")[0] for line in found] == [
        "asked for",
        "agreed",
        "A one-to-one meeting took place",
        "closed",
    ]
    assert all("Plain Answers Ltd" in line for line in found)


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def soon(people: People) -> Event:
    """The same, by the clock on the wall."""
    made = an_event(people)
    now = utc_now()
    start = (now + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    made.starts_at, made.ends_at = start, start + timedelta(hours=8)
    invite(made, people.founder, people.other_founder)
    db.session.commit()
    return made


def test_the_story_of_a_meeting_on_its_pages(soon: Event, people: People, client: CheckedClient) -> None:
    client.sign_in(people.staff)
    manage = f"/showcases/{soon.id}/manage/meetings"
    assert "No meetings are planned" in client.get(manage).text
    assert client.get(f"{manage}/plan").status_code == 200
    first = utc_now() - timedelta(days=1)
    day, ends = soon.starts_at.astimezone(LONDON), (utc_now() + timedelta(days=10)).astimezone(LONDON)
    typed = {
        "revision": "0",
        "minutes": "15",
        "starts": f"{day.hour + 2}:00\n{day.hour + 2}:20",
        "places": "Table 1\nTable 2",
        "opens": "9am",
        "closes": "5pm",
        "most_of_supplier": "2",
        "most_of_council": "2",
        **date_of("day", day),
        **date_of("opens_on", first.astimezone(LONDON)),
        **date_of("closes_on", ends),
    }
    wrong = client.post(f"{manage}/plan", data={**typed, "starts": "half past"})
    assert wrong.status_code == 422
    assert "half past" in wrong.text
    assert client.post(f"{manage}/plan", data=typed).status_code == 302
    client.sign_in(people.founder)
    path = f"/showcases/{soon.id}/meetings"
    assert "has used 0 of 2" in client.get(path).text
    assert client.post(path, data={}).status_code == 422
    pair = f"{entry_of(soon, people.officer).id}:{people.founder.organisation_id}"
    assert "Quiet Roads" not in client.get(path).text, "no supplier learns of another"
    made = client.post(path, data={"pair": pair, "note": "Sensors."}).location
    assert "wait for your answer" not in client.get("/").text
    assert "has used 1 of 2" in client.get(path).text
    assert client.post(f"{made}/cancel", data={"reason": " "}).status_code == 422
    client.sign_in(people.other_founder)
    assert client.get(made).status_code == 404
    client.sign_in(people.officer)
    assert "wait for your answer" in client.get("/").text
    assert "Sensors." in client.get(made).text
    assert "Accepted" in client.post(f"{made}/accept", follow_redirects=True).text
    client.sign_in(people.staff)
    assert client.post(f"{manage}/timetable").status_code == 302
    assert "It waits for its turn" in client.get(f"{manage}/timetable").text
    db.session.commit()
    assert solve_runner.run_due(now=utc_now()) == 1
    db.session.expire_all()
    assert "Apply it" in client.get(f"{manage}/timetable").text
    assert "1 meeting has a new time" in client.post(f"{manage}/timetable/apply", follow_redirects=True).text
    assert "Table" in client.get(f"{manage}/export.csv").text
    assert "Agreed" in client.get(f"{manage}/export.csv?state=accepted").text
    assert "Plain Answers" not in client.get(f"{manage}/export.csv?state=closed").text
    assert client.get(made).status_code == 200


def date_of(name: str, moment: datetime) -> dict[str, str]:
    return {f"{name}-day": str(moment.day), f"{name}-month": str(moment.month), f"{name}-year": str(moment.year)}


def test_what_was_new_is_released_on_the_page(event: Event, people: People, client: CheckedClient) -> None:
    made = agreed(event, people.officer, people.founder)
    timetabled(event, people)
    made.starts_at = utc_now() - timedelta(hours=1)
    event.state = EventState.FINISHED
    db.session.commit()
    path = f"/meetings/{made.id}"
    client.sign_in(people.founder)
    assert "After the meeting" not in client.get(path).text
    assert client.post(f"{path}/record", data={"new_information": "x"}).status_code == 403
    client.sign_in(people.officer)
    assert "After the meeting" in client.get(path).text
    for wrong in ({}, {"is_new": "yes"}, {"is_new": "no", "new_information": "4,000 homes"}):
        assert client.post(f"{path}/record", data=wrong).status_code == 422
    assert (
        "can be closed once"
        in client.post(
            f"{path}/record", data={"is_new": "yes", "new_information": "4,000 homes"}, follow_redirects=True
        ).text
    )
    assert client.post(f"{path}/close").status_code == 409
    assert client.post(f"{path}/release", data={"title": ""}).status_code == 422
    assert "Released" in client.post(f"{path}/release", data={"title": "Homes"}, follow_redirects=True).text
    assert "4,000 homes" in client.get(f"/challenges/{made.entry.challenge_id}").text
    assert "Closed" in client.post(f"{path}/close", follow_redirects=True).text


def test_meetings_of_others_are_not_offered(event: Event, people: People, client: CheckedClient) -> None:
    organisations = {each.name for each in db.session.scalars(sa.select(Organisation))}
    assert {"Northmere", "Eastbrook"} <= organisations
    client.sign_in(people.staff)
    assert client.get(f"/showcases/{event.id}/meetings").status_code == 403
    client.sign_out()
    assert client.get(f"/showcases/{event.id}/meetings").status_code == 302
