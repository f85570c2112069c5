"""A cost that no agenda can be below, counted by hand: how often a council must miss something it wants.

If at most `t` of a council's `n` wanted sessions can follow one another without overlap, then among them at least as
many pairs overlap as `n` things have in common when they are spread evenly over `t` boxes (Turán, 1941, on the
complement). A pair costs the smaller weight, that is one for each whole number that both weights reach; so the counts
of the sessions that reach 1, 2, 3 … add up. CP-SAT's own bound is often 0 where this is not.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from showcase.scheduling.problem import Problem, Window


def least_missed(problem: Problem, allowed: Mapping[str, Iterable[str]]) -> int:
    """Return what councils miss at least, whatever the agenda; `allowed` names the slots that each session may use."""
    intervals = {
        session.id: {(problem.slot[slot].start, session.end(problem.slot[slot])) for slot in allowed[session.id]}
        for session in problem.sessions
    }
    found = 0
    for interest in problem.interests:
        for level in sorted({weight for weight in interest.sessions.values() if weight > 0}):
            reach = [session for session, weight in interest.sessions.items() if weight >= level]
            below = max((w for w in interest.sessions.values() if 0 < w < level), default=0)
            times = _most_in_a_row(set().union(*(intervals[session] for session in reach)))
            found += (level - below) * _least_pairs(len(reach), times)
    return found


def _most_in_a_row(intervals: Iterable[Window]) -> int:
    """Return how many of these half-open intervals can follow one another: the one that ends first goes first."""
    count, last = 0, datetime.min
    for start, end in sorted(intervals, key=lambda interval: interval[1]):
        if start >= last:
            count, last = count + 1, end
    return count


def _least_pairs(things: int, boxes: int) -> int:
    """Return how many pairs share a box when things are spread as evenly as can be."""
    if boxes == 0:
        return 0
    full, rest = divmod(things, boxes)
    return rest * full * (full + 1) // 2 + (boxes - rest) * full * (full - 1) // 2
