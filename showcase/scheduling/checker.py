"""Checks a hand-made or solved agenda: what it costs and which rules it breaks, in words. Reads the solver's rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from showcase.scheduling.costs import cost
from showcase.scheduling.problem import Problem
from showcase.scheduling.rules import Assignments, Rule, rules


@dataclass(frozen=True)
class Verdict:
    """What an agenda costs and every rule it breaks."""

    cost: int
    broken: tuple[str, ...]


def check(problem: Problem, assignments: Assignments, known_rules: Sequence[Rule] | None = None) -> Verdict:
    """Return the cost of an agenda, and a line for every time it breaks a rule: the rule's label, then what is wrong.

    What the problem does not know of is named and otherwise left out. Who checks many agendas of one problem makes its
    rules once, with `rules(problem)`, and hands them over.
    """
    known = {
        session: slot for session, slot in assignments.items() if session in problem.session and slot in problem.slot
    }
    broken = list(_not_once(problem, assignments, known))
    for rule in rules(problem) if known_rules is None else known_rules:
        broken += [f"{rule.label} – {words}" for words in rule.broken(known)]
    return Verdict(cost(problem, known), tuple(broken))


def _not_once(problem: Problem, assignments: Assignments, known: Assignments) -> Iterator[str]:
    """Yield the sessions without a slot and what the problem does not know of."""
    for session, slot in sorted(assignments.items()):
        if session not in problem.session:
            yield f"every session once – the agenda has a session {session}, which the problem does not know"
        elif slot not in problem.slot:
            yield f"every session once – session {session} is in slot {slot}, which the problem does not know"
    for session in problem.session:
        if session not in assignments:
            yield f"every session once – session {session} has no slot"
