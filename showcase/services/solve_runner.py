"""Runs queued solves for the worker: claims one with a lease, has it solved in a process of its own, keeps the answer.

Every write is a short transaction of its own and names the try it belongs to. A worker that is killed half-way leaves
the row to the next one once the lease has run out, and the process it had started ends by itself.
"""

import json
import logging
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Solve, utc_now
from showcase.models.enums import SolveState
from showcase.services.solves import SOLVERS
from showcase.transactions import writing

LEASE = timedelta(seconds=60)
"""How long a try is left alone without a sign of it."""
RENEW_SECONDS = 15
TELL_SECONDS = 1
"""How often progress is written at most."""
MOST_TRIES = 3
GRACE_SECONDS = 30
"""What a process may take beyond its limit, to start and to put its answer together."""
FAILED = "It stopped unexpectedly. Try again; if it happens again, tell those who run this service."
TOO_LONG = "It took much longer than it was allowed to, and was stopped."
log = logging.getLogger("showcase.solves")


@dataclass(frozen=True)
class Claimed:
    """A solve that this process has for the time of the lease."""

    id: uuid.UUID
    claim: uuid.UUID
    kind: str
    problem: dict[str, Any]
    seconds: float
    work: int | None


class Stopped(Exception):
    """The solve is no longer wanted, or this process is to end."""


def run_due(*, now: datetime, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Work on one solve that is due until it ends; return how many ended, which is 0 or 1."""
    claimed = _claim(now)
    if claimed is None:
        return 0
    try:
        answer = _solve(claimed, should_stop)
    except Stopped:
        _write(claimed, leased_until=utc_now(), tries=Solve.tries - 1)  # as if it had not been begun
        return 0
    except TimeoutError:
        _end(claimed, state=SolveState.FAILED, error=TOO_LONG)
    except (OSError, ValueError) as error:
        log.error("solve %s (%s): %s", claimed.id, claimed.kind, error)
        _end(claimed, state=SolveState.FAILED, error=FAILED)
    else:
        _end(claimed, state=SolveState.DONE, answer=answer)
    return 1


def _claim(now: datetime) -> Claimed | None:
    is_due = sa.or_(
        Solve.state == SolveState.QUEUED, sa.and_(Solve.state == SolveState.RUNNING, Solve.leased_until <= now)
    )
    with db.sessionmaker() as session:  # an idle worker must not keep taking SQLite's write lock
        if not session.scalar(sa.select(sa.exists().where(is_due))):
            return None
    due = sa.select(Solve).where(is_due).order_by(Solve.created_at, Solve.id).limit(1)
    with writing() as session:
        row = session.scalar(due.with_for_update(skip_locked=True))
        if row is None:
            return None
        if row.tries >= MOST_TRIES:
            row.state, row.error, row.finished_at = SolveState.FAILED, FAILED, now
            return None
        row.state, row.claim, row.leased_until = SolveState.RUNNING, uuid.uuid4(), now + LEASE
        row.tries, row.started_at, row.progress = row.tries + 1, now, {}
        return Claimed(row.id, row.claim, row.kind, row.problem, row.seconds, row.work)


def _solve(claimed: Claimed, should_stop: Callable[[], bool]) -> dict[str, Any]:
    """Return the answer of a process, keeping its progress and the lease.

    Raises:
        Stopped: nobody wants it any more.
        TimeoutError: it went far beyond its limit.
        ValueError: it ended without an answer.
    """
    deadline = time.monotonic() + claimed.seconds + GRACE_SECONDS
    renewed_at = time.monotonic()
    progress: dict[str, Any] = {}
    with _process(claimed) as lines:
        while True:
            line = _next_line(lines)
            if line is None:
                raise ValueError("the process ended without an answer")
            if "answer" in line:
                answer: dict[str, Any] = line["answer"]
                return answer
            if should_stop():
                raise Stopped
            if time.monotonic() > deadline:
                raise TimeoutError
            news = line.get("progress", progress)
            if news != progress or time.monotonic() - renewed_at > RENEW_SECONDS:
                progress, renewed_at = news, time.monotonic()
                if not _write(claimed, progress=progress, leased_until=utc_now() + LEASE):
                    raise Stopped


@contextmanager
def _process(claimed: Claimed) -> Iterator["queue.Queue[str | None]"]:
    """Start a process on a problem and give the lines it prints, with None at their end; it ends with the block."""
    command = [sys.executable, "-m", "showcase.services.solve_child", SOLVERS[claimed.kind]]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )
    assert process.stdin is not None
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        asked = {"problem": claimed.problem, "seconds": claimed.seconds, "work": claimed.work}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        yield lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdin.close()


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _next_line(lines: "queue.Queue[str | None]") -> dict[str, Any] | None:
    """Return the next line as JSON, an empty one when none comes for a while, None at the end."""
    try:
        line = lines.get(timeout=TELL_SECONDS)
    except queue.Empty:
        return {}
    read: dict[str, Any] | None = json.loads(line) if line is not None else None
    return read


def _end(claimed: Claimed, **values: Any) -> None:
    _write(claimed, finished_at=utc_now(), leased_until=None, **values)


def _write(claimed: Claimed, **values: Any) -> bool:
    """Change the row if it is still this try's; return whether it was."""
    mine = sa.and_(Solve.id == claimed.id, Solve.claim == claimed.claim, Solve.state == SolveState.RUNNING)
    with writing() as session:
        changed = session.execute(sa.update(Solve).where(mine).values(**values))
        return bool(changed.rowcount)  # type: ignore[attr-defined]
