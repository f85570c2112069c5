"""Staff's pages of a showcase's registrations: the list and its files, badges, needs, and writing to all."""

import secrets

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.registrations import LetterForm
from showcase.listing import csv_download, note_export, page_number, words
from showcase.models import AttendeeNeeds, Event, Registration, utc_now
from showcase.models.enums import Hall
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission
from showcase.services import attendee_needs, registration_lists, workbooks
from showcase.services.paging import paged
from showcase.services.registration_lists import AUDIENCES, KINDS, STATES, Wanted

bp = Blueprint("registration_desk", __name__, url_prefix="/showcases/<uuid:event_id>/manage/registrations")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEEDS_HEAD = ("Name", "Place", "Access", "Access, own words", "Call", "Telephone", "Food", "Food, own words")


@bp.get("")
@requires(Permission.REGISTRATION_MANAGE, Event)
def index(event: Event) -> ResponseReturnValue:
    """List who comes, who waits and who cancelled."""
    wanted = _wanted()
    page = paged(registration_lists.listed(event, wanted, seen_by=current_actor()), page_number())
    return render_template(
        "registrations/index.html",
        event=event,
        page=page,
        wanted=wanted,
        kinds=KINDS,
        states=STATES,
        figures=registration_lists.figures(event),
        waiting={hall: registration_lists.waiting_list(event, hall) for hall in Hall},
    )


@bp.get("/export.csv")
@requires(Permission.REGISTRATION_MANAGE, Event)
def export(event: Event) -> ResponseReturnValue:
    """Give the same list as a CSV file."""
    return csv_download("registrations", registration_lists.HEAD, registration_lists.rows(_all(event)))


@bp.get("/export.xlsx")
@requires(Permission.REGISTRATION_MANAGE, Event)
def export_workbook(event: Event) -> ResponseReturnValue:
    """Give the same list as a workbook."""
    rows = list(registration_lists.rows(_all(event)))
    note_export("registrations.xlsx", len(rows))
    made = workbooks.write([workbooks.Sheet("Registrations", registration_lists.HEAD, rows)])
    answer = Response(made, mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="registrations.xlsx"'
    return answer


@bp.get("/badges.csv")
@requires(Permission.REGISTRATION_MANAGE, Event)
def badges(event: Event) -> ResponseReturnValue:
    """Give what badges are printed from."""
    rows = registration_lists.badges(event, seen_by=current_actor())
    return csv_download("badges", registration_lists.BADGE_HEAD, rows)


@bp.get("/needs")
@requires(Permission.REGISTRATION_MANAGE, Event)
def needs(event: Event) -> ResponseReturnValue:
    """List what people need in order to take part and to eat."""
    page = paged(attendee_needs.select_for(event, seen_by=current_actor()), page_number())
    deleted_on = attendee_needs.deleted_on(event)
    return render_template("registrations/needs_of_all.html", event=event, page=page, deleted_on=deleted_on)


@bp.get("/needs/export.csv")
@requires(Permission.REGISTRATION_MANAGE, Event)
def export_needs(event: Event) -> ResponseReturnValue:
    """Give that list as a file: for those who prepare the rooms and the food."""
    kept = db.session.scalars(attendee_needs.select_for(event, seen_by=current_actor()))
    return csv_download("access-and-catering", NEEDS_HEAD, [_needs_row(each) for each in kept])


@bp.route("/write", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_MANAGE, Event)
def write(event: Event) -> ResponseReturnValue:
    """Write to everyone of a group: shown once more before it goes out."""
    form = LetterForm(formdata=request.form if request.method == "POST" else None, key=secrets.token_urlsafe(12))
    form.audience.choices = list(AUDIENCES.items())
    is_read = False
    if request.method == "POST" and form.validate():
        is_read = "edit" not in request.form
        if "send" in request.form:
            with errors_on(form):
                count = registration_lists.write_to(
                    event,
                    form.audience.data,
                    form.subject.data,
                    form.body.data,
                    by=current_actor(),
                    now=utc_now(),
                    key=form.key.data or "",
                )
                flash(f"Sent to {count:,} {'person' if count == 1 else 'people'}.", "success")
                return redirect(url_for(".index", event_id=event.id))
    people = registration_lists.audience(event, form.audience.data, seen_by=current_actor()) if is_read else ()
    page = render_template(
        "registrations/write.html",
        event=event,
        form=form,
        is_read=is_read and not form.errors,
        count=len(people),
        audience=AUDIENCES.get(form.audience.data or "", ""),
    )
    return page, form.status


def _wanted() -> Wanted:
    state = request.args.get("state", "")
    kinds = [kind for kind in request.args.getlist("kind") if kind in KINDS]
    return Wanted(words(), kinds, state if state in STATES else "")


def _all(event: Event) -> list[Registration]:
    return list(db.session.scalars(registration_lists.listed(event, _wanted(), seen_by=current_actor())))


def _needs_row(kept: AttendeeNeeds) -> tuple[str | bool, ...]:
    registration = kept.registration
    return (
        registration.name,
        registration_lists.hall_in_words(registration.placed_in),
        vocabulary("access_needs").list_labels(kept.access),
        kept.access_words,
        kept.wants_call,
        kept.telephone,
        vocabulary("dietary_needs").list_labels(kept.dietary),
        kept.dietary_words,
    )
