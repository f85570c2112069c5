"""The outbox: each e-mail is sent once its change is kept, again after a failure, and never by two workers at once."""

import asyncio
import email
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from showcase.extensions import db, settings
from showcase.models import Message, utc_now
from showcase.services import mail, messages
from tests.integration.conftest import CheckedClient, People, Statements, make_app

NOW = utc_now()


def queue(app: Flask, to: str = "a@b.example", subject: str = "Hello – you", body: str = "Grüße, £5\n") -> None:
    messages.queue(to, subject, body, now=NOW)
    db.session.commit()


def only() -> Message:
    db.session.commit()  # so that the next statement sees what others have written
    return db.session.scalars(sa.select(Message)).one()


def files(app: Flask) -> list[Path]:
    return sorted((Path(settings().instance_path) / "mail").glob("*"))


@pytest.fixture
def empty_outbox(app: Flask) -> Flask:
    for file in files(app):
        file.unlink()
    return app


def test_without_a_mail_server_an_email_becomes_a_file(empty_outbox: Flask) -> None:
    queue(empty_outbox)
    assert mail.send_due(now=NOW) == 1
    assert mail.send_due(now=NOW) == 0
    (file,) = files(empty_outbox)
    kept = email.message_from_bytes(file.read_bytes(), policy=default)
    assert (kept["To"], kept["Subject"]) == ("a@b.example", "Hello – you")
    assert kept.get_content() == "Grüße, £5\n"
    assert str(only().id) in kept["Message-ID"]
    assert only().sent_at == NOW


def test_a_message_of_a_change_that_was_undone_is_not_sent(app: Flask) -> None:
    messages.queue("a@b.example", "Never", "x", now=NOW)
    db.session.rollback()
    assert mail.send_due(now=NOW) == 0


def test_the_same_key_is_queued_once(app: Flask) -> None:
    for _ in range(2):
        messages.queue("a@b.example", "Once", "x", now=NOW, key="k")
    db.session.commit()
    assert only().key == "k"


def test_a_message_that_a_killed_worker_had_is_sent_after_its_lease(empty_outbox: Flask) -> None:
    queue(empty_outbox)
    assert len(mail._claim(NOW)) == 1
    assert mail.send_due(now=NOW + mail.LEASE - timedelta(seconds=1)) == 0
    assert mail.send_due(now=NOW + mail.LEASE) == 1


def test_a_line_break_in_a_subject_adds_no_header(empty_outbox: Flask) -> None:
    queue(empty_outbox, subject="Hello\r\nBcc: everyone@b.example")
    assert mail.send_due(now=NOW) == 1
    kept = email.message_from_bytes(files(empty_outbox)[0].read_bytes(), policy=default)
    assert kept["Bcc"] is None


def test_an_address_that_is_none_fails_and_is_given_up_in_the_end(empty_outbox: Flask) -> None:
    queue(empty_outbox, to="a@b.example\nBcc: c@d.example")
    now, waits = NOW, []
    for _ in range(mail.MOST_TRIES):
        assert mail.send_due(now=now) == 0
        waits.append(only().next_try_at - now)
        now = only().next_try_at
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert "ValueError" in (only().error or "")
    assert messages.state_of(only()) == "failed"
    assert mail.send_due(now=now + timedelta(days=365)) == 0
    assert files(empty_outbox) == []


# --- by SMTP ----------------------------------------------------------------------------------------------------------


