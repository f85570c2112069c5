"""The forms of pledges: one for each rung, made from what it asks; demand, names, evidence and guarding."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from wtforms import HiddenField
from wtforms.validators import InputRequired, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    CheckboxField,
    DateField,
    FileField,
    MoneyField,
    NumberField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.models import Pledge
from showcase.models.interests import Rung
from showcase.models.rungs import (
    ASKS,
    LEAST_AUTHORITY,
    MOST_STEPS_OF_PRICE,
    QUANTITY_LABELS,
    Ask,
    AskKind,
)
from showcase.models.vocabularies import vocabulary

MONTHS_AHEAD = 60


class StepForm(Form):
    """What a person says when their council takes a rung; made by `step_form`."""

    revision = HiddenField()
    rung: Rung
    remind_on = DateField("Remind us on", description="Optional. Everyone who acts for your council gets an e-mail.")

    def answers(self) -> dict[str, Any]:
        """Return the answers in the form in which they are kept; blank ones are left out."""
        found = {ask.name: _kept(self[ask.name].data) for ask in ASKS[self.rung]}
        if self.rung is Rung.WITHDRAWN:
            found["why"] = self["why"].data
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def said(self, name: str, default: Any = "") -> Any:
        """Return what a field says, where the rung has that field."""
        return self[name].data if name in self else default


def step_form(rung: Rung, unit: str, *, is_down: bool, **options: Any) -> StepForm:
    """Return the form of a rung. `unit` says what is counted; going down asks for the reason."""
    fields: dict[str, Any] = {}
    if rung in QUANTITY_LABELS:
        label = f"{QUANTITY_LABELS[rung]} ({unit})"
        fields["quantity"] = NumberField(label, [InputRequired("Enter how many")])
    for ask in ASKS[rung]:
        fields[ask.name] = _MAKERS[ask.kind](ask)
    if rung is Rung.LETTER:
        fields["letter"] = FileField("The signed letter", description="PDF, DOCX, XLSX or an image, up to 10 MB.")
    if rung is Rung.WITHDRAWN:
        reasons = dict(vocabulary("withdrawal_reasons").labels)
        fields["why"] = RadioField("Why your council leaves", [InputRequired("Choose why")], choices=reasons)
        fields["reason"] = AreaField("In your own words", [at_most(2000)], render_kw={"params": {"rows": 3}})
    elif is_down:
        fields["reason"] = AreaField(
            "Why your council steps down", [needed("Say why"), at_most(2000)], render_kw={"params": {"rows": 3}}
        )
    if rung not in (Rung.WATCHING, Rung.WITHDRAWN):
        fields["role"] = TextField("Your role in the council", [needed("Enter your role"), at_most(200)])
        fields["authority"] = RadioField(
            "By what authority", [InputRequired("Choose by what authority")], choices=_authorities(rung)
        )
    made = type("BoundStepForm", (StepForm,), {"rung": rung, **fields})
    return cast(StepForm, made(**options))


def _authorities(rung: Rung) -> dict[str, str]:
    """Return the authorities that are enough for a rung."""
    known = vocabulary("authorities")
    return dict(known.choices()[known.position(LEAST_AUTHORITY[rung]) :])


def _checks(ask: Ask, words: str) -> list[Any]:
    """Return what makes an answer needed; the message names the question, because a page may list several."""
    return [needed(f"{words}: {ask.label}")] if ask.is_needed else []


def _label(ask: Ask) -> str:
    return ask.label if ask.is_needed else f"{ask.label} (optional)"


def _choice(ask: Ask, terms: dict[str, str]) -> Any:
    """Return radios where an answer is needed, else a drop-down list that can be left alone."""
    if ask.is_needed:
        return RadioField(ask.label, [InputRequired(f"Choose one: {ask.label}")], choices=terms, description=ask.hint)
    return SelectField(_label(ask), choices={"": "Not said", **terms}, default="", description=ask.hint)


_MAKERS: Mapping[AskKind, Callable[[Ask], Any]] = {
    AskKind.LINE: lambda ask: TextField(
        _label(ask), [*_checks(ask, "Answer this question"), at_most(300)], description=ask.hint
    ),
    AskKind.PROSE: lambda ask: AreaField(
        _label(ask),
        [*_checks(ask, "Answer this question"), at_most(5000)],
        description=ask.hint,
        render_kw={"params": {"rows": 4}},
    ),
    AskKind.NUMBER: lambda ask: NumberField(_label(ask), _checks(ask, "Enter a number"), description=ask.hint),
    AskKind.MONEY: lambda ask: MoneyField(_label(ask), _checks(ask, "Enter an amount"), description=ask.hint),
    AskKind.DATE: lambda ask: DateField(
        _label(ask), [InputRequired(f"Enter a date: {ask.label}")] if ask.is_needed else [], description=ask.hint
    ),
    AskKind.YES: lambda ask: CheckboxField(
        ask.label, [InputRequired(f"Tick this to go on: {ask.label}")], description=ask.hint
    ),
    AskKind.CHOICE: lambda ask: _choice(ask, dict(vocabulary(ask.vocabulary).labels)),
    AskKind.CHOICES: lambda ask: CheckboxesField(
        _label(ask), choices=dict(vocabulary(ask.vocabulary).labels), description=ask.hint
    ),
}


def _kept(data: Any) -> Any:
    return data.isoformat() if isinstance(data, date) else data.strip() if isinstance(data, str) else data


def shown(answers: Mapping[str, Any], rung: Rung) -> dict[str, Any]:
    """Return kept answers as the fields of a rung want them."""
    dates = {ask.name for ask in ASKS[rung] if ask.kind is AskKind.DATE}
    return {name: date.fromisoformat(value) if name in dates and value else value for name, value in answers.items()}


class DemandForm(Form):
    """What a council would take at which price, and what it needs."""

    revision = HiddenField()
    current_unit_cost = MoneyField(
        "What a unit costs you in a year now (excluding VAT)", description="Leave blank if you do not know."
    )
    earliest = SelectField("Earliest start")
    latest = SelectField("Latest start")
    needs = CheckboxesField("What it must meet, or you buy nothing", choices=dict(vocabulary("must_haves").labels))

    def offer(self, today: date) -> None:
        """Name the months to choose from."""
        months = {"": "Not yet said", **dict(months_from(today))}
        for select in (self.earliest, self.latest):
            kept = select.object_data or ""
            select.choices = months | ({kept: month_label(kept)} if kept and kept not in months else {})

    def schedule(self) -> list[dict[str, int]]:
        """Return the steps that were typed."""
        rows = [(self[price].data, self[quantity].data) for price, quantity in STEPS_OF_PRICE]
        return [
            {"max_unit_price_pence": price, "quantity": quantity}
            for price, quantity in rows
            if price is not None and quantity is not None
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a price without a quantity, and the other way round."""
        is_right = super().validate(extra_validators)
        for price, quantity in STEPS_OF_PRICE:
            if (self[price].data is None) != (self[quantity].data is None) and not self[price].errors:
                self[price].errors = ["Enter both a price and a quantity, or neither"]
                is_right = False
        return bool(is_right)


