"""People and their signed-in sessions, as LGA staff look after them."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.extensions import db
from showcase.listing import csv_download, page_number, words
from showcase.models import Account, utc_now
from showcase.policies import Permission
from showcase.services import people, second_steps, sessions
from showcase.services.paging import paged

bp = Blueprint("people", __name__, url_prefix="/staff")


@bp.get("/people")
@requires(Permission.ACCOUNT_SEE)
def index() -> ResponseReturnValue:
    """List people by name, e-mail address or organisation."""
    state = request.args.get("state", "")
    page = paged(people.list_all(words=words(), state=state), page_number())
    return render_template("staff/people.html", page=page, words=words(), state=state, states=people.STATES)


@bp.get("/people/export.csv")
@requires(Permission.ACCOUNT_SEE)
def export() -> ResponseReturnValue:
    """Give the same list as a file."""
    listed = db.session.scalars(people.list_all(words=words(), state=request.args.get("state", "")))
    rows = (
        (
            person.name,
            person.email,
            "; ".join(membership.organisation.name for membership in person.memberships),
            person.created_at,
            person.deactivated_at,
        )
        for person in listed
    )
    head = ("Name", "E-mail", "Organisations", "Account made at (UTC)", "Deactivated at (UTC)")
    return csv_download("people", head, rows)


@bp.get("/people/<uuid:account_id>")
@requires(Permission.ACCOUNT_SEE, Account)
def show(account: Account) -> ResponseReturnValue:
    """Show one person, whom they act for and where they are signed in."""
    person = people.get(account.id)
    return render_template(
        "staff/person.html",
        person=person,
        sessions=sessions.list_open(person, now=utc_now()),
        has_second_step=second_steps.find(person) is not None,
    )


@bp.route("/people/<uuid:account_id>/second-step", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE, Account)
def reset_second_step(account: Account) -> ResponseReturnValue:
    """Ask once more, then let the person set up another app."""
    if request.method == "POST":
        second_steps.reset(account, by=current_actor(), now=utc_now())
        flash(f"{account.name} can set up another app when they next sign in.", "success")
        return redirect(url_for(".show", account_id=account.id))
    return render_template("staff/reset_second_step.html", person=account)


@bp.route("/people/<uuid:account_id>/deactivate", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE, Account)
def deactivate(account: Account) -> ResponseReturnValue:
    """Ask once more, then lock the person out."""
    if request.method == "POST":
        people.deactivate(account, by=current_actor(), now=utc_now())
        flash(f"{account.name} is signed out everywhere and cannot sign in.", "success")
        return redirect(url_for(".show", account_id=account.id))
    return render_template("staff/deactivate.html", person=account, lonely=people.lonely_organisations(account))


@bp.route("/people/<uuid:account_id>/reactivate", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE, Account)
def reactivate(account: Account) -> ResponseReturnValue:
    """Ask once more, then let the person in again."""
    if request.method == "POST":
        people.reactivate(account, by=current_actor())
        flash(f"{account.name} can sign in again.", "success")
        return redirect(url_for(".show", account_id=account.id))
    return render_template("staff/reactivate.html", person=account)


@bp.post("/people/<uuid:account_id>/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT_MANAGE, Account)
def end_session(account: Account, session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one of the person's browsers out."""
    people.end_session(account, session_id, by=current_actor())
    flash(f"{account.name} is signed out of that browser.", "success")
    if request.form.get("from") == "list":
        return redirect(url_for(".list_sessions"))
    return redirect(url_for(".show", account_id=account.id))


@bp.get("/sessions")
@requires(Permission.ACCOUNT_SEE)
def list_sessions() -> ResponseReturnValue:
    """List where anyone is signed in."""
    page = paged(people.list_sessions(words=words(), now=utc_now()), page_number())
    return render_template("staff/sessions.html", page=page, words=words())


@bp.get("/sessions/export.csv")
@requires(Permission.ACCOUNT_SEE)
def export_sessions() -> ResponseReturnValue:
    """Give the same list as a file."""
    rows = (
        (
            row.membership.account.name,
            row.membership.account.email,
            row.membership.organisation.name,
            row.created_at,
            row.last_seen_at,
            row.expires_at,
            row.address,
            row.browser,
        )
        for row in db.session.scalars(people.list_sessions(words=words(), now=utc_now()))
    )
    head = ("Name", "E-mail", "Acting for", "Signed in (UTC)", "Last seen (UTC)", "Ends (UTC)", "Address", "Browser")
    return csv_download("sessions", head, rows)
