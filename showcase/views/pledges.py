"""Pages of pledges: where the reader's council stands on an interest list, how it moves, what it would buy."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.errors import NotAllowed, NotFound
from showcase.forms.base import errors_on
from showcase.forms.interests import read_revision
from showcase.forms.pledges import (
    STEPS_OF_PRICE,
    DemandForm,
    EvidenceForm,
    ShareForm,
    StepForm,
    demand_shown,
    month_label,
    shown,
    step_form,
)
from showcase.models import InterestList, Pledge, utc_now
from showcase.models.interests import Rung
from showcase.models.rungs import ASKS, LABELS, MEANINGS, QUANTITY_LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission, can
from showcase.services import contracts, group_value, pledge_rules, pledge_tables, pledges
from showcase.views import files

bp = Blueprint("pledges", __name__, url_prefix="/interest-lists/<uuid:interestlist_id>")


@bp.get("/place")
@requires(Permission.INTEREST_TAKE_PART, InterestList)
def own(interestlist: InterestList) -> ResponseReturnValue:
    """Show where the reader's council stands, its history, its demand and what it can do."""
    actor = current_actor()
    pledge = pledges.find_own(interestlist, by=actor)
    return render_template(
        "pledges/own.html",
        interest_list=interestlist,
        pledge=pledge,
        rungs=pledges.rungs_open_to(actor, interestlist, pledge),
        needs_lead=can(actor, Permission.INTEREST_STEP, interestlist)
        and not can(actor, Permission.INTEREST_BIND, interestlist),
        lead_words=pledge_rules.LEAD_WORDS,
        value=group_value.value_of(pledge) if pledge else None,
        contracts=contracts.of_members(interestlist, seen_by=actor).get(pledge.council_id, ()) if pledge else (),
        **words(),
    )


@bp.route("/place/<rung>", methods=["GET", "POST"])
@requires(Permission.INTEREST_TAKE_PART, InterestList)
def step(interestlist: InterestList, rung: str) -> ResponseReturnValue:
    """Take a rung for the reader's council, or say something else there."""
    wanted = _rung(rung)
    pledge = pledges.find_own(interestlist, by=current_actor())
    if request.method == "GET" and wanted not in pledges.rungs_open_to(current_actor(), interestlist, pledge):
        raise NotAllowed(_why_not(interestlist, wanted))
    is_down = pledge is not None and pledge.is_in and wanted.height < pledge.rung.height
    unit = vocabulary("units").label(interestlist.unit).lower()
    data = shown(pledges.entry_value(pledge), wanted) if pledge and pledge.rung is wanted else {}
    form = step_form(wanted, unit, is_down=is_down, data={**data, "revision": pledge.revision if pledge else 0})
    if form.validate_on_submit() and files.is_examined(form, "letter"):
        with errors_on(form):
            pledges.step(
                interestlist,
                _said(form, wanted),
                revision=read_revision(form),
                by=current_actor(),
                now=utc_now(),
                letter=form.said("letter") or None,
            )
            flash(f"Recorded. Your council now stands at: {LABELS[wanted].lower()}.", "success")
            return redirect(url_for(".own", interestlist_id=interestlist.id))
        pledge = _renew(form, interestlist)
    page = render_template(
        "pledges/step.html", form=form, interest_list=interestlist, rung=wanted, pledge=pledge, asks=ASKS, **words()
    )
    return page, form.status


@bp.route("/place/demand", methods=["GET", "POST"])
@requires(Permission.INTEREST_TAKE_PART, InterestList)
def state_demand(interestlist: InterestList) -> ResponseReturnValue:
    """Say what the reader's council would take at which price."""
    pledge = _own(interestlist)
    if not pledges.rungs_open_to(current_actor(), interestlist, pledge):
        raise NotAllowed(_why_not(interestlist, pledge.rung))
    form = DemandForm(data=demand_shown(pledge))
    form.offer(utc_now().date())
    if form.validate_on_submit():
        said = pledge_rules.Demand(
            form.schedule(),
            form.current_unit_cost.data,
            form.earliest.data or None,
            form.latest.data or None,
            form.needs.data or [],
        )
        with errors_on(form):
            pledges.state_demand(pledge, said, revision=read_revision(form), by=current_actor(), now=utc_now())
            flash("Saved. Your council and LGA staff see it, nobody else.", "success")
            return redirect(url_for(".own", interestlist_id=interestlist.id))
        pledge = _renew(form, interestlist) or pledge
    page = render_template(
        "pledges/demand.html", form=form, interest_list=interestlist, pledge=pledge, prices=STEPS_OF_PRICE, **words()
    )
    return page, form.status


