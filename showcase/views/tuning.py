"""Pages on the ranking for staff: its weights, who adopted which and why, and who gets the places that are read."""

from dataclasses import asdict
from functools import partial

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matching.ranker import Weights
from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.tuning import AdoptForm
from showcase.listing import csv_download
from showcase.models import utc_now
from showcase.policies import Permission
from showcase.services import encodings, fairness_reports, weights

bp = Blueprint("tuning", __name__, url_prefix="/staff")


@bp.get("/ranking")
@requires(Permission.STAFF_AREA)
def index() -> ResponseReturnValue:
    """Show the weights in force, every set that was proposed, and what was adopted over time."""
    newest = weights.newest_adoption()
    in_force = weights.in_force()
    return render_template(
        "tuning/index.html",
        in_force=in_force,
        counting=asdict(in_force.weights),
        is_set_aside=newest is not None and newest.weight_set is not None and in_force.number == weights.SHIPPED,
        sets=weights.list_sets(),
        is_usable=partial(weights.is_usable, encoding=encodings.in_use()),
        change=encodings.change(),
        adoptions=weights.list_adoptions(),
        ingredient=weights.ingredient,
    )


@bp.get("/ranking/<int:number>")
@requires(Permission.STAFF_AREA)
def show(number: int) -> ResponseReturnValue:
    """Show a set of weights, how it compares, and the form to adopt it."""
    form = AdoptForm(formdata=None, data={"seen": str(weights.in_force().number)})
    return _set(number, form)


@bp.post("/ranking/<int:number>")
@requires(Permission.RANKING_ADOPT)
def adopt(number: int) -> ResponseReturnValue:
    """Let a set of weights count from now on."""
    form = AdoptForm()
    if form.validate():
        with errors_on(form, "reason"):
            weights.adopt(
                number, reason=form.reason.data or "", seen=form.seen_number(), by=current_actor(), now=utc_now()
            )
            flash("Adopted. Every ranking of solutions uses these weights from now on.", "success")
            return redirect(url_for(".index"))
    return _set(number, form)


@bp.get("/fairness")
@requires(Permission.STAFF_AREA)
def show_fairness() -> ResponseReturnValue:
    """Show who gets the places on first pages, as last measured."""
    return render_template("tuning/fairness.html", kept=fairness_reports.newest(seen_by=current_actor()))


@bp.get("/fairness.csv")
@requires(Permission.STAFF_AREA)
def export_fairness() -> ResponseReturnValue:
    """Give the same figures as a file."""
    kept = fairness_reports.newest(seen_by=current_actor())
    return csv_download("fairness", fairness_reports.HEAD, kept.rows() if kept else ())


def _set(number: int, form: AdoptForm) -> ResponseReturnValue:
    chosen = weights.get(number)
    in_force = weights.in_force()
    page = render_template(
        "tuning/show.html",
        number=number,
        chosen=chosen,
        values=chosen.weights if chosen else asdict(Weights()),
        counting=asdict(in_force.weights),
        in_force=in_force,
        is_usable=chosen is None or weights.is_usable(chosen),
        ingredient=weights.ingredient,
        form=form,
    )
    return page, form.status
