"""Solves: queue an optimisation problem, follow it, read its answer. The worker does the work (`solve_runner`).

A solver is a function of JSON values named in `SOLVERS`; it runs in a process of its own, so it neither holds up the
worker's other duties nor brings its libraries into the web. Whoever queues checks the permission and records it.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Solve
from showcase.models.enums import SolveState
from showcase.policies import Actor

SOLVERS: Mapping[str, str] = {
    "agenda": "showcase.scheduling.job:run",
    "meetings": "showcase.scheduling.job:run",
    "plan": "showcase.bargaining.job:run",
}
"""By kind: "module:function" of `run(problem, *, seconds, work, tell)`, which returns the answer as JSON values and may
call `tell` with a dict of how far it is."""
MOST_SECONDS = 600


def queue(
    kind: str,
    subject_id: uuid.UUID,
    problem: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    seconds: float,
    work: int | None = None,
) -> Solve:
    """Queue a problem and return its row; one about the same subject that still waits or runs is called off.

    Asking again for exactly what is waiting or running returns that.
    """
    asked = input_hash(problem)
    for earlier in _pending(kind, subject_id):
        if (earlier.input_hash, earlier.seconds, earlier.work) == (asked, seconds, work):
            return earlier
        cancel(earlier, now=now)
    made = Solve(
        kind=kind,
        subject_id=subject_id,
        problem=problem,
        input_hash=asked,
        seconds=min(seconds, MOST_SECONDS),
        work=work,
        by_id=by.account_id,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def cancel(solve: Solve, *, now: datetime) -> None:
    """Call off a solve that waits or runs; one that has ended stays as it is."""
    if solve.is_pending:
        solve.state, solve.finished_at, solve.claim = SolveState.CANCELLED, now, None
        db.session.flush()


def latest(kind: str, subject_id: uuid.UUID) -> Solve | None:
    """Return the newest solve about a subject that was not called off."""
    return db.session.scalar(
        sa.select(Solve)
        .where(Solve.kind == kind, Solve.subject_id == subject_id, Solve.state != SolveState.CANCELLED)
        .order_by(Solve.created_at.desc(), Solve.id)
        .limit(1)
    )


def seconds_spent(solve: Solve, *, now: datetime) -> float:
    """Return for how many seconds it has been worked on."""
    if solve.started_at is None:
        return 0.0
    return max(0.0, ((solve.finished_at or now) - solve.started_at).total_seconds())


def input_hash(problem: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a problem as canonical JSON."""
    text = json.dumps(problem, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _pending(kind: str, subject_id: uuid.UUID) -> list[Solve]:
    states = (SolveState.QUEUED, SolveState.RUNNING)
    query = sa.select(Solve).where(Solve.kind == kind, Solve.subject_id == subject_id, Solve.state.in_(states))
    return list(db.session.scalars(query.with_for_update()))
