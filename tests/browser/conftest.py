"""The real thing in a real browser: `showcase demo` on databases of its own, with its worker, seen by Chromium.

Tests that only look share one demo (`server`, `open_page`); a file of tests that write has a demo of its own
(`own_demo`, `open_own`). All are copies of one that is seeded and embedded once.

SHOWCASE_SERVER=http://… looks at a demo that runs already, which is quicker while pages are being written.
SHOWCASE_SEEDED=folder copies a demo's instance folder instead of seeding and embedding one.
SCREENSHOTS=folder keeps a picture of every page that is checked.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, StorageState, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PASSWORD = "showcase-demo-2026"
ROLES = {
    "public": None,
    "staff": "staff@lga.demo.example",
    "officer": "officer@camden.demo.example",
    "other_officer": "officer@durham.demo.example",
    "supplier": "founder@dampsense.demo.example",
    "other_supplier": "founder@lingua.demo.example",
}
WIDTHS = (1280, 375)
SHOWCASE = str(Path(sys.executable).parent / "showcase")
SECONDS_TO_START = 240
SECONDS_SINCE_WORKER = 10
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]

OpenPage = Callable[..., Page]


LONGEST = ("test_every_page.py", "test_showcase_story.py", "test_bargaining_story.py")
"""Files that begin first, so that of two processes neither waits long for the other at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_ready(address: str) -> bool:
    """Whether the web answers and the worker, which loads the model first, has been seen."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as reply:
            seen = json.load(reply)["seconds_since_worker_seen"]
            return seen is not None and seen < SECONDS_SINCE_WORKER
    except OSError:
        return False


@dataclass(frozen=True)
class Demo:
    """A demo that runs."""

    address: str
    folder: Path
    """Where it keeps its database, its mail and what it said."""


def environment_for(folder: Path, port: int) -> dict[str, str]:
    """The environment of a demo in a folder of its own, and nothing of the one these tests run in."""
    return {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BASE_URL", "SMTP_URL"}},
        "DEMO": "1",
        "PORT": str(port),
        "INSTANCE_PATH": str(folder),
        "EMBEDDER_URL": f"http://127.0.0.1:{free_port()}",
    }


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Run a demo in a folder until the block ends."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [SHOWCASE, "demo"], env=environment_for(folder, port), stdout=log, stderr=log, start_new_session=True
        )
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not is_ready(address):
                said = (folder / "demo.log").read_text()[-2000:]
                assert process.poll() is None, f"the demo stopped: {said}"
                assert time.monotonic() < deadline, f"the demo did not start: {said}"
                time.sleep(0.3)
            yield Demo(address, folder)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that is seeded and embedded; to be copied, never to be run.

    Made by whichever of the processes that test side by side comes first.
    """
    if made_before := os.environ.get("SHOWCASE_SEEDED"):
        return Path(made_before)
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "seeded"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for command in ("seed", "embed"):
                done = subprocess.run(
                    [SHOWCASE, command], env=environment_for(folder, 8000), capture_output=True, text=True
                )
                assert done.returncode == 0, done.stderr[-2000:]
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo that tests share; they look and leave it as it is."""
    if running := os.environ.get("SHOWCASE_SERVER"):
        yield running.rstrip("/")
        return
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(request.getfixturevalue("seeded"), folder, dirs_exist_ok=True)
    with running_demo(folder) as demo:
        yield demo.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Keys:
    """Signs people in through the sign-in page, once each, and keeps their cookies."""

    browser: Browser
    address: str
    kept: dict[str, StorageState] = field(default_factory=dict)

    def of(self, role: str) -> StorageState | None:
        """The cookies of a role or of an e-mail address; none of the public."""
        email = ROLES.get(role, role)
        if email is None:
            return None
        if email not in self.kept:
            context = self.browser.new_context(base_url=self.address)
            page = context.new_page()
            sign_in(page, email)
            self.kept[email] = context.storage_state()
            context.close()
        return self.kept[email]


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.fill("main input[name=email]", email)
    page.fill("main input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.get_by_role("button", name="Sign out").wait_for(state="attached")


def new_page_of(browser: Browser, address: str, keys: Keys, role: str, width: int, **options: Any) -> Page:
    context = browser.new_context(
        base_url=address,
        storage_state=keys.of(role),
        viewport={"width": width, "height": 900},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        service_workers="block",
        **options,
    )
    page = context.new_page()
    watch(page, address)
    return page


@contextmanager
def opening(new: OpenPage) -> Iterator[OpenPage]:
    """Open pages with `new`; at the end close them and fail with what went wrong in them and was not emptied."""
    pages: list[Page] = []

    def open_one(role: str = "public", width: int = WIDTHS[0], **options: Any) -> Page:
        pages.append(new(role, width, **options))
        return pages[-1]

    yield open_one
    problems = [problem for page in pages for problem in page.problems]  # type: ignore[attr-defined]
    for page in pages:
        page.context.close()
    assert problems == []


@pytest.fixture(scope="session")
def new_page(browser: Browser, server: str) -> OpenPage:
    """Open a browser of its own for a role; the caller closes its context and reads `page.problems`."""
    keys = Keys(browser, server)

    def new(role: str = "public", width: int = WIDTHS[0], **options: Any) -> Page:
        return new_page_of(browser, server, keys, role, width, **options)

    return new


@pytest.fixture
def open_page(new_page: OpenPage) -> Iterator[OpenPage]:
    """Open a browser as a role, at a width: `page = open_page("staff", 375)`; then `page.goto("/")`.

    What went wrong in it is listed in `page.problems`, and fails the test when it is not emptied.
    """
    with opening(new_page) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def own_demo(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of this file's own, whose tests may change what they like."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    with running_demo(folder) as demo:
        yield demo


@pytest.fixture(scope="module")
def own_keys(browser: Browser, own_demo: Demo) -> Keys:
    """Who is signed in to the file's own demo."""
    return Keys(browser, own_demo.address)


@pytest.fixture
def open_own(browser: Browser, own_demo: Demo, own_keys: Keys) -> Iterator[OpenPage]:
    """Open a browser on the file's own demo, as `open_page` does; options go to the browser's context."""

    def new(role: str, width: int, **options: Any) -> Page:
        return new_page_of(browser, own_demo.address, own_keys, role, width, **options)

    with opening(new) as open_one:
        yield open_one


def watch(page: Page, server: str) -> None:
    """List console messages (CSP breaches are there), errors, failed and off-site requests in `page.problems`."""
    problems: list[str] = []
    page.problems = problems  # type: ignore[attr-defined]

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            problems.append(f"{page.url}: console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((server, "data:", "blob:")):
            problems.append(f"{page.url}: off-site request: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            problems.append(f"{page.url}: {response.status} {response.request.method} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: script error: {error}"))
    page.on("request", on_request)
    page.on("response", on_response)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A wide browser in which nobody is signed in."""
    return open_page()
