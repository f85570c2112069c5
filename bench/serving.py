"""How quickly the web process starts, how much memory it takes, and who holds the language model.

Works on a demo of its own: seeds and embeds it in a temporary folder, or copies the folder that `--seeded` names.
Starts one web process and one worker as a deployment does, reads pages as a council officer would, and reads the facts
about both from the operating system. Needs /proc, so Linux.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from seeds.people import DEMO_PASSWORD

ROOT = Path(__file__).parent.parent
OFFICER = "officer@camden.demo.example"
MOST_SECONDS_TO_FIRST_PAGE = 2.0
MOST_WEB_MB = 200.0
STARTS = 5
SECONDS_FOR_MODEL = 240
MODEL_LIBRARIES = ("libtorch", "libopenvino")
"""What a process has loaded that computes with the model."""
SEARCHES = ("mould in council homes", "letters that people can read", "missed bins", "potholes reported late")


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    seconds_to_first_page: list[float]
    """From starting `gunicorn wsgi:app` to the whole of `/`, one figure a start."""
    pages_read: int
    web_rss_mb: float
    """Of all web processes together that hold the application, after the pages were read."""
    web_peak_mb: float
    gunicorn_master_rss_mb: float
    """Of the process that only watches over them."""
    web_has_torch: bool
    worker_rss_mb: float
    web_has_model_library: bool
    """Torch or any other library that computes with the model."""
    processes_with_model: int
    load_average: float
    """Of the machine over the last minute: above the number of its processors, the seconds say little."""

    @property
    def is_within(self) -> bool:
        """Whether everything is within what was promised."""
        return (
            sorted(self.seconds_to_first_page)[len(self.seconds_to_first_page) // 2] <= MOST_SECONDS_TO_FIRST_PAGE
            and self.web_rss_mb < MOST_WEB_MB
            and not self.web_has_torch
            and not self.web_has_model_library
            and self.processes_with_model == 1
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0 when everything is within its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench serving", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--seeded", type=Path, help="a demo's instance folder, to copy instead of seeding a new one")
    chosen = parser.parse_args(arguments)
    figures = measure(chosen.seeded)
    print(json.dumps(asdict(figures), indent=2) if chosen.json else as_table(figures))
    return 0 if figures.is_within else 1


def measure(seeded: Path | None = None) -> Figures:
    """Start, read, look at the processes; everything that was started is stopped again."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        environment = _environment(folder)
        _prepare(folder, seeded, environment)
        seconds = [_seconds_to_first_page(environment) for _ in range(STARTS)]
        worker = running.enter_context(_process(["-m", "showcase.commands", "work"], environment))
        address = running.enter_context(_web(environment))
        _wait_for_model(environment, worker)
        pages = _read_as_officer(address.url)
        everyone = [address.pid, *_children(address.pid), worker.pid, *_children(worker.pid)]
        serving = _children(address.pid) or [address.pid]
        return Figures(
            seconds_to_first_page=[round(one, 2) for one in seconds],
            pages_read=pages,
            web_rss_mb=round(sum(_memory_mb(pid, "VmRSS") for pid in serving), 1),
            web_peak_mb=round(sum(_memory_mb(pid, "VmHWM") for pid in serving), 1),
            gunicorn_master_rss_mb=round(_memory_mb(address.pid, "VmRSS"), 1),
            web_has_torch=any(_has_loaded(pid, "libtorch") for pid in serving),
            web_has_model_library=any(_has_loaded(pid, *MODEL_LIBRARIES) for pid in serving),
            worker_rss_mb=round(_memory_mb(worker.pid, "VmRSS"), 1),
            processes_with_model=sum(_has_loaded(pid, *MODEL_LIBRARIES) for pid in everyone),
            load_average=round(os.getloadavg()[0], 1),
        )


