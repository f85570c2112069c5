"""Pages of how a list ended: staff record it, each council confirms its own saving."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.closings import ROUTES, ClosingForm, ConfirmForm
from showcase.listing import download
from showcase.models import InterestList, MarketRoute, Saving, utc_now
from showcase.policies import Permission, can
from showcase.services import closings
from showcase.services.closings import Outcome
from showcase.services.workbooks import Sheet

bp = Blueprint("closings", __name__)
HEAD = (
    "Council",
    "Quantity",
    "Cost before a unit and year, pounds excluding VAT",
    "Price reached, pounds excluding VAT",
    "Saving claimed a year, pounds",
    "Saving confirmed a year, pounds",
    "Confirmed on",
)


@bp.get("/interest-lists/<uuid:interestlist_id>/closing")
@requires(Permission.CLOSING_SEE, InterestList)
def show(interestlist: InterestList) -> ResponseReturnValue:
    """Show how a list ended: all of it to staff, to a council its own saving."""
    return _page(interestlist)


@bp.route("/interest-lists/<uuid:interestlist_id>/closing/edit", methods=["GET", "POST"])
@requires(Permission.CLOSING_RECORD, InterestList)
def edit(interestlist: InterestList) -> ResponseReturnValue:
    """Record how a list ended."""
    closing = closings.find(interestlist)
    form = ClosingForm(obj=closing, data={"unit_price": closing.unit_price_pence} if closing else {"route": ""})
    if form.validate_on_submit():
        with errors_on(form, "route"):
            outcome = Outcome(
                MarketRoute(form.route.data),
                form.went_on.data,
                form.notice_reference.data or "",
                form.unit_price.data,
                form.note.data or "",
            )
            closings.record(interestlist, outcome, by=current_actor(), now=utc_now())
            flash("Recorded. Councils that committed were asked to confirm what they save.", "success")
            return redirect(url_for(".show", interestlist_id=interestlist.id))
    return render_template("closings/edit.html", interest_list=interestlist, form=form), form.status


@bp.post("/savings/<uuid:saving_id>/confirm")
@requires(Permission.SAVING_CONFIRM, Saving)
def confirm(saving: Saving) -> ResponseReturnValue:
    """Confirm what the council saves."""
    form = ConfirmForm()
    if form.validate():
        with errors_on(form, "saving"):
            closings.confirm(saving, form.saving.data, form.note.data or "", by=current_actor(), now=utc_now())
            flash("Thank you. LGA staff see what your council saves; no other council does.", "success")
            return redirect(url_for(".show", interestlist_id=saving.closing.interest_list_id))
    return _page(saving.closing.interest_list, form)


@bp.get("/interest-lists/<uuid:interestlist_id>/closing/savings.<any(csv, xlsx):kind>")
@requires(Permission.CLOSING_RECORD, InterestList)
def export(interestlist: InterestList, kind: str) -> ResponseReturnValue:
    """Give the savings of all councils as a file."""
    closing = closings.find(interestlist)
    rows = [
        (
            saving.council.name,
            saving.quantity,
            _pounds(saving.cost_before_pence),
            _pounds(saving.closing.unit_price_pence),
            _pounds(saving.claimed_pence),
            _pounds(saving.confirmed_pence),
            saving.confirmed_at,
        )
        for saving in (closing.savings if closing else ())
    ]
    return download("savings", kind, [Sheet("Savings", HEAD, rows)])


def _page(interest_list: InterestList, form: ConfirmForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    closing = closings.find(interest_list)
    own = closings.own_saving(closing, by=actor) if closing and actor.is_council else None
    if form is None and own is not None:
        first = own.confirmed_pence if own.confirmed_at else own.claimed_pence
        form = ConfirmForm(formdata=None, saving=first, note=own.note)
    page = render_template(
        "closings/show.html",
        interest_list=interest_list,
        closing=closing,
        routes=ROUTES,
        own=own,
        form=form if own is not None and can(actor, Permission.SAVING_CONFIRM, own) else None,
        totals=closings.totals(closing) if closing and actor.is_staff else None,
    )
    return page, form.status if form is not None else 200


def _pounds(pence: int | None) -> float | None:
    return None if pence is None else pence / 100
