"""Staff's pages of one-to-one meetings: the plan, all that is asked for and agreed, and the timetable."""

import uuid
from datetime import time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.errors import Conflict, NotFound
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.meetings import PlanForm
from showcase.forms.times import day_of, time_of
from showcase.listing import csv_download, page_number
from showcase.models import Event, Meeting, MeetingPlan, utc_now
from showcase.models.enums import MeetingState
from showcase.policies import Permission
from showcase.services import meeting_plans, meeting_timetable, meetings, solves
from showcase.services.paging import paged

bp = Blueprint("meeting_plans", __name__, url_prefix="/showcases/<uuid:event_id>/manage/meetings")
STATES = {
    MeetingState.ASKED: "Asked",
    MeetingState.ACCEPTED: "Agreed",
    MeetingState.DECLINED: "Declined",
    MeetingState.CANCELLED: "Cancelled",
    MeetingState.HELD: "Took place",
    MeetingState.CLOSED: "Closed",
}
"""What pages and files call each state."""
HEAD = ("Council", "Supplier", "Challenge", "Asked by", "State", "Starts at (UTC)", "Place", "New released at (UTC)")


@bp.get("")
@requires(Permission.MEETING_PLAN, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show what is offered, asked for and agreed."""
    plan = meeting_plans.find(event)
    return render_template(
        "meetings/manage.html",
        event=event,
        plan=plan,
        page=paged(meetings.listed(event, seen_by=current_actor(), states=_states()), page_number()),
        states=list(STATES.items()),
        chosen=[state.value for state in _states()],
        suppliers=meeting_plans.suppliers(event),
        councils=meeting_plans.councils(event),
        used=meetings.counts(plan) if plan else {},
        agreed=meeting_timetable.agreed(plan) if plan else [],
        broken=meeting_timetable.broken(plan) if plan else [],
    )


@bp.get("/export.csv")
@requires(Permission.MEETING_PLAN, Event)
def export(event: Event) -> ResponseReturnValue:
    """Give the list as a file."""
    rows = (
        (
            each.council.name,
            each.supplier.name,
            each.entry.challenge.known_title,
            each.asked_by.value,
            STATES[each.state],
            each.starts_at,
            each.place,
            each.released_at,
        )
        for each in db.session.scalars(meetings.listed(event, seen_by=current_actor(), states=_states())).unique()
    )
    return csv_download("meetings", HEAD, rows)


@bp.route("/plan", methods=["GET", "POST"])
@requires(Permission.MEETING_PLAN, Event)
def edit(event: Event) -> ResponseReturnValue:
    """Set when, where, how many, and when to ask."""
    plan = meeting_plans.find(event)
    form = PlanForm() if request.method == "POST" else (PlanForm.of(plan) if plan else _fresh(event))
    if form.validate_on_submit():
        with errors_on(form):
            terms = meeting_plans.Terms(**form.terms())
            sent = str(form.revision.data or "")
            revision = int(sent) if sent.isdecimal() else 0
            meeting_plans.keep(event, terms, revision=revision, by=current_actor(), now=utc_now())
            flash("Saved. Everyone invited is told when the first day of asking begins.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return render_template("meetings/plan.html", event=event, plan=plan, form=form, now=utc_now()), form.status


@bp.get("/timetable")
@requires(Permission.MEETING_PLAN, Event)
def timetable(event: Event) -> ResponseReturnValue:
    """Show a suggested timetable and what applying it changes."""
    plan = _plan(event)
    solve = meeting_timetable.latest_solve(plan)
    return render_template(
        "meetings/timetable.html",
        event=event,
        plan=plan,
        solve=solve,
        seconds=solves.seconds_spent(solve, now=utc_now()) if solve else 0,
        limit=meeting_timetable.SECONDS,
        outcome=meeting_timetable.outcome_of(plan, solve) if solve else None,
    )


@bp.post("/timetable")
@requires(Permission.MEETING_PLAN, Event)
def suggest(event: Event) -> ResponseReturnValue:
    """Ask the worker for a timetable."""
    meeting_timetable.suggest(_plan(event), by=current_actor(), now=utc_now())
    return redirect(url_for(".timetable", event_id=event.id))


@bp.post("/timetable/apply")
@requires(Permission.MEETING_PLAN, Event)
def apply(event: Event) -> ResponseReturnValue:
    """Give meetings their times."""
    plan = _plan(event)
    solve = meeting_timetable.latest_solve(plan)
    if solve is None:
        raise NotFound
    moved = meeting_timetable.apply(plan, solve, by=current_actor(), now=utc_now())
    flash(
        f"Done. {moved} {'meeting has' if moved == 1 else 'meetings have'} a new time; both sides are told.", "success"
    )
    return redirect(url_for(".index", event_id=event.id))


@bp.post("/<uuid:meeting_id>/place")
@requires(Permission.MEETING_PLAN, Event)
def place(event: Event, meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Give one meeting a time and a place by hand."""
    meeting = load(Meeting, meeting_id, current_actor())
    if meeting is None or meeting.plan.event_id != event.id:
        raise NotFound
    number, _, at = request.form.get("slot", "").partition(":")
    rounds, places = meeting.plan.rounds, meeting.plan.places
    if not number.isdecimal() or not at.isdecimal() or int(number) >= len(rounds) or int(at) >= len(places):
        raise Conflict("Choose a time and a place of the plan.")
    starts_at = rounds[int(number)].starts_at
    meeting_timetable.place(meeting, starts_at, places[int(at)], by=current_actor(), now=utc_now())
    flash("Placed. Both sides are told by e-mail.", "success")
    return redirect(url_for("meetings.show", meeting_id=meeting.id))


def _plan(event: Event) -> MeetingPlan:
    plan = meeting_plans.find(event)
    if plan is None:
        raise NotFound
    return plan


def _states() -> list[MeetingState]:
    known = {state.value for state in MeetingState}
    return [MeetingState(state) for state in request.args.getlist("state") if state in known]


def _fresh(event: Event) -> PlanForm:
    """Return a form with what most showcases would set."""
    return PlanForm(
        formdata=None,
        revision="0",
        minutes=15,
        opens=time(9),
        day=day_of(event.starts_at),
        closes=time_of(event.starts_at),
        closes_on=day_of(event.starts_at - timedelta(days=2)),
        most_of_supplier=3,
        most_of_council=6,
    )
