"""Pages of the second step at sign-in: giving a code, setting an app up, recovery codes, turning it off."""

import segno
from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from showcase.access import actor_for, current_actor, public, requires
from showcase.errors import DomainError
from showcase.forms.accounts import CodeForm, PresentPasswordForm
from showcase.forms.base import Form, errors_on
from showcase.models import Account, Membership, utc_now
from showcase.policies import Permission
from showcase.services import accounts, second_steps
from showcase.views.signing_in import HALF, address, finish, half_signed_in

bp = Blueprint("second_steps", __name__)
SECRET = "second_step_secret"


# --- while signing in -------------------------------------------------------------------------------------------------


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def give_code() -> ResponseReturnValue:
    """Take the code of someone whose password was right."""
    membership = half_signed_in()
    if membership is None:
        return _start_again()
    form = CodeForm()
    if form.validate_on_submit() and _is_taken(form, membership):
        return finish(membership)
    return render_template("accounts/give_code.html", form=form), form.status


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@public
def set_up_first() -> ResponseReturnValue:
    """Set a second step up before going on, where it is needed."""
    membership = half_signed_in()
    if membership is None:
        return _start_again()
    account = membership.account
    if second_steps.find(account):
        return redirect(url_for(".give_code"))
    form = CodeForm()
    if form.validate_on_submit():
        with errors_on(form, "code"):
            codes = second_steps.turn_on(account, _secret(), form.code.data, by=actor_for(membership), now=utc_now())
            return _show_codes(codes, onward=finish(membership).location or "/")
    return _set_up_page(account, form, is_needed=True)


def _is_taken(form: CodeForm, membership: Membership) -> bool:
    actor = actor_for(membership)
    try:
        second_steps.check(membership.account, form.code.data, by=actor, now=utc_now())
    except DomainError as error:
        form.refuse(error, "code")
        return False
    return True


def _start_again() -> ResponseReturnValue:
    session.pop(HALF, None)
    flash("Sign in again: it took too long.", "info")
    return redirect(url_for("accounts.sign_in"))


# --- in one's account -------------------------------------------------------------------------------------------------


@bp.route("/account/second-step", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def set_up() -> ResponseReturnValue:
    """Set a second step up of one's own will."""
    account = current_user.account
    if second_steps.find(account):
        return redirect(url_for("accounts.show"))
    form = CodeForm()
    if form.validate_on_submit():
        with errors_on(form, "code"):
            codes = second_steps.turn_on(account, _secret(), form.code.data, by=current_actor(), now=utc_now())
            return _show_codes(codes, onward=url_for("accounts.show"))
    return _set_up_page(account, form, is_needed=False)


@bp.route("/account/second-step/codes", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def renew_codes() -> ResponseReturnValue:
    """Make new recovery codes, after one's password."""
    if second_steps.find(current_user.account) is None:
        return redirect(url_for(".set_up"))
    form = PresentPasswordForm()
    if form.validate_on_submit() and is_own_password(form):
        codes = second_steps.renew_codes(current_user.account, by=current_actor(), now=utc_now())
        return _show_codes(codes, onward=url_for("accounts.show"))
    return render_template("accounts/renew_codes.html", form=form), form.status


@bp.route("/account/second-step/off", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def turn_off() -> ResponseReturnValue:
    """Do without a second step, after one's password."""
    form = PresentPasswordForm()
    if form.validate_on_submit() and is_own_password(form):
        second_steps.turn_off(current_user.account, by=current_actor(), now=utc_now())
        flash("Your second step is off.", "success")
        return redirect(url_for("accounts.show"))
    return render_template("accounts/turn_off.html", form=form), form.status


def is_own_password(form: Form) -> bool:
    """Tell whether the form's `present` is the password of whoever is signed in; put on the form what is wrong."""
    try:
        accounts.authenticate(current_user.account.email, form.present.data, address=address(), now=utc_now())
    except DomainError as error:
        form.refuse(error if error.status == 429 else DomainError("This is not your present password"), "present")
    return form.refusal is None


def _show_codes(codes: list[str], *, onward: str) -> ResponseReturnValue:
    session.pop(SECRET, None)
    return render_template("accounts/recovery_codes.html", codes=codes, onward=onward)


def _set_up_page(account: Account, form: CodeForm, *, is_needed: bool) -> ResponseReturnValue:
    secret = _secret()
    return (
        render_template(
            "accounts/set_up_second_step.html",
            form=form,
            picture=_picture(second_steps.address_for_app(account, secret)),
            secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            is_needed=is_needed,
        ),
        form.status,
    )


def _secret() -> str:
    """Return the secret that this browser is shown: the same until its code comes back."""
    if SECRET not in session:
        session[SECRET] = second_steps.new_secret()
    return str(session[SECRET])


def _picture(text: str) -> Markup:
    made = segno.make(text, error="m")
    return Markup(made.svg_inline(scale=4, border=2, title="Code for your app; the text below says the same"))
