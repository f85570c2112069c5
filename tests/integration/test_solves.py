"""Solves: worked on in a process of their own, once, and again after a kill; progress, limits, calling off."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.extensions import db
from showcase.models import Solve, utc_now
from showcase.models.enums import SolveState
from showcase.policies import Actor
from showcase.services import solve_runner, solves

SUBJECT = uuid.UUID(int=7)
BY = Actor(name="Sam")
PROBLEM: dict[str, Any] = {
    "rooms": [{"id": "hall", "capacity": 10}],
    "slots": [{"id": f"k{n}", "room": "hall", "start": f"2027-03-10T1{n}:00", "minutes": 20} for n in range(3)],
    "sessions": [{"id": "a", "minutes": 20}, {"id": "b", "minutes": 20}],
}


def sleepy(problem: dict[str, Any], *, seconds: float, work: int | None, tell: Callable[..., None]) -> dict[str, Any]:
    """A solver for these tests: it says who it is, works for as long as the problem says and prints on the way."""
    print("a library's chatter")
    tell({"process": os.getpid()})
    time.sleep(problem["sleep"])
    return {"process": os.getpid(), "seconds": seconds, "work": work}


@pytest.fixture(autouse=True)
def _solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve_runner, "SOLVERS", {**solves.SOLVERS, "sleepy": "tests.integration.test_solves:sleepy"})
    monkeypatch.setattr(solve_runner, "RENEW_SECONDS", 0.2)


@pytest.fixture
def context(own_app: Flask) -> Any:
    with own_app.app_context():
        yield own_app


def queue(problem: dict[str, Any], kind: str = "sleepy", **options: Any) -> Solve:
    options = {"by": BY, "now": utc_now(), "seconds": 20.0} | options
    made = solves.queue(kind, SUBJECT, problem, **options)
    db.session.commit()
    return made


def now_of(solve: Solve) -> Solve:
    db.session.rollback()
    db.session.refresh(solve)
    return solve


def wait_until(holds: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def in_thread(app: Flask, **options: Any) -> threading.Thread:
    def run() -> None:
        with app.app_context():
            solve_runner.run_due(now=utc_now(), **options)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_agenda_is_solved_in_another_process(context: Flask) -> None:
    solve = queue(PROBLEM, "agenda", work=1)
    assert solve_runner.run_due(now=utc_now()) == 1
    solve = now_of(solve)
    assert (solve.state, solve.error) == (SolveState.DONE, "")
    assert solve.answer is not None
    assert (solve.answer["status"], set(solve.answer["assignments"])) == ("optimal", {"a", "b"})
    assert solve.input_hash == solves.input_hash(PROBLEM)
    assert solve_runner.run_due(now=utc_now()) == 0


def test_the_process_is_not_ours_and_its_printing_does_no_harm(context: Flask) -> None:
    solve = queue({"sleep": 0}, seconds=9.0, work=4)
    solve_runner.run_due(now=utc_now())
    answer = now_of(solve).answer
    assert answer is not None
    assert answer["process"] != os.getpid()
    assert (answer["seconds"], answer["work"]) == (9.0, 4)


def test_progress_can_be_read_meanwhile_and_a_call_off_ends_the_process(context: Flask) -> None:
    solve = queue({"sleep": 60})
    thread = in_thread(context)
    wait_until(lambda: now_of(solve).progress)
    process = solve.progress["process"]
    assert solve.state is SolveState.RUNNING
    assert is_alive(process)
    solves.cancel(solve, now=utc_now())
    db.session.commit()
    thread.join(20)
    assert now_of(solve).state is SolveState.CANCELLED
    assert not is_alive(process)
    assert solves.latest("sleepy", SUBJECT) is None


def test_what_goes_far_beyond_its_limit_is_stopped(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve_runner, "GRACE_SECONDS", 2)
    solve = queue({"sleep": 60}, seconds=0.1)
    assert solve_runner.run_due(now=utc_now()) == 1
    solve = now_of(solve)
    assert (solve.state, solve.error) == (SolveState.FAILED, solve_runner.TOO_LONG)


def test_a_process_that_fails_leaves_words_and_no_answer(context: Flask) -> None:
    solve = queue({"no": "sleep"})
    assert solve_runner.run_due(now=utc_now()) == 1
    solve = now_of(solve)
    assert (solve.state, solve.error, solve.answer) == (SolveState.FAILED, solve_runner.FAILED, None)


def test_two_workers_solve_it_once(context: Flask) -> None:
    solve = queue({"sleep": 1})
    threads = [in_thread(context) for _ in range(4)]
    for thread in threads:
        thread.join(20)
    assert (now_of(solve).state, solve.tries) == (SolveState.DONE, 1)


def test_a_worker_told_to_stop_leaves_it_to_the_next_at_once(context: Flask) -> None:
    solve = queue({"sleep": 60})
    thread = in_thread(context, should_stop=lambda: bool(now_of_elsewhere(context, solve.id).progress))
    thread.join(20)
    assert (now_of(solve).state, solve.tries) == (SolveState.RUNNING, 0)
    assert solve_runner._claim(utc_now()) is not None


def now_of_elsewhere(app: Flask, id: Any) -> Solve:
    with db.sessionmaker() as session:
        return session.get_one(Solve, id)


KILLED = """
import sys
from showcase.models import utc_now
from showcase.services import solve_runner
from tests.integration.conftest import make_app
from pathlib import Path
solve_runner.SOLVERS = {"sleepy": "tests.integration.test_solves:sleepy"}
with make_app(sys.argv[1], Path(sys.argv[2])).app_context():
    solve_runner.run_due(now=utc_now())
