"""Pages of what is kept about a person: seen and taken away by them or by staff on their behalf, and erased."""

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from showcase.access import current_actor, requires
from showcase.forms.accounts import EraseForm
from showcase.forms.base import errors_on
from showcase.models import Account, utc_now
from showcase.policies import Permission
from showcase.services import erasure, people, person_export

bp = Blueprint("privacy", __name__)


@bp.get("/account/data")
@requires(Permission.ACCOUNT_HAVE)
def show_own() -> ResponseReturnValue:
    """Show what is kept about oneself, by kind, with how many rows there are."""
    return render_template("privacy/own.html", kept=person_export.count_about(current_user.account))


@bp.post("/account/data/export")
@requires(Permission.ACCOUNT_HAVE)
def export_own() -> ResponseReturnValue:
    """Give what is kept about oneself as a file."""
    return _file(current_user.account)


@bp.route("/account/erase", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_HAVE)
def erase_own() -> ResponseReturnValue:
    """Erase oneself, after a look at what that means."""
    form = EraseForm()
    account = current_user.account
    if form.validate_on_submit():
        with errors_on(form):
            erasure.erase(account, by=current_actor(), now=utc_now())
            logout_user()
            session.clear()
            flash("Your data is erased and you are signed out. A last e-mail says so.", "success")
            return redirect(url_for("home.index"))
    return _erase_page(form, account, is_own=True)


@bp.post("/staff/people/<uuid:account_id>/export")
@requires(Permission.ACCOUNT_EXPORT, Account)
def export(account: Account) -> ResponseReturnValue:
    """Give what is kept about a person as a file, for staff to hand on."""
    return _file(account)


@bp.route("/staff/people/<uuid:account_id>/erase", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE, Account)
def erase(account: Account) -> ResponseReturnValue:
    """Erase a person who asked for it, after a look at what that means."""
    form = EraseForm()
    if form.validate_on_submit():
        name = account.name
        with errors_on(form):
            erasure.erase(account, by=current_actor(), now=utc_now())
            flash(f"The data of {name} is erased. They are told by a last e-mail.", "success")
            return redirect(url_for("people.index"))
    return _erase_page(form, account, is_own=False)


def _erase_page(form: EraseForm, account: Account, *, is_own: bool) -> ResponseReturnValue:
    if is_own:
        form.is_sure.label.text = "Erase my data. It cannot be undone"
    page = render_template(
        "privacy/erase.html",
        form=form,
        person=account,
        is_own=is_own,
        lonely=people.lonely_organisations(account),
        texts=erasure.texts_that_name(account),
    )
    return page, form.status


def _file(account: Account) -> Response:
    answer = Response(person_export.as_zip(account, by=current_actor(), now=utc_now()), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{person_export.NAME}"'
    return answer
