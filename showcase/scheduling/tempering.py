"""Replica exchange: walkers at rising temperatures change places, which frees the cold ones from dead ends."""

import math
import random
from collections.abc import Callable, Sequence

from showcase.scheduling.annealing import Walker, pack
from showcase.scheduling.board import Board

WALKERS = 8
COLDEST, HOTTEST = 0.3, 1.6
"""In units of cost. Measured on events of 60 sessions: more walkers, or colder or hotter ones, found dearer agendas."""

STEPS = 2000
"""Of each walker before neighbours may change places."""

TURNS = 60
"""Of all walkers in one unit of work."""


class Ladder:
    """Walkers at their temperatures, and the best agenda any of them has met."""

    def __init__(self, board: Board, places: Sequence[int], seed: int) -> None:
        fixed = pack(board)
        self.temperatures = [COLDEST * (HOTTEST / COLDEST) ** (step / (WALKERS - 1)) for step in range(WALKERS)]
        self.walkers = [Walker(fixed, places, seed * WALKERS + step) for step in range(WALKERS)]
        self.random = random.Random(seed)
        self.turn = 0

    @property
    def cost(self) -> int:
        """What the best agenda met costs."""
        return min(walker.best_cost for walker in self.walkers)

    @property
    def best(self) -> tuple[int, ...]:
        """The best agenda met, by slot of each session."""
        return tuple(int(place) for place in min(self.walkers, key=lambda walker: walker.best_cost).best)

    def adopt(self, places: Sequence[int]) -> None:
        """Put the coldest walker at an agenda if it is better than any met here."""
        before = self.cost
        scout = Walker(self.walkers[0].fixed, places, 0)
        if scout.cost < before:
            self.walkers[0].stand(places)
            self.walkers[0].note()

    def climb(self, units: int, is_over: Callable[[], bool]) -> None:
        """Work for some units, or until it is over."""
        for _ in range(units * TURNS):
            if is_over():
                return
            for walker, temperature in zip(self.walkers, self.temperatures, strict=True):
                walker.walk(STEPS, temperature)
            self._exchange()

    def _exchange(self) -> None:
        """Let neighbours change places as often as keeps each temperature's distribution what it is."""
        for low in range(self.turn % 2, WALKERS - 1, 2):
            cold, warm = self.walkers[low], self.walkers[low + 1]
            gain = (cold.cost - warm.cost) * (1 / self.temperatures[low] - 1 / self.temperatures[low + 1])
            if gain >= 0 or self.random.random() < math.exp(gain):
                self.walkers[low], self.walkers[low + 1] = warm, cold
        self.turn += 1
