"""Walkers over agendas: a board packed for the compiled steps of `moves`, and where one walker stands."""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from showcase.scheduling.board import BROKEN, Board, Ints
from showcase.scheduling.moves import HEAD, HEAT_ONE, LOG_COUNT, track_cost, walk


class Fixed(NamedTuple):
    """A board as flat arrays; lists of uneven length are padded or laid end to end with their starts."""

    times: int
    broken: int
    time: Ints
    room: Ints
    domain: Ints
    domain_size: Ints
    allowed: Ints
    rivals: Ints
    rival_size: Ints
    rivalry: Ints
    """(K, K) whether two slots are rivals."""
    collisions: Ints
    overlap: Ints
    weight: Ints
    clash: Ints
    moved: Ints
    entries: Ints
    """Positions in `future`: session s at time t adds `gains` from entry_start[s, t] to entry_start[s, t + 1]."""
    gains: Ints
    entry_start: Ints
    track: Ints
    """(S,) the track of each session; those without one are said to be in a last one, which has no members."""
    members: Ints
    member_start: Ints
    logs: Ints
    """-ln u for even u, in the units of heat, so that whole numbers alone decide."""


def pack(board: Board) -> Fixed:
    """Return a board, of which every session has a slot, as arrays."""
    domain, domain_size = _padded(board.domain)
    rivals, rival_size = _padded(board.rivals)
    allowed = np.zeros((len(board.sessions), len(board.slots)), dtype=np.int64)
    track = np.full(len(board.sessions), len(board.tracks), dtype=np.int64)
    rivalry = np.zeros((len(board.slots), len(board.slots)), dtype=np.int64)
    for slot, group in enumerate(board.rivals):
        rivalry[slot, list(group)] = 1
    for session, slots in enumerate(board.domain):
        allowed[session, list(slots)] = 1
    for index, members in enumerate(board.tracks):
        track[list(members)] = index
    entries, gains, entry_start = _entries(board)
    return Fixed(
        times=board.time_count,
        broken=BROKEN,
        time=board.time,
        room=board.room,
        domain=domain,
        domain_size=domain_size,
        allowed=allowed,
        rivals=rivals,
        rival_size=rival_size,
        rivalry=rivalry,
        collisions=board.collisions.astype(np.int64),
        overlap=board.overlap,
        weight=board.weight,
        clash=board.clash,
        moved=board.moved,
        entries=entries,
        gains=gains,
        entry_start=entry_start,
        track=track,
        members=np.array([session for members in board.tracks for session in members], dtype=np.int64),
        member_start=np.array([0, *accumulate(len(members) for members in [*board.tracks, []])], dtype=np.int64),
        logs=np.array([round(-math.log((at + 0.5) / LOG_COUNT) * HEAT_ONE) for at in range(LOG_COUNT)], dtype=np.int64),
    )


class Walker:
    """One walk: where every session stands, what that costs, and the best agenda it has met."""

    def __init__(self, fixed: Fixed, places: Sequence[int], seed: int) -> None:
        self.fixed = fixed
        self.tracks = len(fixed.member_start) - 1
        self.state = np.zeros(HEAD + self.tracks, dtype=np.int64)
        self.state[0] = (seed + 1) * 0x9E3779B97F4A7 % (1 << 62) + 1
        self.stand(places)
        self.note()

    @property
    def cost(self) -> int:
        """What the agenda it stands at costs; broken rules of people included."""
        return int(self.state[1])

    @property
    def best_cost(self) -> int:
        """What the best agenda it has met costs."""
        return int(self.state[2])

    def stand(self, places: Sequence[int] | Ints) -> None:
        """Go to this agenda and count everything anew."""
        fixed = self.fixed
        self.places = np.array(places, dtype=np.int64)
        self.holder = np.full(len(fixed.time), -1, dtype=np.int64)
        self.holder[self.places] = np.arange(len(self.places))
        self.future = np.zeros(len(self.places) * fixed.times, dtype=np.int64)
        for session, place in enumerate(self.places):
            first, last = fixed.entry_start[session, fixed.time[place] :][:2]
            self.future[fixed.entries[first:last]] += fixed.gains[first:last]
        for track in range(self.tracks):
            members = fixed.members[fixed.member_start[track] : fixed.member_start[track + 1]]
            self.state[HEAD + track] = track_cost(members, self.places, fixed.time, fixed.room)
        sessions = np.arange(len(self.places))
        pairs = int(self.future[sessions * fixed.times + fixed.time[self.places]].sum()) // 2
        self.state[1] = pairs + int(fixed.moved[sessions, self.places].sum()) + int(self.state[HEAD:].sum())

    def note(self) -> None:
        """Take the agenda it stands at for the best it has met."""
        self.best = self.places.copy()
        self.state[2] = self.state[1]

    def walk(self, steps: int, temperature: float) -> None:
        """Take steps at one temperature."""
        heat = round(temperature * HEAT_ONE)
        walk(steps, heat, self.fixed, self.places, self.holder, self.future, self.best, self.state)


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    sizes = np.array([len(row) for row in rows], dtype=np.int64)
    padded = np.zeros((len(rows), max(sizes, default=0)), dtype=np.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded, sizes


def _entries(board: Board) -> tuple[Ints, Ints, Ints]:
    starts = np.zeros((len(board.sessions), board.time_count + 1), dtype=np.int64)
    entries, gains, count = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for session in range(len(board.sessions)):
        cross = board.cross(session)
        for time in range(board.time_count):
            added = cross[:, :, time].ravel()
            (at,) = np.nonzero(added)
            starts[session, time] = count
            entries.append(at)
            gains.append(added[at])
            count += len(at)
        starts[session, board.time_count] = count
    return np.concatenate(entries), np.concatenate(gains), starts
