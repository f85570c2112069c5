"""Pages of the slides of an event's pitches: the rules, sending, and what councils are shown."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.materials import RulesForm, SendForm
from showcase.forms.times import day_of, moment_of, time_of
from showcase.models import Event, Material, utc_now
from showcase.models.files import FileKind
from showcase.policies import Permission
from showcase.services import materials
from showcase.views.files import is_examined
from showcase.views.files import send as send_file

bp = Blueprint("materials", __name__)


@bp.get("/showcases/<uuid:event_id>/materials")
@requires(Permission.MATERIAL_LIST, Event)
def index(event: Event) -> ResponseReturnValue:
    """Show the rules, and the slides that the reader may see or send."""
    return _page(event, SendForm(formdata=None))


@bp.post("/showcases/<uuid:event_id>/materials")
@requires(Permission.MATERIAL_LIST, Event)
def send(event: Event) -> ResponseReturnValue:
    """Send the slides of one pitch."""
    actor = current_actor()
    typed = request.form.get("candidate", "")
    rows = materials.list_for(event, seen_by=actor)
    row = next((row for row in rows if row.may_send and str(row.candidate.id) == typed), None)
    if row is None:
        raise NotFound
    form = SendForm(prefix=f"of-{row.candidate.id}-")
    if form.validate() and is_examined(form, "file", (FileKind.PDF,)):
        with errors_on(form, "file"):
            materials.send(row.candidate, form.file.data, by=actor, now=utc_now())
            flash("Sent. You can replace the slides until the deadline.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return _page(event, form, row.candidate.id)


@bp.get("/materials/<uuid:material_id>/file")
@requires(Permission.MATERIAL_SEE, Material)
def file(material: Material) -> ResponseReturnValue:
    """Give the slides of a pitch."""
    return send_file(material.file)


@bp.route("/showcases/<uuid:event_id>/manage/materials", methods=["GET", "POST"])
@requires(Permission.MATERIAL_MANAGE, Event)
def rules(event: Event) -> ResponseReturnValue:
    """Set template, limits and deadline for all."""
    found = materials.find_rules(event)
    known = (
        {
            "template": found.template,
            "most_pages": found.most_pages,
            "most_megabytes": found.most_megabytes,
            "due_on": day_of(found.due_at),
            "due_at": time_of(found.due_at),
        }
        if found
        else {}
    )
    form = RulesForm(**known)
    if form.validate_on_submit():
        assert form.due_on.data is not None
        with errors_on(form, "template"):
            wanted = materials.Rules(
                form.template.data or "",
                form.most_pages.data,
                form.most_megabytes.data,
                moment_of(form.due_on.data, form.due_at.data),
            )
            materials.set_rules(event, wanted, by=current_actor(), now=utc_now())
            flash("Saved. Every supplier that pitches has been told.", "success")
            return redirect(url_for(".index", event_id=event.id))
    return render_template("materials/rules.html", event=event, form=form, rules=found), form.status


@bp.post("/showcases/<uuid:event_id>/manage/materials/show")
@requires(Permission.MATERIAL_MANAGE, Event)
def show_all(event: Event) -> ResponseReturnValue:
    """Show all slides to councils at one time."""
    count = materials.show_all(event, by=current_actor(), now=utc_now())
    flash(f"{count} {'set' if count == 1 else 'sets'} of slides shown to councils, all at one time.", "success")
    return redirect(url_for(".index", event_id=event.id))


def _page(event: Event, form: SendForm, sent_for: uuid.UUID | None = None) -> ResponseReturnValue:
    rows = materials.list_for(event, seen_by=current_actor())
    forms = {
        row.candidate.id: form
        if row.candidate.id == sent_for
        else SendForm(formdata=None, prefix=f"of-{row.candidate.id}-")
        for row in rows
        if row.may_send
    }
    page = render_template(
        "materials/index.html",
        event=event,
        rules=materials.find_rules(event),
        rows=rows,
        forms=forms,
        form=form,
        now=utc_now(),
    )
    return page, form.status
