"""Pages of an event's report: for everyone once it is published, for staff while they write it."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.reports import ReportForm
from showcase.listing import csv_download
from showcase.models import Event, EventReport, utc_now
from showcase.policies import Permission, can
from showcase.services import documents, outcomes, reports

bp = Blueprint("reports", __name__, url_prefix="/showcases/<uuid:event_id>")


@bp.app_context_processor
def _for_templates() -> dict[str, Any]:
    return {
        "report_on": _seen,
        "reports_among": lambda events: reports.among(events, seen_by=current_actor()),
    }


@bp.get("/report")
@requires(Permission.EVENT_SEE, Event)
def show(event: Event) -> ResponseReturnValue:
    """Show the report."""
    return render_template("reports/show.html", **_parts(event))


@bp.get("/report.pdf")
@requires(Permission.EVENT_SEE, Event)
def as_pdf(event: Event) -> ResponseReturnValue:
    """Give the report as an accessible PDF."""
    answer = Response(
        documents.pdf(render_template("reports/document.html", **_parts(event))), mimetype="application/pdf"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="showcase-report.pdf"'
    return answer


@bp.get("/report.csv")
@requires(Permission.EVENT_SEE, Event)
def as_csv(event: Event) -> ResponseReturnValue:
    """Give the report's figures as a file."""
    return csv_download("showcase-report", ("Part", "What", "Figure"), reports.as_rows(_figures(event)))


@bp.get("/report.json")
@requires(Permission.EVENT_SEE, Event)
def as_json(event: Event) -> Response:
    """Give the report to programs."""
    parts = _parts(event)
    report = parts["report"]
    return jsonify(
        event=event.name,
        held_on=event.starts_at.date().isoformat(),
        is_illustrative=event.is_illustrative,
        published_at=report.published_at.isoformat() if report.published_at else None,
        texts=report.texts,
        figures=parts["figures"],
    )


@bp.route("/manage/report", methods=["GET", "POST"])
@requires(Permission.REPORT_EDIT, Event)
def edit(event: Event) -> ResponseReturnValue:
    """Write the report, starting from what drafts itself."""
    report = reports.find(event)
    known = report.texts if report else reports.draft(event)
    form = ReportForm(**known, revision=str(report.revision if report else 0))
    if form.validate_on_submit():
        typed = form.revision.data or ""
        with errors_on(form, "summary"):
            texts = {name: form[name].data or "" for name in reports.PARTS}
            revision = int(typed) if typed.isdecimal() else -1
            reports.save(event, texts, revision=revision, by=current_actor(), now=utc_now())
            flash("Saved. Only LGA staff see what is not published yet.", "success")
            return redirect(url_for(".show", event_id=event.id))
    page = render_template("reports/edit.html", event=event, form=form, report=report, drafted=reports.draft(event))
    return page, form.status


@bp.post("/manage/report/publish")
@requires(Permission.REPORT_EDIT, Event)
def publish(event: Event) -> ResponseReturnValue:
    """Show the report to everyone."""
    reports.publish(event, by=current_actor(), now=utc_now())
    flash("Published, with the figures as they stand now.", "success")
    return redirect(url_for(".show", event_id=event.id))


def _seen(event: Event) -> EventReport | None:
    """Return the report if the reader may see it."""
    report = reports.find(event)
    return report if report is not None and can(current_actor(), Permission.REPORT_SEE, report) else None


def _figures(event: Event) -> dict[str, Any]:
    report = _seen(event)
    if report is None:
        raise NotFound
    return report.figures or reports.figures(event)


def _parts(event: Event) -> dict[str, Any]:
    figures = _figures(event)
    return {
        "event": event,
        "report": _seen(event),
        "parts": reports.PARTS,
        "figures": figures,
        "words": {state.value: words for state, words in outcomes.WORDS.items()},
    }
