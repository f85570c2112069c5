"""The inner loop of the search: moves and swaps, accepted or not at one temperature. Compiled by Numba.

Everything is whole numbers, the random numbers too, so that the same steps are taken on any machine. A step takes a
session and a slot; if others hold the slot's room then, one of them changes places with the session. `future[s * times + t]`
is what session s would cost at time t as all others stand; it makes a proposal a matter of a few look-ups, and only an
accepted one has to bring it up to date.
"""

from typing import Any

import numpy as np
from numba import njit

LOG_COUNT = 1 << 12
HEAT_ONE = 1 << 10
"""A temperature of 1, in the units of `heat`."""


@njit(cache=True, nogil=True)
def track_cost(members: Any, places: Any, time: Any, room: Any, order: Any) -> int:
    """Return how often one track changes room; `members` are in the order of id, so equal times stay in it."""
    count = len(members)
    for index in range(count):
        session = members[index]
        at = index
        while at > 0 and time[places[order[at - 1]]] > time[places[session]]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = session
    changes = 0
    for index in range(1, count):
        if room[places[order[index]]] != room[places[order[index - 1]]]:
            changes += 1
    return changes


@njit(cache=True, nogil=True)
def _shift(session: int, before: int, after: int, future: Any, entries: Any, entry_start: Any, gains: Any) -> None:
    """Tell the others that a session has another time."""
    for at in range(entry_start[session, before], entry_start[session, before + 1]):
        future[entries[at]] -= gains[at]
    for at in range(entry_start[session, after], entry_start[session, after + 1]):
        future[entries[at]] += gains[at]


@njit(cache=True, nogil=True)
def walk(steps: int, heat: int, fixed: Any, places: Any, holder: Any, future: Any, best: Any, state: Any) -> None:
    """Take steps at one temperature; `state` is random number, cost, best cost, and the cost of each track.

    `fixed` are the arrays of `annealing.Fixed`; all others are changed in place.
    """
    (
        times,
        broken,
        time,
        room,
        domain,
        domain_size,
        allowed,
        rivals,
        rival_size,
        collisions,
        overlap,
        weight,
        clash,
        moved,
        entries,
        gains,
        entry_start,
        track_of,
        all_members,
        member_start,
        logs,
    ) = fixed
    count = len(places)
    order = np.empty(count, dtype=np.int64)
    random = state[0]
    for _ in range(steps):
        random ^= random << 13
        random ^= (random >> 7) & 0x01FFFFFFFFFFFFFF
        random ^= random << 17
        one = ((random >> 44) & 0xFFFF) % count
        here = places[one]
        there = domain[one, ((random >> 20) & 0xFFFF) % domain_size[one]]
        if here == there:
            continue
        # Who is in the way, and can they go where this session comes from?
        other = -1
        many = False
        for at in range(rival_size[there]):
            found = holder[rivals[there, at]]
            if found >= 0 and found != one and found != other:
                many = other >= 0
                other = found
                if many:
                    break
        if many:
            continue
        start = time[here]
        new_start = time[there]
        change = future[one * times + new_start] - future[one * times + start] + moved[one, there] - moved[one, here]
        other_place = -1
        other_start = -1
        if other >= 0:
            if not allowed[other, here]:
                continue
            other_place = places[other]
            for at in range(rival_size[here]):
                rival = rivals[here, at]
                if rival == there or (holder[rival] >= 0 and holder[rival] != one and holder[rival] != other):
                    many = True
                    break
            if many:
                continue
            other_start = time[other_place]
            change += future[other * times + start] - future[other * times + other_start]
            change += moved[other, here] - moved[other, other_place]
            # Each was counted against where the other stood.
            wish = weight[one, other]
            hit = collisions[overlap[one, other]]
            bar = collisions[clash[one, other]]
            change += wish * (hit[new_start, start] + hit[start, other_start])
            change -= wish * (hit[new_start, other_start] + hit[start, start])
            change += broken * (bar[new_start, start] + bar[start, other_start])
            change -= broken * (bar[new_start, other_start] + bar[start, start])
        limit = (heat * logs[random & (LOG_COUNT - 1)]) >> 20
        track = track_of[one]
        other_track = track_of[other] if other >= 0 else -1
        if other_track == track:
            other_track = -1
        tracks_before = 0
        if track >= 0:
            tracks_before += state[3 + track]
        if other_track >= 0:
            tracks_before += state[3 + other_track]
        if change - tracks_before > limit:
            continue
        places[one] = there
        if other >= 0:
            places[other] = here
        track_after = 0
        other_track_after = 0
        if track >= 0:
            members = all_members[member_start[track] : member_start[track + 1]]
            track_after = track_cost(members, places, time, room, order)
        if other_track >= 0:
            members = all_members[member_start[other_track] : member_start[other_track + 1]]
            other_track_after = track_cost(members, places, time, room, order)
        change += track_after + other_track_after - tracks_before
        if change > limit:
            places[one] = here
            if other >= 0:
                places[other] = other_place
            continue
        holder[here] = -1
        if other >= 0:
            holder[other_place] = -1
            holder[here] = other
        holder[there] = one
        if track >= 0:
            state[3 + track] = track_after
        if other_track >= 0:
            state[3 + other_track] = other_track_after
        if start != new_start:
            _shift(one, start, new_start, future, entries, entry_start, gains)
        if other >= 0 and other_start != start:
            _shift(other, other_start, start, future, entries, entry_start, gains)
        state[1] += change
        if state[1] < state[2]:
            state[2] = state[1]
            best[:] = places
    state[0] = random
