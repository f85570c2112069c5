"""The forms of how a list ended, and of what a council saves by it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    DateField,
    MoneyField,
    RadioField,
    TextField,
    _Converted,
    at_most,
    write_pounds,
)
from showcase.models import MarketRoute

ROUTES = {
    MarketRoute.JOINT: "One joint contract",
    MarketRoute.FRAMEWORK: "A framework that members buy from",
    MarketRoute.SEPARATE: "A contract for each council",
    MarketRoute.NEGOTIATED: "New terms with the supplier that members already use",
    MarketRoute.NONE: "It did not go to market",
}


class ClosingForm(Form):
    """How a list went to market, and the price it reached."""

    route = RadioField(
        "How it went to market",
        [InputRequired("Choose how it went to market")],
        choices={route.value: words for route, words in ROUTES.items()},
    )
    went_on = DateField("On which day", description="The day of the tender notice or the first order.")
    notice_reference = TextField("Reference of the notice", [at_most(200)])
    unit_price = MoneyField("Price reached a unit and year, excluding VAT")
    note = AreaField("What else there is to say", [at_most(5000)], render_kw={"params": {"rows": 3}})


def read_amount(text: str) -> int:
    """Read an amount in pounds that may be negative, as whole pence.

    Raises:
        ValueError: it is not one.
    """
    plain = text.replace("£", "").replace(",", "").replace(" ", "").replace("−", "-")
    try:
        amount = Decimal(plain) * 100
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != int(amount) or not -(10**15) < amount < 10**15:
        raise ValueError("Enter an amount in pounds, such as 1,200 or -300.50")
    return int(amount)


class AmountField(_Converted):
    """An amount typed in pounds and kept as whole pence; less than nothing too."""

    data: Any  # int or None
    convert = staticmethod(read_amount)
    write = staticmethod(lambda pence: f"{'-' if pence < 0 else ''}{write_pounds(abs(pence))}")

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        money = {"prefix": {"text": "£"}, "classes": "govuk-input--width-10"}
        options.setdefault("render_kw", {"inputmode": "text", "params": money})
        super().__init__(label, validators, **options)


class ConfirmForm(Form):
    """What a council saves in a year."""

    saving = AmountField(
        "What your council saves in a year, excluding VAT",
        [InputRequired("Enter what your council saves, 0 if nothing")],
        description="Against what it paid before. Less than nothing if it pays more, such as -300.",
    )
    note = AreaField("What it is reckoned from", [at_most(2000)], render_kw={"params": {"rows": 3}})