def as_table(figures: Figures) -> str:
    """Return the figures as lines: what, measured, at most."""
    starts = sorted(figures.seconds_to_first_page)
    rows = [
        ("seconds to the first page, middle of " + str(len(starts)), f"{starts[len(starts) // 2]:.2f}", "2.00"),
        ("seconds to the first page, slowest", f"{starts[-1]:.2f}", ""),
        (f"web process, MB after {figures.pages_read} pages", f"{figures.web_rss_mb:.0f}", f"{MOST_WEB_MB:.0f}"),
        ("web process, MB at its peak", f"{figures.web_peak_mb:.0f}", ""),
        ("gunicorn's own process, MB", f"{figures.gunicorn_master_rss_mb:.0f}", ""),
        ("web process has loaded torch", "yes" if figures.web_has_torch else "no", "no"),
        ("worker, MB", f"{figures.worker_rss_mb:.0f}", ""),
        ("processes that hold the model", str(figures.processes_with_model), "1"),
        (f"load of the machine ({os.cpu_count()} processors)", f"{figures.load_average}", ""),
    ]
    lines = [f"{'':<42}{'measured':>10}{'at most':>10}", *(f"{a:<42}{b:>10}{c:>10}" for a, b, c in rows)]
    return "\n".join([*lines, "", "within all limits" if figures.is_within else "NOT within all limits"])


# --- processes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Web:
    """A web server that runs."""

    url: str
    pid: int


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BASE_URL", "SMTP_URL"}}
    own = {"INSTANCE_PATH": str(folder), "DEMO": "1", "EMBEDDER_URL": f"http://127.0.0.1:{_free_port()}"}
    return {**kept, **own}


def _prepare(folder: Path, seeded: Path | None, environment: dict[str, str]) -> None:
    if seeded is not None:
        shutil.copytree(seeded, folder, dirs_exist_ok=True)
    for command in ("seed", "embed"):
        subprocess.run(
            [sys.executable, "-m", "showcase.commands", command],
            env=environment, cwd=ROOT, check=True, stdout=sys.stderr,
        )  # fmt: skip


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, *command], env=environment, cwd=ROOT, stdout=sys.stderr)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _web(environment: dict[str, str]) -> Iterator[Web]:
    """Run the web server as a deployment does, until the block ends."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:app"]
    with _process(command, {**environment, "BASE_URL": url}) as process:
        yield Web(url, process.pid)


def _seconds_to_first_page(environment: dict[str, str]) -> float:
    started = time.monotonic()
    with _web(environment) as web:
        while True:
            try:
                with urllib.request.urlopen(web.url, timeout=30) as reply:
                    reply.read()
                return time.monotonic() - started
            except OSError:
                if time.monotonic() - started > SECONDS_FOR_MODEL:
                    raise
                time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for_model(environment: dict[str, str], worker: "subprocess.Popen[bytes]") -> None:
    """Wait until the worker answers embedding calls, which it does once its model is loaded."""
    host, port = environment["EMBEDDER_URL"].removeprefix("http://").split(":")
    deadline = time.monotonic() + SECONDS_FOR_MODEL
    while time.monotonic() < deadline and worker.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the worker did not load its model")


# --- pages ------------------------------------------------------------------------------------------------------------


def _read_as_officer(url: str) -> int:
    """Sign in, read lists, searches and every page of matches of the officer's council; return how many pages."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def read(path: str, answers: dict[str, str] | None = None) -> str:
        data = urlencode(answers).encode() if answers else None
        request = urllib.request.Request(url + path, data, {"Referer": url + path})
        with opener.open(request, timeout=60) as reply:
            return str(reply.read().decode())

    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read("/sign-in"))
    assert token is not None, "the sign-in page has no token"
    home = read("/sign-in", {"csrf_token": unescape(token[1]), "email": OFFICER, "password": DEMO_PASSWORD})
    assert "Sign out" in home, "the demo sign-in does not work"
    own = sorted(set(re.findall(r"/challenges/[0-9a-f-]{36}", read("/challenges/yours"))))
    assert own, "the officer's council has no challenge"
    paths = ["/", "/challenges", "/solutions", *(f"/search?{urlencode({'q': words})}" for words in SEARCHES)]
    paths += [path for each in own for path in (f"{each}/matches", f"{each}/draft-matches", f"{each}/similar")]
    done = 3
    for path in paths * 2:
        try:
            read(path)
            done += 1
        except urllib.error.HTTPError as error:
            if error.code != 404:  # a draft has no published pages, a published text no draft's
                raise
    return done


# --- what the operating system says -----------------------------------------------------------------------------------


def _memory_mb(pid: int, name: str) -> float:
    """Return a figure of /proc/PID/status in MB of a million bytes."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024 / 1_000_000


def _has_loaded(pid: int, *libraries: str) -> bool:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return any(library in maps for library in libraries)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    raise SystemExit(main())
