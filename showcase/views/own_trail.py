"""What an organisation's administrators read of the audit trail, and take away."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.listing import csv_download, page_number
from showcase.models import Organisation
from showcase.policies import Permission
from showcase.services import audit, own_trail
from showcase.services.paging import paged
from showcase.views.audit import wanted_by_address

bp = Blueprint("own_trail", __name__, url_prefix="/organisations/<uuid:organisation_id>/audit")
HEAD = ("When (UTC)", "Action", "Who", "About", "Its id", "Details")


@bp.get("")
@requires(Permission.ORGANISATION_READ_TRAIL, Organisation)
def index(organisation: Organisation) -> ResponseReturnValue:
    """List what was done for the organisation and to it, the newest first."""
    wanted, errors = wanted_by_address()
    page = paged(own_trail.search(organisation, wanted), page_number())
    return render_template(
        "audit/own.html",
        page=page,
        organisation=organisation,
        wanted=wanted,
        errors=errors,
        actions=own_trail.list_actions(organisation),
        names=audit.name_subjects(page.items, seen_by=current_actor()),
        in_words=audit.in_words,
        kind_in_words=audit.kind_in_words,
        details=audit.details_in_words,
        who=own_trail.who,
    )


@bp.get("/export.csv")
@requires(Permission.ORGANISATION_READ_TRAIL, Organisation)
def export(organisation: Organisation) -> ResponseReturnValue:
    """Give the entries that fit as a file."""
    wanted, errors = wanted_by_address()
    if errors:
        raise DomainError("; ".join(errors.values()))
    rows = (
        (
            entry.created_at,
            audit.in_words(entry.action),
            own_trail.who(entry, organisation),
            audit.kind_in_words(entry.subject_kind),
            str(entry.subject_id or ""),
            "\n".join(f"{name}: {value}" for name, value in audit.details_in_words(entry)),
        )
        for entry in db.session.scalars(own_trail.search(organisation, wanted).execution_options(yield_per=500))
    )
    return csv_download("audit-trail", HEAD, rows)
