"""The timetable of one-to-one meetings: agreed ones become a scheduling problem, the worker solves it, staff apply it.

Nobody is in two meetings at once, or in a meeting while their organisation pitches or hears a pitch for its challenge.
Meetings that have a time keep it where they can. Places stand for rooms, each with an id made of its name.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Agenda, Meeting, MeetingPlan, Placement, Solve
from showcase.models.enums import AgendaState, MeetingState, SolveState
from showcase.policies import Actor, Permission, require
from showcase.scheduling import read_problem
from showcase.services import agenda_words, audit, events, meeting_messages, solves
from showcase.services.agenda_problems import LONDON, Brief, place_of, slot_id

KIND = "meetings"
"""Kind of the solves; their subject is the plan."""
SECONDS = 15
"""How long the search takes at most."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Outcome:
    """What a suggested timetable says."""

    is_current: bool
    """Whether it is about the meetings as they are now; else it cannot be applied."""
    is_possible: bool
    conflicts: Sequence[str]
    """Which rules cannot hold together, in words."""
    moves: Sequence[tuple[Meeting, datetime, str]]
    """Meetings that get a time or another one: the meeting, when, where."""


def suggest(plan: MeetingPlan, *, by: Actor, now: datetime, work: int | None = None) -> Solve:
    """Ask the worker for a timetable of the agreed meetings.

    Raises:
        NotAllowed: the policy says no.
        DomainError: no meeting is agreed.
    """
    require(by, Permission.MEETING_PLAN, plan.event)
    if not agreed(plan):
        raise DomainError("No meeting is agreed yet: there is nothing to put into a timetable.")
    made = solves.queue(KIND, plan.id, brief_for(plan).values, by=by, now=now, seconds=SECONDS, work=work)
    audit.record("meeting_plan.timetable_asked", plan, by=by)
    return made


def latest_solve(plan: MeetingPlan) -> Solve | None:
    """Return the newest suggestion that was asked for and not called off."""
    return solves.latest(KIND, plan.id)


def outcome_of(plan: MeetingPlan, solve: Solve) -> Outcome:
    """Return what a suggestion says, and which meetings applying it would move."""
    brief, answer = brief_for(plan), solve.answer or {}
    is_current = solve.state is SolveState.DONE and solve.input_hash == solves.input_hash(brief.values)
    assignments = answer.get("assignments") or {}
    is_infeasible = is_current and answer.get("status") == "infeasible"
    conflicts = agenda_words.conflicts(brief, answer.get("conflicting_rules", ())) if is_infeasible else ()
    moves = _moves(plan, assignments) if is_current and assignments else ()
    return Outcome(is_current, bool(assignments), conflicts, moves)


def apply(plan: MeetingPlan, solve: Solve, *, by: Actor, now: datetime) -> int:
    """Give the agreed meetings the times of a suggestion and tell those whose time is new; return how many these are.

    Raises:
        NotAllowed: the policy says no.
        Conflict: meetings, places or the agenda have changed since, or it breaks a rule.
    """
    require(by, Permission.MEETING_PLAN, plan.event)
    events.hold(plan.event)
    db.session.refresh(plan)
    outcome, brief = outcome_of(plan, solve), brief_for(plan)
    assignments: Mapping[str, str] = (solve.answer or {}).get("assignments") or {}
    if not outcome.is_current or not outcome.is_possible or agenda_words.broken(brief, assignments):
        raise Conflict("Meetings, times or the agenda have changed since. Make the timetable again.")
    for meeting, _, _ in outcome.moves:
        meeting.starts_at, meeting.place = None, None
    db.session.flush()  # two that exchange their places must not stand in each other's way
    for meeting, starts_at, place in outcome.moves:
        meeting.starts_at, meeting.place = starts_at, place
        meeting_messages.tell_time(meeting, now=now)
    db.session.flush()
    audit.record("meeting_plan.timetable_applied", plan, by=by, meetings=len(assignments), moved=len(outcome.moves))
    return len(outcome.moves)


def place(meeting: Meeting, starts_at: datetime, place: str, *, by: Actor, now: datetime) -> None:
    """Give one agreed meeting a time and a place by hand, and tell both sides.

    Raises:
        NotAllowed: the policy says no.
        Conflict: there is no such time or place, or it clashes; says with what.
    """
    plan = meeting.plan
    require(by, Permission.MEETING_PLAN, plan.event)
    events.hold(plan.event)
    db.session.refresh(meeting)
    brief, slot = brief_for(plan), slot_id(_room_id(plan, place), starts_at, plan.minutes)
    if meeting.id.hex not in brief.problem.session or slot not in brief.problem.slot:
        raise Conflict("This meeting is not agreed, or the plan has no such time and place.")
    others = {id: kept for id, kept in _placed(plan, agreed(plan)) if kept in brief.problem.slot}
    if wrong := agenda_words.broken_by(brief, others, meeting.id.hex, slot):
        raise Conflict(" ".join(wrong))
    if (meeting.starts_at, meeting.place) == (starts_at, place):
        return
    meeting.starts_at, meeting.place = starts_at, place
    db.session.flush()
    audit.record("meeting.placed", meeting, by=by, entry=str(meeting.entry_id))
    meeting_messages.tell_time(meeting, now=now)


