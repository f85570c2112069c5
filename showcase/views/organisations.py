"""Pages of organisations: the list, one organisation, what a supplier says of itself, what LGA staff decide."""

import uuid
from collections.abc import Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, public, requires
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.organisations import DomainForm, ReasonForm, SupplierForm
from showcase.listing import csv_download, page_number, words
from showcase.models import Council, Organisation, Supplier, utc_now
from showcase.models.enums import OrganisationKind
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission, can
from showcase.services import messages, organisations
from showcase.services.csv_export import Cell
from showcase.services.organisations import STANDINGS, Filters
from showcase.services.paging import paged

bp = Blueprint("organisations", __name__, url_prefix="/organisations")

KINDS = {
    OrganisationKind.COUNCIL.value: "Council",
    OrganisationKind.SUPPLIER.value: "Supplier",
    OrganisationKind.HOST.value: "Local Government Association",
}
TIERS = {
    "upper": "Upper tier (county)",
    "lower": "Lower tier (district)",
    "single": "Single tier",
    "strategic": "Strategic authority",
}
HEAD = (
    "Name",
    "Kind",
    "Type of council",
    "GSS code",
    "Companies House number",
    "Region",
    "Population",
    "Small or medium-sized enterprise",
    "Voluntary, community or social enterprise",
    "Standing",
    "Ends on",
    "Page",
)
"""Columns of the list as a file."""
STEPS = {
    "approve": "Approve",
    "refuse": "Do not approve",
    "suspend": "Suspend",
    "reinstate": "Reinstate",
}
DONE = {
    "approve": "approved",
    "refuse": "not approved",
    "suspend": "suspended",
    "reinstate": "reinstated",
}
"""What an organisation is after each step."""
STEPS_FROM = {
    "waiting": ("approve", "refuse"),
    "refused": ("approve",),
    "active": ("suspend",),
    "suspended": ("reinstate",),
}
"""Which steps LGA staff are offered, by standing."""


@bp.app_template_filter()
def kind_label(organisation: Organisation) -> str:
    """Say what kind of organisation it is, for councils also which type."""
    if isinstance(organisation, Council) and organisation.council_type:
        return vocabulary("council_types").label(organisation.council_type)
    return KINDS[organisation.kind]


