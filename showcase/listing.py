"""What list pages share: what their address asks for, and the list as a file that leaves an entry in the audit trail.

Files are asked for by GET, whose transaction is rolled back; the entry is therefore written afterwards.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask import Response, current_app, g, request

from showcase.access import current_actor
from showcase.models.vocabularies import vocabulary
from showcase.services import audit, csv_export, workbooks
from showcase.services.filters import Chosen, Filter
from showcase.transactions import afterwards

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARACTERS = 500
"""Of what is searched for. What is longer is a text to match, and has a page of its own."""


def page_number() -> int:
    """Return the page that the address asks for, from 1."""
    return request.args.get("page", 1, type=int)


def words() -> str:
    """Return what the address asks to search for, cut at the end of a word where it is too long."""
    asked = _asked()
    return asked if len(asked) <= MOST_CHARACTERS else asked[: MOST_CHARACTERS + 1].rpartition(" ")[0] or asked[:60]


def is_cut() -> bool:
    """Tell whether `words` leaves something out of what the address asks for."""
    return len(_asked()) > MOST_CHARACTERS


def _asked() -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in request.args.get("q", "")).split())


def chosen(offered: Sequence[Filter], *, is_open: bool = False) -> Chosen:
    """Return the filters that the address names; values that no vocabulary has are left out."""
    values = {
        each.name: tuple(v for v in request.args.getlist(each.name) if v in vocabulary(each.vocabulary).labels)
        for each in offered
    }
    return Chosen({name: found for name, found in values.items() if found}, is_open=is_open)


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[csv_export.Cell]]) -> Response:
    """Return rows as the file `name`.csv, and note who took them, with which filters and how many."""
    listed = list(rows)
    note_export(f"{name}.csv", len(listed))
    answer = Response(csv_export.as_csv(head, listed), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def download(name: str, kind: str, sheets: Sequence[workbooks.Sheet]) -> Response:
    """Return sheets as `name`.xlsx, or the first of them as `name`.csv, and note who took them."""
    if kind == "csv":
        return csv_download(name, sheets[0].head, (_dated(row) for row in sheets[0].rows))
    listed = [workbooks.Sheet(sheet.name, sheet.head, list(sheet.rows)) for sheet in sheets]
    note_export(f"{name}.xlsx", sum(len(list(sheet.rows)) for sheet in listed))
    answer = Response(workbooks.write(listed), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _dated(row: Sequence[workbooks.Cell]) -> list[csv_export.Cell]:
    """Return a row with days as text, which is how CSV has them."""
    return [c.isoformat() if isinstance(c, date) and not isinstance(c, datetime) else c for c in row]


def note_export(file: str, rows: int) -> None:
    """Note in the audit trail that the person at hand took a list away as a file."""
    by, g.is_export_noted = current_actor(), True
    filters = {key: values for key, values in request.args.lists() if any(values)}
    afterwards(
        lambda session: audit.record("list.exported", by=by, session=session, file=file, rows=rows, filters=filters)
    )


def note_taken(response: Response) -> Response:
    """Note any other file that somebody signed in fetched and that not everyone may have, by the route's pattern."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_file = request.method == "GET" and response.headers.get("Content-Disposition", "").startswith("attachment")
    is_open = getattr(view, "guard", "public") == "public"
    if not is_file or is_open or g.get("is_export_noted") or response.status_code != 200:
        return response  # without asking who it is: that may be what cannot be told
    by = current_actor()
    if by.is_signed_in:
        route = str(request.url_rule)
        parts = {name: str(value) for name, value in (request.view_args or {}).items()}
        afterwards(lambda session: audit.record("file.taken", by=by, session=session, route=route, parts=parts))
    return response
