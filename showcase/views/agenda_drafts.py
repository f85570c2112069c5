"""Pages on which staff make an agenda: the draft with what is wrong with it, moving, pinning, suggestions, publishing.

Everything works by form and keyboard. A script lets sessions be dragged; it asks the same routes for JSON.
"""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import Conflict, NotFound
from showcase.forms.agendas import MoveForm, PublishForm, RevisionForm, SuggestForm
from showcase.forms.base import errors_on
from showcase.models import Agenda, Event, Session, Solve, utc_now
from showcase.policies import Permission
from showcase.services import agenda_publishing, agenda_standing, agenda_suggestions, agenda_table, agendas, solves

bp = Blueprint("agenda_drafts", __name__, url_prefix="/showcases/<uuid:event_id>/manage/agenda")


@bp.get("")
@requires(Permission.EVENT_MANAGE, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show the draft, or how to start one."""
    return _page(event, SuggestForm(formdata=None))


@bp.post("/start")
@requires(Permission.AGENDA_MAKE, Event)
def start(event: Event) -> ResponseReturnValue:
    """Start a draft."""
    agendas.start(event, by=current_actor(), now=utc_now())
    return redirect(url_for(".index", event_id=event.id))


@bp.route("/sessions/<uuid:session_id>", methods=["GET", "POST"])
@requires(Permission.AGENDA_MAKE, Event)
def move(event: Event, session_id: uuid.UUID) -> ResponseReturnValue:
    """Move a session to another place; each is listed with what would be wrong there."""
    draft, session = _draft(event), _session(event, session_id)
    places = agenda_standing.places_for(draft, session)
    form = MoveForm(revision=str(draft.revision), slot=agenda_standing.slot_now(draft, session))
    form.offer([(slot, words) for slot, words, _ in places])
    if form.validate_on_submit():
        with errors_on(form, "slot"):
            swap = bool(form.swap.data)
            agendas.move(draft, session, form.slot.data, revision=form.seen, swap=swap, by=current_actor())
            return _moved(event, f"“{session.title}” moved.")
    if request.method == "POST" and _wants_json():
        return {"message": "; ".join(str(e) for errors in form.errors.values() for e in errors)}, form.status
    hints = {slot: wrong for slot, _, wrong in places}
    if form.refusal is not None:
        form.revision.data = str(draft.revision)
    page = render_template("agendas/move.html", event=event, draft=draft, session=session, form=form, hints=hints)
    return page, form.status


@bp.get("/sessions/<uuid:session_id>/places.json")
@requires(Permission.AGENDA_MAKE, Event)
def places(event: Event, session_id: uuid.UUID) -> ResponseReturnValue:
    """Say, for each slot that a session fits, which rules it would break there."""
    found = agenda_standing.places_for(_draft(event), _session(event, session_id))
    return {"places": {slot: {"words": words, "broken": wrong} for slot, words, wrong in found}}


@bp.post("/sessions/<uuid:session_id>/<any(pin, unpin, take_off):verb>")
@requires(Permission.AGENDA_MAKE, Event)
def change(event: Event, session_id: uuid.UUID, verb: str) -> ResponseReturnValue:
    """Pin a session, let go of it, or take it off the draft."""
    draft, session, form = _draft(event), _session(event, session_id), RevisionForm()
    if verb == "take_off":
        agendas.take_off(draft, session, revision=form.seen, by=current_actor())
    else:
        agendas.pin(draft, session, verb == "pin", revision=form.seen, by=current_actor())
    done = {"pin": "pinned", "unpin": "can be moved by suggestions again", "take_off": "has no place now"}
    return _moved(event, f"“{session.title}” {done[verb]}.")


@bp.post("/looked")
@requires(Permission.AGENDA_MAKE, Event)
def acknowledge(event: Event) -> ResponseReturnValue:
    """Note that staff looked at the draft again since the showcase changed."""
    agendas.acknowledge(_draft(event), revision=RevisionForm().seen, by=current_actor())
    return _moved(event, "Noted.")


@bp.post("/discard")
@requires(Permission.AGENDA_MAKE, Event)
def discard(event: Event) -> ResponseReturnValue:
    """Give the draft up."""
    agendas.discard(_draft(event), revision=RevisionForm().seen, by=current_actor(), now=utc_now())
    return _moved(event, "The draft is given up. What is published stays.")


# --- suggestions ------------------------------------------------------------------------------------------------------


@bp.post("/suggestion")
@requires(Permission.AGENDA_MAKE, Event)
def suggest(event: Event) -> ResponseReturnValue:
    """Ask for the best agenda."""
    form = SuggestForm()
    if form.validate():
        with errors_on(form, "turnaround_minutes"):
            minutes = form.turnaround_minutes.data
            agenda_suggestions.suggest(_draft(event), turnaround_minutes=minutes, by=current_actor(), now=utc_now())
            return redirect(url_for(".suggestion", event_id=event.id))
    return _page(event, form)


@bp.get("/suggestion")
@requires(Permission.AGENDA_MAKE, Event)
def suggestion(event: Event) -> ResponseReturnValue:
    """Show how far a suggestion is, what it would change, or why there is no agenda."""
    draft, solve = _draft(event), _solve(event)
    return render_template(
        "agendas/suggestion.html",
        event=event,
        draft=draft,
        solve=solve,
        seconds=solves.seconds_spent(solve, now=utc_now()),
        limit=agenda_suggestions.SECONDS,
        outcome=agenda_suggestions.outcome_of(draft, solve),
    )


@bp.get("/suggestion.json")
@requires(Permission.AGENDA_MAKE, Event)
def progress(event: Event) -> ResponseReturnValue:
    """Say how far a suggestion is."""
    return {"is_pending": _solve(event).is_pending}


@bp.post("/suggestion/take")
@requires(Permission.AGENDA_MAKE, Event)
def take_over(event: Event) -> ResponseReturnValue:
    """Make the suggestion the draft."""
    agenda_suggestions.take_over(_draft(event), _solve(event), by=current_actor())
    return _moved(event, "The suggestion is the draft now. Look at it, change what you want and publish it.")


@bp.post("/suggestion/cancel")
@requires(Permission.AGENDA_MAKE, Event)
def cancel(event: Event) -> ResponseReturnValue:
    """Call the search off."""
    solves.cancel(_solve(event), now=utc_now())
    return _moved(event, "The search is called off.")


# --- publishing -------------------------------------------------------------------------------------------------------


@bp.route("/publish", methods=["GET", "POST"])
@requires(Permission.AGENDA_MAKE, Event)
def publish(event: Event) -> ResponseReturnValue:
    """Show what publishing changes, then publish."""
    draft = _draft(event)
    form = PublishForm(revision=str(draft.revision))
    if form.validate_on_submit():
        with errors_on(form, "note"):
            note = form.note.data or ""
            number = agenda_publishing.publish(draft, note, revision=form.seen, by=current_actor(), now=utc_now())
            flash(f"Version {number} is published. Those whom it concerns get an e-mail.", "success")
            return redirect(url_for("agendas.show", event_id=event.id))
    page = render_template(
        "agendas/publish.html",
        event=event,
        draft=draft,
        form=form,
        hindrances=agenda_publishing.hindrances(draft),
        changes=agenda_publishing.changes_of(draft),
        published=agendas.published_of(event),
    )
    return page, form.status


# --- pieces -----------------------------------------------------------------------------------------------------------


def _page(event: Event, form: SuggestForm) -> ResponseReturnValue:
    draft, published = agendas.draft_of(event), agendas.published_of(event)
    if draft is not None and not form.errors:
        form.turnaround_minutes.data = draft.turnaround_minutes
    page = render_template(
        "agendas/draft.html",
        event=event,
        draft=draft,
        published=published,
        is_outdated=published is not None and agenda_publishing.is_outdated(published),
        **(_draft_parts(draft) if draft is not None else {}),
        solve=agenda_suggestions.latest_solve(event) if draft is not None else None,
        versions=agendas.list_versions(event),
        form=form,
    )
    return page, form.status


def _draft_parts(draft: Agenda) -> dict[str, Any]:
    standing = agenda_standing.standing_of(draft)
    return {
        "standing": standing,
        "table": agenda_table.of_draft(draft, standing),
        "costs": agenda_table.costs_of_draft(draft, standing),
        "clashes": agenda_table.clashes_of_draft(draft, standing),
    }


def _draft(event: Event) -> Agenda:
    draft = agendas.draft_of(event)
    if draft is None:
        raise Conflict("There is no draft of the agenda any more. Start one from the agenda’s page.")
    return draft


def _solve(event: Event) -> Solve:
    solve = agenda_suggestions.latest_solve(event)
    if solve is None:
        raise NotFound
    return solve


def _session(event: Event, session_id: uuid.UUID) -> Session:
    found = next((session for session in event.sessions if session.id == session_id), None)
    if found is None:
        raise NotFound
    return found


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _moved(event: Event, words: str) -> ResponseReturnValue:
    if _wants_json():
        return {"message": words}
    flash(words, "success")
    return redirect(url_for(".index", event_id=event.id))
