"""What a council holds here, for whoever answers its freedom of information requests: seen and taken away."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.listing import XLSX
from showcase.models import Council, Organisation, utc_now
from showcase.policies import Permission
from showcase.services import disclosure

bp = Blueprint("disclosure", __name__, url_prefix="/organisations/<uuid:organisation_id>/held")


@bp.get("")
@requires(Permission.ORGANISATION_DISCLOSE, Organisation)
def show(organisation: Organisation) -> ResponseReturnValue:
    """Say what the file holds and what its marks mean."""
    return render_template(
        "organisations/held.html",
        organisation=organisation,
        holdings=disclosure.HOLDINGS,
        explained=disclosure.EXPLAINED,
        marks=disclosure.ALL_MARKS,
    )


@bp.post("")
@requires(Permission.ORGANISATION_DISCLOSE, Organisation)
def export(organisation: Organisation) -> ResponseReturnValue:
    """Give what the council holds as a workbook."""
    if not isinstance(organisation, Council):
        abort(404)
    answer = Response(disclosure.export(organisation, by=current_actor(), now=utc_now()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="what-the-council-holds.xlsx"'
    return answer
