"""What a recommendation pack says, as sections of words and tables: one content for page, PDF, workbook and JSON.

Staff read all of it. The lead authority's edition carries totals and options, the members that chose to be named, and
its own figures; never another council's line, limit, cost, budget, evidence or schedule.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from showcase.models import InterestList, Pack, Plan
from showcase.models.prices import NOTICE
from showcase.models.rungs import LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor
from showcase.policies.interests import pledge_for
from showcase.services import group_value, interests, pack_engagement, pack_members, pack_notice, plan_reading
from showcase.services.audit import LONDON
from showcase.services.pack_parts import Cell, Section, Table, day, pounds

CAUTION = (
    "This pack compares options and awards nothing. Whether and how to buy is for each council to decide under "
    "procurement law and its own rules; what suppliers indicated binds nobody."
)


@dataclass(frozen=True)
class Content:
    """A whole pack, as one reader reads it."""

    title: str
    edition: str
    as_at: datetime
    notices: Sequence[str]
    sections: Sequence[Section]
    is_illustrative: bool

    def as_values(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "as_at": self.as_at.isoformat(timespec="seconds")}


def content(pack: Pack, *, seen_by: Actor, now: datetime) -> Content:
    """Return what the viewer reads of a pack; the caller has asked whether they may read it at all."""
    interest_list = pack.interest_list
    interests.load_pledges(interest_list, with_history=True)
    sections = (
        _about(interest_list),
        Section("recommendation", "Recommendation", [pack.recommendation or "Not yet written."]),
        pack_members.section(interest_list, seen_by),
        _evidence(interest_list, seen_by),
        _value(interest_list, seen_by, now.astimezone(LONDON).date()),
        _options(pack.plan, seen_by),
        Section("risks", "Risks", [pack.risks or "Not yet written."], _risk_tables(pack.plan, seen_by)),
        pack_engagement.section(pack, seen_by),
        _notice(pack, seen_by),
    )
    edition = "For LGA staff" if seen_by.is_staff else "For the lead authority"
    return Content(
        f"Recommendation pack: {interest_list.title}",
        edition,
        now,
        (CAUTION, NOTICE),
        sections,
        interest_list.is_illustrative,
    )


def _about(interest_list: InterestList) -> Section:
    rows: list[tuple[Cell, ...]] = [
        ("Need", interest_list.need),
        ("What each council decides alone", interest_list.scope),
        ("Route being considered", vocabulary("purchase_routes").label(interest_list.route)),
        ("What is counted", vocabulary("units").label(interest_list.unit)),
        ("Start", f"{day(interest_list.wanted_from)} to {day(interest_list.wanted_until)}"),
        ("Lead authority", interest_list.lead.name if interest_list.lead else "Not yet named"),
        ("Run on the councils’ behalf by", interest_list.runner_name or "Nobody named"),
        ("Rules of the group", interest_list.rules),
        ("Conditions for suppliers", interest_list.conditions),
    ]
    return Section("about", "What it is about", (), [Table("The list", ("What", "As published"), rows)])


def _evidence(interest_list: InterestList, seen_by: Actor) -> Section:
    own = pledge_for(seen_by, interest_list)
    shown = interest_list.pledges if seen_by.is_staff else [own] if own else []
    rows = [
        (p.council.name, item.description, item.file.name, day(item.created_at), item.file.sha256)
        for p in shown
        for item in p.evidence
    ]
    words = [] if seen_by.is_staff else ["Your own council’s. Evidence of others is read by LGA staff alone."]
    head = ("Council", "What it is", "File", "Given on", "SHA-256")
    return Section("evidence", "Evidence", words, [Table("Files", head, rows)])


def _value(interest_list: InterestList, seen_by: Actor, today: date) -> Section:
    own = pledge_for(seen_by, interest_list)
    counted = [p for p in interest_list.pledges if p.is_counted] if seen_by.is_staff else [own] if own else []
    values = [value for pledge in counted if (value := group_value.value_of(pledge))]
    if seen_by.is_staff and values:
        values = [*values, group_value.together(values)]
    thresholds = group_value.in_force(today)
    words = [
        "Reckoned from what councils said themselves, over the term. Councils that buy jointly are one procurement."
    ]
    if thresholds is None:
        words.append("No edition of the thresholds covers today.")
    else:
        words.append(
            f"Threshold for goods and services, including VAT: {pounds(thresholds.goods_and_services_pence)}, from "
            f"{day(thresholds.since)} to {day(thresholds.until)}. Light touch: "
            f"{pounds(thresholds.light_touch_pence)}."
        )
    rows = [
        (
            value.name,
            value.excluding_vat_pence / 100,
            value.including_vat_pence / 100,
            ("above" if value.is_above(thresholds.goods_and_services_pence) else "below") if thresholds else "",
            value.basis,
        )
        for value in values
    ]
    head = ("Council", "Excluding VAT, pounds", "Including VAT, pounds", "Against the threshold", "Reckoned from")
    title = "Each alone and together" if seen_by.is_staff else "Your council alone"
    return Section("value", "Value and thresholds", words, [Table(title, head, rows, (1, 2))])


def _options(plan: Plan | None, seen_by: Actor) -> Section:
    if plan is None or plan.solve.answer is None:
        return Section("options", "Options compared", ["No plan was chosen yet."])
    by_staff = [*_whole_tables(plan)] if seen_by.is_staff else []
    saving = plan.told.get("saving_pence")
    words = [f"Plan {plan.number}, asked for on {day(plan.created_at)}."]
    if seen_by.is_staff:
        words[0] += f" Problem {plan.solve.input_hash}."
    else:
        words.append(
            f"Together, councils would save about {pounds(saving)} a year, excluding VAT."
            if saving
            else "The saving is not told: too few councils stand behind it, or one makes up too much of it."
        )
    rows = [
        (
            option.name,
            "; ".join(f"{pounds(t['unit_price_pence'])} from {t['min_quantity']:,}" for t in option.version.tiers),
            f"{option.version.earliest} to {option.version.latest}",
            vocabulary("must_haves").list_labels(option.version.meets),
            option.version.includes,
            f"tier {option.tier}, about {option.told['quantity']:,}" if option.told else "not told",
        )
        for option in plan_reading.options(plan)
    ]
    head = ("Option", "Prices a unit and year, excluding VAT", "Start", "Meets", "Includes", "What the plan reaches")
    return Section("options", "Options compared", words, [Table("Options", head, rows), *by_staff])


def _whole_tables(plan: Plan) -> Sequence[Table]:
    whole = plan_reading.for_staff(plan)
    members = [
        (
            group.version.offer.supplier.name,
            group.tier,
            group.unit_price_pence / 100,
            group.start,
            member.council,
            LABELS[member.rung],
            member.quantity,
            None if member.saving_pence is None else member.saving_pence / 100,
            member.by_itself_pence / 100,
        )
        for group in whole.groups
        for member in group.members
    ]
    head = (
        *("Supplier", "Tier", "Price, pounds", "Start", "Council", "Rung", "Quantity"),
        *("Saves a year, pounds", "By itself, pounds"),
    )
    alone = [(one.council, one.limit) for one in whole.alone] + list(whole.left_out)
    return (
        Table("Groups of the plan", head, members, (1, 2, 6, 7, 8)),
        Table("Councils that join nothing", ("Council", "Nearest limit"), alone),
    )


def _risk_tables(plan: Plan | None, seen_by: Actor) -> Sequence[Table]:
    """Return how stable the plan is: for staff, because it speaks of single councils."""
    if plan is None or plan.solve.answer is None or not seen_by.is_staff:
        return ()
    whole = plan_reading.for_staff(plan)
    rows = [(one.council, one.loss_pence / 100, ", ".join(one.left_out)) for one in whole.departures if one.loss_pence]
    head = ("Council that leaves", "Others lose a year, pounds", "Councils that then join nothing")
    return (Table("Whose leaving would cost the others", head, rows, (1,)),)


def _notice(pack: Pack, seen_by: Actor) -> Section:
    draft = pack_notice.draft(pack.interest_list, pack.notice, seen_by=seen_by)
    missing = pack_notice.gaps(draft)
    words = [
        "Draft content of a preliminary market engagement notice (regulations 13 and 17 of SI 2024/692), for the lead "
        "authority to check and publish. It is not a call for competition, and taking part gives no advantage.",
        f"{missing} particulars are missing." if missing != 1 else "1 particular is missing.",
    ]
    rows = [(p.label, p.source, p.value or "MISSING") for p in draft]
    return Section("notice", "Draft notice", words, [Table("Particulars", ("What", "Asked for by", "Draft"), rows)])
