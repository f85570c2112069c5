"""The inner loop of the search: moves and swaps, accepted or not at one temperature. Compiled by Numba.

Everything is whole numbers, the random numbers too, so that the same steps are taken on any machine. A step takes a
session and a slot; if another holds the room then, the two change places. `future[s * times + t]` is what session s
would cost at time t as all others stand: a proposal is a matter of a few look-ups, and only what is accepted has to
bring it up to date. Arrays are those of `annealing.Fixed`; a type checker cannot follow compiled code, hence `Any`.
"""

from typing import Any

import numpy as np
from numba import njit

LOG_COUNT = 1 << 12
HEAT_ONE = 1 << 10
"""A temperature of 1, in the units of `heat`."""
HEAD = 3
"""Where the tracks' costs start in a walker's `state`: after the random number, the cost and the best cost."""

NOBODY, SEVERAL = -1, -2


@njit(cache=True, nogil=True)
def track_cost(members: Any, places: Any, time: Any, room: Any) -> int:
    """Return how often one track changes room; `members` are in the order of id, so equal times stay in it."""
    order = np.empty(len(members), dtype=np.int64)
    changes = 0
    for index in range(len(members)):
        place = places[members[index]]
        at = index
        while at > 0 and time[order[at - 1]] > time[place]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = place
    for index in range(1, len(members)):
        changes += room[order[index]] != room[order[index - 1]]
    return changes


@njit(cache=True, nogil=True)
def _next(random: int) -> int:
    """Return the next number of Marsaglia's xorshift with 64 bits (Journal of Statistical Software 8 (14), 2003)."""
    random ^= random << 13
    random ^= (random >> 7) & 0x01FFFFFFFFFFFFFF
    return random ^ (random << 17)


@njit(cache=True, nogil=True)
def _in_the_way(session: int, slot: int, holder: Any, rivals: Any, rival_size: Any) -> int:
    """Return which other session keeps this one out of a slot: one, NOBODY or SEVERAL."""
    other = NOBODY
    for at in range(rival_size[slot]):
        found = holder[rivals[slot, at]]
        if found >= 0 and found != session and found != other:
            if other >= 0:
                return SEVERAL
            other = found
    return other


@njit(cache=True, nogil=True)
def _correction(one_to: int, one_from: int, other_from: int, weight: int, hit: Any, broken: int, bar: Any) -> int:
    """Return what a swap really changes between the two, less what each was counted against where the other stood."""
    hits = hit[one_to, one_from] + hit[one_from, other_from] - hit[one_to, other_from] - hit[one_from, one_from]
    bars = bar[one_to, one_from] + bar[one_from, other_from] - bar[one_to, other_from] - bar[one_from, one_from]
    return int(weight * hits + broken * bars)


@njit(cache=True, nogil=True)
def _shift(session: int, before: int, after: int, future: Any, entries: Any, entry_start: Any, gains: Any) -> None:
    """Tell the others that a session has another time."""
    if before != after:
        for at in range(entry_start[session, before], entry_start[session, before + 1]):
            future[entries[at]] -= gains[at]
        for at in range(entry_start[session, after], entry_start[session, after + 1]):
            future[entries[at]] += gains[at]


@njit(cache=True, nogil=True)
def walk(  # noqa: C901  (one loop: in parts it would be slower, each part taking and giving back ten numbers)
    steps: int, heat: int, fixed: Any, places: Any, holder: Any, future: Any, best: Any, state: Any
) -> None:
    """Take steps at one temperature; change the walker's arrays in place."""
    (times, broken, time, room, domain, domain_size, allowed, rivals, rival_size, rivalry, collisions, overlap,
     weight, clash, moved, entries, gains, entry_start, track_of, members, member_start, logs) = fixed  # fmt: skip
    no_track = len(member_start) - 2
    random = state[0]
    for _ in range(steps):
        random = _next(random)
        one = ((random >> 44) & 0xFFFF) % len(places)
        here = places[one]
        there = domain[one, ((random >> 20) & 0xFFFF) % domain_size[one]]
        other = _in_the_way(one, there, holder, rivals, rival_size)
        if here == there or other == SEVERAL:
            continue
        start, new_start = time[here], time[there]
        future_one = one * times
        change = future[future_one + new_start] - future[future_one + start] + moved[one, there] - moved[one, here]
        track, other_track, other_place = track_of[one], no_track, here
        if other >= 0:
            if not allowed[other, here] or rivalry[here, there]:
                continue
            found = _in_the_way(one, here, holder, rivals, rival_size)
            if found != NOBODY and found != other:
                continue
            other_place = places[other]
            other_start = time[other_place]
            change += future[other * times + start] - future[other * times + other_start]
            change += moved[other, here] - moved[other, other_place]
            hit, bar = collisions[overlap[one, other]], collisions[clash[one, other]]
            change += _correction(new_start, start, other_start, weight[one, other], hit, broken, bar)
            other_track = track_of[other] if track_of[other] != track else no_track
        limit = (heat * logs[random & (LOG_COUNT - 1)]) >> 20
        change -= state[HEAD + track] + state[HEAD + other_track]
        if change > limit:
            continue  # whatever the tracks would cost then
        places[one] = there
        if other >= 0:
            places[other] = here
        after = track_cost(members[member_start[track] : member_start[track + 1]], places, time, room)
        other_after = track_cost(members[member_start[other_track] : member_start[other_track + 1]], places, time, room)
        change += after + other_after
        if change > limit:
            places[one] = here
            if other >= 0:
                places[other] = other_place
            continue
        holder[here] = NOBODY
        if other >= 0:
            holder[other_place] = NOBODY
            holder[here] = other
            _shift(other, time[other_place], start, future, entries, entry_start, gains)
        holder[there] = one
        _shift(one, start, new_start, future, entries, entry_start, gains)
        state[HEAD + track] = after
        state[HEAD + other_track] = other_after
        state[1] += change
        if state[1] < state[2]:
            state[2] = state[1]
            best[:] = places
    state[0] = random
