"""Commands that serve: web and worker together, the worker alone, and the whole demo from nothing."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import click

ROOT = Path(__file__).parent.parent.parent
THREADS = 8
"""Requests that one web process answers at once."""
LONGEST_ADDRESS = 8190
"""Most characters of a request's first line, the highest limit that the web server has."""
PR_SET_PDEATHSIG = 1
"""What prctl(2) calls the signal that a process gets when its parent is gone."""
FIRST_EMBEDDED = 4
"""Texts in the first batches of a watched embedding: few, so that its bar moves at once."""


@click.command()
def run() -> None:
    """Run web and worker together on this machine (PORT, default 8000)."""
    from showcase.commands.database import upgrade_database

    require_free_port()
    upgrade_database()
    supervise()


@click.command()
def work() -> None:
    """Run the worker: embed what changed, send mail, until stopped."""
    import logging

    from showcase import create_app, worker

    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("showcase").setLevel(logging.INFO)
    worker.forever(create_app())


@click.command()
def embed() -> None:
    """Embed every text that waits for it, with a progress bar, and stop."""
    from tqdm import tqdm

    from showcase import create_app, worker
    from showcase.extensions import settings
    from showcase.models import utc_now
    from showcase.services import encodings, fairness_reports, index, vectors

    with create_app().app_context():
        model = encodings.wanted()
        waiting = vectors.count_stale(model)
        embedder = None
        if waiting:
            click.echo(f"Embedding {waiting} texts, so that they can be matched; a full demo takes a minute or two…")
            embedder = worker.load_model(settings().model_name)
            with tqdm(total=waiting, desc="Embedding", unit="text") as bar:
                vectors.refresh(embedder, model=model, told=bar.update, batch=FIRST_EMBEDDED)
        index.recalibrate(model=model)
        if embedder is not None and encodings.change():
            vectors.advance(embedder, now=utc_now())  # nothing is missing any more
        fairness_reports.refresh(now=utc_now())


@click.command()
def demo() -> None:
    """Make the demo database when there is none, then run web and worker on it."""
    from showcase.commands.database import load_seeds, upgrade_database

    os.environ["DEMO"] = "1"
    require_free_port()
    click.echo("Demo content: councils, firms, challenge statements, solution profiles…")
    upgrade_database()
    load_seeds()
    # In a process of its own: the model's memory goes with it
    subprocess.run([sys.executable, "-m", "showcase.commands", "embed"], check=True, cwd=ROOT)
    _introduce()
    supervise()


def _introduce() -> None:
    from seeds.people import COUNCIL_DOMAINS, DEMO_PASSWORD, PEOPLE
    from showcase.config import Settings

    click.echo(f"\nThe showcase is at http://127.0.0.1:{_port()}\n")
    click.echo(f"Sign in with the password {DEMO_PASSWORD} as:")
    for person in PEOPLE:
        click.echo(f"  {person.email:<36} {person.role}")
    click.echo(f"\nOthers can join their council with any address at {' or '.join(COUNCIL_DOMAINS)}.")
    settings = Settings.from_environment()
    if settings.smtp_url is None:
        mail = settings.instance_path / "mail"
        click.echo(f"E-mails are not sent but kept: in {_shortened(mail)}, and for LGA staff under Staff, Outbox.")
    click.echo("\nStop with Ctrl+C. Everything is kept; `make demo` starts it again.\n")


def _shortened(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _host() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def _port() -> str:
    return os.environ.get("PORT") or "8000"


def require_free_port() -> None:
    """Say at once, before anything slow, when something else listens where the web server is to.

    Raises:
        ClickException: the port is in use, or is no port.
    """
    family = socket.AF_INET6 if ":" in _host() else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does: one just left is free
        try:
            tried.bind((_host(), int(_port())))
        except (ValueError, OverflowError):
            raise click.ClickException(f"PORT must be a number up to 65535, not {_port()}.") from None
        except OSError as error:
            fault = f"Cannot listen on {_host()}:{_port()}: {error.strerror}."
            if error.errno == errno.EADDRINUSE:
                fault = f"Port {_port()} is in use. Choose another one, such as PORT=8010."
            raise click.ClickException(fault) from None


def supervise() -> None:
    """Keep a web server and a worker running until told to stop; a worker that dies is started again."""
    web = _start_web()
    worker = _start_worker()
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping and web.poll() is None:
        if worker.poll() is not None:
            click.echo("The worker stopped; starting it again.", err=True)
            time.sleep(1)
            worker = _start_worker()
        time.sleep(0.2)
    for process in (web, worker):
        process.terminate()
    for process in (web, worker):
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    if not stopping:
        raise SystemExit(web.returncode or 1)


def _start_web() -> "subprocess.Popen[bytes]":
    command = ["-m", "gunicorn", "--worker-class", "gthread", "--threads", str(THREADS), "--no-control-socket"]
    command += ["--limit-request-line", str(LONGEST_ADDRESS)]
    address = ["--bind", f"{_host()}:{_port()}", "--log-level", "warning", "wsgi:app"]
    # Requests already share the cores: arithmetic that spreads one of them over all cores only makes the others wait
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = {**os.environ, **one_thread}
    return _start([*command, *address], environment)


def _start_worker() -> "subprocess.Popen[bytes]":
    return _start(["-m", "showcase.commands", "work"], dict(os.environ))


def _start(arguments: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        start_new_session=True,
        env=environment,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """Have the kernel tell this process to stop when the one that started it is gone, even killed. Linux alone does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
