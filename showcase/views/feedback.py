"""Pages of feedback after an event: what to say, the form, and everything for staff."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.feedback import feedback_form
from showcase.listing import csv_download
from showcase.models import Candidate, Event, utc_now
from showcase.models.feedback_questions import ON_EVENT, ON_PITCH
from showcase.models.outcomes import ABOUT_EVENT
from showcase.policies import Actor, Permission
from showcase.services import feedback, pitches

bp = Blueprint("feedback", __name__, url_prefix="/showcases/<uuid:event_id>")


@bp.get("/feedback")
@requires(Permission.FEEDBACK_GIVE, Event)
def index(event: Event) -> ResponseReturnValue:
    """List what the reader can give feedback on, and what councils said to a supplier."""
    actor = current_actor()
    return render_template(
        "feedback/index.html",
        event=event,
        takes_part=feedback.takes_part(event, by=actor),
        pitches=_own_first(pitches.list_of(event), actor) if actor.is_council else [],
        given=feedback.own_of(event, by=actor),
        passed_on=feedback.passed_on_to(event, by=actor) if actor.is_supplier else [],
        about_event=ABOUT_EVENT,
    )


@bp.route("/feedback/event", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_GIVE, Event)
def on_event(event: Event) -> ResponseReturnValue:
    """Say what one thinks of the event."""
    return _give(event, None)


@bp.route("/feedback/pitches/<uuid:candidate_id>", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_GIVE, Event)
def on_pitch(event: Event, candidate_id: uuid.UUID) -> ResponseReturnValue:
    """Say what one thinks of a pitch."""
    candidate = next((each for each in pitches.list_of(event) if each.id == candidate_id), None)
    if candidate is None:
        raise NotFound
    return _give(event, candidate)


@bp.get("/manage/feedback")
@requires(Permission.FEEDBACK_SEE, Event)
def show(event: Event) -> ResponseReturnValue:
    """Show staff everything that was said."""
    return render_template(
        "feedback/show.html",
        event=event,
        said=feedback.list_for_staff(event, seen_by=current_actor()),
        asks={ask.name: ask for ask in (*ON_PITCH, *ON_EVENT)},
        figures=feedback.summarise(event),
        least=feedback.LEAST,
    )


@bp.get("/manage/feedback.csv")
@requires(Permission.FEEDBACK_SEE, Event)
def export(event: Event) -> ResponseReturnValue:
    """Give the same as a file."""
    asks = {ask.name: ask.label for ask in (*ON_PITCH, *ON_EVENT)}
    rows = (
        [
            each.organisation.name,
            each.account.name if each.account else "",
            each.candidate.solution.known_title if each.candidate else "The showcase",
            each.updated_at,
            *(each.answers.get(name, "") for name in asks),
        ]
        for each in feedback.list_for_staff(event, seen_by=current_actor())
    )
    return csv_download("feedback", ["Organisation", "Person", "About", "Given (UTC)", *asks.values()], rows)


def _own_first(found: Sequence[Candidate], actor: Actor) -> list[Candidate]:
    """Return pitches in their order, those for challenges of the reader's own council before the others."""
    return sorted(found, key=lambda each: each.entry.challenge.organisation_id != actor.organisation_id)


def _give(event: Event, candidate: Candidate | None) -> ResponseReturnValue:
    actor = current_actor()
    if actor.is_council is (candidate is None) or not feedback.takes_part(event, by=actor):
        raise NotFound
    before = feedback.find(event, str(candidate.id) if candidate else ABOUT_EVENT, by=actor)
    known: dict[str, Any] = dict(before.answers) if before else {}
    form = feedback_form(ON_PITCH if candidate else ON_EVENT)(**known)
    if form.validate_on_submit():
        with errors_on(form):
            feedback.give(event, form.data, by=actor, now=utc_now(), candidate=candidate)
            flash("Thank you. You can change it by sending it again.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return render_template("feedback/give.html", event=event, candidate=candidate, form=form), form.status
