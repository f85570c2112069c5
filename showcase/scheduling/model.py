"""The rules and the costs as a model for OR-Tools CP-SAT: whether there is an agenda at all, and how good one can be.

`x[s, k]` says that session s is in slot k. A rule of what is occupied becomes "at most one" for each moment at which
something starts, which is exact: of two times that overlap, the later start lies in the other. A model is built the
same way each time and solved by one worker within deterministic units of work, so that its answers can be repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from showcase.scheduling.board import Board
from showcase.scheduling.costs import CHANGED_ROOM
from showcase.scheduling.problem import Problem
from showcase.scheduling.rules import Apart, Only, Rule

Literals = Mapping[tuple[int, int], cp_model.IntVar]


@dataclass(frozen=True)
class Outcome:
    """What one run of the solver found: `status` is optimal, feasible, infeasible or unknown."""

    status: str
    places: tuple[int, ...] = ()
    bound: int = 0


class Model:
    """A model of which agendas keep some rules; `add_costs` makes it look for the cheapest."""

    def __init__(self, problem: Problem, rules: Sequence[Rule]) -> None:
        self.model = cp_model.CpModel()
        sessions = {session.id: index for index, session in enumerate(problem.sessions)}
        slots = {slot.id: index for index, slot in enumerate(problem.slots)}
        self.count = len(sessions)
        barred = {
            (sessions[rule.session], slot)
            for rule in rules
            if isinstance(rule, Only)
            for id, slot in slots.items()
            if id not in rule.slots
        }
        self.x: dict[tuple[int, int], cp_model.IntVar] = {
            (session, slot): self.model.new_bool_var("")
            for session in range(len(sessions))
            for slot in range(len(slots))
            if (session, slot) not in barred
        }
        for session in range(len(sessions)):
            self.model.add_exactly_one([x for (one, _), x in self.x.items() if one == session])
        for rule in rules:
            if isinstance(rule, Apart):
                self._keep_apart(rule, sessions, slots)

    def _keep_apart(self, rule: Apart, sessions: Mapping[str, int], slots: Mapping[str, int]) -> None:
        times = [
            (span, self.x[place])
            for (session, slot), span in rule.times.items()
            if (place := (sessions[session], slots[slot])) in self.x
        ]
        for moment in sorted({start for (start, _), _ in times}):
            self.model.add_at_most_one([x for (start, end), x in times if start <= moment < end])

    def add_costs(self, board: Board) -> None:
        """Minimise what an agenda costs."""
        terms = [int(board.moved[place]) * x for place, x in self.x.items() if board.moved[place]]
        terms += self._wishes(board)
        for track in board.tracks:
            terms += self._track(board, track)
        self.model.minimize(sum(terms))

    def _at(self, board: Board, session: int, times: Sequence[int]) -> list[cp_model.IntVar]:
        return [
            self.x[session, slot]
            for slot in board.domain[session]
            if (session, slot) in self.x and int(board.time[slot]) in times
        ]

    def _wishes(self, board: Board) -> list[cp_model.LinearExpr]:
        """Make a session at a time cost, once for each session wanted with it that overlaps that time."""
        terms: list[cp_model.LinearExpr] = []
        for one in range(self.count):
            for other in range(one + 1, self.count):
                weight = int(board.weight[one, other])
                if not weight:
                    continue
                overlaps = self.model.new_bool_var("")
                pattern = board.collisions[board.overlap[one, other]]
                for time in range(board.time_count):
                    here = self._at(board, one, [time])
                    there = self._at(board, other, [int(at) for at in pattern[time].nonzero()[0]])
                    if here and there:
                        self.model.add(sum(here) + sum(there) <= 1 + overlaps)
                terms.append(weight * overlaps)
        return terms

    def _track(self, board: Board, track: Sequence[int]) -> list[cp_model.LinearExpr]:
        """Walk each track in order of (start, id): arcs through its sessions, of which those that change room cost."""
        if len(track) < 2:
            return []
        start, room = {}, {}
        for session in track:
            places = [(slot, x) for (one, slot), x in self.x.items() if one == session]
            # Ranks of (start, id) as one number: no two sessions of the track share it.
            start[session] = sum((int(board.time[slot]) * self.count + session) * x for slot, x in places)
            room[session] = {
                name: sum(x for slot, x in places if board.room[slot] == name)
                for name in sorted({int(board.room[slot]) for slot, _ in places})
            }
        arcs, terms = [], []
        for node, one in enumerate(track, start=1):
            arcs += [(0, node, self.model.new_bool_var("")), (node, 0, self.model.new_bool_var(""))]
            for next_node, other in enumerate(track, start=1):
                if one == other:
                    continue
                follows, changes = self.model.new_bool_var(""), self.model.new_bool_var("")
                arcs.append((node, next_node, follows))
                self.model.add(start[one] < start[other]).only_enforce_if(follows)
                for name, here in room[one].items():
                    self.model.add(here - room[other].get(name, 0) <= changes).only_enforce_if(follows)
                terms.append(CHANGED_ROOM * changes)
        self.model.add_circuit(arcs)
        return terms

    def hint(self, places: Sequence[int]) -> None:
        """Suggest an agenda to start from."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for (session, slot), x in self.x.items():
            self.model.add_hint(x, places[session] == slot)

    def solve(self, work: float, seed: int, seconds: float | None = None) -> Outcome:
        """Search within this many deterministic units of work, and within the seconds if any are given."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % (1 << 31)
        solver.parameters.max_deterministic_time = work
        if seconds is not None:
            solver.parameters.max_time_in_seconds = max(seconds, 0.0)
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return Outcome("infeasible")
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Outcome("unknown", bound=_bound(solver))
        held = {session: slot for (session, slot), x in self.x.items() if solver.boolean_value(x)}
        name = "optimal" if status == cp_model.OPTIMAL else "feasible"
        return Outcome(name, tuple(held[session] for session in range(self.count)), _bound(solver))


def _bound(solver: cp_model.CpSolver) -> int:
    """Return the whole number that no agenda can cost less than; costs are whole and never negative."""
    return max(0, round(solver.best_objective_bound))
