"""The door, on staff's phones: the page a ticket's code opens, the list to look people up in, and who just comes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.registrations import WAYS, HallForm, LetInForm
from showcase.listing import page_number, words
from showcase.models import Event, Registration, utc_now
from showcase.models.enums import Hall
from showcase.policies import Permission
from showcase.services import check_in, places, registration_lists, registrations
from showcase.services.paging import paged
from showcase.services.registration_lists import Wanted

bp = Blueprint("check_in", __name__)
PAGE_SIZE = 30


@bp.get("/showcases/<uuid:event_id>/manage/check-in")
@requires(Permission.REGISTRATION_MANAGE, Event)
def index(event: Event) -> ResponseReturnValue:
    """Find somebody at the door, or let somebody in."""
    return _list(event, LetInForm(formdata=None))


@bp.post("/showcases/<uuid:event_id>/manage/check-in/let-in")
@requires(Permission.REGISTRATION_MANAGE, Event)
def let_in(event: Event) -> ResponseReturnValue:
    """Let in somebody who just came."""
    form = LetInForm()
    if form.validate():
        with errors_on(form, "name"):
            made = check_in.let_in(
                event,
                name=form.name.data,
                email=form.email.data or "",
                organisation_name=form.organisation.data or "",
                by=current_actor(),
                now=utc_now(),
            )
            flash(f"{made.name} is checked in.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return _list(event, form)


@bp.get("/check-in/<uuid:registration_id>")
@requires(Permission.REGISTRATION_MANAGE, Registration)
def show(registration: Registration) -> ResponseReturnValue:
    """Show one person at the door, and what can be done."""
    event = registration.event
    return render_template(
        "registrations/at_the_door.html",
        registration=registration,
        event=event,
        ways=WAYS,
        kinds=registration_lists.KINDS,
        position=places.position(registration),
        halls=places.halls(event),
        closed=registrations.why_closed(event, now=utc_now()),
    )


@bp.post("/check-in/<uuid:registration_id>")
@requires(Permission.REGISTRATION_MANAGE, Registration)
def enter(registration: Registration) -> ResponseReturnValue:
    """Check a person in."""
    hall = Hall.ONLINE if request.form.get("hall") == Hall.ONLINE else Hall.IN_PERSON
    check_in.check_in(registration, by=current_actor(), now=utc_now(), hall=hall)
    flash(f"{registration.name} is checked in.", "success")
    return _onward(registration)


@bp.post("/check-in/<uuid:registration_id>/undo")
@requires(Permission.REGISTRATION_MANAGE, Registration)
def undo(registration: Registration) -> ResponseReturnValue:
    """Take a check-in back."""
    check_in.undo(registration, by=current_actor())
    flash(f"{registration.name} is no longer checked in.", "success")
    return _onward(registration)


@bp.post("/check-in/<uuid:registration_id>/change")
@requires(Permission.REGISTRATION_MANAGE, Registration)
def change(registration: Registration) -> ResponseReturnValue:
    """Ask for another place for a person, or register them again."""
    form = HallForm()
    form.offer(registration.event, {})
    if form.validate():
        step = registrations.change_hall if registration.is_live else registrations.return_to
        step(registration, form.chosen, by=current_actor(), now=utc_now())
        flash("Changed. The person is told by e-mail.", "success")
    return redirect(url_for(".show", registration_id=registration.id))


@bp.post("/check-in/<uuid:registration_id>/cancel")
@requires(Permission.REGISTRATION_MANAGE, Registration)
def cancel(registration: Registration) -> ResponseReturnValue:
    """Cancel a person's registration for them."""
    registrations.cancel(registration, by=current_actor(), now=utc_now())
    flash("Cancelled. The person is told by e-mail.", "success")
    return redirect(url_for(".show", registration_id=registration.id))


def _list(event: Event, form: LetInForm) -> ResponseReturnValue:
    query = registration_lists.listed(event, Wanted(words()), seen_by=current_actor())
    page = render_template(
        "registrations/check_in.html",
        event=event,
        page=paged(query, page_number(), size=PAGE_SIZE),
        words=words(),
        figures=registration_lists.figures(event),
        form=form,
    )
    return page, form.status


def _onward(registration: Registration) -> ResponseReturnValue:
    """Return to the list with what was searched for, or to the person."""
    if request.form.get("from") == "list":
        asked = request.form.get("q") or None
        return redirect(url_for(".index", event_id=registration.event_id, q=asked))
    return redirect(url_for(".show", registration_id=registration.id))
