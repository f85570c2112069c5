"""Pages on which staff build a showcase: one list, one form and one button to remove for each kind of part.

Every kind has the same four pages, made from `KINDS`; tracks show their challenges, and can be made from a shared need.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.errors import NotFound
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.event_building import (
    BreakForm,
    CallForm,
    CriterionForm,
    EntryForm,
    EventChoiceForm,
    NeedForm,
    PartForm,
    PitchForm,
    PlacesForm,
    RoomForm,
    SessionForm,
    TrackForm,
)
from showcase.models import (
    Break,
    Call,
    Challenge,
    Criterion,
    Event,
    EventChallenge,
    Need,
    Room,
    Session,
    Track,
    utc_now,
)
from showcase.models.enums import SessionKind
from showcase.policies import Permission
from showcase.services import event_building, event_lists, events, needs, speakers

bp = Blueprint("event_building", __name__, url_prefix="/showcases")
SPEAKING = (SessionForm, PitchForm)
"""Forms that name who must be there."""


@dataclass(frozen=True)
class Kind:
    """A kind of part, and how its pages are called."""

    model: type[Any]
    form: type[PartForm]
    one: str
    path: str
    page: str
    """Endpoint of the page that lists it."""

    @property
    def words(self) -> str:
        """Return what people call one."""
        return event_building.WORDS[self.model]


KINDS = (
    Kind(Track, TrackForm, "track", "tracks", "event_building.tracks"),
    Kind(EventChallenge, EntryForm, "entry", "challenges", "event_building.tracks"),
    Kind(Call, CallForm, "call", "calls", "event_building.tracks"),
    Kind(Room, RoomForm, "room", "rooms", "event_building.rooms"),
    Kind(Break, BreakForm, "break", "breaks", "event_building.rooms"),
    Kind(Session, SessionForm, "session", "sessions", "event_building.sessions"),
    Kind(Criterion, CriterionForm, "criterion", "criteria", "event_building.criteria"),
)


# --- lists ------------------------------------------------------------------------------------------------------------


@bp.get("/<uuid:event_id>/manage/tracks")
@requires(Permission.EVENT_MANAGE, Event)
def tracks(event: Event) -> ResponseReturnValue:
    """List the tracks with their challenges, and the calls."""
    form = NeedForm(formdata=None)
    form.offer(_needs())
    return render_template("event_building/tracks.html", event=events.load_whole(event), form=form, now=utc_now())


@bp.get("/<uuid:event_id>/manage/rooms")
@requires(Permission.EVENT_MANAGE, Event)
def rooms(event: Event) -> ResponseReturnValue:
    """List the rooms and breaks."""
    return render_template("event_building/rooms.html", event=events.load_whole(event))


@bp.get("/<uuid:event_id>/manage/sessions")
@requires(Permission.EVENT_MANAGE, Event)
def sessions(event: Event) -> ResponseReturnValue:
    """List pitches, talks and panels with who must be there."""
    return render_template("event_building/sessions.html", event=events.load_whole(event))


@bp.get("/<uuid:event_id>/manage/criteria")
@requires(Permission.EVENT_MANAGE, Event)
def criteria(event: Event) -> ResponseReturnValue:
    """List what candidates are scored by."""
    return render_template("event_building/criteria.html", event=event, criteria=events.criteria_of(event))


@bp.post("/<uuid:event_id>/manage/tracks/from-need")
@requires(Permission.EVENT_EDIT, Event)
def add_track_for(event: Event) -> ResponseReturnValue:
    """Make a track of a shared need, with all its challenges."""
    form = NeedForm()
    form.offer(_needs())
    if form.validate():
        with errors_on(form, "need"):
            need = load(Need, uuid.UUID(form.need.data), current_actor())
            track = event_building.add_track_for(event, need, by=current_actor(), now=utc_now())
            flash(f"Track added, with {len(track.entries)} challenges.", "success")
            return redirect(url_for(".tracks", event_id=event.id))
    page = render_template("event_building/tracks.html", event=events.load_whole(event), form=form, now=utc_now())
    return page, form.status


@bp.post("/needs/<uuid:need_id>/track")
@requires(Permission.NEED_ARRANGE, Need)
def add_need(need: Need) -> ResponseReturnValue:
    """Put a shared need into a showcase, from the page of the need."""
    form = EventChoiceForm()
    form.offer(planned_showcases())
    if not form.validate():
        flash("Choose a showcase that is still being planned.", "info")
        return redirect(url_for("needs.show", need_id=need.id))
    event = load(Event, uuid.UUID(form.event.data), current_actor())
    event_building.add_track_for(event, need, by=current_actor(), now=utc_now())
    flash("Track added, with the challenges of the need.", "success")
    return redirect(url_for(".tracks", event_id=event.id))


@bp.app_template_global()
def planned_showcases() -> Sequence[Event]:
    """Return the showcases that the reader may still change."""
    actor = current_actor()
    return event_lists.list_coming(seen_by=actor, now=utc_now()) if actor.is_staff else []


# --- one part ---------------------------------------------------------------------------------------------------------


def _add(event: Event, kind: Kind) -> ResponseReturnValue:
    form = kind.form(**({"minutes": event.pitch_minutes} if kind.model is Session else {}))
    _prepare(form, event)
    if form.validate_on_submit():
        with errors_on(form):
            event_building.add(event, kind.model, _values(form, event), by=current_actor(), now=utc_now())
            flash(f"{kind.words.capitalize()} added.", "success")
            return redirect(url_for(kind.page, event_id=event.id))
    return _form_page(event, kind, form, f"Add a {kind.words}")


def _edit(event: Event, kind: Kind, part: Any) -> ResponseReturnValue:
    form_class = _form_of(kind, part)
    form = form_class() if request.method == "POST" else form_class(formdata=None, **_shown(form_class, part))
    _prepare(form, event)
    if form.validate_on_submit():
        with errors_on(form):
            event_building.change(part, _values(form, event), by=current_actor(), now=utc_now())
            flash("Saved.", "success")
            return redirect(url_for(kind.page, event_id=event.id))
    return _form_page(event, kind, form, f"Change {event_building.name_of(part)}")


def _remove(event: Event, kind: Kind, part: Any) -> ResponseReturnValue:
    event_building.remove(part, by=current_actor(), now=utc_now())
    flash(f"{kind.words.capitalize()} removed.", "success")
    return redirect(url_for(kind.page, event_id=event.id))


def _form_page(event: Event, kind: Kind, form: PartForm, title: str) -> ResponseReturnValue:
    back = url_for(kind.page, event_id=event.id)
    page = render_template("event_building/part.html", event=event, form=form, title=title, back=back)
    return page, form.status


def _prepare(form: PartForm, event: Event) -> None:
    form.prepare(event)
    if isinstance(form, EntryForm):
        offered = event_building.list_offered(event, seen_by=current_actor())
        form.offer({str(each.id): f"{each.published_title} ({each.organisation.name})" for each in offered})


def _form_of(kind: Kind, part: Any) -> type[PartForm]:
    """Return the form that changes a part: of a challenge its place, of a pitch what is its supplier's to say."""
    if kind.model is EventChallenge:
        return PlacesForm
    return PitchForm if kind.model is Session and part.kind is SessionKind.PITCH else kind.form


