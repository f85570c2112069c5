"""Pages of plans: staff read the whole, a council its own line, the lead authority totals and options besides."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase import charts
from showcase.access import current_actor, requires
from showcase.charts import Chart
from showcase.forms.base import errors_on
from showcase.forms.plans import PlanForm, ShareForm
from showcase.forms.pledges import month_label
from showcase.listing import download, page_number
from showcase.models import InterestList, Plan, utc_now
from showcase.models.enums import SolveState
from showcase.models.interests import Rung
from showcase.models.prices import NOTICE
from showcase.models.rungs import LABELS
from showcase.policies import Permission, can
from showcase.policies.prices import leads_list
from showcase.services import packs, plan_reading, plans
from showcase.services.paging import paged
from showcase.services.plan_reading import Line, Whole
from showcase.services.workbooks import Sheet
from showcase.views.list_charts import demand_chart

bp = Blueprint("plans", __name__)
PAGE_SIZE = 20
HEAD = ("Council", "Supplier", "Rung", "Quantity", "Saving a year, pounds", "By itself, pounds", "Note")
LINE_HEAD = ("What", "Value")


@bp.get("/plans")
@requires(Permission.PLAN_BROWSE)
def everywhere() -> ResponseReturnValue:
    """List the plans of all lists that the reader may see."""
    page = paged(plans.select_visible(seen_by=current_actor()), page_number(), size=PAGE_SIZE)
    found = packs.find_many((plan.interest_list for plan in page.items), seen_by=current_actor())
    return render_template("plans/everywhere.html", page=page, packs=found)


@bp.get("/interest-lists/<uuid:interestlist_id>/plans")
@requires(Permission.PLAN_LIST, InterestList)
def index(interestlist: InterestList) -> ResponseReturnValue:
    """List the plans of a list; staff also see demand and prices, and can ask for another plan."""
    return _index(interestlist, PlanForm(formdata=None))


@bp.post("/interest-lists/<uuid:interestlist_id>/plans")
@requires(Permission.PLAN_MAKE, InterestList)
def make(interestlist: InterestList) -> ResponseReturnValue:
    """Ask for a plan."""
    form = PlanForm()
    if form.validate():
        with errors_on(form, "rungs"):
            rungs = [Rung(value) for value in form.rungs.data or ()]
            plan = plans.make(interestlist, rungs, by=current_actor(), now=utc_now())
            return redirect(url_for(".show", plan_id=plan.id))
    return _index(interestlist, form)


@bp.get("/plans/<uuid:plan_id>")
@requires(Permission.PLAN_SEE, Plan)
def show(plan: Plan) -> ResponseReturnValue:
    """Show a plan, as far as it is for the reader."""
    actor = current_actor()
    if not actor.is_staff:
        return _for_council(plan)
    if plan.solve.state is not SolveState.DONE:
        return render_template("plans/pending.html", plan=plan, notice=NOTICE)
    whole = plan_reading.for_staff(plan)
    return render_template(
        "plans/whole.html",
        plan=plan,
        whole=whole,
        chart=_savings_chart(whole),
        is_outdated=plans.is_outdated(plan, by=actor, now=utc_now()),
        form=ShareForm(formdata=None),
        notice=NOTICE,
        labels=LABELS,
        month_label=month_label,
    )


@bp.get("/plans/<uuid:plan_id>/savings.<any(csv, xlsx):kind>")
@requires(Permission.PLAN_SEE, Plan)
def export(plan: Plan, kind: str) -> ResponseReturnValue:
    """Give what each council saves as a file; to a council, its own line alone."""
    if not current_actor().is_staff:
        return download("plan-own-line", kind, [Sheet("Your council", LINE_HEAD, _line_rows(plan))])
    whole = plan_reading.for_staff(plan)
    rows = [
        (
            member.council,
            group.version.offer.supplier.name,
            LABELS[member.rung],
            member.quantity,
            None if member.saving_pence is None else member.saving_pence / 100,
            member.by_itself_pence / 100,
            NOTICE,
        )
        for group in whole.groups
        for member in group.members
    ]
    return download("plan-savings", kind, [Sheet("Savings", HEAD, rows)])


@bp.post("/plans/<uuid:plan_id>/share")
@requires(Permission.PLAN_MANAGE, Plan)
def share(plan: Plan) -> ResponseReturnValue:
    """Let members read their own lines."""
    plans.share(plan, by=current_actor(), now=utc_now())
    flash("Shared. Each council in it was told that it can read its own line.", "success")
    return redirect(url_for(".show", plan_id=plan.id))


def _index(interest_list: InterestList, form: PlanForm) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "plans/index.html",
        interest_list=interest_list,
        plans=plans.list_for(interest_list, seen_by=actor),
        chart=demand_chart(interest_list) if can(actor, Permission.PLAN_MANAGE, interest_list) else None,
        form=form,
        is_open=interest_list.prices_close_at is not None and interest_list.prices_close_at <= utc_now(),
        notice=NOTICE,
    )
    return page, form.status


def _for_council(plan: Plan) -> ResponseReturnValue:
    """Show a council its own line, and the lead authority totals and options besides."""
    actor = current_actor()
    assert actor.organisation_id is not None
    is_in = str(actor.organisation_id) in {*plan.rungs, *plan.left_out}
    is_lead = leads_list.holds(actor, plan.interest_list)
    line = plan_reading.own_line(plan, actor.organisation_id) if is_in else None
    return render_template(
        "plans/for_council.html",
        plan=plan,
        line=line,
        chart=_own_chart(line) if line and line.saving_pence is not None and line.start else None,
        options=plan_reading.options(plan) if is_lead else None,
        notice=NOTICE,
        month_label=month_label,
    )


def _savings_chart(whole: Whole) -> Chart:
    title = "What each council would save in a year"
    words = "Pounds a year, excluding VAT, against what each council pays now. For LGA staff alone."
    members = [member for group in whole.groups for member in group.members]
    known = [(m.council, m.saving_pence) for m in members if m.saving_pence is not None]
    known.sort(key=lambda pair: (-pair[1], pair[0]))
    rows = [(name, pence / 100) for name, pence in known]
    drawing = charts.bars(title, words, known, write=charts.pounds, name="savings")
    return Chart(title, words, ("Council", "Saving a year, pounds"), rows, drawing, numeric=(1,), note=NOTICE)


def _own_chart(line: Line) -> Chart:
    title = "What your council would save in a year"
    words = (
        "Pounds a year, excluding VAT, against what it pays now: with the others, and by itself with the same offers."
    )
    values = [("With the others", line.saving_pence or 0), ("By itself", line.by_itself_pence)]
    drawing = charts.bars(title, words, values, write=charts.pounds, name="own-saving")
    rows = [(name, pence / 100) for name, pence in values]
    return Chart(title, words, ("How", "Saving a year, pounds"), rows, drawing, numeric=(1,))


def _line_rows(plan: Plan) -> list[tuple[str, str | int | float | None]]:
    organisation_id = current_actor().organisation_id
    if str(organisation_id) not in {*plan.rungs, *plan.left_out} or organisation_id is None:
        return []
    line = plan_reading.own_line(plan, organisation_id)
    return [
        ("Quantity", line.quantity),
        ("Price a unit and year, pounds excluding VAT", line.unit_price_pence and line.unit_price_pence / 100),
        ("Start", line.start),
        ("Saving a year, pounds excluding VAT", line.saving_pence and line.saving_pence / 100),
        ("Saving a year by itself, pounds excluding VAT", line.by_itself_pence / 100),
        ("Why it joins nothing", line.left_out or line.limit),
        ("Note", NOTICE),
    ]
