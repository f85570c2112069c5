"""The forms of indicative prices: tiers, capacity, start window, what is included and met, until when they hold."""

from datetime import date
from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    CheckboxField,
    DateField,
    MoneyField,
    NumberField,
    SelectField,
    at_most,
    needed,
)
from showcase.forms.pledges import month_label, months_from
from showcase.models import PriceVersion
from showcase.models.prices import MOST_TIERS
from showcase.models.vocabularies import vocabulary


class PricesForm(Form):
    """What a supplier would charge, and on which terms."""

    seen = HiddenField()
    capacity = NumberField("The most you can supply, in all", description="Leave blank if there is no limit.")
    earliest = SelectField("Councils can start from", [InputRequired("Choose the first month")])
    latest = SelectField("Councils can start until", [InputRequired("Choose the last month")])
    includes = AreaField(
        "What the price includes",
        [needed("Say what the price includes"), at_most(5000)],
        description="Set-up, training, support, hosting, changes; and what would cost extra.",
        render_kw={"params": {"rows": 5}},
    )
    meets = CheckboxesField("What your solution meets", choices=dict(vocabulary("must_haves").labels))
    valid_until = DateField("These prices hold until", description="For example, 31 3 2028.")
    meets_conditions = CheckboxField("We meet the list’s published conditions")

    def offer(self, today: date) -> None:
        """Name the months to choose from."""
        months = [("", "Choose a month"), *months_from(today)]
        known = {value for value, _ in months}
        for select in (self.earliest, self.latest):
            before = select.object_data or ""  # what was given earlier, not what is sent now
            kept = [(before, month_label(before))] if before not in known else []
            select.choices = [*months, *kept]

    def tiers(self) -> list[tuple[int, int]]:
        """Return the pairs (least total quantity, unit price in pence) that were typed."""
        rows = [(self[quantity].data, self[price].data) for quantity, price in ROWS]
        return [(quantity, price) for quantity, price in rows if quantity is not None and price is not None]

    def validate_valid_until(self, field: DateField) -> None:
        """Ask for the date, unless what was typed is wrong already."""
        if field.data is None and not field.typed_something:
            raise ValidationError("Enter until when these prices hold")

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a quantity without a price, and the other way round."""
        is_right = super().validate(extra_validators)
        for quantity, price in ROWS:
            if (self[price].data is None) != (self[quantity].data is None):
                field = self[price] if self[price].data is None else self[quantity]
                if not field.errors:
                    field.errors = ["Enter both a quantity and a price, or neither"]
                is_right = False
        return bool(is_right)


ROWS = [(f"least_{number}", f"price_{number}") for number in range(1, MOST_TIERS + 1)]
"""The pairs of boxes of the tiers."""
for _quantity, _price in ROWS:
    setattr(PricesForm, _quantity, NumberField("From this total quantity"))
    setattr(PricesForm, _price, MoneyField("Price a unit and year, excluding VAT"))


def shown(version: PriceVersion | None) -> dict[str, Any]:
    """Return a version as the form's fields want it; for none, an empty form."""
    if version is None:
        return {"seen": "0", "earliest": "", "latest": ""}
    found: dict[str, Any] = {
        name: getattr(version, name) for name in ("capacity", "earliest", "latest", "includes", "meets", "valid_until")
    }
    for (quantity, price), tier in zip(ROWS, version.tiers, strict=False):
        found |= {quantity: tier["min_quantity"], price: tier["unit_price_pence"]}
    return {**found, "seen": str(version.number)}


class WithdrawPricesForm(Form):
    """Why prices are withdrawn; nobody has to say."""

    reason = AreaField("Why, if you want to say", [at_most(2000)], render_kw={"params": {"rows": 3}})
