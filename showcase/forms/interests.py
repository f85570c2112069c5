"""The forms of interest lists: what one is about, why a step is taken, and how strictly its figures are guarded."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from wtforms import HiddenField
from wtforms.validators import Email, InputRequired, NumberRange, Optional

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    DateField,
    EmailField,
    NumberField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.forms.times import day_of, moment_of
from showcase.models import Council, InterestList
from showcase.models.interests import LEAST
from showcase.models.vocabularies import vocabulary

LONG = 5000
PLAIN = (
    "title",
    "need",
    "scope",
    "unit",
    "route",
    "asks",
    "asked_supplier",
    "wanted_from",
    "wanted_until",
    "term_months",
    "closes_on",
    "rules",
    "conditions",
    "must_haves",
    "runner_name",
    "runner_address",
    "runner_email",
    "runner_identifier",
    "runner_role",
)
"""Fields that are kept as they are read."""


def _small(rows: int = 3) -> dict[str, Any]:
    return {"params": {"rows": rows}}


class ListForm(Form):
    """What a list is about, on which terms, and who runs it."""

    revision = HiddenField()
    title = TextField("Name of the list", [needed("Enter a name"), at_most(200)])
    need = AreaField("The need that councils share", [needed("Say what councils need"), at_most(LONG)])
    scope = AreaField(
        "What each council still decides alone",
        [at_most(LONG)],
        description="Such as when to move, which modules to take, whether to buy at all.",
        render_kw=_small(),
    )
    service_area = SelectField("Service", description="It says which councils can join.")
    unit = SelectField("What is counted", [InputRequired("Choose what is counted")])
    route = RadioField(
        "Route being considered",
        [InputRequired("Choose a route")],
        choices=dict(vocabulary("purchase_routes").labels),
    )
    asked_supplier = TextField("Supplier that a shared ask goes to", [at_most(200)])
    asks = CheckboxesField("What a shared ask asks for", choices=dict(vocabulary("supplier_asks").labels))
    wanted_from = DateField("Earliest start")
    wanted_until = DateField("Latest start")
    term_months = NumberField("Length of a contract, in months", description="Its value is reckoned over this time.")
    closes_on = DateField("Councils can join and move until")
    prices_close_on = DateField(
        "Suppliers can give indicative prices until",
        description="The end of that day. Prices stay sealed until then.",
    )
    rules = AreaField(
        "Rules of the group",
        [at_most(LONG)],
        description="How members decide, what they tell each other, how one leaves.",
        render_kw=_small(),
    )
    conditions = AreaField(
        "Conditions for suppliers",
        [at_most(LONG)],
        description="What a supplier must meet to give indicative prices. Published.",
        render_kw=_small(),
    )
    must_haves = CheckboxesField("What a supplier must meet", choices=dict(vocabulary("must_haves").labels))
    lead = SelectField("Lead authority", description="The council that would buy for the group, if one does.")
    runner_name = TextField("Name of who runs it on the councils’ behalf", [at_most(200)])
    runner_address = AreaField("Postal address", [at_most(500)], render_kw=_small())
    runner_email = EmailField("E-mail address", [Optional(), Email("Enter an e-mail address such as name@example.org")])
    runner_identifier = TextField(
        "Unique identifier", [at_most(60)], description="Public procurement organisation number or other."
    )
    runner_role = AreaField("Summary of its role", [at_most(1000)], render_kw=_small())

    def offer(self, councils: Iterable[Council]) -> None:
        """Name the services, units and councils to choose from."""
        self.service_area.choices = {"": "Any service", **vocabulary("service_areas").labels}
        self.unit.choices = {"": "Choose a unit", **vocabulary("units").labels}
        self.lead.choices = {"": "Not yet said", **{str(council.id): council.name for council in councils}}

    def values(self) -> dict[str, Any]:
        """Return what the form says, by the names of the list's columns."""
        closes = self.prices_close_on.data
        found: dict[str, Any] = {name: self[name].data for name in PLAIN}
        found = {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}
        return {
            **found,
            "asks": found["asks"] or [],
            "must_haves": found["must_haves"] or [],
            "asked_supplier": found["asked_supplier"] or "",
            "service_area": self.service_area.data or None,
            "lead_id": UUID(self.lead.data) if self.lead.data else None,
            "prices_close_at": moment_of(closes, time(23, 59)) if closes else None,
        }


def read_revision(form: Form) -> int:
    """Return the revision that a form's page was drawn from; 0 when it names none."""
    data = str(form["revision"].data or "")
    return int(data) if data.isdecimal() and len(data) < 10 else 0


def shown(interest_list: InterestList) -> dict[str, Any]:
    """Return a list's particulars as the form's fields want them."""
    return {
        **{name: getattr(interest_list, name) for name in PLAIN},
        "service_area": interest_list.service_area or "",
        "lead": str(interest_list.lead_id) if interest_list.lead_id else "",
        "prices_close_on": day_of(interest_list.prices_close_at),
        "revision": interest_list.revision,
    }


def said(values: Mapping[str, Any], councils: Mapping[Any, str]) -> dict[str, str]:
    """Return particulars in words, by column, for a page that compares two writers' answers."""
    names = {"unit": "units", "route": "purchase_routes", "service_area": "service_areas"}
    lists = {"asks": "supplier_asks", "must_haves": "must_haves"}
    found = {}
    for name, value in values.items():
        if name in names:
            found[name] = vocabulary(names[name]).label(value) if value else ""
        elif name in lists:
            found[name] = vocabulary(lists[name]).list_labels(value or [])
        elif name == "lead_id":
            found[name] = councils.get(value, "") if value else ""
        elif isinstance(value, datetime):
            found[name] = f"{day_of(value):%-d %B %Y}"
        else:
            found[name] = f"{value:%-d %B %Y}" if hasattr(value, "strftime") else str(value or "")
    return found


class MoveForm(Form):
    """Why a list takes a step."""

    reason = AreaField("Why", [at_most(2000)], render_kw=_small())

    def ask_why(self) -> None:
        """Make the reason needed."""
        self.reason.validators = [needed("Say why, so that those concerned know"), at_most(2000)]


class ProtectForm(Form):
    """How strictly a list's figures are guarded."""

    least_councils = NumberField(
        "Fewest councils in a figure",
        [InputRequired("Enter a number"), NumberRange(LEAST, 400, f"Enter a number from {LEAST} to 400")],
    )
    least_changes = NumberField(
        "Fewest councils that must have changed before a figure is renewed",
        [InputRequired("Enter a number"), NumberRange(LEAST, 400, f"Enter a number from {LEAST} to 400")],
    )
