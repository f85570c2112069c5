"""Pages of contracts: a council's own, to record, change, delete, import and take away; all of them for staff."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, load, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.contracts import ContractForm, DeleteContractForm
from showcase.forms.imports import ConfirmImportForm, ImportForm
from showcase.listing import csv_download, download, page_number, words
from showcase.models import Challenge, Contract, utc_now
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission, can
from showcase.services import contract_import, contracts, spreadsheets, workbooks
from showcase.services.contracts import Details
from showcase.services.paging import paged
from showcase.views.imports import carried_rows, dry_run

bp = Blueprint("contracts", __name__, url_prefix="/contracts")


@bp.get("")
@requires(Permission.CONTRACT_LIST)
def index() -> ResponseReturnValue:
    """List the council's contracts; for staff, everybody's."""
    actor = current_actor()
    area = _service_area()
    query = contracts.select_visible(seen_by=actor, service_area=area, words=words())
    carried = contracts.challenges_to_carry(by=actor) if actor.is_council else []
    page = paged(query, page_number())
    return render_template("contracts/index.html", page=page, area=area, words=words(), carried=carried)


@bp.get("/all.<any(csv, xlsx):kind>")
@requires(Permission.CONTRACT_LIST)
def export(kind: str) -> ResponseReturnValue:
    """Give the list as a file; a council's own in the form that the import reads."""
    actor = current_actor()
    query = contracts.select_visible(seen_by=actor, service_area=_service_area(), words=words())
    found = list(db.session.scalars(query))
    rows = list(contract_import.export_rows(found))
    head = list(contract_import.COLUMNS.names)
    if actor.is_staff:
        head = ["council", *head]
        rows = [[contract.council.name, *row] for contract, row in zip(found, rows, strict=True)]
    return download("contracts", kind, [workbooks.Sheet("Contracts", head, rows)])


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CONTRACT_RECORD)
def new() -> ResponseReturnValue:
    """Record a contract, carried from a challenge where the address names one."""
    actor = current_actor()
    challenge = _challenge()
    form = ContractForm(data=contracts.carried_from(challenge, by=actor) if challenge else None)
    if form.validate_on_submit():
        with errors_on(form, "supplier"):
            contracts.record(_details(form), by=actor, now=utc_now(), challenge=challenge)
            flash("Recorded. Your council and LGA staff alone can read it.", "success")
            return redirect(url_for(".index"))
    return render_template("contracts/edit.html", form=form, contract=None, challenge=challenge), form.status


@bp.get("/<uuid:contract_id>")
@requires(Permission.CONTRACT_SEE, Contract)
def show(contract: Contract) -> ResponseReturnValue:
    """Show one contract."""
    return render_template("contracts/show.html", contract=contract)


@bp.route("/<uuid:contract_id>/edit", methods=["GET", "POST"])
@requires(Permission.CONTRACT_EDIT, Contract)
def edit(contract: Contract) -> ResponseReturnValue:
    """Change a contract."""
    form = ContractForm(obj=contract, data={"annual_cost": contract.annual_cost_pence})
    if form.validate_on_submit():
        with errors_on(form, "supplier"):
            sent = form.revision.data or ""
            revision = int(sent) if sent.isdecimal() else -1
            contracts.change(contract, _details(form), revision=revision, by=current_actor(), now=utc_now())
            flash("Saved.", "success")
            return redirect(url_for(".show", contract_id=contract.id))
        form.revision.raw_data, form.revision.data = None, str(contract.revision)
    return render_template("contracts/edit.html", form=form, contract=contract, challenge=None), form.status


@bp.route("/<uuid:contract_id>/delete", methods=["GET", "POST"])
@requires(Permission.CONTRACT_EDIT, Contract)
def delete(contract: Contract) -> ResponseReturnValue:
    """Ask whether to delete a contract, and do."""
    form = DeleteContractForm()
    if form.validate_on_submit():
        contracts.delete(contract, by=current_actor())
        flash("Deleted.", "success")
        return redirect(url_for(".index"))
    return render_template("contracts/delete.html", form=form, contract=contract)


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.CONTRACT_RECORD)
def upload() -> ResponseReturnValue:
    """Take a file of contracts and show what importing it would do."""
    form = ImportForm(most=contract_import.MOST_ROWS, things="contracts")
    if form.validate_on_submit():
        with errors_on(form, "file"):
            file = form.file.data
            return _dry_run(spreadsheets.read_table(file.filename, file.read()))
    return render_template("contracts/import.html", form=form, about=contract_import.ABOUT), form.status


@bp.post("/import/confirm")
@requires(Permission.CONTRACT_RECORD)
def confirm_import() -> ResponseReturnValue:
    """Import the rows that were shown, unless something has come to stand against it."""
    actor = current_actor()
    form = ConfirmImportForm()
    table = carried_rows(form)
    plan = contract_import.plan_import(table, by=actor)
    if not form.validate() or plan.faults:
        return _dry_run(table)
    contract_import.apply_import(plan, by=actor, now=utc_now())
    flash(f"Imported: {plan.count('create')} new, {plan.count('update')} changed.", "success")
    return redirect(url_for(".index"))


@bp.get("/import/template.csv")
@requires(Permission.CONTRACT_RECORD)
def import_template() -> ResponseReturnValue:
    """Give the empty form of an import."""
    return csv_download("contracts-template", contract_import.COLUMNS.names, [])


def _dry_run(table: spreadsheets.Table) -> ResponseReturnValue:
    return dry_run("contracts/dry_run.html", contract_import.plan_import(table, by=current_actor()), table)


def _details(form: ContractForm) -> Details:
    assert form.ends_on.data is not None  # the form asks for it
    return Details(
        supplier=" ".join(form.supplier.data.split()),
        product=" ".join(form.product.data.split()),
        service_area=form.service_area.data,
        ends_on=form.ends_on.data,
        notice_months=form.notice_months.data,
        extension_months=form.extension_months.data,
        annual_cost_pence=form.annual_cost.data,
        exit_terms=(form.exit_terms.data or "").replace("\r\n", "\n"),
    )


def _service_area() -> str:
    asked = request.args.get("service_area", "")
    return asked if asked in vocabulary("service_areas").labels else ""


def _challenge() -> Challenge | None:
    """Return the challenge that the address names, if it is the council's own."""
    try:
        found = load(Challenge, uuid.UUID(request.args.get("challenge", "")), current_actor())
    except ValueError:
        return None
    return found if found is not None and can(current_actor(), Permission.PUBLICATION_EDIT, found) else None
