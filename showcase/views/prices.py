"""Pages of indicative prices for a list: a supplier's own; for staff all of them, once the stated time has come."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.pledges import month_label
from showcase.forms.prices import ROWS, PricesForm, WithdrawPricesForm, shown
from showcase.listing import download
from showcase.models import InterestList, PriceOffer, utc_now
from showcase.models.prices import NOTICE
from showcase.models.vocabularies import vocabulary
from showcase.pages import LONDON
from showcase.policies import Permission
from showcase.services import prices
from showcase.services.prices import Prices, Tier
from showcase.services.workbooks import Cell, Sheet

bp = Blueprint("prices", __name__)
HEAD = (
    "Supplier",
    "Version",
    "From this total quantity",
    "Price a unit and year, pounds excluding VAT",
    "Most it can supply",
    "Start from",
    "Start until",
    "Meets",
    "Includes",
    "Valid until",
    "Withdrawn",
    "Note",
)


@bp.get("/prices")
@requires(Permission.PRICE_BROWSE)
def own() -> ResponseReturnValue:
    """List the lists that the supplier gave prices for, and those that take prices now."""
    actor = current_actor()
    return render_template(
        "prices/own.html",
        offers=prices.list_own(by=actor),
        taking=prices.lists_that_take(by=actor, now=utc_now()),
        notice=NOTICE,
    )


@bp.get("/interest-lists/<uuid:interestlist_id>/prices")
@requires(Permission.PRICE_LIST, InterestList)
def index(interestlist: InterestList) -> ResponseReturnValue:
    """Show a supplier its own prices, or staff those that are open."""
    actor = current_actor()
    return render_template(
        "prices/index.html",
        interest_list=interestlist,
        own=prices.find_own(interestlist, by=actor) if actor.is_supplier else None,
        offers=prices.list_for(interestlist, seen_by=actor) if actor.is_staff else [],
        is_open=interestlist.prices_close_at is not None and interestlist.prices_close_at <= utc_now(),
        notice=NOTICE,
        month_label=month_label,
    )


@bp.get("/interest-lists/<uuid:interestlist_id>/prices/all.<any(csv, xlsx):kind>")
@requires(Permission.PRICE_LIST, InterestList)
def export(interestlist: InterestList, kind: str) -> ResponseReturnValue:
    """Give the prices that the reader may read as a file."""
    rows = [row for offer in prices.list_for(interestlist, seen_by=current_actor()) for row in _rows(offer)]
    return download("indicative-prices", kind, [Sheet("Indicative prices", HEAD, rows)])


@bp.route("/interest-lists/<uuid:interestlist_id>/prices/give", methods=["GET", "POST"])
@requires(Permission.PRICE_GIVE, InterestList)
def give(interestlist: InterestList) -> ResponseReturnValue:
    """Give indicative prices, or another version of them."""
    actor, now = current_actor(), utc_now()
    own = prices.find_own(interestlist, by=actor)
    form = PricesForm(data=shown(own.last if own else None))
    form.offer(now.astimezone(LONDON).date())
    if form.validate_on_submit():
        with errors_on(form, ROWS[0][0]):
            seen = form.seen.data or ""
            given = prices.give(
                interestlist, _prices(form), seen=int(seen) if seen.isdecimal() else 0, by=actor, now=now
            )
            flash(f"Version {given.number} saved and sealed.", "success")
            return redirect(url_for(".index", interestlist_id=interestlist.id))
    page = render_template("prices/give.html", interest_list=interestlist, form=form, rows=ROWS, notice=NOTICE)
    return page, form.status


@bp.route("/prices/<uuid:priceoffer_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.PRICE_WITHDRAW, PriceOffer)
def withdraw(priceoffer: PriceOffer) -> ResponseReturnValue:
    """Ask whether to withdraw prices, and do."""
    form = WithdrawPricesForm()
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            prices.withdraw(priceoffer, form.reason.data or "", by=current_actor(), now=utc_now())
            flash("Withdrawn. They are planned with no more.", "success")
            return redirect(url_for(".index", interestlist_id=priceoffer.interest_list_id))
    return render_template("prices/withdraw.html", offer=priceoffer, form=form), form.status


def _prices(form: PricesForm) -> Prices:
    assert form.valid_until.data is not None  # the form asks for it
    return Prices(
        tiers=[Tier(quantity, price) for quantity, price in form.tiers()],
        capacity=form.capacity.data,
        earliest=form.earliest.data,
        latest=form.latest.data,
        includes=form.includes.data.replace("\r\n", "\n"),
        meets=form.meets.data or [],
        valid_until=form.valid_until.data,
        meets_conditions=form.meets_conditions.data,
    )


def _rows(offer: PriceOffer) -> list[tuple[Cell, ...]]:
    version = offer.last
    return [
        (
            offer.supplier.name,
            version.number,
            tier["min_quantity"],
            tier["unit_price_pence"] / 100,
            version.capacity,
            version.earliest,
            version.latest,
            vocabulary("must_haves").list_labels(version.meets),
            version.includes,
            version.valid_until,
            offer.withdrawn_at,
            NOTICE,
        )
        for tier in version.tiers
    ]
