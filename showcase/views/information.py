"""The plain pages: accessibility, privacy and cookies. They say what is so, and change when the service does."""

from urllib.parse import urlsplit

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from showcase.access import public
from showcase.extensions import settings
from showcase.models import SignInSession
from showcase.services.personal_data import KINDS

bp = Blueprint("information", __name__)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """Say how accessible the service is, what was tested and what was not."""
    return render_template("information/accessibility.html", settings=settings())


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Say what is kept about people, why, and who sees it."""
    address = urlsplit(settings().embedder_url or "")
    return render_template(
        "information/privacy.html",
        settings=settings(),
        kinds=KINDS,
        runs_model=address.hostname in LOOPBACK,
    )


@bp.get("/cookies")
@public
def cookies() -> ResponseReturnValue:
    """Say what the service keeps in a browser."""
    return render_template("information/cookies.html", settings=settings(), session_days=SignInSession.LIFETIME.days)
