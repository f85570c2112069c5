"""Pages of matches: solutions for a challenge, challenges for a solution, similar needs, and what a council decides."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.errors import DomainError, NotFound
from showcase.forms.matches import DecideForm
from showcase.listing import chosen, csv_download, page_number
from showcase.models import Challenge, Solution, utc_now
from showcase.models.enums import Verdict
from showcase.policies import Permission
from showcase.services import decisions, match_export, matches, ranking, responses
from showcase.services.filters import CHALLENGE_FILTERS, SOLUTION_FILTERS
from showcase.services.match_cards import Card

bp = Blueprint("matches", __name__)


# --- solutions for a challenge ----------------------------------------------------------------------------------------


@bp.get("/challenges/<uuid:challenge_id>/matches")
@requires(Permission.MATCH_SEE, Challenge)
def for_challenge(challenge: Challenge) -> ResponseReturnValue:
    """Show the solutions that answer a challenge best, with reasons."""
    return render_template("matches/for_challenge.html", **_ranked(challenge), **_beside(challenge))


@bp.get("/challenges/<uuid:challenge_id>/draft-matches")
@requires(Permission.MATCH_SEE_DRAFT, Challenge)
def for_draft(challenge: Challenge) -> ResponseReturnValue:
    """Show its writers, privately, what the working text would find: solutions, and councils with the same need."""
    actor = current_actor()
    similar, _ = matches.similar_to(challenge, seen_by=actor, is_working_text=True)
    page = matches.solutions_for(challenge, seen_by=actor, is_working_text=True)
    return render_template("matches/for_draft.html", challenge=challenge, page=page, similar=similar)


@bp.get("/challenges/<uuid:challenge_id>/matches/decided")
@requires(Permission.MATCH_SEE, Challenge)
def decided(challenge: Challenge) -> ResponseReturnValue:
    """Show what was shortlisted and what was not, by whom and when."""
    return render_template("matches/decided.html", challenge=challenge, **_beside(challenge))


@bp.get("/challenges/<uuid:challenge_id>/matches.csv")
@requires(Permission.MATCH_SEE, Challenge)
def export(challenge: Challenge) -> ResponseReturnValue:
    """Give the ranking, decisions and responses as a file."""
    rows = match_export.rows(challenge, seen_by=current_actor(), chosen=chosen(SOLUTION_FILTERS))
    return csv_download("matches", match_export.HEAD, rows)


@bp.post("/challenges/<uuid:challenge_id>/matches/<uuid:solution_id>/decide")
@requires(Permission.MATCH_DECIDE, Challenge)
def decide(challenge: Challenge, solution_id: uuid.UUID) -> ResponseReturnValue:
    """Shortlist a solution, or say why it is not for the council."""
    solution = _solution(solution_id)
    form = DecideForm()
    verdict = form.chosen()
    if verdict is None or not form.validate():
        raise DomainError("Choose to shortlist the solution, or say why it is not for you in 2,000 characters at most.")
    if verdict is Verdict.NOT_FOR_US and not (form.reason.data or "").strip():
        return _ask_why(challenge, solution, form)
    decisions.decide(challenge, solution, verdict, by=current_actor(), now=utc_now(), reason=form.reason.data or "")
    done = "Shortlisted" if verdict is Verdict.SHORTLISTED else "Marked as not for us"
    flash(f"{done}: {solution.known_title}. You can undo this under “Decided”.", "success")
    return redirect(_back(challenge))


@bp.get("/challenges/<uuid:challenge_id>/matches/<uuid:solution_id>/not-for-us")
@requires(Permission.MATCH_DECIDE, Challenge)
def not_for_us(challenge: Challenge, solution_id: uuid.UUID) -> ResponseReturnValue:
    """Ask why a solution is not for the council."""
    form = DecideForm(formdata=None)
    return render_template("matches/not_for_us.html", challenge=challenge, solution=_solution(solution_id), form=form)


@bp.post("/challenges/<uuid:challenge_id>/matches/<uuid:solution_id>/undo")
@requires(Permission.MATCH_DECIDE, Challenge)
def undo(challenge: Challenge, solution_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was decided about a solution."""
    solution = _solution(solution_id)
    decisions.undo(challenge, solution, by=current_actor(), now=utc_now())
    flash(f"Taken back: nothing is decided about {solution.known_title}.", "success")
    return redirect(_back(challenge))


