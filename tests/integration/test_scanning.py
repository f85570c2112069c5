"""A virus scanner is asked about each file, over the protocol that ClamAV's daemon speaks, and its word is kept to."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.access import actor_for
from showcase.config import BadSettings, Settings
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Account, AuditEntry, File, utc_now
from showcase.services import files, scanning
from showcase.transactions import writing
from tests.integration.conftest import CheckedClient, People
from tests.integration.matching_texts import live_challenge
from tests.integration.test_files import Sent, a_pdf

pytestmark = pytest.mark.either_database

BAD = b"the-part-that-the-scanner-knows"


@dataclass
class Scanner:
    """A daemon that reads INSTREAM as clamd(8) describes it, and finds `BAD`."""

    listener: socket.socket
    answer: Callable[[bytes], bytes] = lambda data: b"stream: Test FOUND\0" if BAD in data else b"stream: OK\0"
    seen: list[bytes] = field(default_factory=list)

    def close(self) -> None:
        """Listen no more; whoever waits for a caller is woken."""
        if self.listener.fileno() != -1:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()

    def serve(self) -> None:
        """Answer one connection after the other until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                pieces = []
                while size := struct.unpack(">I", stream.read(4))[0]:
                    pieces.append(stream.read(size))
                    assert len(pieces[-1]) == size
                self.seen.append(b"".join(pieces))
                connection.sendall(self.answer(self.seen[-1]))


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path, app: Any) -> Iterator[Scanner]:
    """A scanner that the application is told of, over TCP and over a socket in the file system."""
    if request.param == "tcp":
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "clamd"))
        listener.listen()
        address = f"unix:{tmp_path / 'clamd'}"
    made = Scanner(listener)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, clamd=address)
    yield made
    app.config["SETTINGS"] = before
    made.close()
    thread.join(5)


def keep(people: People, data: bytes) -> File:
    return files.keep(Sent("letter.pdf", data), by=actor_for(people.officer), now=utc_now())


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count(File.id))) or 0


def test_a_clean_file_is_kept_and_the_scanner_saw_all_of_it(people: People, scanner: Scanner) -> None:
    data = a_pdf().replace(b"<<", b"<<" + b" " * 300_000, 1)
    file = keep(people, data)
    assert scanner.seen == [data]
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == file.id)).one()
    assert entry.details["is_scanned"] is True


def test_a_file_with_something_in_it_is_refused(people: People, scanner: Scanner) -> None:
    with pytest.raises(DomainError, match="something harmful"):
        keep(people, a_pdf().replace(b"<<", b"<<" + BAD, 1))
    assert count() == 0


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK, or so\0"])
def test_no_clear_word_is_a_refusal(people: People, scanner: Scanner, answer: bytes) -> None:
    scanner.answer = lambda _: answer
    with pytest.raises(DomainError, match="cannot be checked"):
        keep(people, a_pdf())
    assert count() == 0


def test_a_scanner_that_is_away_is_a_refusal(people: People, scanner: Scanner) -> None:
    scanner.close()
    with pytest.raises(DomainError, match="cannot be checked"):
        keep(people, a_pdf())


def test_what_is_not_what_it_says_never_reaches_the_scanner(people: People, scanner: Scanner) -> None:
    with pytest.raises(DomainError, match="something else"):
        keep(people, b"MZ" + BAD)
    assert scanner.seen == []


def test_nobody_waits_for_the_scanner_to_write(
    client: CheckedClient, people: People, scanner: Scanner, app: Flask
) -> None:
    """While a file of one person is looked at, another saves; and the file is kept with what it belongs to."""
    challenge = live_challenge(people, people.officer)
    saved: list[int] = []

    def answer(_: bytes) -> bytes:
        with app.app_context(), writing() as session:  # would wait for the database and give up
            session.execute(sa.update(Account).values(name=Account.name))
        saved.append(1)
        return b"stream: OK\0"

    scanner.answer = answer
    client.sign_in(people.officer)
    sent = {"title": "What we learned", "text": "Everyone may read it.", "is_sure": "y"}
    sent |= {"file": (BytesIO(a_pdf()), "learned.pdf")}
    page = client.post(f"/challenges/{challenge.id}/releases/new", data=sent, follow_redirects=True)
    assert saved == [1]
    assert "Released." in page.text
    assert count() == 1


def test_without_a_scanner_staff_are_told(client: CheckedClient, people: People) -> None:
    assert not scanning.is_on()
    file = keep(people, a_pdf() + b"\n%" + BAD + b"\n%%EOF")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == file.id)).one()
    assert entry.details["is_scanned"] is False
    client.sign_in(people.staff)
    assert "not checked for viruses" in client.get("/staff").text


def test_with_a_scanner_staff_are_told_so(client: CheckedClient, people: People, scanner: Scanner) -> None:
    client.sign_in(people.staff)
    page = client.get("/staff").text
    assert "are checked for viruses" in page
    assert "not checked" not in page


def test_where_the_scanner_listens_is_checked(tmp_path: Path) -> None:
    environment = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    assert Settings.from_environment(environment).clamd is None
    for good in ("unix:/run/clamav/clamd.ctl", "clamd.internal:3310"):
        assert Settings.from_environment({**environment, "CLAMD": good}).clamd == good
    for bad in ("clamd", "clamd:port", "unix:"):
        with pytest.raises(BadSettings, match="CLAMD"):
            Settings.from_environment({**environment, "CLAMD": bad})
