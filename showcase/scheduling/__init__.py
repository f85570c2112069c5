"""Agendas: which session is held in which room and when. Pure: a problem goes in, an agenda comes out, or why none.

Import `solve` from `solver` where something is solved and nowhere else: it loads OR-Tools and Numba. Everything here is
light. Read `problem` for the words, `rules` for what must hold, `costs` for what is minimised, `solver` for how.
"""

from showcase.scheduling.answers import Answer, Limits
from showcase.scheduling.checker import Verdict, check
from showcase.scheduling.problem import Interest, Person, Problem, Room, Session, Slot
from showcase.scheduling.reading import BadInput, read_assignments, read_problem

__all__ = [
    "Answer",
    "BadInput",
    "Interest",
    "Limits",
    "Person",
    "Problem",
    "Room",
    "Session",
    "Slot",
    "Verdict",
    "check",
    "read_assignments",
    "read_problem",
]
