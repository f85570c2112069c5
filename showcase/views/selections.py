"""Pages of a selection.

For staff the whole event; for staff and the council a challenge's candidates, each person after declaring an interest
or none. One candidate has its pages in `candidates`.
"""

import uuid
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.forms.base import errors_on
from showcase.forms.selections import (
    AddCandidateForm,
    ConflictForm,
    DeclareForm,
)
from showcase.listing import download
from showcase.models import (
    Candidate,
    Event,
    EventChallenge,
    InterestDeclaration,
    Solution,
    utc_now,
)
from showcase.models.enums import CandidateState
from showcase.policies import Permission, can
from showcase.services import (
    candidate_export,
    candidates,
    event_fairness,
    events,
    interest_declarations,
    scoring,
    selections,
)

bp = Blueprint("selections", __name__, url_prefix="/showcases")
UNCHOSEN = (CandidateState.RESERVE, CandidateState.NOT_CHOSEN)


# --- the event --------------------------------------------------------------------------------------------------------


@bp.get("/<uuid:event_id>/manage/selection")
@requires(Permission.EVENT_MANAGE, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show staff how far each challenge is, and how fair the whole is."""
    event = events.load_whole(event)
    found, criteria = candidates.list_of(event), events.criteria_of(event)
    by_entry = {entry.id: [each for each in found if each.entry_id == entry.id] for entry in event.entries}
    return render_template(
        "selections/index.html",
        event=event,
        by_entry=by_entry,
        progress={entry.id: scoring.progress_of(entry, by_entry[entry.id]) for entry in event.entries},
        fairness=event_fairness.of(event, found, criteria),
        declarations=interest_declarations.list_of(event),
        may_name=_may_name(event, by_entry),
        untold=[each for each in found if each.told_at is None and each.state in UNCHOSEN],
    )


@bp.route("/<uuid:event_id>/manage/selection/names", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, Event)
def show_names(event: Event) -> ResponseReturnValue:
    """Ask, then end the first pass."""
    if request.method == "POST":
        selections.show_names(event, by=current_actor(), now=utc_now())
        flash("The first pass has ended: suppliers’ names are shown.", "success")
        return redirect(url_for(".index", event_id=event.id))
    found = candidates.list_of(event)
    unscored = sum(not scoring.counted(each) for each in found)
    return render_template("selections/show_names.html", event=event, count=len(found), unscored=unscored)


@bp.post("/<uuid:event_id>/manage/selection/tell")
@requires(Permission.EVENT_EDIT, Event)
def tell(event: Event) -> ResponseReturnValue:
    """Tell every supplier that is not chosen or in reserve."""
    count = selections.tell_outcomes(event, by=current_actor(), now=utc_now())
    flash(f"{count} {'supplier has' if count == 1 else 'suppliers have'} been told.", "success")
    return redirect(url_for(".index", event_id=event.id))


@bp.get("/<uuid:event_id>/manage/candidates.<any(csv, xlsx):kind>")
@requires(Permission.EVENT_MANAGE, Event)
def export(event: Event, kind: str) -> ResponseReturnValue:
    """Give candidates and scores as a file."""
    return download("candidates", kind, candidate_export.sheets(event, seen_by=current_actor()))


# --- one challenge ----------------------------------------------------------------------------------------------------


@bp.get("/selection/<uuid:eventchallenge_id>")
@requires(Permission.SELECTION_SEE, EventChallenge)
def entry(eventchallenge: EventChallenge) -> ResponseReturnValue:
    """Show a challenge's candidates to who may read them; to others, the way there."""
    return _entry_page(eventchallenge)


@bp.route("/selection/<uuid:eventchallenge_id>/declare", methods=["GET", "POST"])
@requires(Permission.SELECTION_DECLARE, EventChallenge)
def declare(eventchallenge: EventChallenge) -> ResponseReturnValue:
    """Ask whether the reader has an interest in any candidate."""
    form = DeclareForm()
    if form.validate_on_submit():
        with errors_on(form, "details"):
            has_conflict = form.has_conflict.data == "yes"
            interest_declarations.declare(
                eventchallenge,
                has_conflict=has_conflict,
                details=form.details.data or "",
                by=current_actor(),
                now=utc_now(),
            )
            flash("Thank you. LGA staff decide and tell you." if has_conflict else "Thank you.", "success")
            return redirect(url_for(".entry", eventchallenge_id=eventchallenge.id))
    firms = [] if eventchallenge.event.is_blind else sorted(_firms(eventchallenge))
    return render_template("selections/declare.html", entry=eventchallenge, form=form, firms=firms), form.status


@bp.post("/selection/<uuid:eventchallenge_id>/gather")
@requires(Permission.SELECTION_GATHER, EventChallenge)
def gather(eventchallenge: EventChallenge) -> ResponseReturnValue:
    """Take in candidates."""
    found = candidates.gather(eventchallenge, by=current_actor(), now=utc_now())
    words = f"{found.added} added." + (f" {found.late} put forward after the call closed: left out." * (found.late > 0))
    flash(" ".join([words, *found.notices]), "success")
    return redirect(url_for(".entry", eventchallenge_id=eventchallenge.id))


@bp.route("/selection/<uuid:eventchallenge_id>/add", methods=["GET", "POST"])
@requires(Permission.SELECTION_GATHER, EventChallenge)
def add(eventchallenge: EventChallenge) -> ResponseReturnValue:
    """Take in one solution by hand."""
    form = AddCandidateForm()
    form.offer(_offered(eventchallenge))
    if form.validate_on_submit():
        with errors_on(form, "solution"):
            solution = load(Solution, uuid.UUID(form.solution.data), current_actor())
            candidates.consider(eventchallenge, solution, by=current_actor(), now=utc_now())
            flash("Added.", "success")
            return redirect(url_for(".entry", eventchallenge_id=eventchallenge.id))
    return render_template("selections/add.html", entry=eventchallenge, form=form), form.status


@bp.post("/selection/<uuid:eventchallenge_id>/ask")
@requires(Permission.SELECTION_GATHER, EventChallenge)
def ask(eventchallenge: EventChallenge) -> ResponseReturnValue:
    """Tell the council that candidates wait for its scores."""
    selections.ask_to_score(eventchallenge, by=current_actor(), now=utc_now())
    flash("The council has been told.", "success")
    return redirect(url_for(".entry", eventchallenge_id=eventchallenge.id))


@bp.route("/declarations/<uuid:interestdeclaration_id>", methods=["GET", "POST"])
@requires(Permission.DECLARATION_SEE, InterestDeclaration)
def declaration(interestdeclaration: InterestDeclaration) -> ResponseReturnValue:
    """Show what a person declared, and let other staff decide about a conflict."""
    form = ConflictForm()
    if form.validate_on_submit():
        with errors_on(form, "steps"):
            is_let_in = form.is_let_in.data == "yes"
            interest_declarations.decide(
                interestdeclaration, is_let_in=is_let_in, steps=form.steps.data, by=current_actor(), now=utc_now()
            )
            flash("Decided, and told.", "success")
            return redirect(url_for(".index", event_id=interestdeclaration.entry.event_id))
    return render_template("selections/declaration.html", declaration=interestdeclaration, form=form), form.status


# --- what the pages are made of ---------------------------------------------------------------------------------------


def _may_name(event: Event, by_entry: Mapping[uuid.UUID, Sequence[Candidate]]) -> bool:
    """Tell whether the reader may learn who is considered anywhere: having declared interests for every challenge."""
    actor = current_actor()
    entries = [entry for entry in event.entries if by_entry[entry.id]]
    return not event.is_blind and all(can(actor, Permission.SELECTION_READ, entry) for entry in entries)


def _entry_page(entry: EventChallenge) -> ResponseReturnValue:
    actor = current_actor()
    may_read = can(actor, Permission.SELECTION_READ, entry)
    found = candidates.list_for(entry, seen_by=actor) if may_read else []
    criteria = events.criteria_of(entry.event)
    results = {each.id: scoring.result_of(each, criteria) for each in found}
    return render_template(
        "selections/entry.html",
        entry=entry,
        may_read=may_read,
        declaration=interest_declarations.find(entry, by=actor),
        found=found,
        results=results,
        own={each.id: scoring.own(each, by=actor) for each in found},
        shown={each.id for each in found if scoring.are_shown(each, seen_by=actor)},
        candidates=candidates,
        next_reserve=candidates.next_reserve(entry) if may_read and actor.is_staff else None,
    )


def _firms(entry: EventChallenge) -> set[str]:
    own = [each for each in candidates.list_of(entry.event) if each.entry_id == entry.id]
    return {each.solution.organisation.name for each in own}


def _offered(entry: EventChallenge) -> dict[str, str]:
    found = candidates.list_offered(entry, seen_by=current_actor())
    return {str(each.id): f"{each.published_title} ({each.organisation.name})" for each in found}
