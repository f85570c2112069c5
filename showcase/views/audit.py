"""The audit trail, as LGA staff search it and take it away."""

import uuid
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.listing import csv_download, page_number
from showcase.policies import Permission
from showcase.services import audit
from showcase.services.paging import paged

bp = Blueprint("audit", __name__, url_prefix="/staff/audit")
HEAD = ("When (UTC)", "Action", "Who", "E-mail", "Acting for", "Subject", "Subject id", "Details")


@bp.get("")
@requires(Permission.AUDIT_SEE)
def index() -> ResponseReturnValue:
    """List what was done, the newest first."""
    wanted, errors = wanted_by_address()
    page = paged(audit.search(wanted), page_number())
    return render_template(
        "audit/index.html",
        page=page,
        wanted=wanted,
        errors=errors,
        actions=audit.list_actions(),
        names=audit.name_subjects(page.items, seen_by=current_actor()),
        in_words=audit.in_words,
        kind_in_words=audit.kind_in_words,
        details=audit.details_in_words,
    )


@bp.get("/export.csv")
@requires(Permission.AUDIT_SEE)
def export() -> ResponseReturnValue:
    """Give the entries that fit as a file."""
    wanted, errors = wanted_by_address()
    if errors:
        raise DomainError("; ".join(errors.values()))
    rows = (
        (
            entry.created_at,
            audit.in_words(entry.action),
            entry.by.name if entry.by else "",
            entry.by.email if entry.by else "",
            entry.acting_for.name if entry.acting_for else "",
            audit.kind_in_words(entry.subject_kind),
            str(entry.subject_id or ""),
            "\n".join(f"{name}: {value}" for name, value in audit.details_in_words(entry)),
        )
        for entry in db.session.scalars(audit.search(wanted).execution_options(yield_per=500))
    )
    return csv_download("audit-trail", HEAD, rows)


def wanted_by_address() -> tuple[audit.Wanted, dict[str, str]]:
    """Return what the address asks for, and by field what in it cannot be read."""
    errors: dict[str, str] = {}
    wanted = audit.Wanted(
        action=request.args.get("action", ""),
        person=request.args.get("person", "").strip(),
        organisation=request.args.get("organisation", "").strip(),
        subject_id=_subject_id(errors),
        since=_day("since", errors),
        until=_day("until", errors),
    )
    return wanted, errors


def _subject_id(errors: dict[str, str]) -> uuid.UUID | None:
    text = request.args.get("subject", "").strip()
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        errors["subject"] = "An id has 36 characters, such as in the address of a page"
        return None


def _day(name: str, errors: dict[str, str]) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors[name] = "Write the date as year, month and day, such as 2027-03-31"
        return None
