"""Pages of search: free text over everything the reader may see, and a try without an account."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, public
from showcase.forms.search import TryForm
from showcase.listing import chosen, is_cut, page_number, words
from showcase.policies import Permission, can
from showcase.services import matches, search
from showcase.services.filters import FILTERS, Filter
from showcase.transactions import pausing

bp = Blueprint("search", __name__)
BOTH_KINDS = (Filter("service_area", "Service", "service_areas"),)


@bp.get("/search")
@public
def index() -> ResponseReturnValue:
    """Search by free text."""
    actor = current_actor()
    kind = request.args.get("kind", "")
    kind = kind if kind in search.KINDS and can(actor, Permission.SOLUTION_BROWSE) else ""
    filters = FILTERS[search.KINDS[kind]] if kind else BOTH_KINDS
    wanted = chosen(filters, is_open="open" in request.args)
    found = search.search(words(), seen_by=actor, kind=kind, chosen=wanted, number=page_number()) if words() else None
    return render_template(
        "search/index.html",
        words=words(),
        is_cut=is_cut(),
        kind=kind,
        filters=filters,
        chosen=wanted,
        found=found,
    )


@bp.route("/try", methods=["GET", "POST"])
@public
def try_text() -> ResponseReturnValue:
    """Match a pasted text with the published challenges. Nothing of it is kept."""
    form = TryForm()
    page = None
    if form.validate_on_submit():
        with pausing():  # the model is asked and everything is ranked: nobody's writing need wait for that
            page = matches.challenges_for_text(form.text.data or "", seen_by=current_actor())
            return render_template("search/try.html", form=form, page=page)
    return render_template("search/try.html", form=form, page=page), form.status