STEPS_OF_PRICE = [(f"price_{number}", f"quantity_{number}") for number in range(1, MOST_STEPS_OF_PRICE + 1)]
"""The pairs of boxes of a demand schedule."""
for _price, _quantity in STEPS_OF_PRICE:
    setattr(DemandForm, _price, MoneyField("Up to this price"))
    setattr(DemandForm, _quantity, NumberField("we would take"))


def demand_shown(pledge: Pledge) -> dict[str, Any]:
    """Return what a pledge says of demand, as the form's fields want it."""
    found: dict[str, Any] = {"earliest": pledge.earliest or "", "latest": pledge.latest or "", "needs": pledge.needs}
    found |= {"current_unit_cost": pledge.current_unit_cost_pence, "revision": pledge.revision}
    for (price, quantity), step in zip(STEPS_OF_PRICE, pledge.schedule, strict=False):
        found |= {price: step["max_unit_price_pence"], quantity: step["quantity"]}
    return found


def months_from(today: date) -> list[tuple[str, str]]:
    """Return the months from this one on, as "2027-04" with "April 2027"."""
    first = today.year * 12 + today.month - 1
    keys = (f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, first + MONTHS_AHEAD))
    return [(key, month_label(key)) for key in keys]


def month_label(key: str) -> str:
    """Return a month in words: "April 2027" for "2027-04"."""
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


class ShareForm(Form):
    """Who sees a council's name."""

    revision = HiddenField()
    is_named = CheckboxField("Other councils may see that we are on this list")
    to_suppliers = CheckboxField(
        "Suppliers may see that we are on this list",
        description="From the next snapshot on, with the rung you then stand on. Never how many you would take.",
    )


class EvidenceForm(Form):
    """A file that supports a pledge."""

    file = FileField("File", description="PDF, DOCX, XLSX, PNG or JPEG, up to 10 MB.")
    description = TextField("What it is", [needed("Say what it is"), at_most(200)])

    def validate_file(self, field: Any) -> None:
        """Refuse an empty answer."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Choose a file")
