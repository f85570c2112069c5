"""Uploads are taken for what their bytes are, refused with words that help, and given back only as attachments."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask import Flask

from showcase.access import actor_for
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import AuditEntry, File, FileKind, utc_now
from showcase.policies import PUBLIC
from showcase.services import files
from showcase.views import files as file_views
from tests.integration.conftest import People

pytestmark = pytest.mark.either_database

WORD = (
    b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
)


@dataclass
class Sent:
    """A file as a form gives it."""

    filename: str | None
    data: bytes

    def read(self, size: int = -1, /) -> bytes:
        return self.data if size < 0 else self.data[:size]


def a_pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def a_png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def a_jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xd9"


def an_archive(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return out.getvalue()


def a_docx(**more: bytes) -> bytes:
    return an_archive(**{"[Content_Types].xml": WORD, "word/document.xml": b"<w:document/>", **more})


def an_xlsx() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write_string(0, 0, "One")
    return out.getvalue()


def a_lying_archive() -> bytes:
    """Return a document whose part says that it is small and is not."""
    data = bytearray(a_docx(**{"word/media.bin": b"\0" * 30_000_000}))
    true_size = struct.pack("<I", 30_000_000)
    assert data.count(true_size) == 2
    return bytes(data.replace(true_size, struct.pack("<I", 500)))


GOOD: dict[FileKind, Callable[[], bytes]] = {
    FileKind.PDF: a_pdf,
    FileKind.DOCX: a_docx,
    FileKind.XLSX: an_xlsx,
    FileKind.PNG: a_png,
    FileKind.JPEG: a_jpeg,
}


@pytest.mark.parametrize("kind", FileKind)
def test_each_kind_is_kept_with_its_hash(people: People, kind: FileKind) -> None:
    data = GOOD[kind]()
    file = files.keep(Sent(f"Letter of intent.{kind.value.upper()}", data), by=actor_for(people.officer), now=utc_now())
    db.session.expire(file)
    assert (file.kind, file.size, file.data) == (kind, len(data), data)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert file.organisation_id == people.officer.organisation_id
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == file.id)).one()
    assert entry.details["sha256"] == file.sha256


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.pdf", b"", "is empty"),
        ("program.exe", b"MZ\x90\x00", "cannot be taken"),
        ("letter.pdf.exe", a_pdf(), "cannot be taken"),
        ("letter", a_pdf(), "cannot be taken"),
        ("letter.pdf\u202egpj.exe", a_pdf(), "cannot be taken"),
        ("program.pdf", b"MZ\x90\x00" + b"\0" * 500, "something else"),
        ("page.pdf", b"<html><script>alert(1)</script>%PDF-1.7 %%EOF", "something else"),
        ("letter.png", a_pdf(), "something else"),
        ("letter.pdf", a_docx(), "something else"),
        ("sheet.docx", an_xlsx(), "something else"),
        ("archive.docx", an_archive(readme=b"hello"), "something else"),
        ("half.docx", a_docx()[:200], "something else"),
        ("behind.pdf", a_pdf() + a_docx(), "something else"),
        ("behind.png", a_png() + a_docx(), "something else"),
        ("behind.jpg", a_jpeg() + b"<?php", "something else"),
        ("macros.docx", a_docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        ("bomb.docx", a_docx(**{"word/media.bin": b"\0" * 5_000_000}), "far too large"),
        ("many.xlsx", an_archive(**{f"p{i}": b"" for i in range(5001)}), "far too large"),
        ("large.pdf", a_pdf() + b"\0" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_what_is_not_what_it_says_is_refused(people: People, name: str, data: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        files.keep(Sent(name, data), by=actor_for(people.officer), now=utc_now())
    assert db.session.scalar(sa.select(sa.func.count(File.id))) == 0


def test_an_archive_that_lies_about_its_size_never_unpacks(people: People) -> None:
    """What it says is all that is ever unpacked of it, so that saying less than there is gains nothing."""
    file = files.keep(Sent("lies.docx", a_lying_archive()), by=actor_for(people.officer), now=utc_now())
    assert file.size < 100_000


def test_only_the_kinds_asked_for_are_taken(people: People) -> None:
    with pytest.raises(DomainError, match=r"PDF, Word \(\.docx\) or Excel"):
        files.keep(Sent("a.png", a_png()), by=actor_for(people.officer), now=utc_now(), kinds=files.DOCUMENTS)


@pytest.mark.parametrize("upload", [None, Sent(None, b""), Sent("", b"")])
def test_nothing_chosen_is_said(people: People, upload: Sent | None) -> None:
    with pytest.raises(DomainError, match="Choose a file"):
        files.keep(upload, by=actor_for(people.officer), now=utc_now())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/letter.pdf", "letter.pdf"),
        ("C:\\Users\\a\\letter.pdf", "letter.pdf"),
        ('le"tt\r\ner;.pdf', "letter.pdf"),
        ("letter\u202efdp.pdf", "letterfdp.pdf"),
        ("  Überblick  2027 .pdf", "Überblick 2027.pdf"),
        ("a" * 300 + ".pdf", "a" * 120 + ".pdf"),
        ("\x00", "file"),
    ],
)
def test_names_lose_what_misleads(sent: str, kept: str) -> None:
    assert files.clean_name(sent) == kept


def test_a_file_goes_out_as_an_attachment(own_app: Flask) -> None:
    with own_app.app_context():
        file_id = files.keep(Sent("Überblick.pdf", a_pdf()), by=PUBLIC, now=utc_now()).id
        db.session.commit()
    with own_app.test_request_context():
        answer = own_app.process_response(file_views.send(db.session.get_one(File, file_id)))
    assert answer.data == a_pdf()
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%C3%9Cberblick.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with own_app.app_context():
        noted = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == file_id))
        assert set(noted) == {"file.kept", "file.taken"}
