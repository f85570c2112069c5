"""Pages of similar needs: the list, one need with what its challenges share, and how staff arrange it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, public, requires
from showcase.errors import NotFound
from showcase.extensions import db
from showcase.forms.base import Form, errors_on
from showcase.forms.needs import OWN, DismissForm, JoinForm, MoveForm, NameForm
from showcase.listing import csv_download, page_number
from showcase.models import Challenge, Need, utc_now
from showcase.policies import Permission
from showcase.services import encodings, need_decisions, need_export, need_groups, needs
from showcase.services.paging import paged

bp = Blueprint("needs", __name__, url_prefix="/needs")
PAGE_SIZE = 20


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the needs that two or more published challenges describe."""
    is_dismissed = _is_dismissed()
    page = paged(needs.list_shared(seen_by=current_actor(), is_dismissed=is_dismissed), page_number(), size=PAGE_SIZE)
    return render_template(
        "needs/index.html",
        page=page,
        summaries=needs.summaries(page.items),
        is_dismissed=is_dismissed,
        uncompared=need_groups.count_uncompared(model=encodings.in_use()),
    )


@bp.get("/export.csv")
@public
def export() -> ResponseReturnValue:
    """Give the same list as a file, a row for each challenge."""
    rows = need_export.rows(seen_by=current_actor(), is_dismissed=_is_dismissed())
    return csv_download("needs", need_export.HEAD, rows)


@bp.get("/<uuid:need_id>")
@requires(Permission.NEED_SEE, Need)
def show(need: Need) -> ResponseReturnValue:
    """Show the challenges of a need and what they share."""
    if need.joined_into_id is not None:
        return redirect(url_for(".show", need_id=need.joined_into_id))
    return render_template(
        "needs/show.html",
        need=need,
        summary=needs.summary_of(need),
        challenges=needs.challenges_of(need),
        content=needs.content_of(need),
        levels=needs.LEVELS,
    )


@bp.get("/<uuid:need_id>/arrange")
@requires(Permission.NEED_ARRANGE, Need)
def arrange(need: Need) -> ResponseReturnValue:
    """Ask staff what is to become of a need."""
    return _page(need)


@bp.post("/<uuid:need_id>/name")
@requires(Permission.NEED_ARRANGE, Need)
def rename(need: Need) -> ResponseReturnValue:
    """Name a need."""
    form = NameForm()
    if form.validate():
        with errors_on(form, "name"):
            need_decisions.rename(need, form.name.data or "", by=current_actor())
            return _done(need, f"It is now called: {needs.summary_of(need).title}.")
    return _page(need, form)


@bp.post("/<uuid:need_id>/move")
@requires(Permission.NEED_ARRANGE, Need)
def move(need: Need) -> ResponseReturnValue:
    """Take challenges out of a need, into another or one of their own."""
    form = MoveForm()
    form.offer(needs.challenges_of(need), _others(need))
    if form.validate():
        with errors_on(form, "challenges"):
            ids = [uuid.UUID(id) for id in form.challenges.data or ()]
            if form.target.data == OWN:
                made = need_decisions.divide(need, ids, by=current_actor(), now=utc_now())
                return _done(made, "Taken out. They stand in a need of their own and stay apart.")
            target = _need(form.target.data)
            need_decisions.move(need, ids, target, by=current_actor())
            return _done(target, f"Moved to: {needs.summary_of(target).title}.")
    return _page(need, form)


@bp.post("/<uuid:need_id>/join")
@requires(Permission.NEED_ARRANGE, Need)
def join(need: Need) -> ResponseReturnValue:
    """Join another need into this one."""
    form = JoinForm()
    form.offer(_others(need))
    if form.validate():
        with errors_on(form, "other"):
            need_decisions.join(need, _need(form.other.data), by=current_actor())
            return _done(need, "Joined. All their challenges stay together.")
    return _page(need, form)


@bp.post("/<uuid:need_id>/dismiss")
@requires(Permission.NEED_ARRANGE, Need)
def dismiss(need: Need) -> ResponseReturnValue:
    """Take a need off the lists."""
    form = DismissForm()
    if form.validate():
        with errors_on(form, "reason"):
            need_decisions.dismiss(need, form.reason.data, by=current_actor(), now=utc_now())
            return _done(need, "Dismissed. Only LGA staff see it from now on.")
    return _page(need, form)


@bp.post("/<uuid:need_id>/restore")
@requires(Permission.NEED_ARRANGE, Need)
def restore(need: Need) -> ResponseReturnValue:
    """Put a dismissed need back on the lists."""
    need_decisions.restore(need, by=current_actor())
    return _done(need, "It is back on the lists.")


@bp.app_template_global()
def shared_need(challenge: Challenge) -> needs.Summary | None:
    """Return the need that a challenge shares with others, if there is one."""
    return needs.find_for(challenge, seen_by=current_actor())


def _is_dismissed() -> bool:
    """Tell whether staff asked for the needs they dismissed."""
    return current_actor().is_staff and request.args.get("show") == "dismissed"


def _page(need: Need, sent: Form | None = None) -> ResponseReturnValue:
    """Return the page with every form; the one that was sent keeps what was typed and what is wrong with it."""
    others = _others(need)
    forms: dict[type[Form], Form] = {
        NameForm: NameForm(formdata=None, name=need.name),
        MoveForm: MoveForm(formdata=None),
        JoinForm: JoinForm(formdata=None),
        DismissForm: DismissForm(formdata=None),
    }
    if sent is not None:
        forms[type(sent)] = sent
    move_form, join_form = forms[MoveForm], forms[JoinForm]
    assert isinstance(move_form, MoveForm)
    assert isinstance(join_form, JoinForm)
    move_form.offer(needs.challenges_of(need), others)
    join_form.offer(others)
    page = render_template(
        "needs/arrange.html",
        summary=needs.summary_of(need),
        name_form=forms[NameForm],
        move_form=move_form,
        join_form=join_form,
        dismiss_form=forms[DismissForm],
        form=sent,
    )
    return page, sent.status if sent is not None else 200


def _others(need: Need) -> dict[str, str]:
    """Return the other needs by id: those of several challenges with how many, those of one with its council."""
    found = {}
    for other in needs.list_others(need):
        told = f"{len(other.challenges)} challenges" if other.is_shared else other.councils[0]
        found[str(other.need.id)] = f"{other.title} ({told})"
    return found


def _need(id: str) -> Need:
    found = load(Need, uuid.UUID(id), current_actor())
    if not isinstance(found, Need):
        raise NotFound
    return found


def _done(need: Need, words: str) -> ResponseReturnValue:
    db.session.flush()
    flash(words, "success")
    return redirect(url_for(".show", need_id=need.id))
