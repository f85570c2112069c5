"""What an agenda costs: councils that must choose, published sessions that move, tracks that change room.

The solver minimises this and the checker reports it. It is written for reading, from the definition; the search in
`annealing` keeps the same sum up to date step by step, and `solver` compares the two before it answers.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations, pairwise

from showcase.scheduling.problem import Problem

MOVED = 3
"""For a published session that starts at another time or in another room."""

CHANGED_ROOM = 1
"""For two sessions of one track that follow each other in different rooms."""


def cost(problem: Problem, assignments: Mapping[str, str]) -> int:
    """Return what this agenda costs; sessions that are not placed cost nothing."""
    return (
        sum(weight for pair, weight in wishes(problem).items() if _overlap(problem, assignments, *pair))
        + MOVED * sum(_moved(problem, assignments, session) for session in problem.published)
        + CHANGED_ROOM * sum(_changes(problem, assignments, track) for track in tracks(problem).values())
    )


def wishes(problem: Problem) -> Counter[tuple[str, str]]:
    """Return what it costs if two sessions overlap: over all councils, the smaller of the two weights."""
    found: Counter[tuple[str, str]] = Counter()
    for interest in problem.interests:
        for pair in combinations(sorted(interest.sessions), 2):
            found[pair] += min(interest.sessions[pair[0]], interest.sessions[pair[1]])
    return +found


def tracks(problem: Problem) -> dict[str, list[str]]:
    """Return the sessions of each track, by id; a session without a track is in none."""
    found: dict[str, list[str]] = {}
    for session in problem.sessions:
        if session.track:
            found.setdefault(session.track, []).append(session.id)
    return found


def _overlap(problem: Problem, assignments: Mapping[str, str], first: str, second: str) -> bool:
    if first not in assignments or second not in assignments:
        return False
    one, other = problem.slot[assignments[first]], problem.slot[assignments[second]]
    return one.start < problem.session[second].end(other) and other.start < problem.session[first].end(one)


def _moved(problem: Problem, assignments: Mapping[str, str], session: str) -> bool:
    if session not in assignments:
        return False
    before, now = problem.slot[problem.published[session]], problem.slot[assignments[session]]
    return (before.start, before.room) != (now.start, now.room)


def _changes(problem: Problem, assignments: Mapping[str, str], track: list[str]) -> int:
    held = sorted((problem.slot[assignments[id]].start, id) for id in track if id in assignments)
    rooms = [problem.slot[assignments[id]].room for _, id in held]
    return sum(before != after for before, after in pairwise(rooms))
