"""The real thing in a real browser: `showcase demo` on a database of its own, with its worker, seen by Chromium.

SHOWCASE_SERVER=http://… uses a demo that runs already, which is quicker while pages are being written.
SCREENSHOTS=folder keeps a picture of every page that is checked.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

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
SECONDS_TO_START = 240
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_answering(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo that is seeded, embedded and running."""
    if running := os.environ.get("SHOWCASE_SERVER"):
        yield running.rstrip("/")
        return
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BASE_URL", "SMTP_URL"}},
        "PORT": str(port),
        "INSTANCE_PATH": str(folder),
        "EMBEDDER_URL": f"http://127.0.0.1:{free_port()}",
    }
    address = f"http://127.0.0.1:{port}"
    with (folder / "demo.log").open("wb") as log:
        command = [str(Path(sys.executable).parent / "showcase"), "demo"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not is_answering(address):
                said = (folder / "demo.log").read_text()[-2000:]
                assert process.poll() is None, f"the demo stopped: {said}"
                assert time.monotonic() < deadline, f"the demo did not start: {said}"
                time.sleep(0.3)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, server: str) -> Callable[[str], StorageState | None]:
    """Give the cookies of a role, signed in once through the sign-in page."""
    kept: dict[str, StorageState] = {}

    def cookies(role: str) -> StorageState | None:
        email = ROLES[role]
        if email is None:
            return None
        if role not in kept:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{server}/sign-in")
            page.fill("main input[name=email]", email)
            page.fill("main input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.get_by_role("button", name="Sign out").wait_for(state="attached")
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return cookies


@pytest.fixture(scope="session")
def new_page(browser: Browser, server: str, signed_in: Callable[[str], StorageState | None]) -> OpenPage:
    """Open a browser of its own for a role; the caller closes its context and reads `page.problems`."""

    def new(role: str = "public", width: int = WIDTHS[0]) -> Page:
        context = browser.new_context(
            base_url=server,
            storage_state=signed_in(role),
            viewport={"width": width, "height": 900},
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            service_workers="block",
        )
        page = context.new_page()
        watch(page, server)
        return page

    return new


@pytest.fixture
def open_page(new_page: OpenPage) -> Iterator[OpenPage]:
    """Open a browser as a role, at a width: `page = open_page("staff", 375)`; then `page.goto("/")`.

    What went wrong in it is listed in `page.problems`, and fails the test when it is not emptied.
    """
    pages: list[Page] = []

    def open_one(role: str = "public", width: int = WIDTHS[0]) -> Page:
        pages.append(new_page(role, width))
        return pages[-1]

    yield open_one
    problems = [problem for page in pages for problem in page.problems]  # type: ignore[attr-defined]
    for page in pages:
        page.context.close()
    assert problems == []


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