"""


def test_after_kill_9_of_the_worker_it_is_solved_again_once_the_lease_is_over(context: Flask, tmp_path: Any) -> None:
    solve = queue({"sleep": 60})
    address = db.engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen([sys.executable, "-c", KILLED, address, str(tmp_path)])
    try:
        wait_until(lambda: now_of(solve).progress, 60)
        process = solve.progress["process"]
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    wait_until(lambda: not is_alive(process))
    assert solve_runner._claim(utc_now()) is None
    db.session.execute(sa.update(Solve).values(problem={"sleep": 0}))
    db.session.commit()
    assert solve_runner.run_due(now=utc_now() + solve_runner.LEASE) == 1
    solve = now_of(solve)
    assert (solve.state, solve.tries) == (SolveState.DONE, 2)


def test_a_try_that_lost_its_lease_writes_nothing_more(context: Flask) -> None:
    solve = queue({"sleep": 0})
    late = solve_runner._claim(utc_now())
    assert late is not None
    later = solve_runner._claim(utc_now() + solve_runner.LEASE)
    assert later is not None
    assert not solve_runner._write(late, progress={"late": 1})
    assert solve_runner._write(later, progress={"later": 1})
    assert now_of(solve).progress == {"later": 1}


def test_what_kills_every_worker_is_given_up(context: Flask) -> None:
    solve = queue({"sleep": 0})
    now = utc_now()
    for turn in range(solve_runner.MOST_TRIES):
        assert solve_runner._claim(now + turn * solve_runner.LEASE) is not None
    assert solve_runner._claim(now + timedelta(hours=1)) is None
    assert (now_of(solve).state, solve.error) == (SolveState.FAILED, solve_runner.FAILED)


def test_asking_for_the_same_returns_it_and_asking_for_more_calls_the_other_off(context: Flask) -> None:
    first = queue({"sleep": 0})
    assert queue({"sleep": 0}) is first
    second = queue({"sleep": 1})
    assert (first.state, second.state) == (SolveState.CANCELLED, SolveState.QUEUED)
    assert solves.latest("sleepy", SUBJECT) is second
