"""What is wrong with a draft, and which rules cannot hold together, in words for staff instead of ids.

Reads the lines of `showcase.scheduling`, whose beginnings name the rule, and puts names in place of ids.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from showcase.scheduling import Problem
from showcase.services.agenda_problems import Brief, place_of

ID = re.compile(r"[0-9a-f]{32}(?:@\d{8}T\d{4}\+\d+)?")


def broken(brief: Brief, assignments: Mapping[str, str]) -> list[str]:
    """Return each rule that an agenda breaks, as a sentence, in a stable order."""
    return [_fault(brief, line) for line in brief.check(assignments).broken]


def broken_by_session(brief: Brief, assignments: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the same by the sessions that each is about."""
    found: dict[str, list[str]] = {}
    for line in brief.check(assignments).broken:
        for session in dict.fromkeys(id for id in ID.findall(line) if id in brief.problem.session):
            found.setdefault(session, []).append(_fault(brief, line))
    return found


def broken_by(brief: Brief, assignments: Mapping[str, str], session: str, slot: str) -> list[str]:
    """Return what would be wrong about one session if it stood in a slot, as sentences."""
    lines = brief.check({**assignments, session: slot}).broken
    # Who moves a pinned session by hand takes its pin along
    return [_fault(brief, line) for line in lines if session in line and not line.startswith("pinned")]


def conflicts(brief: Brief, labels: Sequence[str]) -> list[str]:
    """Return the rules that cannot hold together, as sentences."""
    if not labels:
        return ["There are fewer slots than sessions: add a room, make the day longer or take a break away."]
    return list(dict.fromkeys(_rule(brief, label) for label in labels))


def clock(moment: datetime) -> str:
    """Return a local time of day: 9:30am."""
    return f"{moment.hour % 12 or 12}:{moment:%M}{'am' if moment.hour < 12 else 'pm'}"


def place(brief: Brief, slot: str) -> str:
    """Return what a slot is called: the room and the time."""
    room_id, start = place_of(slot)
    return f"{brief.names.get(room_id.hex, 'a room that is gone')} at {clock(start)}"


def _fault(brief: Brief, line: str) -> str:
    label, _, fault = line.partition(" – ")
    kind = label.partition(":")[0]
    ids = ID.findall(fault)
    sessions, slots = _sorted(brief.problem, ids)
    if kind == "every session once":
        return _not_placed(brief, ids)
    if kind == "room":
        room = brief.names[brief.problem.slot[slots[0]].room]
        return f"{_both(brief, sessions)} overlap in {room}, at {_times(slots)}."
    if kind == "one place":
        who, gap = _person(brief, ids), _gap(brief.problem)
        return f"{who} is needed in {_both(brief, sessions)}, at {_times(slots)}{gap}."
    session, where = sessions[0], place(brief, slots[-1])
    title = _title(brief, session)
    if kind == "capacity":
        held = brief.problem.room[brief.problem.slot[slots[-1]].room]
        expected = brief.problem.session[session].audience
        return f"{title} expects {expected} people; {brief.names[held.id]} holds {held.capacity}."
    if kind == "availability":
        return f"{_person(brief, ids)} is not free for {title} at {clock(place_of(slots[-1])[1])}."
    if kind == "pinned":
        return f"{title} is pinned to {place(brief, slots[0])}, and stands in {where}."
    return f"{title} takes {brief.problem.session[session].minutes} minutes, longer than its slot in {where}."


def _not_placed(brief: Brief, ids: Sequence[str]) -> str:
    session = ids[0]
    if session not in brief.problem.session:
        return f"{_title(brief, session)} was taken off the showcase."
    if len(ids) > 1:
        return f"{_title(brief, session)} stands in {place(brief, ids[1])}, where the day has no slot for it any more."
    return f"{_title(brief, session)} has no place yet."


def _rule(brief: Brief, label: str) -> str:
    kind = label.partition(":")[0]
    ids = ID.findall(label)
    sessions, slots = _sorted(brief.problem, ids)
    if kind == "room":
        return f"{brief.names.get(ids[0], 'A room')} holds one session at a time."
    if kind == "one place":
        return f"{_person(brief, ids)} is in one session at a time{_gap(brief.problem)}."
    session = brief.problem.session[sessions[0]]
    title = _title(brief, session.id)
    if kind == "capacity":
        return f"{title} needs a room for {session.audience} people."
    if kind == "availability":
        return f"{_person(brief, ids)} must be at {title}, and is free only {_hours(brief.problem, ids)}."
    if kind == "pinned":
        return f"{title} stays in {place(brief, slots[0])}, to which it is pinned."
    return f"{title} takes {session.minutes} minutes without a break."


def _sorted(problem: Problem, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return which ids are those of sessions and which those of slots, in order."""
    return [id for id in ids if id in problem.session], [id for id in ids if "@" in id]


def _person(brief: Brief, ids: Sequence[str]) -> str:
    return next((brief.names.get(id, "Somebody") for id in ids if id in brief.problem.person), "Somebody")


def _hours(problem: Problem, ids: Sequence[str]) -> str:
    person = next(problem.person[id] for id in ids if id in problem.person)
    windows = [f"from {clock(first)} to {clock(last)}" for first, last in person.available or ()]
    return " and ".join(windows) or "at no time of the day"


def _times(slots: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(clock(place_of(slot)[1]) for slot in slots))


def _both(brief: Brief, sessions: Sequence[str]) -> str:
    return " and ".join(_title(brief, session) for session in sessions[:2])


def _title(brief: Brief, session: str) -> str:
    return f"“{brief.names.get(session, 'A session')}”"


def _gap(problem: Problem) -> str:
    return f", with {problem.turnaround_minutes} minutes between" if problem.turnaround_minutes else ""
