"""Pages by which a council, or staff for it, releases information about a challenge to everyone at one time."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.questions import ReleaseForm
from showcase.models import Challenge, Release, utc_now
from showcase.policies import Permission
from showcase.services import files, releases
from showcase.views.files import is_examined, send

bp = Blueprint("releases", __name__)


@bp.route("/challenges/<uuid:challenge_id>/releases/new", methods=["GET", "POST"])
@requires(Permission.RELEASE_GIVE, Challenge)
def new(challenge: Challenge) -> ResponseReturnValue:
    """Release information to everyone."""
    form = ReleaseForm()
    if form.validate_on_submit() and is_examined(form, "file", files.DOCUMENTS):
        actor, now = current_actor(), utc_now()
        with errors_on(form, "file"):
            file = files.keep(form.file.data, by=actor, now=now) if form.file.data else None
            releases.release(
                challenge,
                form.title.data,
                form.text.data,
                by=actor,
                now=now,
                file=file,
                is_from_meeting=bool(form.is_from_meeting.data),
            )
            flash(
                "Released. It stands on the challenge’s public page, and all who take part have been told.", "success"
            )
            return redirect(url_for("questions.index", challenge_id=challenge.id))
    return render_template("releases/new.html", challenge=challenge, form=form), form.status


@bp.get("/releases/<uuid:release_id>/file")
@requires(Permission.RELEASE_SEE, Release)
def file(release: Release) -> ResponseReturnValue:
    """Give the document that was released."""
    if release.file is None:
        raise NotFound
    return send(release.file)
