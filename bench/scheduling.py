"""How cheap an agenda is after so much processor time: ours, a plain CP-SAT model and plain annealing, side by side.

Run `python -m bench.scheduling` (add `--seconds 20`, `--seeds 1 2 3`, `--small`, `--json`). The three run one after the
other on the same instance in the same run, each with the same wall clock. On a busy machine look at the processor
seconds as well: ours and CP-SAT use two cores, plain annealing (ordinary Python, the usual textbook code) one.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from bench.instances import instance
from showcase.scheduling import Limits, Problem, read_problem
from showcase.scheduling.board import Board, board
from showcase.scheduling.costs import cost
from showcase.scheduling.model import Model
from showcase.scheduling.rules import rules
from showcase.scheduling.solver import solve

SMALL: dict[str, int] = {"sessions": 12, "rooms": 4, "times": 4, "councils": 20, "wanted": 5}
Result = tuple[int | None, int | None]


def ours(problem: Problem, seconds: float) -> Result:
    """Solve as the product does."""
    answer = solve(problem, Limits(seconds=seconds))
    return answer.cost, answer.bound


def plain_model(problem: Problem, seconds: float) -> Result:
    """Give the whole model to CP-SAT with two workers."""
    found = rules(problem)
    model = Model(problem, found)
    model.add_costs(board(problem, found))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, None
    return round(solver.objective_value), round(solver.best_objective_bound)


def plain_annealing(problem: Problem, seconds: float) -> Result:
    """Anneal in ordinary Python from CP-SAT's first agenda, counting only what a move touches."""
    found = rules(problem)
    numbers = board(problem, found)
    places = list(Model(problem, found).solve(10.0, 0).places)
    if not places:
        return None, None
    return _anneal(problem, numbers, places, seconds), None


def _anneal(problem: Problem, numbers: Board, places: list[int], seconds: float) -> int:
    draw, end = random.Random(1), time.monotonic() + seconds
    cross = [numbers.cross(session).tolist() for session in range(len(places))]
    when, count = numbers.time.tolist(), len(places)
    best = cost(problem, numbers.assignments(places))
    while (left := (end - time.monotonic()) / seconds) > 0:
        temperature = 0.3 * 10**left
        for _ in range(200):
            one = draw.randrange(count)
            moves = _move(numbers, places, one, draw.choice(numbers.domain[one]))
            if moves is None:
                continue
            before = _touched(numbers, cross, when, places, moves)
            undo = {session: places[session] for session in moves}
            for session, place in moves.items():
                places[session] = place
            change = _touched(numbers, cross, when, places, moves) - before
            if change > 0 and draw.random() >= math.exp(-min(700.0, change / temperature)):
                for session, place in undo.items():
                    places[session] = place
        best = min(best, cost(problem, numbers.assignments(places)))
    return best


def _move(numbers: Board, places: list[int], one: int, there: int) -> dict[int, int] | None:
    """Return who goes where if this session goes there and the one in its way takes its place."""
    blocked = set(numbers.rivals[there])
    others = [session for session, place in enumerate(places) if place in blocked and session != one]
    if len(others) > 1 or (others and places[one] not in numbers.domain[others[0]]):
        return None
    moves = {one: there} | dict.fromkeys(others, places[one])
    after = [moves.get(session, place) for session, place in enumerate(places)]
    is_free = all(
        session in moves or after[session] not in numbers.rivals[place]
        for place in moves.values()
        for session in range(len(places))
    )
    return moves if is_free else None


def _touched(numbers: Board, cross: list[Any], when: list[int], places: list[int], moves: dict[int, int]) -> int:
    """Return the part of the cost that these sessions have a share in."""
    total = 0
    for session in moves:
        table, now = cross[session], when[places[session]]
        total += sum(
            table[other][when[place]][now] // (2 if other in moves else 1) for other, place in enumerate(places)
        )
        total += int(numbers.moved[session, places[session]])
    for track in numbers.tracks:
        if any(session in moves for session in track):
            rooms = [int(numbers.room[places[s]]) for s in sorted(track, key=lambda s: (when[places[s]], s))]
            total += sum(a != b for a, b in pairwise(rooms))
    return total


METHODS: dict[str, Callable[[Problem, float], Result]] = {
    "ours": ours,
    "plain CP-SAT": plain_model,
    "plain annealing": plain_annealing,
}


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--small", action="store_true", help="12 sessions, 16 slots, 20 councils")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    solve(read_problem(instance(0, **SMALL)), Limits(work=1, seconds=None))  # compiled before anything is measured
    rows = []
    for seed in options.seeds:
        problem = read_problem(instance(seed, **(SMALL if options.small else {})))
        for name, method in METHODS.items():
            wall, processor = time.monotonic(), time.process_time()
            found, bound = method(problem, options.seconds)
            row = {"seed": seed, "method": name, "cost": found, "bound": bound}
            row |= {
                "seconds": round(time.monotonic() - wall, 1),
                "processor": round(time.process_time() - processor, 1),
            }
            rows.append(row)
            if not options.json:
                print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
