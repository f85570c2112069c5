"""A draft as a table of times and rooms for staff, and what it costs. Reads what `agendas` worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from showcase.models import Agenda, Placement, Room
from showcase.scheduling.costs import cost, wishes
from showcase.services.agenda_problems import Brief, assignments_of, place_of, slot_id
from showcase.services.agenda_standing import Standing

MOST_CLASHES = 10


@dataclass(frozen=True)
class Held:
    """A session where it stands in the draft."""

    placement: Placement
    ends_at: datetime
    wrong: Sequence[str]
    """Which rules it breaks there."""


@dataclass(frozen=True)
class Spot:
    """One room from one time on."""

    room: Room
    start: str
    """As slots write it; a script makes the slot of a session's own length of it."""
    held: Sequence[Held]
    running: Sequence[str]
    """Titles of what began earlier and still goes on."""


@dataclass(frozen=True)
class Line:
    """One time of the day with a spot for each room, or a break."""

    starts_at: datetime
    spots: Sequence[Spot] = ()
    pause: str = ""


@dataclass(frozen=True)
class Clash:
    """Two sessions at the same time that councils want to see both."""

    first: str
    second: str
    councils: int
    weight: int


def of_draft(draft: Agenda, standing: Standing) -> list[Line]:
    """Return the lines of the day, the whole of it, so that every free spot can be used."""
    event = draft.event
    held = [_held(placement, standing) for placement in draft.placements if placement.session is not None]
    pauses = {pause.starts_at: pause for pause in event.breaks}
    starts = {pause.starts_at for pause in event.breaks} | {each.placement.starts_at for each in held}
    starts |= {place_of(slot.id)[1] for slot in standing.brief.problem.slots}
    lines = []
    for start in sorted(starts):
        if start in pauses and not any(each.placement.starts_at == start for each in held):
            lines.append(Line(start, pause=pauses[start].name))
        else:
            lines.append(Line(start, [_spot(room, start, held) for room in event.rooms]))
    return lines


def costs_of(brief: Brief, assignments: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return what an agenda costs, by reason: (words, points)."""
    problem = brief.problem
    whole = cost(problem, assignments)
    without_wishes = cost(replace(problem, interests=()), assignments)
    without_moves = cost(replace(problem, published={}), assignments)
    return [
        ("Councils that must choose between sessions they want", whole - without_wishes),
        ("Sessions that move against the published agenda (3 each)", whole - without_moves),
        ("Tracks that change room (1 each)", without_wishes + without_moves - whole),
    ]


def clashes_of(brief: Brief, assignments: Mapping[str, str]) -> list[Clash]:
    """Return the pairs of sessions at the same time that councils want most to see both, the worst first."""
    problem, found = brief.problem, []
    for (first, second), weight in wishes(problem).items():
        if first in assignments and second in assignments and _overlap(brief, assignments, first, second):
            councils = sum(first in i.sessions and second in i.sessions for i in problem.interests)
            found.append(Clash(brief.names[first], brief.names[second], councils, weight))
    found.sort(key=lambda clash: (-clash.weight, clash.first, clash.second))
    return found[:MOST_CLASHES]


def clashes_of_draft(draft: Agenda, standing: Standing) -> list[Clash]:
    """Return the same for a draft."""
    return clashes_of(standing.brief, _known(standing.brief, draft))


def costs_of_draft(draft: Agenda, standing: Standing) -> list[tuple[str, int]]:
    """Return what a draft costs, by reason."""
    return costs_of(standing.brief, _known(standing.brief, draft))


def _known(brief: Brief, draft: Agenda) -> dict[str, str]:
    found = assignments_of(draft).items()
    return {s: slot for s, slot in found if s in brief.problem.session and slot in brief.problem.slot}


def _overlap(brief: Brief, assignments: Mapping[str, str], first: str, second: str) -> bool:
    problem = brief.problem
    one, other = problem.slot[assignments[first]], problem.slot[assignments[second]]
    return one.start < problem.session[second].end(other) and other.start < problem.session[first].end(one)


def _held(placement: Placement, standing: Standing) -> Held:
    assert placement.session is not None
    ends_at = placement.starts_at + timedelta(minutes=placement.session.minutes)
    return Held(placement, ends_at, standing.wrong.get(placement.session.id.hex, ()))


def _spot(room: Room, start: datetime, held: Sequence[Held]) -> Spot:
    here = [each for each in held if each.placement.room_id == room.id]
    return Spot(
        room=room,
        start=slot_id(room.id, start, 0).partition("@")[2].partition("+")[0],
        held=[each for each in here if each.placement.starts_at == start],
        running=[each.placement.title for each in here if each.placement.starts_at < start < each.ends_at],
    )
