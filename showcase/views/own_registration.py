"""A person’s ticket: what to show at the door, links to the streams, changing, cancelling, what the person needs.

The address carries a secret that the person's e-mails repeat, so observers need no account and a phone at the door no
sign-in. Whoever has the link acts as the person registered.
"""

from dataclasses import replace

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from showcase.access import current_actor, public
from showcase.errors import Conflict
from showcase.forms.accounts import EraseForm
from showcase.forms.base import errors_on
from showcase.forms.registrations import WAYS, HallForm, NeedsForm
from showcase.models import Registration, Room, utc_now
from showcase.models.enums import Hall
from showcase.policies import Actor
from showcase.services import (
    attendee_needs,
    check_in,
    erasure,
    messages,
    places,
    registration_calendar,
    registration_lists,
    registrations,
)
from showcase.services.attendee_needs import Needs

bp = Blueprint("own_registration", __name__, url_prefix="/tickets/<token>")


@bp.get("")
@public
def show(token: str) -> ResponseReturnValue:
    """Show the ticket."""
    registration, actor = _of(token)
    now = utc_now()
    event = registration.event
    return render_template(
        "registrations/ticket.html",
        registration=registration,
        event=event,
        ways=WAYS,
        code=_code(registration),
        position=places.position(registration),
        closed=registrations.why_closed(event, now=now),
        is_over=now >= event.ends_at,
        halls=[hall for hall in places.halls(event) if hall is not registration.placed_in],
        needs=attendee_needs.find(registration, seen_by=actor),
        can_join=check_in.can_join(registration, now=now),
        rooms=_streams(registration),
        deleted_on=attendee_needs.deleted_on(event),
    )


@bp.get("/calendar.ics")
@public
def calendar(token: str) -> ResponseReturnValue:
    """Give the day, and meetings that have a time, as a file for a calendar."""
    registration, _ = _of(token)
    answer = Response(registration_calendar.of_registration(registration, now=utc_now()), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="showcase.ics"'
    return answer


@bp.post("/change")
@public
def change(token: str) -> ResponseReturnValue:
    """Ask for a place in the other hall, or register again after cancelling."""
    registration, actor = _of(token)
    form = HallForm()
    form.offer(registration.event, {})
    if not form.validate():
        raise Conflict("Choose one of the ways to take part that this showcase has.")
    step = registrations.change_hall if registration.is_live else registrations.return_to
    step(registration, form.chosen, by=actor, now=utc_now())
    if registration.waits_for is None:
        flash(f"You have a place {WAYS[form.chosen].lower()}.", "success")
    else:
        flash(f"You are on the waiting list for a place {WAYS[registration.waits_for].lower()}.", "success")
    return _back(token)


@bp.post("/stop-waiting")
@public
def stop_waiting(token: str) -> ResponseReturnValue:
    """Leave the waiting list and keep the place there is."""
    registration, actor = _of(token)
    registrations.stop_waiting(registration, by=actor, now=utc_now())
    flash("You no longer wait. Your place is kept.", "success")
    return _back(token)


@bp.route("/cancel", methods=["GET", "POST"])
@public
def cancel(token: str) -> ResponseReturnValue:
    """Ask once more, then cancel."""
    registration, actor = _of(token)
    if request.method == "POST":
        registrations.cancel(registration, by=actor, now=utc_now())
        flash("Cancelled. What you told us of your needs is deleted.", "success")
        return _back(token)
    waiting = registration_lists.figures(registration.event)
    is_waited_for = any(each.waiting for each in waiting if each.hall is registration.placed_in)
    return render_template(
        "registrations/cancel.html", registration=registration, event=registration.event, is_waited_for=is_waited_for
    )


@bp.route("/erase", methods=["GET", "POST"])
@public
def erase(token: str) -> ResponseReturnValue:
    """Erase an observer, after a look at what that means; whoever has an account does so there."""
    registration, actor = _of(token)
    form = EraseForm()
    form.is_sure.label.text = "Erase my data. It cannot be undone"
    if form.validate_on_submit():
        with errors_on(form):
            erasure.erase_observer(registration, by=actor, now=utc_now())
            flash("Your data is erased. The links in our e-mails to you no longer work.", "success")
            return redirect(url_for("home.index"))
    page = render_template("registrations/erase.html", registration=registration, event=registration.event, form=form)
    return page, form.status


@bp.route("/needs", methods=["GET", "POST"])
@public
def needs(token: str) -> ResponseReturnValue:
    """Ask what a person needs in order to take part and to eat."""
    registration, actor = _of(token)
    kept = attendee_needs.find(registration, seen_by=actor)
    form = NeedsForm(obj=kept)
    if form.validate_on_submit():
        with errors_on(form, "telephone"):
            attendee_needs.keep(registration, Needs(**form.values()), by=actor, now=utc_now())
            flash("Kept. Only staff of the showcase see it.", "success")
            return _back(token)
    event = registration.event
    page = render_template(
        "registrations/needs.html",
        registration=registration,
        event=event,
        form=form,
        deleted_on=attendee_needs.deleted_on(event),
    )
    return page, form.status


@bp.post("/join")
@public
def join(token: str) -> ResponseReturnValue:
    """Note that a person with a place online joins, and show the links."""
    registration, actor = _of(token)
    check_in.join_online(registration, by=actor, now=utc_now())
    return redirect(url_for(".show", token=token, _anchor="streams"))


def _of(token: str) -> tuple[Registration, Actor]:
    """Return the registration of a link, and whoever follows it as the person registered."""
    registration = registrations.get_by_token(token)
    return registration, replace(current_actor(), registration_id=registration.id)


def _code(registration: Registration) -> Markup | None:
    """Return the code for the door as a picture; None for somebody without a place in person."""
    if registration.placed_in is not Hall.IN_PERSON:
        return None
    made = segno.make(messages.link(url_for("check_in.show", registration_id=registration.id)), error="m")
    drawing = {"border": 4, "omitsize": True, "svgclass": "app-code", "lineclass": None, "light": "#fff"}
    return Markup(made.svg_inline(title="Code to show at the door", **drawing))


def _streams(registration: Registration) -> list[Room]:
    """Return the rooms whose streams a person may follow now: with a place online, having joined, on the day."""
    has_joined = registration.attended is Hall.ONLINE and check_in.can_join(registration, now=utc_now())
    return [room for room in registration.event.rooms if room.stream_url] if has_joined else []


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for(".show", token=token))
