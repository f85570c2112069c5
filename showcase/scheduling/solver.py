"""Makes an agenda: CP-SAT finds the first one, then compiled walkers improve it while CP-SAT proves how good it can be.

Work goes by rounds of growing length. In each, two threads work side by side, neither holding Python's lock: walkers on
one, and on the other CP-SAT while it can hope to finish, else more walkers. Between rounds each side takes over the
better agenda. A round is a fixed number of steps and of CP-SAT's deterministic units, so the answer depends on nothing
but the problem, the seed and the work; a clock only ends it earlier.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from showcase.scheduling.answers import Answer, Limits
from showcase.scheduling.board import Board, board
from showcase.scheduling.bounds import least_missed
from showcase.scheduling.checker import check
from showcase.scheduling.explaining import conflict
from showcase.scheduling.model import Model, Outcome
from showcase.scheduling.problem import Problem
from showcase.scheduling.rules import Rule, rules
from showcase.scheduling.tempering import Ladder

PROOF_WORK = 0.25
"""CP-SAT's deterministic units for one unit of work."""

UNITS_UNLIMITED = 1 << 30


Told = Callable[[int, int], None]
"""Hears cost and bound after each round."""


def solve(
    problem: Problem, limits: Limits | None = None, seed: int = 0, told: Told = lambda _cost, _bound: None
) -> Answer:
    """Return the cheapest agenda found within the limits, how good it is, or which rules cannot hold together."""
    limits = limits or Limits()
    seconds_left = _clock(limits.seconds)
    found = rules(problem)
    work = UNITS_UNLIMITED if limits.work is None else limits.work
    first = Model(problem, found).solve(max(1, work), seed, seconds_left())
    if first.status == "infeasible":
        labels = tuple(rule.label for rule in conflict(problem, found, seconds_left))
        return Answer("infeasible", conflicting_rules=labels)
    if first.status == "unknown":
        return Answer("unknown")
    search = _Search(problem, found, board(problem, found), first.places, seed, seconds_left)
    search.run(work, told)
    return search.answer(problem)


def _clock(seconds: float | None) -> Callable[[], float | None]:
    end = None if seconds is None else time.monotonic() + seconds
    return lambda: None if end is None else end - time.monotonic()


def _allowed(numbers: Board) -> dict[str, list[str]]:
    """Return the slots that each session may use by the rules about it alone."""
    return {
        session: [numbers.slots[place] for place in places]
        for session, places in zip(numbers.sessions, numbers.domain, strict=True)
    }


class _Search:
    """The rounds: the best agenda so far, the bound, and who works on them."""

    def __init__(
        self,
        problem: Problem,
        found: Sequence[Rule],
        numbers: Board,
        places: Sequence[int],
        seed: int,
        seconds_left: Callable[[], float | None],
    ) -> None:
        self.board = numbers
        self.ladders = [Ladder(numbers, places, seed=2 * seed + side) for side in (0, 1)]
        self.model = Model(problem, found)
        self.model.add_costs(numbers)
        self.seed = seed
        self.seconds_left = seconds_left
        self.best: tuple[int, ...] = tuple(places)
        self.cost = self.ladders[0].cost
        self.bound = least_missed(problem, _allowed(numbers))
        self.spent = 0

    def run(self, work: int, told: Told) -> None:
        """Work in rounds of 1, 3, 12, 48 … units until the work is spent, the clock has run out or a proof is found."""
        with ThreadPoolExecutor(max_workers=2) as threads:
            units = 1
            told(self.cost, self.bound)
            while self.spent < work and self.bound < self.cost and not self._is_over():
                units = min(units, work - self.spent)
                walking = threads.submit(self.ladders[0].climb, units, self._is_over)
                if self._can_hope_for_proof():
                    self.model.hint(self.best)
                    self._learn(self.model.solve(PROOF_WORK * units, self.seed, self.seconds_left()))
                else:
                    self.ladders[1].climb(units, self._is_over)
                walking.result()
                self._share()
                self.spent += units
                told(self.cost, min(self.bound, self.cost))
                # A proof begins anew in each round, so the rounds before must be short beside it.
                units = 3 * self.spent

    def _is_over(self) -> bool:
        left = self.seconds_left()
        return (left is not None and left <= 0) or self.bound >= self.cost

    def _can_hope_for_proof(self) -> bool:
        """Ask CP-SAT again while what is open at most equals what is proven; a first time in any case."""
        return self.spent < 2 or len(self.model.x) <= 800 or 2 * self.bound >= self.cost

    def _learn(self, outcome: Outcome) -> None:
        self.bound = max(self.bound, outcome.bound)
        if outcome.places:
            self.ladders[1].adopt(outcome.places)
            self._take(self.ladders[1].cost, outcome.places)

    def _take(self, cost: int, places: Sequence[int]) -> None:
        if cost < self.cost:
            self.cost, self.best = cost, tuple(places)

    def _share(self) -> None:
        """Let everyone know the best agenda."""
        for ladder in self.ladders:
            self._take(ladder.cost, ladder.best)
        for ladder in self.ladders:
            ladder.adopt(self.best)

    def answer(self, problem: Problem) -> Answer:
        """Return what was found, checked and counted anew from the definitions."""
        assignments = self.board.assignments(self.best)
        verdict = check(problem, assignments)
        if verdict.broken or verdict.cost != self.cost:
            raise AssertionError(f"the search says {self.cost}, the checker {verdict}")
        status = "optimal" if self.bound >= self.cost else "feasible"
        return Answer(status, self.cost, min(self.bound, self.cost), assignments, work=self.spent)
