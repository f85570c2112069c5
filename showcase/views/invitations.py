"""Pages of invitations: for staff who is invited and what they answered; for those invited, their own showcases."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.forms.base import Form, errors_on
from showcase.forms.events import ReasonForm
from showcase.forms.invitations import AcceptForm, DeclineForm, InviteCouncilForm, InviteForm
from showcase.forms.times import moment_of
from showcase.models import Event, Invitation, Organisation, utc_now
from showcase.models.enums import EventState
from showcase.policies import Permission
from showcase.services import events, invitation_lists, invitations

bp = Blueprint("invitations", __name__, url_prefix="/showcases")


# --- staff ------------------------------------------------------------------------------------------------------------


@bp.get("/<uuid:event_id>/manage/invitations")
@requires(Permission.EVENT_MANAGE, Event)
def manage(event: Event) -> ResponseReturnValue:
    """Show who is invited, and what they answered."""
    return _manage_page(event)


@bp.post("/<uuid:event_id>/manage/invitations")
@requires(Permission.INVITATION_SEND, Event)
def invite_waiting(event: Event) -> ResponseReturnValue:
    """Invite everyone chosen, and the councils of the challenges."""
    form = InviteForm()
    if form.validate():
        with errors_on(form, "answer_by"):
            event = events.load_whole(event)
            due = _end_of(form.answer_by.data)
            count = invitations.invite_waiting(event, answer_by=due, by=current_actor(), now=utc_now())
            flash(f"{count} {'invitation' if count == 1 else 'invitations'} sent.", "success")
            return redirect(url_for(".manage", event_id=event.id))
    return _manage_page(event, form)


@bp.post("/<uuid:event_id>/manage/invitations/council")
@requires(Permission.INVITATION_SEND, Event)
def invite_council(event: Event) -> ResponseReturnValue:
    """Invite a further council."""
    form = InviteCouncilForm()
    _offer(form, event)
    if form.validate():
        with errors_on(form, "council_answer_by"):
            council = load(Organisation, uuid.UUID(form.council.data), current_actor())
            due = _end_of(form.council_answer_by.data)
            invitations.invite(event, council, answer_by=due, by=current_actor(), now=utc_now())
            flash(f"{council.name} is invited.", "success")
            return redirect(url_for(".manage", event_id=event.id))
    return _manage_page(event, form)


@bp.route("/invitations/<uuid:invitation_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.STAFF_AREA, Invitation)
def withdraw(invitation: Invitation) -> ResponseReturnValue:
    """Ask why, then take an invitation back."""
    form = ReasonForm()
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            invitations.withdraw(invitation, form.reason.data, by=current_actor(), now=utc_now())
            flash("Withdrawn, and told.", "success")
            return redirect(url_for(".manage", event_id=invitation.event_id))
    return render_template("invitations/withdraw.html", invitation=invitation, form=form), form.status


# --- those invited ----------------------------------------------------------------------------------------------------


@bp.get("/yours")
@requires(Permission.INVITATION_LIST)
def index() -> ResponseReturnValue:
    """List the showcases to which the reader's organisation is invited, or in which it has a part."""
    actor = current_actor()
    return render_template(
        "invitations/index.html",
        invitations=invitation_lists.list_own(seen_by=actor),
        outcomes=invitation_lists.list_own_outcomes(seen_by=actor) if actor.is_supplier else [],
        entries=invitation_lists.list_own_entries(seen_by=actor) if actor.is_council else [],
    )


@bp.get("/invitations/<uuid:invitation_id>")
@requires(Permission.INVITATION_SEE, Invitation)
def show(invitation: Invitation) -> ResponseReturnValue:
    """Show an invitation with what can be answered."""
    return _page(invitation)


@bp.post("/invitations/<uuid:invitation_id>/accept")
@requires(Permission.INVITATION_ANSWER, Invitation)
def accept(invitation: Invitation) -> ResponseReturnValue:
    """Accept, or send someone else."""
    form = AcceptForm()
    if form.validate():
        with errors_on(form):
            invitations.accept(
                invitation,
                speaker_name=form.speaker_name.data,
                speaker_email=form.speaker_email.data,
                note=form.note.data or "",
                by=current_actor(),
                now=utc_now(),
            )
            flash("Thank you. We look forward to it.", "success")
            return redirect(url_for(".show", invitation_id=invitation.id))
    return _page(invitation, accepting=form)


@bp.post("/invitations/<uuid:invitation_id>/decline")
@requires(Permission.INVITATION_ANSWER, Invitation)
def decline(invitation: Invitation) -> ResponseReturnValue:
    """Decline."""
    form = DeclineForm()
    if form.validate():
        with errors_on(form, "why"):
            invitations.decline(invitation, form.why.data or "", by=current_actor(), now=utc_now())
            flash("Declined. Thank you for saying so.", "success")
            return redirect(url_for(".show", invitation_id=invitation.id))
    return _page(invitation, declining=form)


@bp.app_template_global()
def own_showcases() -> dict[str, Sequence[Any]]:
    """Return what the reader's organisation has to do with showcases that are to come, for its start page."""
    actor = current_actor()
    own = [each for each in invitation_lists.list_own(seen_by=actor) if each.event.state is EventState.ANNOUNCED]
    entries = invitation_lists.list_own_entries(seen_by=actor) if actor.is_council else []
    return {"invitations": own, "entries": entries}


# --- what the pages are made of ---------------------------------------------------------------------------------------


def _manage_page(event: Event, sent: Form | None = None) -> ResponseReturnValue:
    event = events.load_whole(event)
    chosen, councils = invitation_lists.waiting(event)
    council_form = sent if isinstance(sent, InviteCouncilForm) else InviteCouncilForm(formdata=None)
    _offer(council_form, event)
    page = render_template(
        "invitations/manage.html",
        event=event,
        invitations=invitation_lists.list_of(event),
        chosen=chosen,
        councils=councils,
        invite_form=sent if isinstance(sent, InviteForm) else InviteForm(formdata=None),
        council_form=council_form,
        form=sent,
        now=utc_now(),
    )
    return page, sent.status if sent is not None else 200


def _offer(form: InviteCouncilForm, event: Event) -> None:
    form.offer({str(council.id): council.name for council in invitation_lists.list_uninvited(event)})


def _page(
    invitation: Invitation, accepting: AcceptForm | None = None, declining: DeclineForm | None = None
) -> ResponseReturnValue:
    named = {"speaker_name": invitation.speaker_name, "speaker_email": invitation.speaker_email}
    sent: Form | None = accepting or declining
    page = render_template(
        "invitations/show.html",
        invitation=invitation,
        accept_form=accepting or AcceptForm(formdata=None, **named),
        decline_form=declining or DeclineForm(formdata=None),
        form=sent,
        now=utc_now(),
    )
    return page, sent.status if sent is not None else 200


def _end_of(day: date | None) -> datetime:
    return moment_of(day, time(23, 59))
