"""Pages of responses: put a solution forward, follow what becomes of it; as a council, read and decide."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.responses import DecideForm, NoteForm, PutForwardForm
from showcase.listing import csv_download, page_number
from showcase.models import Challenge, Response, Solution, utc_now
from showcase.models.enums import ResponseState, Verdict
from showcase.policies import Permission, can
from showcase.services import decisions, matches, messages, ranking, responses
from showcase.services.paging import paged

bp = Blueprint("responses", __name__)
HEAD = ("Challenge", "Council", "Solution", "Supplier", "State", "Since (UTC)", "Reason", "Note", "Page")


@bp.get("/responses")
@requires(Permission.RESPONSE_LIST)
def index() -> ResponseReturnValue:
    """List the responses that the reader gave or received."""
    page = paged(responses.select_visible(seen_by=current_actor()), page_number())
    return render_template("responses/index.html", page=page)


@bp.get("/responses.csv")
@requires(Permission.RESPONSE_LIST)
def export() -> ResponseReturnValue:
    """Give the same list as a file."""
    rows = (
        (
            each.challenge.known_title,
            each.challenge.organisation.name,
            each.solution.known_title,
            each.solution.organisation.name,
            each.state.value.replace("_", " "),
            each.state_since,
            each.reason,
            "; ".join(text.illustration for text in (each.challenge, each.solution) if text.is_illustrative),
            messages.link(f"/responses/{each.id}"),
        )
        for each in db.session.scalars(responses.select_visible(seen_by=current_actor()))
    )
    return csv_download("responses", HEAD, rows)


@bp.route("/challenges/<uuid:challenge_id>/put-forward", methods=["GET", "POST"])
@requires(Permission.RESPONSE_GIVE, Challenge)
def new(challenge: Challenge) -> ResponseReturnValue:
    """Put one of the supplier's solutions forward for a challenge."""
    actor = current_actor()
    solutions, given = responses.own_solutions(challenge, by=actor)
    form = PutForwardForm()
    form.offer(solutions)
    if form.validate_on_submit():
        chosen = next(each for each in solutions if str(each.id) == form.solution.data)
        with errors_on(form, "note"):
            response = responses.put_forward(challenge, chosen, form.note.data or "", by=actor, now=utc_now())
            flash("Put forward. The council has been told; you can change your note until it takes it up.", "success")
            return redirect(url_for(".show", response_id=response.id))
    page = render_template("responses/new.html", challenge=challenge, solutions=solutions, given=given, form=form)
    return page, form.status


@bp.get("/challenges/<uuid:challenge_id>/responses")
@requires(Permission.MATCH_SEE, Challenge)
def for_challenge(challenge: Challenge) -> ResponseReturnValue:
    """Show every response to a challenge, whatever its rank, with its rank where the ranking found it."""
    actor = current_actor()
    given = responses.list_for(challenge, seen_by=actor)
    order = ranking.order(Solution, matches.query_for(challenge), seen_by=actor)
    places = {place.id: place for place in order.places}
    standing = decisions.standing_on(challenge)
    return render_template(
        "responses/for_challenge.html",
        challenge=challenge,
        responses=given,
        places=places,
        decisions={decision.solution_id: decision for decision in standing},
        shortlisted=[decision for decision in standing if decision.verdict is Verdict.SHORTLISTED],
        rejected=[decision for decision in standing if decision.verdict is Verdict.NOT_FOR_US],
        notices=order.notices,
    )


@bp.get("/responses/<uuid:response_id>")
@requires(Permission.RESPONSE_SEE, Response)
def show(response: Response) -> ResponseReturnValue:
    """Show a response to either side, with what they can do."""
    return _page(response, NoteForm(formdata=None, note=response.note), _decide_form(response, is_empty=True))


@bp.post("/responses/<uuid:response_id>/note")
@requires(Permission.RESPONSE_EDIT, Response)
def edit(response: Response) -> ResponseReturnValue:
    """Change the note."""
    form = NoteForm()
    if form.validate():
        with errors_on(form, "note"):
            responses.edit_note(response, form.note.data or "", by=current_actor(), now=utc_now())
            flash("Note changed.", "success")
            return redirect(url_for(".show", response_id=response.id))
    return _page(response, form, _decide_form(response, is_empty=True), form.status)


@bp.post("/responses/<uuid:response_id>/withdraw")
@requires(Permission.RESPONSE_WITHDRAW, Response)
def withdraw(response: Response) -> ResponseReturnValue:
    """Take a response back."""
    responses.withdraw(response, by=current_actor(), now=utc_now())
    flash("Withdrawn. You can put the solution forward again while the challenge is open.", "success")
    return redirect(url_for(".show", response_id=response.id))


@bp.post("/responses/<uuid:response_id>/decide")
@requires(Permission.RESPONSE_DECIDE, Response)
def decide(response: Response) -> ResponseReturnValue:
    """Tell the supplier what becomes of its response."""
    form = _decide_form(response)
    if form.validate():
        with errors_on(form, "reason"):
            state = ResponseState(form.state.data)
            responses.decide(response, state, by=current_actor(), now=utc_now(), reason=form.reason.data or "")
            flash("The supplier has been told.", "success")
            return redirect(url_for(".show", response_id=response.id))
    return _page(response, NoteForm(formdata=None, note=response.note), form, form.status)


def _decide_form(response: Response, *, is_empty: bool = False) -> DecideForm:
    form = DecideForm(formdata=None) if is_empty else DecideForm()
    form.offer(may_invite=can(current_actor(), Permission.RESPONSE_INVITE, response))
    return form


def _page(response: Response, note: NoteForm, decision: DecideForm, status: int = 200) -> ResponseReturnValue:
    form = note if note.errors else decision
    return render_template("responses/show.html", response=response, note=note, decision=decision, form=form), status
