"""The staff area: what waits for LGA staff, and who may do what."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from showcase.access import requires
from showcase.extensions import db
from showcase.listing import csv_download, page_number, words
from showcase.models import utc_now
from showcase.policies import Permission
from showcase.services import messages, permissions, reviews, scanning
from showcase.services.paging import paged

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("")
@requires(Permission.STAFF_AREA)
def index() -> ResponseReturnValue:
    """Show the ways into the staff area, with what waits in each."""
    return render_template("staff/index.html", home=reviews.for_staff(), is_scanned=scanning.is_on(), now=utc_now())


@bp.get("/reviews")
@requires(Permission.STAFF_AREA)
def review_queue() -> ResponseReturnValue:
    """List the texts that wait for review."""
    kind = request.args.get("kind", "")
    page = paged(reviews.in_review(kind=kind, words=words()), page_number())
    return render_template(
        "staff/reviews.html", page=page, kind=kind, kinds=reviews.KINDS, words=words(), now=utc_now()
    )


@bp.get("/reviews/export.csv")
@requires(Permission.STAFF_AREA)
def export_reviews() -> ResponseReturnValue:
    """Give the same list as a file."""
    now = utc_now()
    rows = (
        (
            row.noun.capitalize(),
            row.title,
            row.organisation.name,
            row.state_since,
            (now - row.state_since).days,
            row.is_illustrative,
            messages.link(f"/{row.kind}s/{row.id}/draft"),
        )
        for row in db.session.scalars(reviews.in_review(kind=request.args.get("kind", ""), words=words()))
    )
    head = ("Kind", "Title", "Organisation", "In review since (UTC)", "Whole days in review", "Illustrative", "Page")
    return csv_download("review-queue", head, rows)


@bp.get("/suppliers")
@requires(Permission.STAFF_AREA)
def suppliers() -> ResponseReturnValue:
    """List the suppliers that wait to be let in."""
    page = paged(reviews.suppliers_waiting(words=words()), page_number())
    return render_template("staff/suppliers.html", page=page, words=words(), now=utc_now())


@bp.get("/suppliers/export.csv")
@requires(Permission.STAFF_AREA)
def export_suppliers() -> ResponseReturnValue:
    """Give the same list as a file."""
    now = utc_now()
    rows = (
        (
            row.name,
            row.website,
            row.companies_house_number,
            row.created_at,
            (now - row.created_at).days,
            messages.link(f"/organisations/{row.id}"),
        )
        for row in db.session.scalars(reviews.suppliers_waiting(words=words()))
    )
    head = ("Supplier", "Website", "Companies House number", "Registered at (UTC)", "Whole days waiting", "Page")
    return csv_download("suppliers-to-approve", head, rows)


@bp.get("/permissions")
@requires(Permission.STAFF_AREA)
def permission_table() -> ResponseReturnValue:
    """Show who may do what, from the one table that decides it."""
    return render_template("staff/permissions.html", rows=permissions.table())
