"""Pages of the contract radar: exact for staff, counts in bands for councils, nothing for suppliers."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from showcase import charts
from showcase.access import current_actor, requires
from showcase.listing import download
from showcase.models import utc_now
from showcase.models.vocabularies import vocabulary
from showcase.pages import LONDON
from showcase.policies import Permission
from showcase.services import radar, radar_bands
from showcase.services.radar import Quarter, Wanted
from showcase.services.workbooks import Sheet

bp = Blueprint("radar", __name__, url_prefix="/contract-radar")
WAVE_HEAD = ("Quarter", "Contracts that end", "Councils", "Cost a year, pounds excluding VAT")
BANDS_HEAD = ("Service", "Quarter", "Councils", "As on")


@bp.get("")
@requires(Permission.RADAR_SEE)
def index() -> ResponseReturnValue:
    """Show what ends when, as far as the reader may know."""
    actor, wanted, today = current_actor(), _wanted(), utc_now().astimezone(LONDON).date()
    if not actor.is_staff:
        return render_template(
            "radar/for_council.html", bands=radar_bands.list_told(wanted.service_area, by=actor, today=today)
        )
    return render_template(
        "radar/for_staff.html",
        wanted=wanted,
        windows=radar.WINDOWS,
        chart=_wave_chart(radar.wave(wanted, by=actor, today=today), wanted),
        clusters=radar.clusters(wanted, by=actor, today=today),
        proposal=radar.proposal,
    )


@bp.get("/wave.<any(csv, xlsx):kind>")
@requires(Permission.RADAR_SEE)
def export(kind: str) -> ResponseReturnValue:
    """Give the wave ahead as a file; for councils, their bands."""
    actor, wanted, today = current_actor(), _wanted(), utc_now().astimezone(LONDON).date()
    services = vocabulary("service_areas")
    if not actor.is_staff:
        told = radar_bands.list_told(wanted.service_area, by=actor, today=today)
        rows = [(services.label(band.service_area), band.quarter.label, band.words, band.as_of) for band in told]
        return download("contract-radar", kind, [Sheet("Radar", BANDS_HEAD, rows)])
    wave = radar.wave(wanted, by=actor, today=today)
    found = [contract for cluster in radar.clusters(wanted, by=actor, today=today) for contract in cluster.contracts]
    head = ("Service", "Council", "Supplier", "Product", "Ends on", "Notice by", "Cost a year, pounds excluding VAT")
    each = [
        (
            services.label(c.service_area),
            c.council.name,
            c.supplier,
            c.product,
            c.ends_on,
            c.notice_by,
            None if c.annual_cost_pence is None else c.annual_cost_pence / 100,
        )
        for c in found
    ]
    return download("contract-wave", kind, [Sheet("Wave", WAVE_HEAD, _rows(wave)), Sheet("Contracts", head, each)])


def _wave_chart(wave: list[Quarter], wanted: Wanted) -> charts.Chart:
    title = "The wave ahead: contracts that end in each quarter"
    service = vocabulary("service_areas").label(wanted.service_area) if wanted.service_area else "all services"
    words = f"Number of contracts whose last day, before any extension, lies in the quarter: {service}."
    drawing = charts.columns(title, words, [(quarter.label, quarter.contracts) for quarter in wave], name="wave")
    return charts.Chart(title, words, WAVE_HEAD, _rows(wave), drawing, numeric=(1, 2, 3))


def _rows(wave: list[Quarter]) -> list[tuple[str, int, int, float]]:
    return [(q.label, q.contracts, q.councils, q.annual_cost_pence / 100) for q in wave]


def _wanted() -> Wanted:
    asked = {name: request.args.get(name, "") for name in ("service_area", "region")}
    months = request.args.get("months", 24, type=int)
    return Wanted(
        months if months in radar.WINDOWS else 24,
        asked["service_area"] if asked["service_area"] in vocabulary("service_areas").labels else "",
        asked["region"] if asked["region"] in vocabulary("regions").labels else "",
    )
