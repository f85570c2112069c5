"""One-to-one meetings as councils and suppliers see them: the offer, asking, answering, and what was new afterwards."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.extensions import db
from showcase.forms.base import Form, errors_on
from showcase.forms.meetings import AskForm, RecordForm, ReleaseForm, ReplyForm
from showcase.listing import page_number
from showcase.models import Event, EventChallenge, Meeting, MeetingPlan, Organisation, utc_now
from showcase.policies import Permission
from showcase.services import events, meeting_plans, meetings
from showcase.services.paging import paged

bp = Blueprint("meetings", __name__)


@bp.get("/showcases/<uuid:event_id>/meetings")
@requires(Permission.MEETING_ASK, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show what is offered, the organisation's meetings and whom it can ask."""
    return _list(event)


@bp.post("/showcases/<uuid:event_id>/meetings")
@requires(Permission.MEETING_ASK, Event)
def ask(event: Event) -> ResponseReturnValue:
    """Ask for a meeting."""
    form = _offered(event, AskForm())
    if form.validate():
        entry_id, _, supplier_id = form.pair.data.partition(":")
        entry = db.session.get(EventChallenge, uuid.UUID(entry_id))
        supplier = db.session.get(Organisation, uuid.UUID(supplier_id))
        if entry is None or supplier is None:
            raise NotFound
        with errors_on(form, "pair"):
            made = meetings.ask(entry, supplier, note=form.note.data or "", by=current_actor(), now=utc_now())
            flash("Asked. We have told them by e-mail.", "success")
            return redirect(url_for(".show", meeting_id=made.id))
    return _list(event, form)


@bp.get("/meetings/<uuid:meeting_id>")
@requires(Permission.MEETING_SEE, Meeting)
def show(meeting: Meeting) -> ResponseReturnValue:
    """Show one meeting and what can be done."""
    return _page(meeting)


@bp.post("/meetings/<uuid:meeting_id>/accept")
@requires(Permission.MEETING_ANSWER, Meeting)
def accept(meeting: Meeting) -> ResponseReturnValue:
    """Agree to meet."""
    meetings.accept(meeting, by=current_actor(), now=utc_now())
    return _done(meeting, "Accepted. The time follows with the timetable.")


@bp.post("/meetings/<uuid:meeting_id>/decline")
@requires(Permission.MEETING_ANSWER, Meeting)
def decline(meeting: Meeting) -> ResponseReturnValue:
    """Say no."""
    form = ReplyForm()
    if form.validate():
        with errors_on(form, "reason"):
            meetings.decline(meeting, form.reason.data or "", by=current_actor(), now=utc_now())
            return _done(meeting, "Declined. We have told them by e-mail.")
    return _page(meeting, form)


@bp.post("/meetings/<uuid:meeting_id>/cancel")
@requires(Permission.MEETING_CANCEL, Meeting)
def cancel(meeting: Meeting) -> ResponseReturnValue:
    """Call off a meeting."""
    form = ReplyForm()
    if form.validate():
        with errors_on(form, "reason"):
            meetings.cancel(meeting, form.reason.data or "", by=current_actor(), now=utc_now())
            return _done(meeting, "Cancelled. We have told both sides by e-mail.")
    return _page(meeting, form)


@bp.post("/meetings/<uuid:meeting_id>/record")
@requires(Permission.MEETING_RECORD, Meeting)
def record(meeting: Meeting) -> ResponseReturnValue:
    """Note what was new in a meeting."""
    form = RecordForm()
    if form.validate():
        with errors_on(form, "new_information"):
            meetings.record(meeting, form.new_information.data or "", by=current_actor(), now=utc_now())
            return _done(meeting, "Kept.")
    return _page(meeting, form)


@bp.post("/meetings/<uuid:meeting_id>/release")
@requires(Permission.MEETING_RECORD, Meeting)
def release(meeting: Meeting) -> ResponseReturnValue:
    """Give everyone what was new."""
    form = ReleaseForm()
    if form.validate():
        with errors_on(form, "title"):
            meetings.release(meeting, form.title.data, by=current_actor(), now=utc_now())
            return _done(meeting, "Released. It stands on the challenge’s page, and those who take part are told.")
    return _page(meeting, form)


@bp.post("/meetings/<uuid:meeting_id>/close")
@requires(Permission.MEETING_CLOSE, Meeting)
def close(meeting: Meeting) -> ResponseReturnValue:
    """Close a meeting that took place."""
    meetings.close(meeting, by=current_actor(), now=utc_now())
    return _done(meeting, "Closed.")


def _list(event: Event, sent: AskForm | None = None) -> ResponseReturnValue:
    plan, actor, now = meeting_plans.find(event), current_actor(), utc_now()
    own = db.session.get_one(Organisation, actor.organisation_id)
    form = sent or _offered(event, AskForm(formdata=None))
    page = render_template(
        "meetings/index.html",
        event=event,
        plan=plan,
        page=paged(meetings.listed(event, seen_by=actor), page_number()),
        used=meetings.count_of(plan, own) if plan else 0,
        most=plan.most_of(own.kind) if plan else 0,
        ask_form=form,
        form=sent,
        may_ask=plan is not None and plan.is_open(now) and form.has_any,
        is_open=plan is not None and plan.is_open(now),
        now=now,
    )
    return page, sent.status if sent else 200


def _offered(event: Event, form: AskForm) -> AskForm:
    """Name the meetings that the person's organisation can ask for: none that stands already or was declined."""
    actor, whole = current_actor(), events.load_whole(event)
    asked = {
        (meeting.entry_id, meeting.supplier_id)
        for meeting in db.session.scalars(meetings.listed(event, seen_by=actor))
        if meeting.state != "cancelled"
    }
    found = []
    for supplier in meeting_plans.suppliers(event):
        for entry in whole.entries:
            council = entry.challenge.organisation
            if actor.organisation_id in (council.id, supplier.id) and (entry.id, supplier.id) not in asked:
                other = supplier.name if council.id == actor.organisation_id else council.name
                found.append((f"{entry.id}:{supplier.id}", f"{other}, about: {entry.challenge.known_title}"))
    form.offer(found)
    return form


def _page(meeting: Meeting, sent: Form | None = None) -> ResponseReturnValue:
    forms: dict[type[Form], Form] = {
        ReplyForm: ReplyForm(formdata=None),
        RecordForm: RecordForm(formdata=None, new_information=meeting.new_information, is_new=_is_new(meeting)),
        ReleaseForm: ReleaseForm(formdata=None),
    }
    if sent is not None:
        forms[type(sent)] = sent
    plan: MeetingPlan = meeting.plan
    page = render_template(
        "meetings/show.html",
        meeting=meeting,
        event=plan.event,
        plan=plan,
        reply_form=forms[ReplyForm],
        record_form=forms[RecordForm],
        release_form=forms[ReleaseForm],
        form=sent,
        is_over=meetings.is_over(meeting, now=utc_now()),
    )
    return page, sent.status if sent else 200


def _is_new(meeting: Meeting) -> str | None:
    """Return what was chosen before."""
    return None if meeting.noted_at is None else "yes" if meeting.new_information else "no"


def _done(meeting: Meeting, words: str) -> ResponseReturnValue:
    db.session.flush()
    flash(words, "success")
    return redirect(url_for(".show", meeting_id=meeting.id))
