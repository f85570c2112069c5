"""Charts of an interest list: how each rung went over time, for whoever sees the list; demand and tiers, for staff."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from showcase import charts
from showcase.access import current_actor, requires
from showcase.charts import Chart, Line
from showcase.listing import download
from showcase.models import InterestList, PriceOffer
from showcase.models.interests import COUNTED
from showcase.models.prices import NOTICE
from showcase.models.rungs import LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission
from showcase.services import demand, interests, prices, rung_history
from showcase.services.rung_history import Moment
from showcase.services.workbooks import Sheet

bp = Blueprint("list_charts", __name__, url_prefix="/interest-lists/<uuid:interestlist_id>")
MOST_OFFERS = 4
"""Offers drawn beside the demand; the table has all."""


@bp.get("/over-time")
@requires(Permission.INTEREST_SEE, InterestList)
def over_time(interestlist: InterestList) -> ResponseReturnValue:
    """Show how the totals of each rung went over time."""
    chart = _over_time(interestlist)
    return render_template("plans/over_time.html", interest_list=interestlist, chart=chart)


@bp.get("/over-time.<any(csv, xlsx):kind>")
@requires(Permission.INTEREST_SEE, InterestList)
def over_time_file(interestlist: InterestList, kind: str) -> ResponseReturnValue:
    """Give the same figures as a file."""
    chart = _over_time(interestlist)
    return download("rungs-over-time", kind, [Sheet("Rungs over time", chart.head, chart.rows)])


@bp.get("/demand.<any(csv, xlsx):kind>")
@requires(Permission.PLAN_MANAGE, InterestList)
def demand_file(interestlist: InterestList, kind: str) -> ResponseReturnValue:
    """Give the demand curve and the tiers as a file."""
    chart = demand_chart(interestlist)
    return download("demand-and-tiers", kind, [Sheet("Demand and tiers", chart.head, chart.rows)])


def demand_chart(interest_list: InterestList) -> Chart:
    """Return the demand curve of a list with the tiers of the offers that are open: for staff alone."""
    unit = vocabulary("units").label(interest_list.unit).lower()
    interests.load_pledges(interest_list)
    points = demand.curve(interest_list.pledges)
    offers = [offer for offer in prices.list_for(interest_list, seen_by=current_actor()) if offer.is_standing]
    most = max([point.quantity for point in points] + [t["min_quantity"] for o in offers for t in o.last.tiers] + [1])
    title = "Demand, and the prices that are open"
    words = (
        f"Across: total quantity ({unit}). Up: price a unit and year, excluding VAT. The demand line shows what "
        "councils would take together at each price; where an offer’s line lies below it, they would take what its "
        "tier asks for."
    )
    drawn = sorted(offers, key=lambda offer: min(t["unit_price_pence"] for t in offer.last.tiers))[:MOST_OFFERS]
    series = [Line("Demand", _demand_line(points), is_stepped=True)]
    series += [Line(offer.supplier.name, _tier_line(offer, most), is_stepped=True) for offer in drawn]
    rows: list[tuple[str, int, float, int | None]] = [
        ("Demand", p.quantity, p.unit_price_pence / 100, p.councils) for p in points
    ]
    rows += [
        (offer.supplier.name, tier["min_quantity"], tier["unit_price_pence"] / 100, None)
        for offer in offers
        for tier in offer.last.tiers
    ]
    head = ("Line", f"Quantity ({unit})", "Price a unit and year, pounds excluding VAT", "Councils")
    drawing = charts.lines(title, words, series, write_y=charts.pounds, stands_on_zero=False, name="demand")
    return Chart(title, words, head, rows if points else [], drawing, numeric=(1, 2, 3), note=NOTICE)


def _demand_line(points: Sequence[demand.Point]) -> list[tuple[float, float]]:
    line: list[tuple[float, float]] = []
    for point in points:
        line += [(line[-1][0] if line else 0, point.unit_price_pence), (point.quantity, point.unit_price_pence)]
    return line


def _tier_line(offer: PriceOffer, most: int) -> list[tuple[float, float]]:
    tiers = offer.last.tiers
    line: list[tuple[float, float]] = []
    for place, tier in enumerate(tiers):
        until = tiers[place + 1]["min_quantity"] if place + 1 < len(tiers) else max(most, tier["min_quantity"]) * 1.05
        line += [(tier["min_quantity"], tier["unit_price_pence"]), (until, tier["unit_price_pence"])]
    return line


def _over_time(interest_list: InterestList) -> Chart:
    actor = current_actor()
    moments = rung_history.history(interest_list, seen_by=actor)
    unit = vocabulary("units").label(interest_list.unit).lower()
    title = "Each rung over time"
    words = f"Quantity ({unit}) on each rung by itself: rungs are never added up. " + (
        "Exact, at the end of each day on which something changed; for LGA staff alone."
        if actor.is_staff
        else "As in the rounded snapshots; between two of them nothing is told."
    )
    series = [
        Line(LABELS[rung], [(m.on.toordinal(), m.quantity.get(rung, 0)) for m in moments], is_stepped=True)
        for rung in COUNTED
        if any(m.quantity.get(rung) for m in moments)
    ]
    drawing = charts.lines(title, words, series, ticks=_ticks(moments), starts_at_zero=False, name="rungs")
    head = ("Day", *(f"{LABELS[rung]}: {what}" for rung in COUNTED for what in ("councils", unit)))
    rows: list[tuple[str | int, ...]] = [
        (_day(m.on), *(n for rung in COUNTED for n in (m.councils.get(rung, 0), m.quantity.get(rung, 0))))
        for m in moments
    ]
    return Chart(title, words, head, rows, drawing, numeric=tuple(range(1, len(head))))


def _ticks(moments: Sequence[Moment]) -> list[tuple[float, str]]:
    """Return days to name beneath the chart: the first, the last, and those between that have room."""
    if not moments:
        return []
    first, last = moments[0].on.toordinal(), moments[-1].on.toordinal()
    places = sorted({first + (last - first) * n // 3 for n in range(4)})
    return [(place, f"{date.fromordinal(place):%-d %b %Y}") for place in places]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
