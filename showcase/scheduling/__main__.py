"""Compiles the search once (`python -m showcase.scheduling`), so that the first agenda need not wait for it."""

from datetime import datetime

from showcase.scheduling import Limits, Problem, Room, Session, Slot
from showcase.scheduling.solver import solve

slots = tuple(Slot(f"slot {hour}", "room", datetime(2027, 3, 10, hour), minutes=30) for hour in (9, 10))
sessions = tuple(Session(f"session {number}", minutes=30, track="track") for number in (1, 2))
published = {"session 1": "slot 9", "session 2": "slot 9"}  # both cannot be had, so there is something to search
solve(Problem(slots, (Room("room", 0),), sessions, published=published), Limits(work=1, seconds=None))
