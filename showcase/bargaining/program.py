"""A 0/1 program in whole numbers, handed to HiGHS through SciPy.

Knows nothing of bargaining. HiGHS accepts an answer that breaks a row by a millionth of the row's size, so an answer
is only a proposal: the caller checks it and adds a row that forbids the fault.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Terms = Iterable[tuple[int, int]]
"""(column, factor) pairs."""


@dataclass(frozen=True)
class Answer:
    """The columns that are 1 (None: nothing found), an upper bound of the goal, and what ended the search."""

    ones: frozenset[int] | None
    bound: float
    is_proven: bool
    is_impossible: bool


class Program:
    """Columns that are 0 or 1, and rows over them."""

    def __init__(self) -> None:
        self.columns = 0
        self._factors: list[int] = []
        self._row_of: list[int] = []
        self._column_of: list[int] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def column(self) -> int:
        """Add a column and return its number."""
        self.columns += 1
        return self.columns - 1

    def row(self, terms: Terms, low: float = -np.inf, high: float = np.inf) -> int:
        """Ask that the terms sum to between `low` and `high`; return the row's number."""
        number = len(self._low)
        for column, factor in terms:
            self._factors.append(factor)
            self._row_of.append(number)
            self._column_of.append(column)
        self._low.append(low)
        self._high.append(high)
        return number

    def maximise(self, goal: Mapping[int, int], seconds: float | None, gap: float = 0.0) -> Answer:
        """Look for the columns with the largest goal, until within a relative `gap` or out of time."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        options: Any = {"mip_rel_gap": gap}
        if seconds is not None:
            options["time_limit"] = max(seconds, 0.0)
        found = milp(
            -self._costs(goal),
            constraints=LinearConstraint(self._matrix(), self._low, self._high),
            bounds=Bounds(0, 1),
            integrality=np.ones(self.columns, int),
            options=options,
        )
        if found.status not in (0, 1, 2):
            raise RuntimeError(f"HiGHS ended without an answer: {found.message}")
        bound = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)
        ones = None if found.x is None else frozenset(np.flatnonzero(found.x > 0.5).tolist())
        return Answer(ones, bound, found.status == 0 and gap == 0, found.status == 2)

    def prices(self, goal: Mapping[int, int]) -> NDArray[np.float64]:
        """Return each row's price (its dual, of the ≤ side) where columns may be fractions; zeros if none is found."""
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        matrix, low, high = self._matrix(), np.array(self._low), np.array(self._high)
        above, below = np.flatnonzero(np.isfinite(high)), np.flatnonzero(np.isfinite(low))
        found = linprog(
            -self._costs(goal),
            A_ub=vstack([matrix[above], -matrix[below]], format="csr"),
            b_ub=np.concatenate([high[above], -low[below]]),
            bounds=(0, 1),
            method="highs-ds",
        )
        prices = np.zeros(len(self._low))
        if found.status == 0:
            prices[above] = np.maximum(0.0, -found.ineqlin.marginals[: len(above)])
        return prices

    def _costs(self, goal: Mapping[int, int]) -> NDArray[np.float64]:
        costs = np.zeros(self.columns)
        for column, weight in goal.items():
            costs[column] = weight
        return costs

    def _matrix(self) -> Any:
        from scipy.sparse import csr_array

        shape = (len(self._low), self.columns)
        return csr_array((np.array(self._factors, float), (self._row_of, self._column_of)), shape=shape)
