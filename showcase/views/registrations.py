"""Pages on which people register for a showcase: members of organisations signed in, observers by an e-mailed link."""

import uuid
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, public, requires
from showcase.errors import NotFound, TooMany
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.registrations import HallForm, ObserverForm
from showcase.models import Event, Registration, utc_now
from showcase.models.enums import TicketPurpose
from showcase.policies import Permission, can
from showcase.services import accounts, meetings, observers, registration_lists, registrations, tickets
from showcase.views.signing_in import address

bp = Blueprint("registrations", __name__)
Offered = TypeVar("Offered", bound=HallForm)


@bp.get("/showcases/<uuid:event_id>/register")
@requires(Permission.EVENT_SEE, Event)
def new(event: Event) -> ResponseReturnValue:
    """Ask how a person would like to take part; whoever is registered is led to the ticket."""
    own = registrations.find_own(event, seen_by=current_actor())
    if own is not None:
        return redirect(url_for("own_registration.show", token=own.token))
    return _page(event, _offered(event, HallForm(formdata=None)), _offered(event, ObserverForm(formdata=None)))


@bp.post("/showcases/<uuid:event_id>/register")
@requires(Permission.EVENT_REGISTER, Event)
def register(event: Event) -> ResponseReturnValue:
    """Register the person who is signed in."""
    form = _offered(event, HallForm())
    if form.validate():
        with errors_on(form):
            made = registrations.register(event, form.chosen, by=current_actor(), now=utc_now())
            return _registered(made)
    return _page(event, form, _offered(event, ObserverForm(formdata=None)))


@bp.post("/showcases/<uuid:event_id>/register/observer")
@requires(Permission.EVENT_SEE, Event)
def ask(event: Event) -> ResponseReturnValue:
    """Send an observer the link that confirms a place."""
    form = _offered(event, ObserverForm())
    if form.validate() and _may_mail(form):
        with errors_on(form):
            observers.ask(
                event,
                form.chosen,
                name=form.name.data,
                email=form.email.data,
                organisation_name=form.organisation.data or "",
                now=utc_now(),
            )
            return redirect(url_for("accounts.check_email"))
    return _page(event, _offered(event, HallForm(formdata=None)), form)


@bp.route("/observers/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """Ask an observer once more, then give a place or one on the waiting list."""
    now = utc_now()
    ticket = tickets.get(token, TicketPurpose.REGISTER_OBSERVER, now=now)
    event = load(Event, uuid.UUID(ticket.details["event"]), current_actor())
    if event is None:
        raise NotFound
    if request.method == "POST":
        return _registered(observers.confirm(ticket, event, now=now))
    return render_template("registrations/confirm.html", event=event, name=ticket.details["name"])


@bp.app_template_global()
def registering(event: Event) -> dict[str, object]:
    """Return what the page of a showcase says of registration: the viewer's own, and why it is closed if it is."""
    return {
        "own": registrations.find_own(event, seen_by=current_actor()),
        "closed": registrations.why_closed(event, now=utc_now()),
        "figures": registration_lists.figures(event),
    }


@bp.app_template_global()
def own_attendance() -> dict[str, object]:
    """Return what a start page says: the viewer's own registrations, and meetings that wait for an answer."""
    actor, now = current_actor(), utc_now()
    return {
        "registrations": registrations.list_own(seen_by=actor, now=now),
        "meetings": meetings.list_to_answer(seen_by=actor, now=now),
    }


def _offered(event: Event, form: Offered) -> Offered:
    waits = {
        each.hall: " (full: you join the waiting list)" for each in registration_lists.figures(event) if not each.free
    }
    form.offer(event, waits)
    return form


def _page(event: Event, form: HallForm, observer: ObserverForm) -> ResponseReturnValue:
    actor = current_actor()
    sent = next((each for each in (form, observer) if each.errors), None)
    page = render_template(
        "registrations/new.html",
        event=event,
        hall_form=form,
        observer_form=observer,
        form=sent,
        closed=registrations.why_closed(event, now=utc_now()),
        may_register=can(actor, Permission.EVENT_REGISTER, event),
        colleagues=registrations.list_of_colleagues(event, seen_by=actor) if actor.organisation_id else [],
    )
    return page, sent.status if sent is not None else 200


def _registered(registration: Registration) -> ResponseReturnValue:
    db.session.flush()
    if registration.waits_for is None:
        flash("You have a place. We have sent you an e-mail.", "success")
    else:
        flash("You are on the waiting list. We have sent you an e-mail.", "success")
    return redirect(url_for("own_registration.needs", token=registration.token))


def _may_mail(form: ObserverForm) -> bool:
    """Count a wish for an e-mail, or put on the form that there were too many."""
    try:
        accounts.count_mail(form.email.data, address=address(), now=utc_now())
    except TooMany as error:
        form.refuse(error)
        return False
    return True
