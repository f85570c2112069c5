"""A list as a file: the answer to a download, and the entry that it leaves in the audit trail.

Downloads are asked for by GET, whose transaction is rolled back; the entry is therefore written afterwards.
"""

from collections.abc import Iterable, Sequence

from flask import Response, request

from showcase.access import current_actor
from showcase.services import audit, csv_export
from showcase.transactions import afterwards


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[csv_export.Cell]]) -> Response:
    """Return rows as the file `name`.csv, and note who took them, with which filters and how many."""
    listed = list(rows)
    note_export(f"{name}.csv", len(listed))
    answer = Response(csv_export.as_csv(head, listed), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def note_export(file: str, rows: int) -> None:
    """Note in the audit trail that the person at hand took a list away as a file."""
    by = current_actor()
    filters = {key: values for key, values in request.args.lists() if any(values)}
    afterwards(
        lambda session: audit.record("list.exported", by=by, session=session, file=file, rows=rows, filters=filters)
    )
