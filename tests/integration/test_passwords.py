"""Passwords: which are good enough, and that comparing takes the same work when there is nothing to compare with."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from showcase.errors import DomainError
from showcase.services import passwords


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "password12345",
        "P4ssw0rd!2026",
        "qwertyuiop[]",
        "Olive@Northmere.gov.uk",
        "olivenorthmere1",
        "Hathersage2026",
        "showcasecouncil",
        "aaaaaaaaaaaaaaaa",
        "121212121212",
        "x" * 201,
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(DomainError):
        passwords.check(password, email="olive@northmere.gov.uk", name="Olive Hathersage")


def test_another_persons_words_do_not_count(app: Flask) -> None:
    passwords.check("Hathersage kept 2 newts", email="pat@eastbrook.gov.uk", name="Pat Eaves")


BREACHED = "marble lantern orchard"


@pytest.fixture
def breaches() -> Iterator[list[str]]:
    """A list of breached passwords, as Have I Been Pwned describes its own, with one; yields the paths asked for."""
    digest = hashlib.sha1(BREACHED.encode()).hexdigest().upper()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            lines = [f"{'0' * 35}:0", "F" * 35 + ":12"]
            if self.path == f"/range/{digest[:5]}":
                lines.append(f"{digest[5:]}:3")
            body = "\r\n".join(lines).encode()
            self.send_response(200 if "range" in self.path else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked.append(f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def ask(app: Flask, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the application ask a list."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], breached_passwords_url=url))


def test_a_breached_password_is_refused_and_five_digits_leave_the_house(
    app: Flask, breaches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(app, breaches.pop(), monkeypatch)
    with pytest.raises(DomainError, match="breach"):
        passwords.check(BREACHED, email="olive@northmere.gov.uk")
    passwords.check("copper teapot meadow", email="olive@northmere.gov.uk")
    assert [len(path) for path in breaches] == [len("/range/12345")] * 2


def test_a_list_that_does_not_answer_keeps_nobody_out(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(app, "http://127.0.0.1:9", monkeypatch)
    passwords.check(BREACHED, email="olive@northmere.gov.uk")
    assert "does not answer" in caplog.text
    assert BREACHED not in caplog.text


def test_a_good_password_passes_and_opens_alone(app: Flask) -> None:
    passwords.check("marble lantern orchard", email="olive@northmere.gov.uk")
    kept = passwords.hash_of("marble lantern orchard")
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("marble lantern orchard", kept)
    assert not passwords.is_right("marble lantern orchards", kept)
    assert not passwords.is_right("there is no account", None)


def test_no_account_takes_as_long_as_a_wrong_password() -> None:
    kept = passwords.hash_of("marble lantern orchard")
    passwords.is_right("warm up", None)

    def fastest(against: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            passwords.is_right("wrong password", against)
            times.append(time.process_time() - start)
        return min(times)

    assert 0.5 < fastest(None) / fastest(kept) < 2