def agreed(plan: MeetingPlan) -> Sequence[Meeting]:
    """Return the meetings that are agreed and still to be held, in the order of asking."""
    query = (
        sa.select(Meeting)
        .where(Meeting.plan_id == plan.id, Meeting.state == MeetingState.ACCEPTED)
        .options(joinedload(Meeting.council), joinedload(Meeting.supplier), joinedload(Meeting.entry))
        .order_by(Meeting.created_at, Meeting.id)
    )
    return db.session.scalars(query).all()


def broken(plan: MeetingPlan) -> list[str]:
    """Return what is wrong with the times that meetings have, now that meetings or the agenda may have changed."""
    timetabled = [meeting for meeting in agreed(plan) if meeting.is_timetabled]
    brief = _brief(plan, timetabled)
    return agenda_words.broken(brief, dict(_placed(plan, timetabled)))


def brief_for(plan: MeetingPlan) -> Brief:
    """Return the problem of a plan as it is now, with what things are called."""
    return _brief(plan, agreed(plan))


def _brief(plan: MeetingPlan, meetings: Sequence[Meeting]) -> Brief:
    rooms = {_room_id(plan, place): place for place in plan.places}
    known = {slot["id"] for slot in _slots(plan)}
    values: dict[str, Any] = {
        "rooms": [{"id": room.hex, "capacity": 2} for room in rooms],
        "slots": list(_slots(plan)),
        "people": list(_people(plan, meetings)),
        "sessions": [
            {
                "id": each.id.hex,
                "minutes": plan.minutes,
                "people": sorted((each.council_id.hex, each.supplier_id.hex)),
                "audience": 2,
            }
            for each in meetings
        ],
        "published": {id: slot for id, slot in _placed(plan, meetings) if slot in known},
    }
    names = {room.hex: place for room, place in rooms.items()}
    for each in meetings:
        names[each.id.hex] = f"{each.council.name} and {each.supplier.name}"
        names[each.council_id.hex], names[each.supplier_id.hex] = each.council.name, each.supplier.name
    made_from = solves.input_hash(values)
    return Brief(values, read_problem(values), names, made_from, made_from)


def _room_id(plan: MeetingPlan, place: str) -> uuid.UUID:
    return uuid.uuid5(plan.id, place)


def _slots(plan: MeetingPlan) -> Iterator[dict[str, Any]]:
    for place in plan.places:
        room = _room_id(plan, place)
        for each in plan.rounds:
            start = each.starts_at.astimezone(LONDON)
            yield {
                "id": slot_id(room, each.starts_at, plan.minutes),
                "room": room.hex,
                "start": f"{start:%Y-%m-%dT%H:%M}",
                "minutes": plan.minutes,
            }


def _placed(plan: MeetingPlan, meetings: Sequence[Meeting]) -> Iterator[tuple[str, str]]:
    for each in meetings:
        if each.starts_at is not None and each.place is not None:
            yield each.id.hex, slot_id(_room_id(plan, each.place), each.starts_at, plan.minutes)


def _people(plan: MeetingPlan, meetings: Sequence[Meeting]) -> Iterator[dict[str, Any]]:
    """Give each organisation that meets, with the times in which it has no session of the agenda."""
    busy = _busy(plan)
    starts = [each.starts_at for each in plan.rounds]
    whole = (min(starts), max(starts) + timedelta(minutes=plan.minutes))
    for id in sorted({id for each in meetings for id in (each.council_id, each.supplier_id)}):
        free = _without(whole, busy.get(str(id), []))
        yield {"id": id.hex, "available": [[_local(start), _local(end)] for start, end in free]}


def _busy(plan: MeetingPlan) -> dict[str, list[Span]]:
    """Return when each organisation has a session in the published agenda, by its id."""
    query = (
        sa.select(Placement)
        .join(Agenda, Agenda.id == Placement.agenda_id)
        .where(Agenda.event_id == plan.event_id, Agenda.state == AgendaState.PUBLISHED)
        .order_by(Placement.starts_at, Placement.id)
    )
    found: dict[str, list[Span]] = {}
    for placement in db.session.scalars(query):
        for id in placement.organisation_ids:
            found.setdefault(str(uuid.UUID(id)), []).append((placement.starts_at, placement.ends_at))
    return found


def _without(whole: Span, busy: Sequence[Span]) -> list[Span]:
    """Return what is left of a time without others."""
    left, start = [], whole[0]
    for begins, ends in sorted(busy):
        if begins > start:
            left.append((start, min(begins, whole[1])))
        start = max(start, ends)
    if start < whole[1]:
        left.append((start, whole[1]))
    return [(begins, ends) for begins, ends in left if begins < ends]


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"


def _moves(plan: MeetingPlan, assignments: Mapping[str, str]) -> list[tuple[Meeting, datetime, str]]:
    places = {_room_id(plan, place): place for place in plan.places}
    found = []
    for meeting in agreed(plan):
        if (slot := assignments.get(meeting.id.hex)) is None:
            continue
        room, starts_at = place_of(slot)
        if (meeting.starts_at, meeting.place) != (starts_at, places[room]):
            found.append((meeting, starts_at, places[room]))
    return sorted(found, key=lambda move: (move[1], move[2]))
