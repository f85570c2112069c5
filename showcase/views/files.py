"""Gives uploaded files back. There is no address of a file as such: the noun it hangs on has one, and its guard."""

from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from showcase.access import current_actor
from showcase.models.files import File, FileKind
from showcase.services import audit
from showcase.transactions import afterwards

MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}


def send(file: File) -> Response:
    """Return a file to be saved, never shown in place, and note who took it."""
    answer = Response(file.data, mimetype=MEDIA_TYPES[file.kind])
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{_plain(file)}\"; filename*=UTF-8''{quote(file.name)}"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    by, file_id = current_actor(), file.id

    def note(session: Session) -> None:
        audit.record("file.taken", session.get(File, file_id), by=by, session=session)

    afterwards(note)
    return answer


def _plain(file: File) -> str:
    """Return the name for browsers that know ASCII alone."""
    return file.name.encode("ascii", "replace").decode().replace("?", "_")
