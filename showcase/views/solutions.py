"""The pages of solution profiles: what every publication has, and the import and export of many at once."""

from flask import Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.imports import ConfirmImportForm, ImportForm
from showcase.listing import csv_download, note_export
from showcase.models import Solution, utc_now
from showcase.models.enums import State
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.policies import Permission
from showcase.services import solutions, spreadsheets
from showcase.services.publication_lists import list_own
from showcase.views.imports import carried_rows, dry_run
from showcase.views.publication_parts import Noun
from showcase.views.publications import blueprint_for

NOUN = Noun(
    model=Solution,
    name="solution",
    one="solution",
    many="solutions",
    browse=Permission.SOLUTION_BROWSE,
    create=Permission.SOLUTION_CREATE,
    intro="What small firms offer councils, described once and matched with every challenge.",
    title_hint="The product’s name alone, without extra keywords.",
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
bp = blueprint_for(NOUN)


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.SOLUTION_IMPORT)
def upload() -> ResponseReturnValue:
    """Take a file of profiles and show what importing it would do."""
    form = ImportForm(most=solutions.MOST_ROWS, things="profiles")
    if form.validate_on_submit():
        with errors_on(form, "file"):
            file = form.file.data
            return _dry_run(spreadsheets.read_table(file.filename, file.read()))
    return render_template("solutions/import.html", form=form, questions=list(SOLUTION_QUESTIONS)), form.status


@bp.route("/import/confirm", methods=["POST"])
@requires(Permission.SOLUTION_IMPORT)
def confirm_import() -> ResponseReturnValue:
    """Import the rows that were shown, unless something has come to stand against it."""
    actor = current_actor()
    form = ConfirmImportForm()
    table = carried_rows(form)
    plan = solutions.plan_import(table, by=actor)
    if not form.validate() or plan.faults:
        return _dry_run(table)
    solutions.apply_import(plan, by=actor, now=utc_now())
    made, changed = plan.count("create"), plan.count("update")
    flash(f"Imported: {made} new, {changed} changed. All are drafts: nothing was published.", "success")
    return redirect(NOUN.url("mine"))


@bp.get("/import/template.csv")
@requires(Permission.SOLUTION_IMPORT)
def import_template() -> ResponseReturnValue:
    """Give the empty form of an import."""
    return csv_download("solution-profiles-template", solutions.COLUMNS.names, [])


@bp.get("/yours.<any(csv, xlsx):kind>")
@requires(Permission.SOLUTION_IMPORT)
def export_own(kind: str) -> ResponseReturnValue:
    """Give the firm's own profiles in the form that the import reads."""
    own = [text for text in list_own(Solution, seen_by=current_actor()) if text.state is not State.ARCHIVED]
    head, *rows = solutions.export_rows(own)
    if kind == "csv":
        return csv_download("solution-profiles", head, rows)
    note_export("solution-profiles.xlsx", len(rows))
    answer = Response(spreadsheets.write_xlsx([head, *rows]), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="solution-profiles.xlsx"'
    return answer


def _dry_run(table: spreadsheets.Table) -> ResponseReturnValue:
    return dry_run("solutions/dry_run.html", solutions.plan_import(table, by=current_actor()), table)
