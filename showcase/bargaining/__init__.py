"""Collective bargaining: which councils join which offer, at which price and from when, so that all save the most.

Pure: values in, values out. `problem` reads and checks what is asked, `rules` says what a plan is and judges one in
whole numbers, `reduction` throws away what cannot matter, `program` speaks to HiGHS and `model` asks it, `solver` finds
the plan, `explain` says why.
"""

from showcase.bargaining.problem import BadProblem, Council, Offer, Problem, Step, Tier, read_problem
from showcase.bargaining.rules import Group, Plan
from showcase.bargaining.solver import solve

__all__ = ["BadProblem", "Council", "Group", "Offer", "Plan", "Problem", "Step", "Tier", "read_problem", "solve"]
