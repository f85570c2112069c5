"""A problem as whole numbers, for searching fast: made once from the rules and the costs, then only read.

Sessions and slots become their positions in the problem's order, starting times become 0, 1, 2 … in order. What two
sessions cost each other depends only on when both start. Few patterns of "these two times collide" ever occur (one for
each two lengths), so each is kept once in `collisions`, and `overlap` and `clash` say which of them two sessions have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from showcase.scheduling.costs import MOVED, tracks, wishes
from showcase.scheduling.problem import Problem, Slot
from showcase.scheduling.rules import Apart, Only, Rule

Ints = NDArray[np.int64]
Patterns = dict[tuple[tuple[int, int], ...], int]
BROKEN = 1 << 40
"""What a broken rule of people counts in the search: more than any agenda can cost, so a sum below it breaks none."""


@dataclass(frozen=True)
class Board:
    """The numbers of a problem with S sessions, K slots, T starting times and C patterns of collision."""

    sessions: tuple[str, ...]
    slots: tuple[str, ...]
    time: Ints
    """(K,) when each slot starts."""
    room: Ints
    """(K,) where each slot is."""
    time_count: int
    domain: Sequence[Sequence[int]]
    """Of each session: the slots that every `Only` leaves it."""
    rivals: Sequence[Sequence[int]]
    """Of each slot: those that cannot be used together with it, itself among them."""
    collisions: NDArray[np.bool_]
    """(C, T, T) patterns; the first is empty."""
    overlap: Ints
    """(S, S) the pattern of times at which the first and the second overlap."""
    weight: Ints
    """(S, S) what it costs if they do."""
    clash: Ints
    """(S, S) the pattern of times at which they break a rule about somebody in both."""
    moved: Ints
    """(S, K) what it costs to have left the published place."""
    tracks: Sequence[Sequence[int]]

    def assignments(self, places: Sequence[int]) -> dict[str, str]:
        """Return session → slot by id."""
        return {session: self.slots[place] for session, place in zip(self.sessions, places, strict=True)}

    def cross(self, session: int) -> Ints:
        """Return (S, T, T): what each other session at each time costs with this one at each time."""
        wanted = self.weight[:, session, None, None] * self.collisions[self.overlap[:, session]]
        cross: Ints = wanted + BROKEN * self.collisions[self.clash[:, session]].astype(np.int64)
        return cross


def board(problem: Problem, rules: Sequence[Rule]) -> Board:
    """Return the numbers of a problem under these rules."""
    sessions = {session.id: index for index, session in enumerate(problem.sessions)}
    slots = {slot.id: index for index, slot in enumerate(problem.slots)}
    rooms = {room.id: index for index, room in enumerate(problem.rooms)}
    starts = sorted({slot.start for slot in problem.slots})
    time = [starts.index(slot.start) for slot in problem.slots]
    patterns: Patterns = {(): 0}
    overlap = _overlaps(problem, starts, patterns)
    clash = _clashes(rules, sessions, dict(zip(slots, time, strict=True)), patterns)
    collisions = np.zeros((len(patterns), len(starts), len(starts)), dtype=np.bool_)
    for pattern, index in patterns.items():
        for one, other in pattern:
            collisions[index, one, other] = True
    weight = np.zeros((len(sessions), len(sessions)), dtype=np.int64)
    for (first, second), cost in wishes(problem).items():
        weight[sessions[first], sessions[second]] = weight[sessions[second], sessions[first]] = cost
    return Board(
        sessions=tuple(sessions),
        slots=tuple(slots),
        time=np.array(time, dtype=np.int64),
        room=np.array([rooms[slot.room] for slot in problem.slots], dtype=np.int64),
        time_count=len(starts),
        domain=_domains(problem, rules, slots),
        rivals=_rivals(rules, slots),
        collisions=collisions,
        overlap=overlap,
        weight=weight,
        clash=clash,
        moved=_moved(problem),
        tracks=[[sessions[id] for id in track] for track in tracks(problem).values()],
    )


def _domains(problem: Problem, rules: Sequence[Rule], slots: Mapping[str, int]) -> list[list[int]]:
    allowed = {session.id: set(slots) for session in problem.sessions}
    for rule in rules:
        if isinstance(rule, Only):
            allowed[rule.session] &= rule.slots
    return [sorted(slots[slot] for slot in allowed[session.id]) for session in problem.sessions]


def _rivals(rules: Sequence[Rule], slots: Mapping[str, int]) -> list[list[int]]:
    rivals: list[set[int]] = [set() for _ in slots]
    for rule in rules:
        if isinstance(rule, Apart) and rule.is_of_room:
            times = {slots[slot]: time for (_, slot), time in rule.times.items()}
            for one, (start, end) in times.items():
                rivals[one] |= {slot for slot, (first, last) in times.items() if start < last and first < end}
    return [sorted(group) for group in rivals]


def _overlaps(problem: Problem, starts: Sequence[datetime], patterns: Patterns) -> Ints:
    lengths = sorted({session.minutes for session in problem.sessions})
    known = {}
    for one in lengths:
        for other in lengths:
            pattern = tuple(
                (first, second)
                for first, start in enumerate(starts)
                for second, other_start in enumerate(starts)
                if start < other_start + timedelta(minutes=other) and other_start < start + timedelta(minutes=one)
            )
            known[one, other] = patterns.setdefault(pattern, len(patterns))
    minutes = [session.minutes for session in problem.sessions]
    return np.array([[known[one, other] for other in minutes] for one in minutes], dtype=np.int64).reshape(
        len(minutes), len(minutes)
    )


def _clashes(
    rules: Sequence[Rule],
    sessions: Mapping[str, int],
    time: Mapping[str, int],
    patterns: Patterns,
) -> Ints:
    found: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for rule in rules:
        if not isinstance(rule, Apart) or rule.is_of_room:
            continue
        places = {(sessions[session], time[slot]): span for (session, slot), span in rule.times.items()}
        for ((one, start), span), ((other, other_start), other_span) in combinations(places.items(), 2):
            if one != other and span[0] < other_span[1] and other_span[0] < span[1]:
                found.setdefault((one, other), set()).add((start, other_start))
                found.setdefault((other, one), set()).add((other_start, start))
    clash = np.zeros((len(sessions), len(sessions)), dtype=np.int64)
    for pair, times in sorted(found.items()):
        clash[pair] = patterns.setdefault(tuple(sorted(times)), len(patterns))
    return clash


def _moved(problem: Problem) -> Ints:
    def cost(session: str, slot: Slot) -> int:
        if session not in problem.published:
            return 0
        before = problem.slot[problem.published[session]]
        return 0 if (before.start, before.room) == (slot.start, slot.room) else MOVED

    costs = [[cost(session.id, slot) for slot in problem.slots] for session in problem.sessions]
    return np.array(costs, dtype=np.int64).reshape(len(problem.sessions), len(problem.slots))
