"""The start page, one per role, and the answer for load balancers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from showcase.access import current_actor, public
from showcase.extensions import db
from showcase.models import utc_now
from showcase.services import database, home, reviews

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Show what the person at hand can do next."""
    actor = current_actor()
    if actor.is_staff:
        return render_template("home/staff.html", home=reviews.for_staff(), now=utc_now())
    if actor.is_council:
        return render_template("home/officer.html", home=home.for_officer(actor))
    if actor.is_supplier:
        return render_template("home/supplier.html", home=home.for_supplier(actor))
    return render_template("home/public.html", home=home.for_public())


@bp.get("/health")
@public
def health() -> ResponseReturnValue:
    """Say whether this process can serve: 200 when the database answers in its newest shape, else 503."""
    try:
        if not database.is_current(db.engine):
            return {"status": "failing", "database": "not in its newest shape: run showcase db upgrade"}, 503
        state = reviews.machinery()
    except SQLAlchemyError:
        return {"status": "failing", "database": "does not answer"}, 503
    seen_at = state.worker_seen_at
    return {
        "status": "ok",
        "database": "ok",
        "texts_waiting_for_index": state.texts_waiting,
        "messages_waiting": state.messages_waiting,
        "messages_failed": state.messages_failed,
        "seconds_since_worker_seen": None if seen_at is None else round((utc_now() - seen_at).total_seconds()),
    }