def _shown(form_class: type[PartForm], part: Any) -> dict[str, Any]:
    shown = form_class.shown(part)
    return {**shown, "speakers": speakers.write(part.speakers)} if issubclass(form_class, SPEAKING) else shown


def _values(form: PartForm, event: Event) -> dict[str, Any]:
    values = form.values(event)
    if isinstance(form, SPEAKING):
        values["speakers"] = speakers.read(form.speakers.data or "", event)
    if isinstance(form, EntryForm):
        values["challenge"] = load(Challenge, uuid.UUID(form.challenge.data), current_actor())
    return values


def _part_of(event: Event, kind: Kind, part_id: uuid.UUID) -> Any:
    found = event_building.find(event, kind.model, part_id)
    if found is None:
        raise NotFound
    return found


def _needs() -> dict[str, str]:
    """Return the shared needs by id, each with how many challenges describe it."""
    found = needs.summaries(db.session.scalars(needs.list_shared(seen_by=current_actor())).all())
    return {str(id): f"{summary.title} ({len(summary.challenges)} challenges)" for id, summary in found.items()}


def _register(kind: Kind) -> None:
    """Give a kind its pages: add, change, remove."""

    @requires(Permission.EVENT_EDIT, Event)
    def add(event: Event) -> ResponseReturnValue:
        return _add(event, kind)

    @requires(Permission.EVENT_EDIT, Event)
    def edit(event: Event, part_id: uuid.UUID) -> ResponseReturnValue:
        return _edit(event, kind, _part_of(event, kind, part_id))

    @requires(Permission.EVENT_EDIT, Event)
    def remove(event: Event, part_id: uuid.UUID) -> ResponseReturnValue:
        return _remove(event, kind, _part_of(event, kind, part_id))

    start = f"/<uuid:event_id>/manage/{kind.path}"
    bp.add_url_rule(f"{start}/add", f"add_{kind.one}", add, methods=["GET", "POST"])
    bp.add_url_rule(f"{start}/<uuid:part_id>", f"edit_{kind.one}", edit, methods=["GET", "POST"])
    bp.add_url_rule(f"{start}/<uuid:part_id>/remove", f"remove_{kind.one}", remove, methods=["POST"])


for _kind in KINDS:
    _register(_kind)
