"""Pages of a challenge's engagement record, for the council that answers for it and LGA staff."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import Conflict
from showcase.extensions import db
from showcase.forms.base import Form, errors_on
from showcase.forms.records import DatesForm, DisposeForm, EntryForm, JudgeForm, NoticeForm, PurposesForm
from showcase.forms.times import moment_of
from showcase.listing import csv_download, page_number, words
from showcase.models import Challenge, Supplier, utc_now
from showcase.models.enums import EntryKind
from showcase.policies import Permission
from showcase.services import bundles, documents, messages, notices, record_bundles, record_keeping, records
from showcase.services.paging import paged
from showcase.transactions import pausing

bp = Blueprint("records", __name__)
HEAD = ("Challenge", "Council", "Purposes", "Entries", "Tender notice", "Kept until", "Destroyed (UTC)", "Page")


@bp.get("/records")
@requires(Permission.RECORD_LIST)
def index() -> ResponseReturnValue:
    """List the engagement records that the reader may see."""
    page = paged(records.select_visible(words(), seen_by=current_actor()), page_number())
    return render_template(
        "records/index.html", page=page, words=words(), kept_until=record_keeping.kept_until, today=utc_now().date()
    )


@bp.get("/records.csv")
@requires(Permission.RECORD_LIST)
def export_list() -> ResponseReturnValue:
    """Give the same list as a file."""
    rows = (
        (
            each.challenge.known_title,
            each.challenge.organisation.name,
            ", ".join(each.purposes),
            each.last_number,
            each.tender_on.isoformat() if each.tender_on else "",
            end.isoformat() if end else "",
            each.disposed_at,
            messages.link(f"/challenges/{each.challenge_id}/record"),
        )
        for each in db.session.scalars(records.select_visible(words(), seen_by=current_actor()))
        for end in (record_keeping.kept_until(each),)
    )
    return csv_download("engagement-records", HEAD, rows)


@bp.get("/challenges/<uuid:challenge_id>/record")
@requires(Permission.RECORD_SEE, Challenge)
def show(challenge: Challenge) -> ResponseReturnValue:
    """Show a challenge's engagement record."""
    record = records.find(challenge)
    asked = [EntryKind(kind) for kind in request.args.getlist("kind") if kind in records.KINDS]
    kept = records.kept_from(current_actor(), challenge)
    page = paged(records.select_entries(record, asked, without=kept), page_number(), size=30) if record else None
    return render_template(
        "records/show.html",
        challenge=challenge,
        record=record,
        page=page,
        kinds=records.KINDS,
        kept=[records.KINDS[kind] for kind in kept],
        asked=asked,
        organisations=records.organisations_of(page.items) if page else {},
        faults=records.faults_of(record) if record else [],
        purposes=record_keeping.PURPOSES,
        suppliers=record_keeping.suppliers_of(challenge),
        judgements=record_keeping.judgements(record) if record else {},
        verdicts=record_keeping.JUDGEMENTS,
        kept_until=record_keeping.kept_until(record) if record else None,
        today=utc_now().date(),
        gaps=[line.particular.label for line in notices.draft(challenge, record) if line.is_gap],
    )


@bp.route("/challenges/<uuid:challenge_id>/record/purposes", methods=["GET", "POST"])
@requires(Permission.RECORD_KEEP, Challenge)
def purposes(challenge: Challenge) -> ResponseReturnValue:
    """Say what the engagement is for."""
    record = records.find(challenge)
    form = PurposesForm(purposes=record.purposes if record else [])
    form.offer(record_keeping.PURPOSES)
    if form.validate_on_submit():
        with errors_on(form, "purposes"):
            record_keeping.set_purposes(challenge, form.purposes.data or (), by=current_actor(), now=utc_now())
            return _done(challenge, "Purposes saved.")
    return _form_page("records/purposes.html", challenge, form)


@bp.route("/challenges/<uuid:challenge_id>/record/entries/new", methods=["GET", "POST"])
@requires(Permission.RECORD_WRITE, Challenge)
def write(challenge: Challenge) -> ResponseReturnValue:
    """Add an entry by hand."""
    form = EntryForm(corrects=request.args.get("corrects", type=int))
    form.offer({kind.value: records.KINDS[kind] for kind in records.BY_HAND})
    if form.validate_on_submit():
        assert form.happened_on.data is not None
        with errors_on(form, "words"):
            records.write(
                challenge,
                EntryKind(form.kind.data),
                form.words.data or "",
                happened_at=moment_of(form.happened_on.data, form.happened_at.data),
                by=current_actor(),
                now=utc_now(),
                released_to=form.released_to.data or "",
                corrects=form.corrects.data,
            )
            return _done(challenge, "Added. An entry cannot be changed, only corrected by a later one.")
    return _form_page("records/write.html", challenge, form)


@bp.route("/challenges/<uuid:challenge_id>/record/judgement", methods=["GET", "POST"])
@requires(Permission.RECORD_KEEP, Challenge)
def judge(challenge: Challenge) -> ResponseReturnValue:
    """Judge whether a supplier has an unfair advantage."""
    record = records.find(challenge)
    suppliers = record_keeping.suppliers_of(challenge)
    standing = record_keeping.judgements(record) if record else {}
    chosen = request.args.get("supplier", "")
    before = standing.get(chosen)
    last = {"verdict": before.verdict, "reasons": before.reasons, "steps": before.steps} if before else {}
    form = JudgeForm(supplier=chosen, **last)
    form.offer([(str(each.id), each.name) for each in suppliers], record_keeping.JUDGEMENTS)
    if form.validate_on_submit():
        with errors_on(form, "verdict"):
            record_keeping.judge(
                challenge,
                db.session.get_one(Supplier, next(s.id for s in suppliers if str(s.id) == form.supplier.data)),
                form.verdict.data,
                reasons=form.reasons.data or "",
                steps=form.steps.data or "",
                by=current_actor(),
                now=utc_now(),
            )
            return _done(challenge, "Judgement recorded. You can change it until your tender notice.")
    return _form_page("records/judge.html", challenge, form, suppliers=suppliers)


