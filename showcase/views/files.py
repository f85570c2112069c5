"""Takes uploaded files in and gives them back. No file has an address: the noun it hangs on has one, and its guard."""

from collections.abc import Collection
from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from showcase.access import current_actor
from showcase.errors import DomainError
from showcase.forms.base import Form
from showcase.models.files import File, FileKind
from showcase.services import audit, files
from showcase.transactions import afterwards, pausing

MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}


def is_examined(form: Form, name: str, kinds: Collection[FileKind] = files.EVERY_KIND) -> bool:
    """Look at the file in a field before anything is written: nobody's writing should wait for a virus scanner.

    The field then holds what may be kept. False, with what is wrong on the field, where it cannot be taken; a form
    without that field or a field without a file passes.
    """
    if name not in form or not getattr(form[name].data, "filename", ""):
        return True
    try:
        with pausing():
            form[name].data = files.examine(form[name].data, kinds)
    except DomainError as error:
        form.refuse(error, name)
        return False
    return True


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
