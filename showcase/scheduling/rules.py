"""What every agenda must keep: one list of labelled rules, read by the solver and by the checker alike.

Beside "every session is held once" there are only two shapes. `Only` names the slots one session may use; `Apart` says
what each placement would occupy (a room, a person) and for how long, and no two occupations may overlap. So a rule is
written once, as data: the solver turns it into clauses, the checker reads it off an agenda, and an explanation of why
there is no agenda is a list of labels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from showcase.scheduling.problem import Person, Problem, Room, Session, Slot

Assignments = Mapping[str, str]
Time = tuple[datetime, datetime]


@dataclass(frozen=True)
class Only:
    """One session may use these slots and no others."""

    label: str
    session: str
    slots: frozenset[str]
    fault: str

    def broken(self, assignments: Assignments) -> Iterator[str]:
        """Yield what is wrong, in words."""
        slot = assignments.get(self.session)
        if slot is not None and slot not in self.slots:
            yield self.fault.format(slot=slot)


@dataclass(frozen=True)
class Apart:
    """What these placements (session, slot) occupy, half-open; occupations of two sessions never overlap.

    A room is occupied by any session for the whole of the slot; a person only by their own sessions.
    """

    label: str
    times: Mapping[tuple[str, str], Time]
    fault: str
    is_of_room: bool

    def broken(self, assignments: Assignments) -> Iterator[str]:
        """Yield what is wrong, in words, once for each pair of sessions."""
        held = [(place, self.times[place]) for place in sorted(assignments.items()) if place in self.times]
        for (first, one), (second, other) in combinations(held, 2):
            if one[0] < other[1] and other[0] < one[1]:
                yield self.fault.format(first=first[0], first_slot=first[1], second=second[0], second_slot=second[1])


Rule = Only | Apart


def rules(problem: Problem) -> list[Rule]:
    """List the rules that could be broken at all, in a stable order: of sessions, of rooms, of people."""
    found: list[Rule] = []
    for session in problem.sessions:
        found.extend(rule for rule in _of_session(problem, session) if len(rule.slots) < len(problem.slots))
    found.extend(_of_room(problem, room) for room in problem.rooms)
    found.extend(rule for person in problem.people if len((rule := _of_person(problem, person)).times) > 0)
    return found


def _of_session(problem: Problem, session: Session) -> Iterator[Only]:
    """Yield what confines one session; a rule that every slot keeps is dropped by the caller."""
    id, minutes, audience = session.id, session.minutes, session.audience

    def only(label: str, slots: Iterator[Slot], fault: str) -> Only:
        return Only(label, id, frozenset(slot.id for slot in slots), fault)

    yield only(
        f"length: session {id} takes {minutes} minutes and fits in its slot",
        (slot for slot in problem.slots if slot.minutes >= minutes),
        f"session {_plain(id)} takes {minutes} minutes, longer than slot {{slot}}",
    )
    yield only(
        f"capacity: session {id} is in a room for its audience of {audience}",
        (slot for slot in problem.slots if problem.room[slot.room].capacity >= audience),
        f"session {_plain(id)} expects {audience} people, more than the room of slot {{slot}} holds",
    )
    if session.slots is not None:
        allowed = session.slots
        yield only(
            f"allowed slots: session {id} is in one of the slots listed for it",
            (slot for slot in problem.slots if slot.id in allowed),
            f"session {_plain(id)} may not use slot {{slot}}",
        )
    if id in problem.pinned:
        pin = problem.pinned[id]
        yield only(
            f"pinned: session {id} stays in slot {pin}",
            (problem.slot[slot] for slot in (pin,)),
            f"session {_plain(id)} is pinned to slot {_plain(pin)} and stands in slot {{slot}}",
        )
    for person in sorted(session.people):
        free = problem.person[person].is_free
        yield only(
            f"availability: {person} is available for session {id}",
            (slot for slot in problem.slots if free(slot.start, session.end(slot))),
            f"{_plain(person)} is not available for session {_plain(id)} in slot {{slot}}",
        )


def _of_room(problem: Problem, room: Room) -> Apart:
    slots = [slot for slot in problem.slots if slot.room == room.id]
    return Apart(
        f"room: {room.id} holds one session at a time",
        {(session.id, slot.id): (slot.start, slot.end) for session in problem.sessions for slot in slots},
        f"sessions {{first}} and {{second}} are both in room {_plain(room.id)}, in slots {{first_slot}} and "
        "{second_slot} at the same time",
        is_of_room=True,
    )


def _of_person(problem: Problem, person: Person) -> Apart:
    """Occupy a person until the turnaround after a session is over: the same as a gap between any two of them."""
    turnaround = timedelta(minutes=problem.turnaround_minutes)
    sessions = [session for session in problem.sessions if person.id in session.people]
    wanted = sessions if len(sessions) > 1 else []
    gap = f", with {problem.turnaround_minutes} minutes between" if problem.turnaround_minutes else ""
    return Apart(
        f"one place: {person.id} is in one session at a time{gap}",
        {(one.id, slot.id): (slot.start, one.end(slot) + turnaround) for one in wanted for slot in problem.slots},
        f"{_plain(person.id)} cannot be in sessions {{first}} and {{second}}, in slots {{first_slot}} and "
        f"{{second_slot}}{gap}",
        is_of_room=False,
    )


def _plain(id: str) -> str:
    """Keep braces in an id from being read as a place to fill."""
    return id.replace("{", "{{").replace("}", "}}")
