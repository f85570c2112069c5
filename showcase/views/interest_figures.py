"""Figures of interest lists: as files for everyone by what the policy tells them, and in full for staff."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotFound
from showcase.forms.base import errors_on
from showcase.forms.interests import ProtectForm
from showcase.listing import csv_download, note_export
from showcase.models import InterestList, utc_now
from showcase.models.rungs import LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission
from showcase.policies.interests import figures_for, last_snapshot
from showcase.services import contracts, demand, group_value, interests, joining, pledge_tables, pledges, spreadsheets
from showcase.services.csv_export import Cell, as_cell
from showcase.views.pledges import words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
bp = Blueprint("interest_figures", __name__, url_prefix="/interest-lists/<uuid:interestlist_id>")


@bp.get("/figures.csv")
@requires(Permission.INTEREST_SEE, InterestList)
def figures_csv(interestlist: InterestList) -> ResponseReturnValue:
    """Give the totals that the reader may know, as a file."""
    told = figures_for(current_actor(), interestlist)
    note = "rounded" if told.is_rounded else "exact"
    as_of = told.as_of.isoformat() if told.as_of else ""
    unit = vocabulary("units").label(interestlist.unit)
    rows = [(LABELS[f.rung], f.councils, f.quantity, unit, note, as_of) for f in told.figures]
    return csv_download("figures", ("Rung", "Councils", "Quantity", "Unit", "Exactness", "As on"), rows)


@bp.get("/figures.json")
@requires(Permission.INTEREST_SEE, InterestList)
def figures_json(interestlist: InterestList) -> ResponseReturnValue:
    """Give the totals that the reader may know, for programs."""
    told = figures_for(current_actor(), interestlist)
    return {
        "interest_list": str(interestlist.id),
        "unit": interestlist.unit,
        "is_rounded": told.is_rounded,
        "as_of": told.as_of.isoformat() if told.as_of else None,
        "figures": [{"rung": f.rung.value, "councils": f.councils, "quantity": f.quantity} for f in told.figures],
        "notice": "This is not a call for competition and commits nobody to buy.",
    }


# --- staff ------------------------------------------------------------------------------------------------------------


@bp.get("/manage")
@requires(Permission.INTEREST_MANAGE, InterestList)
def manage(interestlist: InterestList) -> ResponseReturnValue:
    """Show staff what every council said, demand, value, and what others see of it."""
    form = ProtectForm(
        formdata=None, least_councils=interestlist.least_councils, least_changes=interestlist.least_changes
    )
    return _manage_page(interestlist, form)


@bp.post("/protect")
@requires(Permission.INTEREST_MANAGE, InterestList)
def protect(interestlist: InterestList) -> ResponseReturnValue:
    """Set how strictly the figures are guarded."""
    form = ProtectForm()
    if form.validate():
        with errors_on(form, "least_councils"):
            interests.protect(interestlist, form.least_councils.data, form.least_changes.data, by=current_actor())
            flash("Saved. It holds from the next snapshot on.", "success")
            return redirect(url_for(".manage", interestlist_id=interestlist.id))
    return _manage_page(interestlist, form)


@bp.get("/councils/<uuid:council_id>")
@requires(Permission.INTEREST_MANAGE, InterestList)
def one(interestlist: InterestList, council_id: uuid.UUID) -> ResponseReturnValue:
    """Show staff one council's pledge with its history."""
    found = [p for p in pledges.list_for(interestlist, seen_by=current_actor()) if p.council_id == council_id]
    if not found:
        raise NotFound
    return render_template(
        "pledges/one.html",
        interest_list=interestlist,
        pledge=found[0],
        value=group_value.value_of(found[0]),
        contracts=contracts.of_members(interestlist, seen_by=current_actor()).get(council_id, ()),
        **words(),
    )


@bp.get("/who-can-join")
@requires(Permission.INTEREST_MANAGE, InterestList)
def who_can_join(interestlist: InterestList) -> ResponseReturnValue:
    """List for staff which councils can join, and why others cannot."""
    answers = joining.look_at_all(interestlist)
    on_it = {pledge.council_id for pledge in pledges.list_for(interestlist, seen_by=current_actor()) if pledge.is_in}
    return render_template(
        "pledges/who_can_join.html",
        interest_list=interestlist,
        can_join=[answer for answer in answers if answer.can_join],
        cannot=[answer for answer in answers if not answer.can_join],
        who=joining.who_in_words(interestlist),
        on_it=on_it,
    )


@bp.get("/pledges.csv")
@requires(Permission.INTEREST_MANAGE, InterestList)
def pledges_csv(interestlist: InterestList) -> ResponseReturnValue:
    """Give staff every pledge as a file."""
    return csv_download("pledges", pledge_tables.HEAD, _pledge_rows(interestlist))


@bp.get("/pledges.xlsx")
@requires(Permission.INTEREST_MANAGE, InterestList)
def pledges_xlsx(interestlist: InterestList) -> ResponseReturnValue:
    """Give staff every pledge as a spreadsheet."""
    rows = _pledge_rows(interestlist)
    note_export("pledges.xlsx", len(rows))
    cells = [[as_cell(cell) for cell in row] for row in (pledge_tables.HEAD, *rows)]
    answer = Response(spreadsheets.write_xlsx(cells), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="pledges.xlsx"'
    return answer


def _pledge_rows(interest_list: InterestList) -> list[tuple[Cell, ...]]:
    known = contracts.of_members(interest_list, seen_by=current_actor())
    found = pledges.list_for(interest_list, seen_by=current_actor())
    return [pledge_tables.row(pledge, known.get(pledge.council_id, ())) for pledge in found]


@bp.app_template_global()
def value_thresholds() -> group_value.Thresholds | None:
    """Return the thresholds in force today."""
    return group_value.in_force(utc_now().date())


@bp.app_template_filter("with_vat")
def with_vat(pence: int) -> int:
    """Return an amount with VAT at the standard rate."""
    return group_value.including_vat(pence)


def _manage_page(interest_list: InterestList, form: ProtectForm) -> ResponseReturnValue:
    interests.load_pledges(interest_list)
    found = pledges.list_for(interest_list, seen_by=current_actor())
    values = [value for pledge in found if pledge.is_in and (value := group_value.value_of(pledge))]
    page = render_template(
        "pledges/manage.html",
        interest_list=interest_list,
        form=form,
        pledges=found,
        told=figures_for(current_actor(), interest_list),
        snapshot=last_snapshot(interest_list),
        curve=demand.curve(found),
        values=[*values, group_value.together(values)] if values else [],
        thresholds=group_value.in_force(utc_now().date()),
        **words(),
    )
    return page, form.status
