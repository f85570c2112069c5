"""Backups: whole, consistent while people work, restorable into either engine; damage is named, nothing half done."""

import json
import resource
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import escape

import seeds
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Account, AuditEntry, Challenge, File, utc_now
from showcase.models.files import FileKind
from showcase.services import backups, consistency, sealing
from showcase.transactions import begin_writing, writing
from tests.integration.conftest import make_app, make_people, postgres_server

pytestmark = pytest.mark.either_database


@pytest.fixture(scope="module")
def full_app(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with everything that the seeds hold; tests read it only."""
    app = make_app(new_database(), tmp_path_factory.mktemp("full"))
    with app.app_context():
        begin_writing(db.session)
        seeds.load(now=utc_now())
        db.session.commit()
        while sealing.seal_due(now=utc_now()):
            pass
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def backup(full_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    file = tmp_path_factory.mktemp("backups") / "showcase.zip"
    with full_app.app_context():
        backups.save(db.engine, file, now=utc_now())
    return file


def test_a_backup_goes_from_engine_to_engine_and_back_unchanged(backup: Path, tmp_path: Path) -> None:
    tables = backups.check(backup)["tables"]
    assert tables["publications"]["rows"] > 100
    with postgres_server(tmp_path / "postgres") as server:
        admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE restored"))
        admin.dispose()
        postgres = sa.make_url(server).set(database="restored")
        for number, url in enumerate((postgres, sa.make_url(f"sqlite:///{tmp_path / 'restored.sqlite'}"))):
            engine = sa.create_engine(url)
            backups.restore(engine, backup)
            again = tmp_path / f"{number}.zip"
            backups.save(engine, again, now=utc_now())
            engine.dispose()
            assert backups.check(again)["tables"] == tables
            backup = again


def test_what_was_restored_is_consistent_and_works(
    backup: Path, new_database: Callable[[], str], tmp_path: Path
) -> None:
    app = make_app(new_database(), tmp_path)
    with app.app_context():
        backups.restore(db.engine, backup)
        assert list(consistency.faults()) == []
        challenge = db.session.scalars(sa.select(Challenge).where(Challenge.published_version_id.is_not(None))).first()
        assert challenge is not None
        title = challenge.published_title
        response = app.test_client().get(f"/challenges/{challenge.id}")
        assert response.status_code == 200
        assert str(escape(title)) in response.text
        db.engine.dispose()


def test_only_an_empty_database_is_filled(full_app: Flask, backup: Path) -> None:
    with full_app.app_context():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Account))
        with pytest.raises(DomainError, match="not empty"):
            backups.restore(db.engine, backup)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == before


def _altered(backup: Path, file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return file


def _with_another_shape(name: str, content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "shape": "0001"}).encode() if name == backups.MANIFEST else content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda name, content: content.replace(b"a", b"b") if name == "accounts.jsonl" else content,
            "accounts differs",
        ),
        (lambda name, content: None if name == "accounts.jsonl" else content, "cannot be read|is no backup"),
        (lambda name, content: None if name == backups.MANIFEST else content, "is no backup"),
        (_with_another_shape, "0001"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_kept(
    own_app: Flask,
    backup: Path,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    words: str,
) -> None:
    file = _altered(backup, tmp_path / "damaged.zip", change)
    with own_app.app_context():
        with pytest.raises(backups.BadBackup, match=words):
            backups.restore(db.engine, file)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_a_file_cut_short_is_refused(own_app: Flask, backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "short.zip"
    file.write_bytes(backup.read_bytes()[:-200])
    with own_app.app_context(), pytest.raises(backups.BadBackup):
        backups.restore(db.engine, file)


def test_a_backup_shows_one_moment_while_others_write(own_app: Flask, tmp_path: Path) -> None:
    stop = threading.Event()
    pairs = 0

    def write_pairs() -> None:
        nonlocal pairs
        with own_app.app_context():
            while not stop.is_set():
                with writing() as session:
                    session.add_all([AuditEntry(action="pair", subject_kind="") for _ in range(2)])
                pairs += 1

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        with own_app.app_context():
            for number in range(5):
                before = pairs
                counts = backups.save(db.engine, tmp_path / f"{number}.zip", now=utc_now())
                assert counts["audit_entries"] % 2 == 0
                assert counts["audit_entries"] >= 2 * before
                while pairs == before:
                    stop.wait(0.01)
    finally:
        stop.set()
        writer.join()


def test_a_full_disk_leaves_the_backup_before(full_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "showcase.zip"
    file.write_bytes(b"the one before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with full_app.app_context():
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))  # no file may grow above 64 kB
        try:
            with pytest.raises(OSError, match="File too large"):
                backups.save(db.engine, file, now=utc_now())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.read_bytes() == b"the one before"
    assert [each.name for each in tmp_path.iterdir()] == ["showcase.zip"]


def test_a_changed_file_is_named(own_app: Flask) -> None:
    with own_app.app_context():
        data = b"%PDF-1.7"
        db.session.add(File(name="plan.pdf", kind=FileKind.PDF, size=len(data), sha256="0" * 64, data=data))
        db.session.commit()
        (fault,) = consistency.faults()
        assert "plan.pdf" in fault


def test_a_lost_reference_is_named(own_app: Flask) -> None:
    with own_app.app_context():
        member = make_people().staff
        if db.engine.dialect.name != "sqlite":
            return  # PostgreSQL cannot be brought to lose one
        id, account_id = member.id, member.account_id
        db.session.rollback()
        connection = db.engine.raw_connection()  # outside of a transaction, where the setting has no effect
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("DELETE FROM accounts WHERE id = ?", (account_id.hex,))
        cursor.execute("PRAGMA foreign_keys=ON")
        connection.close()
        assert list(consistency.faults()) == [
            f"memberships {id}: account_id names a row of accounts that is not there."
        ]