def _filters() -> Filters:
    given = request.args
    return Filters(
        text=words(),
        kinds=[kind for kind in given.getlist("kind") if kind in KINDS],
        regions=[region for region in given.getlist("region") if region in vocabulary("regions").labels],
        has_ended=given.get("ended") == "yes",
        standings=[name for name in given.getlist("standing") if name in STANDINGS],
    )


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the organisations that the person may see."""
    actor = current_actor()
    filters = _filters()
    page = paged(organisations.listed(filters, seen_by=actor, now=utc_now()), page_number())
    return render_template(
        "organisations/index.html",
        page=page,
        filters=filters,
        kinds=KINDS,
        regions=vocabulary("regions"),
        standings=STANDINGS,
        standing=organisations.standing,
    )


@bp.get("/export.csv")
@requires(Permission.STAFF_AREA)
def export() -> ResponseReturnValue:
    """Give staff the list, with the same filters, as a file."""
    every = db.session.scalars(organisations.listed(_filters(), seen_by=current_actor(), now=utc_now()))
    return csv_download("organisations", HEAD, _rows(every))


def _rows(every: Iterable[Organisation]) -> Iterable[list[Cell]]:
    for each in every:
        council = each if isinstance(each, Council) else None
        supplier = each if isinstance(each, Supplier) else None
        ends_on = council.ends_on if council else None
        yield [
            each.name,
            KINDS[each.kind],
            vocabulary("council_types").label(council.council_type) if council and council.council_type else None,
            council.gss_code if council else None,
            supplier.companies_house_number if supplier else None,
            vocabulary("regions").label(each.region) if each.region else None,
            council.population if council else None,
            supplier.is_sme if supplier else None,
            supplier.is_vcse if supplier else None,
            STANDINGS[organisations.standing(each)],
            ends_on.isoformat() if ends_on else None,
            messages.link(f"/organisations/{each.id}"),
        ]


@bp.get("/<uuid:organisation_id>")
@requires(Permission.ORGANISATION_SEE, Organisation)
def show(organisation: Organisation) -> ResponseReturnValue:
    """Show one organisation."""
    standing = organisations.standing(organisation)
    steps = [] if isinstance(organisation, Council) and standing == "waiting" else STEPS_FROM[standing]
    actor = current_actor()
    facts: dict[str, object] = {}
    if isinstance(organisation, Council):
        facts = {
            "successors": organisations.successors_of(organisation),
            "predecessors": organisations.predecessors_of(organisation),
            "around": organisations.named([organisation.county_code, organisation.combined_authority_code]),
        }
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        standing=standing,
        standing_label=STANDINGS[standing],
        steps=[(step, STEPS[step]) for step in steps if organisation.id != actor.organisation_id],
        published=organisations.published_by(organisation, seen_by=actor),
        is_insider=can(actor, Permission.ORGANISATION_INVITE, organisation),
        tiers=TIERS,
        today=utc_now().date(),
        **facts,
    )


@bp.route("/<uuid:organisation_id>/edit", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT, Organisation)
def edit(organisation: Organisation) -> ResponseReturnValue:
    """Change what a supplier says of itself. What is said of councils comes from the register."""
    if not isinstance(organisation, Supplier):
        abort(404)
    form = SupplierForm(obj=organisation)
    if form.validate_on_submit():
        with errors_on(form):
            organisations.edit(organisation, form.facts(), by=current_actor())
            flash("Saved.", "success")
            return redirect(url_for(".show", organisation_id=organisation.id))
    return render_template("organisations/edit.html", form=form, organisation=organisation), form.status


@bp.route("/<uuid:organisation_id>/steps/<any(approve, reinstate):step>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def let_in(organisation: Organisation, step: str) -> ResponseReturnValue:
    """Approve or reinstate an organisation, after a look at what that means."""
    if request.method == "POST":
        do = organisations.approve if step == "approve" else organisations.reinstate
        do(organisation, by=current_actor(), now=utc_now())
        flash(f"{organisation.name} is {DONE[step]}. Its administrators are told by e-mail.", "success")
        return redirect(url_for(".show", organisation_id=organisation.id))
    return render_template("organisations/let_in.html", organisation=organisation, label=STEPS[step])


@bp.route("/<uuid:organisation_id>/steps/<any(refuse, suspend):step>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def keep_out(organisation: Organisation, step: str) -> ResponseReturnValue:
    """Refuse or suspend an organisation, with the reason that it is sent."""
    form = ReasonForm()
    if form.validate_on_submit():
        with errors_on(form):
            do = organisations.refuse if step == "refuse" else organisations.suspend
            do(organisation, form.reason.data, by=current_actor(), now=utc_now())
            flash(f"{organisation.name} is {DONE[step]}. Its administrators are sent your reason by e-mail.", "success")
            return redirect(url_for(".show", organisation_id=organisation.id))
    return (
        render_template("organisations/keep_out.html", form=form, organisation=organisation, label=STEPS[step]),
        form.status,
    )


@bp.route("/<uuid:organisation_id>/domains", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def domains(organisation: Organisation) -> ResponseReturnValue:
    """Show a council's e-mail domains and add one."""
    if not isinstance(organisation, Council):
        abort(404)
    form = DomainForm()
    if form.validate_on_submit():
        with errors_on(form, "domain"):
            row = organisations.add_domain(organisation, form.domain.data, by=current_actor())
            flash(f"Officers who write from {row.domain} can now join {organisation.name}.", "success")
            return redirect(url_for(".domains", organisation_id=organisation.id))
    shared = organisations.sharers_of([row.domain for row in organisation.domains], beside=organisation)
    return (
        render_template("organisations/domains.html", form=form, organisation=organisation, shared=shared),
        form.status,
    )


@bp.post("/<uuid:organisation_id>/domains/<uuid:domain_id>/remove")
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def remove_domain(organisation: Organisation, domain_id: uuid.UUID) -> ResponseReturnValue:
    """Take a domain away from a council."""
    domain = organisations.remove_domain(organisation, domain_id, by=current_actor())
    flash(f"{domain} no longer lets anyone join {organisation.name}. Those who have joined stay.", "success")
    return redirect(url_for(".domains", organisation_id=organisation.id))
