"""The page on which a council says which sessions of a showcase it wants to see."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotAllowed
from showcase.forms.agendas import WishesForm, wishes_form
from showcase.forms.base import errors_on
from showcase.models import Event, Session
from showcase.policies import Permission
from showcase.services import agendas, session_wishes

bp = Blueprint("session_wishes", __name__, url_prefix="/showcases/<uuid:event_id>/wishes")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.AGENDA_WISH, Event)
def edit(event: Event) -> ResponseReturnValue:
    """Say which sessions one's council wants to see."""
    council = current_actor().organisation_id
    event = agendas.load_whole(event)
    if council is None or not session_wishes.takes_part(event, council):
        raise NotAllowed("Only councils that are invited, or whose challenges it is about, can say what they want.")
    sessions = sorted(event.sessions, key=lambda session: (session.title.lower(), str(session.id)))
    form = wishes_form(sessions, session_wishes.WEIGHTS, session_wishes.weights_of(event, council))
    if form.validate_on_submit():
        with errors_on(form):
            session_wishes.save(event, form.weights(), by=current_actor())
            flash("Saved. The next agenda that is worked out keeps to it.", "success")
            return redirect(url_for("agendas.show", event_id=event.id))
    page = render_template(
        "session_wishes/edit.html",
        event=event,
        form=form,
        fields=_by_track(sessions, form),
        has_said=session_wishes.has_said(event, council),
    )
    return page, form.status


def _by_track(sessions: list[Session], form: WishesForm) -> list[tuple[str, list[object]]]:
    """Return the fields under the names of their tracks, that of the whole track first; those without a track lead."""
    of_session, of_track = form.fields_by_session(), form.fields_by_track()
    found: dict[tuple[int, str], list[object]] = {}
    for session in sessions:
        track = session.track
        place = (track.position + 1, track.name) if track is not None else (0, "")
        group = found.setdefault(place, [of_track[track.id]] if track is not None else [])
        group.append(of_session[session.id])
    return [(name, group) for (_, name), group in sorted(found.items(), key=lambda each: each[0])]
