"""Pages of a person's own account: signing in, out and up, passwords, sessions, and which organisation they act for."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from showcase.access import actor_for, current_actor, hash_token, public, requires
from showcase.errors import DomainError, TooMany
from showcase.forms.accounts import (
    ChangePasswordForm,
    EmailForm,
    JoinForm,
    NameForm,
    PasswordForm,
    RegisterForm,
    SignInForm,
)
from showcase.forms.base import Form, errors_on
from showcase.models import Council, Membership, utc_now
from showcase.models.enums import TicketPurpose
from showcase.policies import Permission
from showcase.services import accounts, identities, second_steps, sessions, solutions, tickets
from showcase.views.signing_in import address, go_on, safe_path

bp = Blueprint("accounts", __name__)


# --- in and out -------------------------------------------------------------------------------------------------------


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in with a password."""
    onward = safe_path(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(onward)
    form = SignInForm()
    if form.validate_on_submit():
        membership = _who(form)
        if membership is not None:
            if len(membership.account.memberships) > 1:
                onward = url_for(".choose_organisation", next=onward)
            return go_on(membership, onward)
    return render_template("accounts/sign_in.html", form=form), form.status


def _who(form: SignInForm) -> Membership | None:
    """Return the first membership of the person whose password it is, or put on the form why there is none."""
    try:
        account = accounts.authenticate(form.email.data, form.password.data, address=address(), now=utc_now())
    except DomainError as error:
        form.refuse(error)
        return None
    if (organisation := identities.needs_provider(account)) is not None:
        form.refuse(DomainError(f"Sign in with your {organisation.name} account: the link is below the button"))
        return None
    if not account.memberships:
        form.refuse(DomainError("You act for no organisation any more. Ask a colleague to invite you again"))
        return None
    return account.memberships[0]


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    if current_user.is_authenticated:
        sessions.end(current_user.account, current_user.session.id, by=current_actor())
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return redirect(url_for(".sign_in"))


@bp.get("/sign-up")
@public
def sign_up() -> ResponseReturnValue:
    """Choose the way in: a council officer or a supplier."""
    return render_template("accounts/sign_up.html")


# --- council officers -------------------------------------------------------------------------------------------------


@bp.route("/join", methods=["GET", "POST"])
@public
def join() -> ResponseReturnValue:
    """Ask for the link that lets a council officer in."""
    form = EmailForm()
    if form.validate_on_submit() and _may_mail(form, form.email.data):
        with errors_on(form, "email"):
            accounts.ask_to_join(form.email.data, now=utc_now())
            return redirect(url_for(".check_email"))
    return render_template("accounts/join.html", form=form), form.status


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
def accept_join(token: str) -> ResponseReturnValue:
    """Make a council officer's account."""
    ticket = tickets.get(token, TicketPurpose.JOIN_COUNCIL, now=utc_now())
    councils = {str(council.id): council for council in accounts.councils_of(ticket.email, now=utc_now())}
    form = JoinForm()
    form.council.choices = {id: council.name for id, council in councils.items()}
    if len(councils) == 1:
        form.council.data = next(iter(councils))
        form.council.validators = []
    if form.validate_on_submit():
        with errors_on(form):
            council: Council = councils[form.council.data]
            membership = accounts.join(ticket, council, name=form.name.data, password=form.password.data, now=utc_now())
            return _welcome(membership)
    return (
        render_template("accounts/accept_join.html", form=form, councils=list(councils.values()), email=ticket.email),
        form.status,
    )


# --- suppliers --------------------------------------------------------------------------------------------------------


@bp.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """Register a supplier."""
    form = RegisterForm()
    is_start = "start" in request.form  # sent on from a tried text, with nothing filled in yet
    if not is_start and form.validate_on_submit() and _may_mail(form, form.email.data):
        with errors_on(form):
            accounts.ask_to_register(
                form.email.data,
                firm=form.firm.data,
                name=form.name.data,
                number=form.number.data or "",
                website=form.website.data or "",
                pasted=form.pasted.data or "",
                now=utc_now(),
            )
            return redirect(url_for(".check_email"))
    return render_template("accounts/register.html", form=form), form.status


@bp.route("/register/<token>", methods=["GET", "POST"])
@public
def accept_register(token: str) -> ResponseReturnValue:
    """Make a supplier and its first account."""
    ticket = tickets.get(token, TicketPurpose.REGISTER_SUPPLIER, now=utc_now())
    form = PasswordForm()
    if form.validate_on_submit():
        with errors_on(form, "password"):
            membership = accounts.register(ticket, password=form.password.data, now=utc_now())
            if pasted := ticket.details.get("pasted"):
                solutions.start_from(pasted, membership.organisation, by=actor_for(membership), now=utc_now())
            return _welcome(membership)
    return render_template("accounts/accept_register.html", form=form, ticket=ticket), form.status


def _welcome(membership: Membership) -> ResponseReturnValue:
    answer = go_on(membership)
    flash(f"Welcome. You act for {membership.organisation.name}.", "success")
    return answer


@bp.get("/check-your-email")
@public
def check_email() -> ResponseReturnValue:
    """Say that an e-mail is on its way: the same page whoever asked."""
    return render_template("accounts/check_email.html")


def _may_mail(form: Form, email: str) -> bool:
    try:
        accounts.count_mail(email, address=address(), now=utc_now())
    except TooMany as error:
        form.refuse(error)
        return False
    return True


# --- passwords --------------------------------------------------------------------------------------------------------


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset() -> ResponseReturnValue:
    """Ask for a link to choose a new password."""
    form = EmailForm()
    if form.validate_on_submit() and _may_mail(form, form.email.data):
        accounts.ask_to_reset(form.email.data, now=utc_now())
        return redirect(url_for(".check_email"))
    return render_template("accounts/reset.html", form=form), form.status


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
def accept_reset(token: str) -> ResponseReturnValue:
    """Choose a new password with a link."""
    ticket = tickets.get(token, TicketPurpose.RESET_PASSWORD, now=utc_now())
    form = PasswordForm()
    if form.validate_on_submit():
        with errors_on(form, "password"):
            accounts.reset_password(ticket, form.password.data, now=utc_now())
            session.clear()
            flash("Your password is changed, and you are signed out everywhere. Sign in with the new one.", "success")
            return redirect(url_for(".sign_in"))
    return render_template("accounts/accept_reset.html", form=form, email=ticket.email), form.status


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def change_password() -> ResponseReturnValue:
    """Change one's password."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _is_right(form):
        with errors_on(form, "password"):
            keep = hash_token(current_user.token)
            accounts.change_password(
                current_user.account, form.password.data, keep=keep, by=current_actor(), now=utc_now()
            )
            flash("Your password is changed. You are signed out everywhere else.", "success")
            return redirect(url_for(".show"))
    return render_template("accounts/change_password.html", form=form), form.status


def _is_right(form: ChangePasswordForm) -> bool:
    try:
        accounts.authenticate(current_user.account.email, form.present.data, address=address(), now=utc_now())
    except TooMany as error:
        form.refuse(error)
    except DomainError:
        form.refuse(DomainError("This is not your present password"), "present")
    return form.refusal is None


# --- one's own account ------------------------------------------------------------------------------------------------


@bp.get("/account")
@requires(Permission.ACCOUNT_HAVE)
def show() -> ResponseReturnValue:
    """Show one's name, organisations and sessions."""
    account = current_user.account
    return render_template(
        "accounts/show.html",
        account=account,
        sessions=sessions.list_open(account, now=utc_now()),
        present_session=current_user.session,
        second_step=second_steps.find(account),
        is_step_needed=second_steps.is_required(account),
        codes_left=second_steps.count_codes(account),
    )


@bp.route("/account/name", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def rename() -> ResponseReturnValue:
    """Change the name that others see."""
    form = NameForm(name=current_user.account.name)
    if form.validate_on_submit():
        accounts.rename(current_user.account, form.name.data, by=current_actor())
        flash("Your name is changed.", "success")
        return redirect(url_for(".show"))
    return render_template("accounts/rename.html", form=form), form.status


@bp.get("/account/organisations")
@requires(Permission.ACCOUNT_HAVE)
def choose_organisation() -> ResponseReturnValue:
    """Choose which organisation to act for."""
    return render_template("accounts/choose_organisation.html", onward=safe_path(request.args.get("next")))


@bp.post("/account/organisations/<uuid:organisation_id>")
@requires(Permission.ACCOUNT_HAVE)
def act_for(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Act for another of one's organisations."""
    sessions.act_for(current_user.session, organisation_id, by=current_actor())
    flash(f"You now act for {current_user.session.membership.organisation.name}.", "success")
    return redirect(safe_path(request.form.get("next")))


@bp.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT_HAVE)
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one of one's browsers out."""
    is_present = session_id == current_user.session.id
    sessions.end(current_user.account, session_id, by=current_actor())
    if is_present:
        session.clear()
    flash("That browser is signed out.", "success")
    return redirect(url_for(".sign_in" if is_present else ".show"))


@bp.post("/account/sessions/end-others")
@requires(Permission.ACCOUNT_HAVE)
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other of one's browsers out."""
    sessions.end_others(current_user.account, keep=hash_token(current_user.token), by=current_actor())
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for(".show"))
