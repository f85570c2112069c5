"""The part of a recommendation pack about members: where each stands, what it brings to the group and what it needs.

Staff read every council. The lead authority reads the rounded totals of the snapshot, the names of members that chose
to be named, and its own line; never another's.
"""

from collections.abc import Sequence
from typing import Any

from showcase.models import InterestList, Pledge
from showcase.models.rungs import ASKS, LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor
from showcase.policies.interests import figures_for, names_for, pledge_for
from showcase.services import contracts, pledge_tables
from showcase.services.pack_parts import Cell, Section, Table, day

BROUGHT = ("role_offered", "officer_days", "routes", "funding", "hard_stop", "approval_level", "gates", "decision_on")
NEEDED = ("data_contact", "controller", "shared_assessment", "integrations", "local_policies", "memberships", "ppon")
_ASKS = {ask.name: ask for asks in ASKS.values() for ask in asks}


def section(interest_list: InterestList, seen_by: Actor) -> Section:
    """Return what the viewer reads of a list's members."""
    unit = vocabulary("units").label(interest_list.unit)
    told = figures_for(seen_by, interest_list)
    about = "Exact, as things stand." if not told.is_rounded else f"Rounded, as in the snapshot of {day(told.as_of)}."
    rows = [(LABELS[f.rung], f.councils, f.quantity) for f in told.figures]
    totals = Table("Each rung by itself", ("Rung", "Councils", unit), rows, (1, 2))
    own = pledge_for(seen_by, interest_list)
    shown = list(interest_list.pledges) if seen_by.is_staff else [own] if own else []
    shown = sorted((p for p in shown if p.is_in), key=lambda p: (-p.rung.height, p.council.name))
    words = [about, "Totals never mix rungs."]
    if not seen_by.is_staff:
        words.append("What a council brings and needs: your own alone. That of others is read by LGA staff.")
    return Section(
        "members",
        "Members and rungs",
        words,
        [
            totals,
            _members(shown, unit) if seen_by.is_staff else _named(interest_list, seen_by),
            _answers("What councils bring, and when they can decide", shown, BROUGHT),
            _answers("Data protection, and what it must fit", shown, NEEDED),
            _contracts(interest_list, shown, seen_by),
        ],
    )


def _members(pledges: Sequence[Pledge], unit: str) -> Table:
    rows = [(p.council.name, LABELS[p.rung], p.quantity, day(_since(p))) for p in pledges]
    return Table("Councils on the list", ("Council", "Rung", unit, "Since"), rows, (2,))


def _named(interest_list: InterestList, seen_by: Actor) -> Table:
    names = [name for councils in names_for(seen_by, interest_list).values() for name in councils]
    return Table("Councils that chose to be named to members", ("Council",), [(name,) for name in names])


def _answers(title: str, pledges: Sequence[Pledge], names: Sequence[str]) -> Table:
    """Return what was last said to each question, a row for each council that said anything."""
    rows: list[tuple[Cell, ...]] = []
    for pledge in pledges:
        said = {name: value for step in pledge.steps for name, value in step.answers.items()}
        if any(name in said for name in names):
            rows.append((pledge.council.name, *(_cell(name, said.get(name)) for name in names)))
    return Table(title, ("Council", *(_ASKS[name].label for name in names)), rows)


def _cell(name: str, value: Any) -> Cell:
    said = pledge_tables.cell(_ASKS[name], value)
    return said if isinstance(said, str | int | float) else None


def _contracts(interest_list: InterestList, pledges: Sequence[Pledge], seen_by: Actor) -> Table:
    known = contracts.of_members(interest_list, seen_by=seen_by)
    rows = [(p.council.name, pledge_tables.contract_words(c)) for p in pledges for c in known.get(p.council_id, ())]
    return Table("Present contracts for this service", ("Council", "Contract"), rows)


def _since(pledge: Pledge) -> Any:
    return pledge.steps[-1].created_at if pledge.steps else pledge.created_at
