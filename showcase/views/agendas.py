"""Pages of published agendas: the day as a grid and a list, and the same as calendar, CSV, JSON and PDF files.

Everyone who may see the showcase may see what is published. Staff's drafts have their pages in `agenda_drafts`.
"""

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import ask_to_sign_in, current_actor, requires
from showcase.errors import NotFound
from showcase.extensions import settings
from showcase.models import Agenda, Event
from showcase.policies import Permission, require
from showcase.services import agenda_calendar, agenda_listing, agendas, csv_export, documents, session_wishes

bp = Blueprint("agendas", __name__, url_prefix="/showcases/<uuid:event_id>/agenda")


@bp.get("")
@requires(Permission.EVENT_SEE, Event)
def show(event: Event) -> ResponseReturnValue:
    """Show the published agenda, or that there is none yet."""
    actor = current_actor()
    agenda = agendas.published_of(event)
    items = agenda_listing.items_of(agenda) if agenda is not None else []
    return render_template(
        "agendas/show.html",
        event=event,
        agenda=agenda,
        items=items,
        rooms=agenda_listing.rooms_of(items),
        grid=agenda_listing.grid_of(items, agenda_listing.breaks_of(agenda) if agenda is not None else ()),
        takes_part=actor.is_council and session_wishes.takes_part(event, actor.organisation_id),
    )


@bp.get("/version/<int:number>")
@requires(Permission.AGENDA_MAKE, Event)
def version(event: Event, number: int) -> ResponseReturnValue:
    """Show staff a version, in force or not."""
    found = next((each for each in agendas.list_versions(event) if each.number == number), None)
    if found is None:
        raise NotFound
    return render_template("agendas/version.html", event=event, agenda=found, items=agenda_listing.items_of(found))


@bp.get("/agenda.ics")
@requires(Permission.EVENT_SEE, Event)
def calendar(event: Event) -> ResponseReturnValue:
    """Give everything as a calendar file."""
    return _file(agenda_calendar.of_agenda(_published(event)), "text/calendar", "agenda.ics")


@bp.get("/yours.ics")
@requires(Permission.EVENT_SEE, Event)
def yours(event: Event) -> ResponseReturnValue:
    """Give what concerns the organisation that the person acts for as a calendar file."""
    actor = current_actor()
    if actor.organisation_id is None:
        return ask_to_sign_in()
    made = agenda_calendar.of_organisation(_published(event), actor.organisation_id)
    return _file(made, "text/calendar", "your-sessions.ics")


@bp.get("/agenda.json")
@requires(Permission.EVENT_SEE, Event)
def data(event: Event) -> ResponseReturnValue:
    """Give everything as JSON."""
    agenda = _published(event)
    address = settings().base_url + url_for(".show", event_id=event.id)
    return jsonify(agenda_listing.as_values(agenda, agenda_listing.items_of(agenda), address=address))


@bp.get("/agenda.csv")
@requires(Permission.EVENT_SEE, Event)
def listing(event: Event) -> ResponseReturnValue:
    """Give everything as a CSV file."""
    rows = agenda_listing.as_rows(agenda_listing.items_of(_published(event)))
    made = csv_export.as_csv(agenda_listing.CSV_HEAD, rows)
    return _file(made.encode(), "text/csv; charset=utf-8", "agenda.csv")


@bp.get("/agenda.pdf")
@requires(Permission.EVENT_SEE, Event)
def document(event: Event) -> ResponseReturnValue:
    """Give everything as an accessible PDF."""
    agenda = _published(event)
    items = agenda_listing.items_of(agenda)
    html = render_template(
        "agendas/document.html", event=event, agenda=agenda, items=items, breaks=agenda_listing.breaks_of(agenda)
    )
    return _file(documents.pdf(html), "application/pdf", "agenda.pdf")


@bp.get("/rooms.pdf")
@requires(Permission.EVENT_MANAGE, Event)
def room_sheets(event: Event) -> ResponseReturnValue:
    """Give staff a sheet for the door of each room as a PDF."""
    agenda = _published(event)
    items = agenda_listing.items_of(agenda)
    html = render_template(
        "agendas/room_sheets.html", event=event, agenda=agenda, items=items, rooms=agenda_listing.rooms_of(items)
    )
    return _file(documents.pdf(html), "application/pdf", "room-sheets.pdf")


def _published(event: Event) -> Agenda:
    """Return the version in force.

    Raises:
        NotFound: there is none, or the person may not see it.
    """
    agenda = agendas.published_of(event)
    if agenda is None:
        raise NotFound
    require(current_actor(), Permission.AGENDA_SEE, agenda)
    return agenda


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
