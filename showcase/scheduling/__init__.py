"""Agendas: which session is held in which room and when. Pure: a problem goes in, an agenda or its impossibility comes out.

Read `problem` for the words, `rules` for what must hold, `costs` for what is minimised, `solver` for how.
"""

from showcase.scheduling.checker import Verdict, check
from showcase.scheduling.problem import Interest, Person, Problem, Room, Session, Slot
from showcase.scheduling.reading import BadInput, read_assignments, read_problem
from showcase.scheduling.solver import Answer, Limits, solve

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
    "solve",
]
