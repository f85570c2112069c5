"""Pages of one candidate: to score and decide about it; and for its supplier what became of it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import Form, errors_on
from showcase.forms.selections import DECISIONS, DecideForm, ScoreForm, name_of, score_form, values_of
from showcase.models import Candidate, utc_now
from showcase.models.enums import CandidateState
from showcase.models.selections import FEEDBACK
from showcase.policies import Permission, readable_names
from showcase.services import candidates, events, scoring, selections
from showcase.views.publication_parts import parts_of

bp = Blueprint("candidates", __name__, url_prefix="/showcases")


@bp.get("/candidates/<uuid:candidate_id>")
@requires(Permission.CANDIDATE_READ, Candidate)
def show(candidate: Candidate) -> ResponseReturnValue:
    """Show a candidate to who scores it or decides about it."""
    return _page(candidate)


@bp.post("/candidates/<uuid:candidate_id>/score")
@requires(Permission.CANDIDATE_SCORE, Candidate)
def score(candidate: Candidate) -> ResponseReturnValue:
    """Score a candidate."""
    criteria = events.criteria_of(candidate.entry.event)
    form = score_form(criteria)()
    if form.validate():
        with errors_on(form):
            scoring.give(candidate, form.marks(criteria), form.comment.data, by=current_actor(), now=utc_now())
            flash("Your score is kept. You can change it until LGA staff decide.", "success")
            return redirect(url_for("selections.entry", eventchallenge_id=candidate.entry_id))
    return _page(candidate, scored=form)


@bp.post("/candidates/<uuid:candidate_id>/decide")
@requires(Permission.CANDIDATE_DECIDE, Candidate)
def decide(candidate: Candidate) -> ResponseReturnValue:
    """Decide about a candidate."""
    form = DecideForm()
    form.offer(_decisions(candidate))
    if form.validate():
        with errors_on(form):
            _decide(candidate, form)
            flash("Decided. Its supplier is told when you tell everyone.", "success")
            return redirect(url_for("selections.entry", eventchallenge_id=candidate.entry_id))
    return _page(candidate, decided=form)


@bp.get("/outcomes/<uuid:candidate_id>")
@requires(Permission.CANDIDATE_SEE, Candidate)
def outcome(candidate: Candidate) -> ResponseReturnValue:
    """Show a supplier what became of its solution, how it was scored, and the feedback."""
    if candidate.solution.organisation_id != current_actor().organisation_id or candidate.told_at is None:
        raise NotFound
    criteria = events.criteria_of(candidate.entry.event)
    return render_template(
        "selections/outcome.html",
        candidate=candidate,
        criteria=criteria,
        result=scoring.result_of(candidate, criteria),
        scoring=scoring,
        headings=FEEDBACK,
    )


def _page(
    candidate: Candidate, scored: ScoreForm | None = None, decided: DecideForm | None = None
) -> ResponseReturnValue:
    actor, event = current_actor(), candidate.entry.event
    criteria = events.criteria_of(event)
    answers = candidates.answers_of(candidate, seen_by=actor)
    names = readable_names(actor, candidate.solution, answers) & set(answers)
    sent: Form | None = scored or decided
    page = render_template(
        "selections/candidate.html",
        candidate=candidate,
        candidates=candidates,
        criteria=criteria,
        parts=parts_of(candidate.solution, answers, names=names, is_whole=False),
        score_form=scored or _own_score_form(candidate, criteria),
        decide_form=decided or _empty_decide_form(candidate),
        own=scoring.own(candidate, by=actor),
        scores=scoring.shown(candidate, seen_by=actor),
        result=scoring.result_of(candidate, criteria),
        scoring=scoring,
        name_of=name_of,
        form=sent,
    )
    return page, sent.status if sent is not None else 200


def _own_score_form(candidate: Candidate, criteria: Sequence[Any]) -> ScoreForm:
    own = scoring.own(candidate, by=current_actor())
    values = values_of(own.marks, own.comment, criteria) if own else {}
    return score_form(criteria)(formdata=None, data=values)


def _empty_decide_form(candidate: Candidate) -> DecideForm:
    form = DecideForm(formdata=None, **candidate.feedback)
    form.offer(_decisions(candidate))
    return form


def _decisions(candidate: Candidate) -> list[CandidateState]:
    """Return what can become of a candidate now."""
    return [state for state in DECISIONS if state is not candidate.state]


def _decide(candidate: Candidate, form: DecideForm) -> None:
    state, reason = CandidateState(form.state.data), form.reason.data or ""
    by, now = current_actor(), utc_now()
    if state is CandidateState.CHOSEN:
        selections.choose(candidate, reason, by=by, now=now)
    elif state is CandidateState.RESERVE:
        selections.put_in_reserve(candidate, reason, by=by, now=now)
    elif state is CandidateState.NOT_CHOSEN:
        selections.turn_down(candidate, reason, form.feedback(), by=by, now=now)
    else:
        selections.reconsider(candidate, by=by, now=now)