def _ranked(challenge: Challenge) -> dict[str, Any]:
    wanted = chosen(SOLUTION_FILTERS)
    only_fitting = "fitting" in request.args
    page = matches.solutions_for(
        challenge, seen_by=current_actor(), chosen=wanted, only_fitting=only_fitting, number=page_number()
    )
    filters = SOLUTION_FILTERS
    return {"challenge": challenge, "page": page, "chosen": wanted, "only_fitting": only_fitting, "filters": filters}


def _beside(challenge: Challenge) -> dict[str, Any]:
    """Return what each page of a challenge's matches shows beside its own list: decisions and responses."""
    standing = decisions.standing_on(challenge)
    given = responses.list_for(challenge, seen_by=current_actor())
    return {
        "decisions": {decision.solution_id: decision for decision in standing},
        "shortlisted": [one for one in standing if one.verdict is Verdict.SHORTLISTED],
        "rejected": [one for one in standing if one.verdict is Verdict.NOT_FOR_US],
        "responses": given,
        "response_of": {response.solution_id: response for response in given},
    }


def _ask_why(challenge: Challenge, solution: Solution, form: DecideForm) -> ResponseReturnValue:
    form.refuse(DomainError("Say why it is not for you, so that colleagues need not look again"), "reason")
    return render_template("matches/not_for_us.html", challenge=challenge, solution=solution, form=form), form.status


def _solution(id: uuid.UUID) -> Solution:
    found = load(Solution, id, current_actor())
    if not isinstance(found, Solution):
        raise NotFound
    return found


def _back(challenge: Challenge) -> str:
    """Return the page that the decision was made on, with its filters, if it is one of the challenge's matches."""
    start = url_for(".for_challenge", challenge_id=challenge.id)
    wanted = request.form.get("back", "")
    return wanted if wanted == start or wanted.startswith((f"{start}?", f"{start}/")) else start


# --- challenges for a solution ----------------------------------------------------------------------------------------


@bp.get("/solutions/<uuid:solution_id>/matches")
@requires(Permission.MATCH_SEE, Solution)
def for_solution(solution: Solution) -> ResponseReturnValue:
    """Show the open challenges that a solution may answer, with reasons."""
    actor = current_actor()
    wanted = chosen(CHALLENGE_FILTERS)
    page = matches.challenges_for(solution, seen_by=actor, chosen=wanted, number=page_number())
    given = {response.challenge_id: response for response in responses.list_of(solution, seen_by=actor)}
    return render_template(
        "matches/for_solution.html",
        solution=solution,
        page=page,
        chosen=wanted,
        filters=CHALLENGE_FILTERS,
        responses=given,
    )


# --- similar needs ----------------------------------------------------------------------------------------------------


@bp.get("/challenges/<uuid:challenge_id>/similar")
@requires(Permission.PUBLICATION_SEE, Challenge)
def similar(challenge: Challenge) -> ResponseReturnValue:
    """Show challenges of other councils that describe something like this one."""
    if not challenge.is_visible:
        raise NotFound
    cards, notices = matches.similar_to(challenge, seen_by=current_actor(), most=matches.PAGE)
    return render_template("matches/similar.html", challenge=challenge, cards=cards, notices=notices)


@bp.app_template_global()
def similar_challenges(challenge: Challenge) -> list[Card]:
    """Return up to five similar needs for the page of a challenge; none while nothing is published."""
    if not challenge.is_visible:
        return []
    return matches.similar_to(challenge, seen_by=current_actor())[0]


@bp.app_template_global()
def same_needs(challenge: Challenge) -> list[Card]:
    """Return the challenges of other councils that describe what a draft says, for the pages of its writers."""
    return matches.same_need(challenge, seen_by=current_actor())


@bp.app_template_global()
def is_indexed(publication: Challenge | Solution) -> bool:
    """Tell whether the published version of a text can be found by search and matching already."""
    return ranking.is_indexed(publication)
