"""The start page, one per role, and the answer for load balancers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from showcase.access import current_actor, public
from showcase.extensions import db
from showcase.models import utc_now
from showcase.services import database, heartbeats, home, reviews

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
    """Say whether this process can serve: 200 when the database answers in a shape that it can work on, else 503.

    It counts nothing that waits: everyone can ask, and e-mails that come to wait tell that somebody just did something.
    """
    try:
        if not database.can_serve(db.engine):
            return {"status": "failing", "database": "not in the shape of this version: run showcase db upgrade"}, 503
        seen_at = heartbeats.last_seen(heartbeats.WORKER)
    except SQLAlchemyError:
        return {"status": "failing", "database": "does not answer"}, 503
    return {
        "status": "ok",
        "database": "ok",
        "seconds_since_worker_seen": None if seen_at is None else round((utc_now() - seen_at).total_seconds()),
    }