@bp.route("/challenges/<uuid:challenge_id>/record/dates", methods=["GET", "POST"])
@requires(Permission.RECORD_KEEP, Challenge)
def dates(challenge: Challenge) -> ResponseReturnValue:
    """Say when tender and contract were, and how long to keep the record."""
    record = records.find(challenge)
    form = DatesForm(obj=record) if record else DatesForm(revision="1")
    if form.validate_on_submit():
        with errors_on(form, "tender_on"):
            said = record_keeping.Dates(
                form.tender_on.data,
                form.contract_on.data,
                form.terminated_on.data,
                form.keep_until.data,
                form.keep_because.data or "",
            )
            record_keeping.set_dates(challenge, said, revision=_revision(form), by=current_actor(), now=utc_now())
            return _done(challenge, "Dates saved.")
    return _form_page("records/dates.html", challenge, form)


@bp.get("/challenges/<uuid:challenge_id>/record/notice")
@requires(Permission.RECORD_SEE, Challenge)
def notice(challenge: Challenge) -> ResponseReturnValue:
    """Show the draft of the UK2 notice, with what is missing."""
    record = records.find(challenge)
    lines = notices.draft(challenge, record)
    return render_template(
        "records/notice.html", challenge=challenge, record=record, lines=lines, categories=notices.CATEGORIES
    )


@bp.get("/challenges/<uuid:challenge_id>/record/notice.json")
@requires(Permission.RECORD_SEE, Challenge)
def notice_json(challenge: Challenge) -> Response:
    """Give the draft as an OCDS release package."""
    answer = jsonify(notices.as_ocds(challenge, records.find(challenge), now=utc_now()))
    answer.headers["Content-Disposition"] = 'attachment; filename="uk2-draft.json"'
    return answer


@bp.route("/challenges/<uuid:challenge_id>/record/notice/edit", methods=["GET", "POST"])
@requires(Permission.RECORD_KEEP, Challenge)
def edit_notice(challenge: Challenge) -> ResponseReturnValue:
    """Type what the platform cannot know of the notice."""
    record = records.find(challenge)
    known: dict[str, Any] = {line.particular.name: line.value for line in notices.draft(challenge, record)}
    known["closes_on"] = date.fromisoformat(known["closes_on"]) if known.get("closes_on") else None
    reason = record.no_notice_because if record else ""
    form = NoticeForm(**known, revision=str(record.revision if record else 1), no_notice_because=reason)
    form.offer(notices.CATEGORIES)
    if form.validate_on_submit():
        with errors_on(form, "title"):
            notices.save(
                challenge,
                form.typed(),
                revision=_revision(form),
                by=current_actor(),
                now=utc_now(),
                no_notice_because=form.no_notice_because.data or "",
            )
            flash("Draft saved. The platform never publishes it: that is for your council.", "success")
            return redirect(url_for(".notice", challenge_id=challenge.id))
    return _form_page("records/edit_notice.html", challenge, form)


@bp.post("/challenges/<uuid:challenge_id>/record/bundle")
@requires(Permission.RECORD_SEE, Challenge)
def export(challenge: Challenge) -> ResponseReturnValue:
    """Give the whole record as one bundle, and note in it that it was given."""
    actor, now = current_actor(), utc_now()
    if records.find(challenge) is None:
        raise Conflict("Nothing is recorded yet, so there is nothing to export.")
    if records.kept_from(actor, challenge):
        raise Conflict(
            "Your council scores without suppliers’ names at present. Export once LGA staff have shown them."
        )
    with pausing():  # a PDF takes seconds, and nobody else should wait for them
        printed = documents.pdf(render_template("records/document.html", **record_bundles.page_of(challenge, now=now)))
        bundle = bundles.make(
            record_bundles.files_of(challenge, printed, seen_by=actor, now=now),
            challenge=challenge.known_title,
            now=now,
        )
    record_bundles.note_export(challenge, bundle, by=actor, now=now)
    answer = Response(bundle, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="engagement-record-{now:%Y-%m-%d}.zip"'
    return answer


@bp.route("/challenges/<uuid:challenge_id>/record/dispose", methods=["GET", "POST"])
@requires(Permission.RECORD_DISPOSE, Challenge)
def dispose(challenge: Challenge) -> ResponseReturnValue:
    """Destroy a record once the law allows it."""
    form = DisposeForm()
    if form.validate_on_submit():
        with errors_on(form, "is_sure"):
            record_keeping.dispose(challenge, by=current_actor(), now=utc_now())
            return _done(challenge, "The record was destroyed.")
    record = records.find(challenge)
    end = record_keeping.kept_until(record) if record else None
    return _form_page("records/dispose.html", challenge, form, kept_until=end, today=utc_now().date())


def _revision(form: DatesForm | NoticeForm) -> int:
    typed = str(form.revision.data or "")
    return int(typed) if typed.isdecimal() else 0


def _done(challenge: Challenge, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for(".show", challenge_id=challenge.id))


def _form_page(template: str, challenge: Challenge, form: Form, **more: Any) -> ResponseReturnValue:
    return render_template(template, challenge=challenge, form=form, **more), form.status
