"""Uploaded files: taken in only if their content is what their name says, and kept as rows with their hash.

Nothing is believed that the sender says. What a file is comes from its bytes, and must agree with the end of its name;
the type that the browser names is not read. Files are only ever given back as attachments (`views.files.send`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models.files import File, FileKind
from showcase.policies import Actor
from showcase.services import audit, scanning

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_UNPACKED_TIMES = 200
"""How much larger than packed a part of a document may be, where it is larger than `SMALL_BYTES`."""
SMALL_BYTES = 1024 * 1024
MOST_PARTS = 5_000
LONGEST_NAME = 120

ENDINGS: Mapping[str, FileKind] = {
    "pdf": FileKind.PDF,
    "docx": FileKind.DOCX,
    "xlsx": FileKind.XLSX,
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
}
WORDS: Mapping[FileKind, str] = {
    FileKind.PDF: "PDF",
    FileKind.DOCX: "Word (.docx)",
    FileKind.XLSX: "Excel (.xlsx)",
    FileKind.PNG: "PNG",
    FileKind.JPEG: "JPEG",
}
DOCUMENTS = (FileKind.PDF, FileKind.DOCX, FileKind.XLSX)
EVERY_KIND = tuple(FileKind)
_UNSAFE = re.compile(r'[<>:"/\\|?*%;\x00-\x1f\x7f]')


class Upload(Protocol):
    """What a form's file field gives."""

    @property
    def filename(self) -> str | None:
        """The name that the sender's browser gave."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes."""
        ...


@dataclass(frozen=True)
class Examined:
    """A file that may be kept."""

    name: str
    kind: FileKind
    data: bytes
    is_scanned: bool


Sent = Upload | Examined
"""What a service is given: a page has examined it already."""


def examine(upload: Upload | None, kinds: Collection[FileKind] = EVERY_KIND) -> Examined:
    """Read and check a file that is one of these kinds. Writes nothing, and may wait for a virus scanner.

    Raises:
        DomainError: nothing was chosen, it is too large or empty, it is not what its name says, or the scanner
            found something in it or does not answer.
    """
    if upload is None or not getattr(upload, "filename", None):
        raise DomainError("Choose a file.")
    name = clean_name(upload.filename or "")
    data = upload.read(MOST_BYTES + 1)
    kind = _checked_kind(name, data, kinds)
    scanning.check(data)
    return Examined(name, kind, data, scanning.is_on())


def keep(sent: Sent | None, *, by: Actor, now: datetime, kinds: Collection[FileKind] = EVERY_KIND) -> File:
    """Keep a file that is one of these kinds; the caller hangs it on what it belongs to.

    One that was not examined yet is examined now; pages do so before they write anything (`views.files.is_examined`).

    Raises:
        DomainError: as `examine` does.
    """
    examined = sent if isinstance(sent, Examined) else examine(sent, kinds)
    if examined.kind not in kinds:
        raise ValueError(f"{examined.kind} was examined for another purpose")
    file = File(
        name=examined.name,
        kind=examined.kind,
        size=len(examined.data),
        sha256=hashlib.sha256(examined.data).hexdigest(),
        data=examined.data,
        organisation_id=by.organisation_id,
        created_by_id=by.account_id,
        created_at=now,
    )
    db.session.add(file)
    db.session.flush()
    audit.record(
        "file.kept",
        file,
        by=by,
        kind=file.kind.value,
        bytes=file.size,
        sha256=file.sha256,
        is_scanned=examined.is_scanned,
    )
    return file


def clean_name(name: str) -> str:
    """Return a file's name without folders and without characters that hide how it really ends."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    plain = " ".join(_UNSAFE.sub("", plain).split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:LONGEST_NAME].rstrip(' .')}{dot}{ending}" if stem else plain[:LONGEST_NAME] or "file"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people say it: "3 KB", "1.4 MB"."""
    return f"{max(1, round(size / 1024)):,} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def names_of(kinds: Collection[FileKind]) -> str:
    """Return the kinds as a phrase: "PDF, PNG or JPEG"."""
    *others, last = [WORDS[kind] for kind in kinds]
    return f"{', '.join(others)} or {last}" if others else last


def _checked_kind(name: str, data: bytes, kinds: Collection[FileKind]) -> FileKind:
    if not data:
        raise DomainError("The file is empty. Choose another.")
    if len(data) > MOST_BYTES:
        raise DomainError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Make it smaller or split it.")
    allowed = names_of(kinds)
    named = ENDINGS.get(name.rpartition(".")[2].lower())
    if named is None or named not in kinds:
        raise DomainError(f"A file of this kind cannot be taken. Choose one that is {allowed}.")
    if not _LOOKS_LIKE[named](data):
        raise DomainError(
            f"The name says {WORDS[named]}, but its content is something else. Save it again as {allowed}."
        )
    return named


# --- what bytes say ---------------------------------------------------------------------------------------------------


def _is_pdf(data: bytes) -> bool:
    """Tell whether it is a PDF from its first byte to its last, not one with an archive behind it."""
    return (
        re.match(rb"%PDF-[12]\.\d", data) is not None and b"%%EOF" in data[-1024:] and b"PK\x05\x06" not in data[-1024:]
    )


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and data.endswith(b"IEND\xaeB`\x82")


def _is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\x00\r\n").endswith(b"\xff\xd9")


def _is_docx(data: bytes) -> bool:
    return _is_office(data, "word/document.xml", b"wordprocessingml.document.main+xml")


def _is_xlsx(data: bytes) -> bool:
    return _is_office(data, "xl/workbook.xml", b"spreadsheetml.sheet.main+xml")


def _is_office(data: bytes, main: str, content_type: bytes) -> bool:
    """Tell whether it is such a document, without macros.

    Raises:
        DomainError: it is protected, or would unpack to far more than it is.
    """
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            names = {part.filename for part in parts}
            if main not in names or "[Content_Types].xml" not in names:
                return False
            if any(name.endswith("vbaProject.bin") for name in names):
                raise DomainError("The file holds macros. Save it without them, as .docx or .xlsx.")
            with archive.open("[Content_Types].xml") as stream:
                return content_type in stream.read(SMALL_BYTES)
    except (BadZipFile, ZlibError, NotImplementedError, RuntimeError, EOFError, ValueError):
        return False


def _refuse_bombs(parts: list[ZipInfo]) -> None:
    """Refuse by what the archive says of itself: Python unpacks no part beyond the size that it states."""
    unpacked = sum(part.file_size for part in parts)
    is_steep = any(p.file_size > SMALL_BYTES and p.file_size > p.compress_size * MOST_UNPACKED_TIMES for p in parts)
    if unpacked > MOST_UNPACKED_BYTES or is_steep or len(parts) > MOST_PARTS:
        raise DomainError(
            "The file would be far too large once unpacked. Save it again, without large or hidden parts."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError("The file is protected by a password. Save it without one.")


_LOOKS_LIKE: Mapping[FileKind, Callable[[bytes], bool]] = {
    FileKind.PDF: _is_pdf,
    FileKind.DOCX: _is_docx,
    FileKind.XLSX: _is_xlsx,
    FileKind.PNG: _is_png,
    FileKind.JPEG: _is_jpeg,
}