class Server:
    """A small mail server that takes what it is sent, or refuses it."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.is_refusing = False
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                writer.write(b"250 hello\r\n")
            elif verb == "RCPT" and self.is_refusing:
                writer.write(b"451 later\r\n")
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.received.append(data.decode())
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
            await writer.drain()
        writer.close()

    def serve(self, ready: threading.Event, stop: threading.Event) -> None:
        async def run() -> None:
            server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.02)
            server.close()

        asyncio.run(run())


@pytest.fixture
def server() -> Iterator[Server]:
    server, ready, stop = Server(), threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve, args=(ready, stop))
    thread.start()
    assert ready.wait(5)
    yield server
    stop.set()
    thread.join()


@pytest.fixture
def smtp_app(new_database: Callable[[], str], tmp_path: Path, server: Server) -> Iterator[Flask]:
    app = make_app(new_database(), tmp_path, smtp_url=f"smtp://127.0.0.1:{server.port}")
    with app.app_context():
        yield app
    with app.app_context():
        db.engine.dispose()


def test_a_mail_server_is_sent_the_email(smtp_app: Flask, server: Server) -> None:
    queue(smtp_app)
    assert mail.send_due(now=NOW) == 1
    assert len(server.received) == 1
    assert f"Message-ID: <{only().id}@showcase.example>" in server.received[0]
    assert files(smtp_app) == []


def test_a_mail_server_that_refuses_is_tried_again(smtp_app: Flask, server: Server) -> None:
    queue(smtp_app)
    server.is_refusing = True
    assert mail.send_due(now=NOW) == 0
    assert "451" in (only().error or "")
    server.is_refusing = False
    assert mail.send_due(now=NOW) == 0, "not before the pause is over"
    assert mail.send_due(now=NOW + mail.PAUSES[0]) == 1
    assert only().error is None


def test_a_password_is_not_sent_over_an_open_connection(
    new_database: Callable[[], str], tmp_path: Path, server: Server
) -> None:
    app = make_app(new_database(), tmp_path, smtp_url=f"smtp://me:secret@127.0.0.1:{server.port}")
    with app.app_context():
        queue(app)
        assert mail.send_due(now=NOW) == 0
        assert "STARTTLS" in (only().error or "")
    with app.app_context():
        db.engine.dispose()
    assert server.received == []


def test_workers_at_once_send_each_message_once(smtp_app: Flask, server: Server) -> None:
    for number in range(60):
        messages.queue(f"{number}@b.example", "Hello", "x", now=NOW)
    db.session.commit()

    def work() -> None:
        with smtp_app.app_context():
            while mail.send_due(now=NOW):
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.received) == 60
    assert len({text.split("To: ")[1].split("\r\n")[0] for text in server.received}) == 60


# --- the pages of staff -----------------------------------------------------------------------------------------------


def test_the_outbox_is_for_staff(client: CheckedClient, people: People) -> None:
    queue(client.application)
    paths = ("/staff/messages", f"/staff/messages/{only().id}", "/staff/messages/export.csv")
    for path in paths:
        assert client.get(path).status_code == 302
    for membership in (people.officer, people.founder):
        client.sign_in(membership)
        assert [client.get(path).status_code for path in paths] == [403, 404, 403]
    client.sign_in(people.staff)
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    assert "Grüße, £5" in client.get(paths[1]).text


def test_what_no_server_sends_is_called_kept(
    empty_outbox: Flask, client: CheckedClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(people.staff)
    queue(empty_outbox)
    mail.send_due(now=NOW)
    for path in ("/staff/messages", f"/staff/messages/{only().id}", "/staff/messages/export.csv"):
        assert "Kept, no mail server" in client.get(path).text
    assert "kept on this machine" in client.get("/check-your-email").text
    monkeypatch.setitem(empty_outbox.config, "SETTINGS", replace(settings(), smtp_url="smtp://localhost"))
    assert "Kept, no mail server" not in client.get("/staff/messages").text
    assert "kept on this machine" not in client.get("/check-your-email").text


def test_the_outbox_is_searched_and_filtered(client: CheckedClient, people: People) -> None:
    queue(client.application, subject="First one")
    queue(client.application, to="z@z.example", subject="Second one")
    client.sign_in(people.staff)
    assert "Second one" not in client.get("/staff/messages?q=first").text
    assert "First one" not in client.get("/staff/messages?q=z@z").text
    assert "No e-mail fits" in client.get("/staff/messages?state=failed&state=sent").text
    assert "First one" in client.get("/staff/messages?state=queued").text


def test_a_message_given_up_can_be_tried_again(client: CheckedClient, people: People) -> None:
    queue(client.application)
    client.sign_in(people.staff)
    path = f"/staff/messages/{only().id}/try-again"
    assert client.post(path).status_code == 409
    db.session.execute(sa.update(Message).values(tries=mail.MOST_TRIES))
    db.session.commit()
    assert client.post(path).status_code == 302
    assert only().tries == 0


def test_links_that_let_in_are_hidden_where_a_mail_server_sends_them(smtp_app: Flask) -> None:
    secret = "http://127.0.0.1:8000/reset/" + "s" * 43
    queue(smtp_app, body=f"Open\n{secret}\nor http://127.0.0.1:8000/organisations/0b1c")
    shown = messages.readable_body(only())
    assert "sss" not in shown
    assert "/organisations/0b1c" in shown


def test_the_list_costs_the_same_with_more_rows(
    client: CheckedClient, people: People, count_queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    queue(client.application)
    client.sign_in(people.staff)
    client.get("/staff/messages")
    with count_queries() as few:
        client.get("/staff/messages")
    queue(client.application, subject="Two")
    queue(client.application, subject="Three")
    with count_queries() as many:
        client.get("/staff/messages")
    assert len(few) == len(many)
