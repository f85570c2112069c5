"""Pages of an organisation's people: who they are, inviting, roles, leaving."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from showcase.access import current_actor, public, requires
from showcase.errors import TooMany
from showcase.forms.accounts import AcceptForm
from showcase.forms.base import errors_on
from showcase.forms.organisations import InvitationForm
from showcase.models import Organisation, utc_now
from showcase.models.enums import TicketPurpose
from showcase.policies import Permission
from showcase.services import accounts, members, tickets
from showcase.views.signing_in import go_on

bp = Blueprint("members", __name__)


def _back(organisation: Organisation) -> ResponseReturnValue:
    return redirect(url_for(".index", organisation_id=organisation.id))


@bp.get("/organisations/<uuid:organisation_id>/people")
@requires(Permission.ORGANISATION_INVITE, Organisation)
def index(organisation: Organisation) -> ResponseReturnValue:
    """Show those who act for an organisation, and who is invited."""
    return render_template(
        "organisations/people.html",
        organisation=organisation,
        members=members.list_members(organisation),
        invitations=members.list_invitations(organisation, now=utc_now()),
    )


# --- invitations ------------------------------------------------------------------------------------------------------


@bp.route("/organisations/<uuid:organisation_id>/invite", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_INVITE, Organisation)
def invite(organisation: Organisation) -> ResponseReturnValue:
    """Invite a person."""
    form = InvitationForm()
    if form.validate_on_submit() and _may_invite(form):
        with errors_on(form, "email"):
            ticket = members.invite(
                organisation,
                form.email.data,
                is_administrator=form.is_administrator.data,
                by=current_actor(),
                now=utc_now(),
            )
            email = accounts.tidied(form.email.data)
            if ticket is None:
                flash(f"{email} was invited before and can still accept. No second e-mail is sent.", "info")
            else:
                flash(f"{email} is invited.", "success")
            return _back(organisation)
    return render_template("organisations/invite.html", form=form, organisation=organisation), form.status


def _may_invite(form: InvitationForm) -> bool:
    try:
        members.count_invitation(current_actor(), now=utc_now())
    except TooMany as error:
        form.refuse(error)
        return False
    return True


@bp.post("/organisations/<uuid:organisation_id>/invitations/<uuid:ticket_id>/again")
@requires(Permission.ORGANISATION_INVITE, Organisation)
def invite_again(organisation: Organisation, ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Send an invitation again."""
    members.count_invitation(current_actor(), now=utc_now())
    ticket = members.get_invitation(organisation, ticket_id, now=utc_now())
    members.invite_again(organisation, ticket, by=current_actor(), now=utc_now())
    flash(f"{ticket.email} is sent a new link. The one sent before no longer works.", "success")
    return _back(organisation)


@bp.post("/organisations/<uuid:organisation_id>/invitations/<uuid:ticket_id>/revoke")
@requires(Permission.ORGANISATION_INVITE, Organisation)
def revoke(organisation: Organisation, ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    ticket = members.get_invitation(organisation, ticket_id, now=utc_now())
    members.revoke(organisation, ticket, by=current_actor())
    flash(f"The invitation of {ticket.email} is taken back.", "success")
    return _back(organisation)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> ResponseReturnValue:
    """Accept an invitation: with the account there is, or with a new one."""
    ticket = tickets.get(token, TicketPurpose.ACCEPT_INVITATION, now=utc_now())
    has_account = accounts.find(ticket.email) is not None
    form = AcceptForm()
    if has_account:
        del form.name, form.password
    if form.validate_on_submit():
        with errors_on(form):
            answers = {} if has_account else {"name": form.name.data, "password": form.password.data}
            membership = members.accept(ticket, **answers, now=utc_now())
            is_same_person = current_user.is_authenticated and current_user.account.id == membership.account_id
            flash_text = f"Welcome. You may now act for {membership.organisation.name}."
            if has_account and not is_same_person:
                session.clear()
                flash(f"{flash_text} Sign in to go on.", "success")
                return redirect(url_for("accounts.sign_in"))
            answer = go_on(membership)
            flash(flash_text, "success")
            return answer
    return render_template("organisations/accept.html", form=form, ticket=ticket, has_account=has_account), form.status


# --- roles ------------------------------------------------------------------------------------------------------------


@bp.post("/organisations/<uuid:organisation_id>/people/<uuid:membership_id>/role")
@requires(Permission.ORGANISATION_ADMINISTER, Organisation)
def set_role(organisation: Organisation, membership_id: uuid.UUID) -> ResponseReturnValue:
    """Make a member an administrator, or no longer one."""
    membership = members.get(organisation, membership_id)
    is_administrator = request.form.get("role") == "administrator"
    members.set_administrator(membership, is_administrator, by=current_actor())
    now_is = "an administrator" if is_administrator else "a member without an administrator’s rights"
    flash(f"{membership.account.name} is now {now_is}.", "success")
    return _back(organisation)


@bp.post("/organisations/<uuid:organisation_id>/people/<uuid:membership_id>/news")
@requires(Permission.ORGANISATION_INVITE, Organisation)
def choose_news(organisation: Organisation, membership_id: uuid.UUID) -> ResponseReturnValue:
    """Be sent e-mails about new challenges, or no longer."""
    is_wanted = request.form.get("news") == "yes"
    members.choose_news(members.get(organisation, membership_id), is_wanted, by=current_actor())
    flash("You are told of new challenges." if is_wanted else "You are no longer told of new challenges.", "success")
    return redirect(url_for("accounts.show"))


@bp.post("/organisations/<uuid:organisation_id>/people/<uuid:membership_id>/lead")
@requires(Permission.ORGANISATION_NAME_LEAD, Organisation)
def name_lead(organisation: Organisation, membership_id: uuid.UUID) -> ResponseReturnValue:
    """Name a member the procurement lead."""
    membership = members.get(organisation, membership_id)
    members.name_lead(organisation, membership, by=current_actor(), now=utc_now())
    name = membership.account.name
    flash(f"{name} is now procurement lead. What {organisation.name} publishes needs their approval first.", "success")
    return _back(organisation)


@bp.post("/organisations/<uuid:organisation_id>/no-lead")
@requires(Permission.ORGANISATION_NAME_LEAD, Organisation)
def no_lead(organisation: Organisation) -> ResponseReturnValue:
    """Have no procurement lead any more."""
    members.name_lead(organisation, None, by=current_actor(), now=utc_now())
    flash("There is no procurement lead any more. What waits for one can be taken back and sent again.", "success")
    return _back(organisation)


@bp.route("/organisations/<uuid:organisation_id>/people/<uuid:membership_id>/remove", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_INVITE, Organisation)
def remove(organisation: Organisation, membership_id: uuid.UUID) -> ResponseReturnValue:
    """Let someone no longer act for an organisation, or leave it oneself."""
    membership = members.get(organisation, membership_id)
    actor = current_actor()
    is_leaving = membership.account_id == actor.account_id
    if request.method == "GET":
        return render_template(
            "organisations/remove.html", organisation=organisation, membership=membership, is_leaving=is_leaving
        )
    name = membership.account.name
    members.remove(membership, by=actor, now=utc_now())
    if is_leaving and organisation.id == actor.organisation_id:
        session.clear()
        flash(f"You no longer act for {organisation.name}.", "success")
        return redirect(url_for("accounts.sign_in"))
    flash(f"{name} no longer acts for {organisation.name}.", "success")
    return redirect(url_for("accounts.show")) if is_leaving else _back(organisation)
