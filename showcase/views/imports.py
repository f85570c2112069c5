"""What the pages of imports share: the page that shows what would happen, and its rows carried on to be confirmed."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from showcase.forms.imports import ConfirmImportForm
from showcase.services import csv_export, spreadsheets
from showcase.services.imports import Plan


def dry_run(template: str, plan: Plan[Any], table: spreadsheets.Table) -> ResponseReturnValue:
    """Show what importing a table would do, and carry its rows in the page so that they can be confirmed."""
    width = max((len(row) for row in table), default=0)
    rows = csv_export.as_csv(table[0], ([*row, *[""] * (width - len(row))] for row in table[1:])) if table else ""
    form = ConfirmImportForm(formdata=None, rows=rows)
    return render_template(template, plan=plan, form=form), 422 if plan.faults else 200


def carried_rows(form: ConfirmImportForm) -> spreadsheets.Table:
    """Return the rows that `dry_run` put into the page."""
    return spreadsheets.read_csv((form.rows.data or "").encode())