@bp.route("/place/names", methods=["GET", "POST"])
@requires(Permission.INTEREST_TAKE_PART, InterestList)
def share(interestlist: InterestList) -> ResponseReturnValue:
    """Say who sees the name of the reader's council."""
    pledge = _own(interestlist)
    form = ShareForm(
        data={
            "is_named": pledge.is_named,
            "to_suppliers": pledge.is_named_to_suppliers,
            "revision": pledge.revision,
        }
    )
    if form.validate_on_submit():
        with errors_on(form):
            pledges.share(
                pledge,
                is_named=form.is_named.data,
                to_suppliers=form.to_suppliers.data,
                revision=read_revision(form),
                by=current_actor(),
                now=utc_now(),
            )
            flash("Saved.", "success")
            return redirect(url_for(".own", interestlist_id=interestlist.id))
        pledge = _renew(form, interestlist) or pledge
    return render_template("pledges/names.html", form=form, interest_list=interestlist, pledge=pledge), form.status


@bp.route("/place/evidence", methods=["GET", "POST"])
@requires(Permission.INTEREST_TAKE_PART, InterestList)
def add_evidence(interestlist: InterestList) -> ResponseReturnValue:
    """Add a file that supports the pledge."""
    pledge = _own(interestlist)
    form = EvidenceForm()
    if form.validate_on_submit() and files.is_examined(form, "file"):
        with errors_on(form, "file"):
            pledges.add_evidence(pledge, form.file.data, form.description.data, by=current_actor(), now=utc_now())
            flash("Added. Your council and LGA staff can take it away, nobody else.", "success")
            return redirect(url_for(".own", interestlist_id=interestlist.id))
    return render_template("pledges/evidence.html", form=form, interest_list=interestlist), form.status


@bp.get("/evidence/<uuid:evidence_id>")
@requires(Permission.INTEREST_SEE, InterestList)
def take_evidence(interestlist: InterestList, evidence_id: uuid.UUID) -> ResponseReturnValue:
    """Give a file of evidence back to its own council or staff."""
    found = pledges.find_evidence(interestlist, evidence_id, seen_by=current_actor())
    if found is None:
        raise NotFound
    return files.send(found.file)


@bp.app_template_global()
def own_pledges() -> Sequence[Pledge]:
    """Return where the reader's council stands on lists that go on; nothing for others than councils."""
    return pledges.list_own(by=current_actor()) if current_actor().is_council else ()


@bp.app_template_global()
def rung_label(rung: Rung) -> str:
    """Return a rung in words."""
    return LABELS[rung]


# --- helpers ----------------------------------------------------------------------------------------------------------


def words() -> dict[str, Any]:
    """Return what every page of a pledge says things with."""
    return {
        "labels": LABELS,
        "meanings": MEANINGS,
        "quantity_labels": QUANTITY_LABELS,
        "all_asks": ASKS,
        "month_label": month_label,
        "contract_words": pledge_tables.contract_words,
    }


def _rung(name: str) -> Rung:
    try:
        return Rung(name)
    except ValueError:
        raise NotFound from None


def _own(interest_list: InterestList) -> Pledge:
    pledge = pledges.find_own(interest_list, by=current_actor())
    if pledge is None or not pledge.is_in:
        raise NotFound("Your council is not on this list. Join it first.")
    return pledge


def _said(form: StepForm, rung: Rung) -> pledge_rules.Said:
    return pledge_rules.Said(
        rung,
        form.said("quantity", None),
        form.answers(),
        form.said("role"),
        form.said("authority", "officer"),
        form.said("reason"),
        form.remind_on.data,
    )


def _renew(form: Any, interest_list: InterestList) -> Pledge | None:
    """After a clash, show what stands now and let the person save over it knowingly."""
    pledge = pledges.find_own(interest_list, by=current_actor())
    if isinstance(form.refusal, pledges.Moved):
        form.revision.data = str(pledge.revision if pledge else 0)
    return pledge


def _why_not(interest_list: InterestList, rung: Rung) -> str:
    if not interest_list.takes_steps:
        return "This list has ended. Where each council stands stays as it is."
    if rung.is_binding and not can(current_actor(), Permission.INTEREST_BIND, interest_list):
        return pledge_rules.LEAD_WORDS
    return "Your council cannot take this step now. Look at its place on the list again."
