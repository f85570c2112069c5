"""What the solver is told and what it says; apart from it, so that reading an answer loads no solver."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """When to stop: after this many units of work, or after these seconds if that is earlier; None is no limit."""

    work: int | None = None
    seconds: float | None = 20.0


@dataclass(frozen=True)
class Answer:
    """An agenda or why there is none. `cost` and `bound` are None unless there is an agenda.

    `status` is "optimal", "feasible", "infeasible", or "unknown" when the limits were reached before either an agenda
    or a proof that there is none.
    """

    status: str
    cost: int | None = None
    bound: int | None = None
    assignments: dict[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    conflicting_rules: tuple[str, ...] = ()
    work: int = 0

    @property
    def gap(self) -> int | None:
        """What a cheaper agenda could save at most."""
        return None if self.cost is None or self.bound is None else self.cost - self.bound

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, in the form that `docs/scheduling.md` gives."""
        return {
            "status": self.status,
            "cost": self.cost,
            "bound": self.bound,
            "gap": self.gap,
            "assignments": self.assignments,
            "broken": list(self.broken),
            "conflicting_rules": list(self.conflicting_rules),
            "work": self.work,
        }
