"""Pages of showcases: the list, the page for everyone, and for staff its particulars and states.

What staff build an event of has its pages in `event_building`, who pitches in `selections`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, public, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.events import EventForm, ReasonForm
from showcase.listing import page_number
from showcase.models import Challenge, Event, utc_now
from showcase.policies import Permission
from showcase.services import event_copies, event_export, event_lists, events, session_wishes
from showcase.services.paging import paged

bp = Blueprint("events", __name__, url_prefix="/showcases")
PAGE_SIZE = 20


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the showcases that are to come, and the past ones."""
    actor, now = current_actor(), utc_now()
    past = paged(event_lists.select_past(seen_by=actor, now=now), page_number(), size=PAGE_SIZE)
    return render_template("events/index.html", coming=event_lists.list_coming(seen_by=actor, now=now), page=past)


@bp.get("/<uuid:event_id>")
@requires(Permission.EVENT_SEE, Event)
def show(event: Event) -> ResponseReturnValue:
    """Show a showcase to everyone."""
    criteria = events.criteria_of(event) if event.is_announced else []
    event, actor = events.load_whole(event), current_actor()
    council = actor.organisation_id if actor.is_council else None
    return render_template(
        "events/show.html",
        event=event,
        criteria=criteria,
        takes_part=council is not None and session_wishes.takes_part(event, council),
        now=utc_now(),
    )


@bp.get("/<uuid:event_id>.json")
@requires(Permission.EVENT_SEE, Event)
def as_json(event: Event) -> ResponseReturnValue:
    """Give a showcase as everyone sees it to machines."""
    return event_export.as_json(events.load_whole(event))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def new() -> ResponseReturnValue:
    """Start a showcase."""
    return _start(EventForm(pitch_minutes=20), lambda values: events.create(values, by=current_actor(), now=utc_now()))


@bp.route("/<uuid:event_id>/manage/copy", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, Event)
def copy(event: Event) -> ResponseReturnValue:
    """Start a showcase from another."""
    old = EventForm.values_of(event)
    kept = {name: value for name, value in old.items() if name not in {"day", "revision", "registration_opens_on"}}
    form = EventForm(**{**kept, "registration_closes_on": None, "scores_on": None})
    return _start(form, lambda values: event_copies.copy(event, values, by=current_actor(), now=utc_now()), event)


@bp.get("/<uuid:event_id>/manage")
@requires(Permission.EVENT_MANAGE, Event)
def manage(event: Event) -> ResponseReturnValue:
    """Show staff where a showcase stands."""
    event = events.load_whole(event)
    lacking = events.missing(event) if event.is_planned else []
    return render_template("events/manage.html", event=event, missing=lacking, now=utc_now())


@bp.route("/<uuid:event_id>/manage/edit", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, Event)
def edit(event: Event) -> ResponseReturnValue:
    """Change the particulars; when someone else saved first, show both."""
    form = EventForm() if request.method == "POST" else EventForm.of(event)
    clash: list[Any] = []
    if form.validate_on_submit():
        with errors_on(form):
            try:
                values = events.Particulars(**form.particulars())
                revision = int(form.revision.data or 0)
                events.edit(event, values, revision=revision, by=current_actor(), now=utc_now())
            except events.Clash as error:
                clash = error.theirs
                form.revision.data = str(event.revision)
                raise
            flash("Saved.", "success")
            return redirect(url_for(".manage", event_id=event.id))
    return render_template("events/edit.html", event=event, form=form, clash=clash), form.status


@bp.route("/<uuid:event_id>/manage/announce", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, Event)
def announce(event: Event) -> ResponseReturnValue:
    """Ask, then show a showcase to everyone."""
    if request.method == "POST":
        events.announce(event, by=current_actor(), now=utc_now())
        flash("Announced. Everyone can see it now.", "success")
        return redirect(url_for(".manage", event_id=event.id))
    event = events.load_whole(event)
    return render_template("events/announce.html", event=event, missing=events.missing(event))


@bp.route("/<uuid:event_id>/manage/finish", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, Event)
def finish(event: Event) -> ResponseReturnValue:
    """Ask, then close a showcase that was held."""
    if request.method == "POST":
        events.finish(event, by=current_actor(), now=utc_now())
        flash("Finished.", "success")
        return redirect(url_for(".manage", event_id=event.id))
    return render_template("events/finish.html", event=event, now=utc_now())


@bp.route("/<uuid:event_id>/manage/cancel", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, Event)
def cancel(event: Event) -> ResponseReturnValue:
    """Ask why, then cancel a showcase."""
    form = ReasonForm()
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            events.cancel(event, form.reason.data, by=current_actor(), now=utc_now())
            flash("Cancelled.", "success")
            return redirect(url_for(".manage", event_id=event.id))
    return render_template("events/cancel.html", event=event, form=form), form.status


@bp.app_template_global()
def showcases_of(challenge: Challenge) -> Sequence[Event]:
    """Return the showcases held around a challenge that the reader may see."""
    return event_lists.with_challenge(challenge, seen_by=current_actor())


def _start(
    form: EventForm, start: Callable[[events.Particulars], Event], source: Event | None = None
) -> ResponseReturnValue:
    if form.validate_on_submit():
        with errors_on(form):
            made = start(events.Particulars(**form.particulars()))
            db.session.flush()
            flash("Draft started. Only LGA staff see it until it is announced.", "success")
            return redirect(url_for(".manage", event_id=made.id))
    return render_template("events/new.html", form=form, source=source), form.status
