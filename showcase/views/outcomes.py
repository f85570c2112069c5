"""Pages of what came of each pitch, 6, 12 and 24 months after an event."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.outcomes import OutcomeForm
from showcase.listing import csv_download
from showcase.models import Challenge, Event, utc_now
from showcase.models.enums import OutcomeState
from showcase.models.outcomes import MONTHS
from showcase.policies import Permission, can
from showcase.services import audit, outcomes

bp = Blueprint("outcomes", __name__, url_prefix="/showcases/<uuid:event_id>")
HEAD = (
    "Challenge",
    "Council",
    "Solution",
    "Supplier",
    "Months",
    "Outcome",
    "Value (£, excluding VAT)",
    "Note",
    "As of (UTC)",
)


@bp.app_context_processor
def _for_templates() -> dict[str, Any]:
    return {"propose_url": _propose_url}


@bp.get("/outcomes")
@requires(Permission.OUTCOME_LIST, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show what came of the pitches that the reader may know of."""
    return render_template(
        "outcomes/index.html",
        event=event,
        pairs=outcomes.list_for(event, seen_by=current_actor()),
        due={months: outcomes.due_on(event, months) for months in MONTHS},
        today=utc_now().astimezone(audit.LONDON).date(),
        words=outcomes.WORDS,
    )


@bp.get("/outcomes.csv")
@requires(Permission.OUTCOME_LIST, Event)
def export(event: Event) -> ResponseReturnValue:
    """Give the same as a file."""
    rows = (
        (
            pair.candidate.entry.challenge.known_title,
            pair.candidate.entry.challenge.organisation.name,
            pair.candidate.solution.known_title,
            pair.candidate.solution.organisation.name,
            months,
            outcomes.WORDS[outcome.state],
            outcome.value_pence_excluding_vat / 100 if outcome.value_pence_excluding_vat is not None else None,
            outcome.note,
            outcome.updated_at,
        )
        for pair in outcomes.list_for(event, seen_by=current_actor())
        for months, outcome in sorted(pair.outcomes.items())
    )
    return csv_download("outcomes", HEAD, rows)


@bp.route("/outcomes/<uuid:candidate_id>/<int:months>", methods=["GET", "POST"])
@requires(Permission.OUTCOME_LIST, Event)
def record(event: Event, candidate_id: uuid.UUID, months: int) -> ResponseReturnValue:
    """Say what came of one pitch."""
    pairs = outcomes.list_for(event, seen_by=current_actor())
    pair = next((each for each in pairs if each.candidate.id == candidate_id and each.may_record), None)
    if pair is None or months not in MONTHS:
        raise NotFound
    known = pair.outcomes.get(months)
    said = {"state": known.state.value, "value": known.value_pence_excluding_vat, "note": known.note} if known else {}
    form = OutcomeForm(**said)
    form.offer({state.value: words for state, words in outcomes.WORDS.items()})
    if form.validate_on_submit():
        with errors_on(form, "value"):
            outcomes.record(
                pair.candidate,
                months,
                OutcomeState(form.state.data),
                by=current_actor(),
                now=utc_now(),
                value_pence_excluding_vat=form.value.data,
                note=form.note.data or "",
            )
            flash("Thank you. You can put it right later.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return render_template("outcomes/record.html", event=event, pair=pair, months=months, form=form), form.status


def _propose_url(challenge: Challenge) -> str | None:
    """Return where an interest list is proposed from a challenge, if the reader may do so."""
    may = challenge.is_visible and can(current_actor(), Permission.INTEREST_PROPOSE, challenge)
    return url_for("interests.new", challenge=challenge.id) if may else None
