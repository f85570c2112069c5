"""The fields of forms, drawn by the page components, each with an error that says what to do.

Dates, money and numbers keep what was typed, so that a page shown again with an error loses nothing.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import render_template
from govuk_frontend_wtf import wtforms_widgets as widgets
from markupsafe import Markup
from wtforms import Field, fields
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput


class needed(InputRequired):
    """Ask for an answer. The words say what to do, such as "Enter your e-mail address"."""

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse an answer of spaces alone as well."""
        sent = field.raw_data or []
        read = sent if isinstance(field.data, list) else sent[:1]  # a field sent twice is read once
        if not any(str(value).strip() for value in read):
            field.errors = []
            raise StopValidation(str(self.message))


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


class TextField(fields.StringField):
    """One line of text, without the spaces round it."""

    data: str  # None only where nothing was sent and nothing is needed
    widget = widgets.GovTextInput()

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[_stripped], **options)


class EmailField(TextField):
    """An e-mail address. The browser is told what it is, so that phones show the right keyboard."""

    def __init__(self, label: str = "E-mail address", validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"type": "email", "autocomplete": "email", "spellcheck": "false"})
        super().__init__(label, validators, **options)


class PasswordField(fields.PasswordField):
    """A password; it is never shown again and keeps its spaces."""

    data: str
    widget = widgets.GovPasswordInput()


class AreaField(fields.TextAreaField):
    """Several lines of text."""

    data: str
    widget = widgets.GovTextArea()

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[_stripped], **options)


class CountedField(AreaField):
    """Several lines of text, with a live count of the words still left. Longer texts are not refused here."""

    widget = widgets.GovCharacterCount()

    def __init__(self, label: str = "", validators: Any = None, *, words: int, **options: Any) -> None:
        super().__init__(label, validators, render_kw={"params": {"maxwords": words}}, **options)


class SelectField(fields.SelectField):
    """One of many, as a drop-down list."""

    widget = widgets.GovSelect()


class _NoEmptyHint:
    """Leaves out the hint of a question that has none; the widgets beneath draw an empty one."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """Return what the page component is drawn from."""
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        return params if field.description else {**params, "hint": None}


class _Radios(_NoEmptyHint, widgets.GovRadioInput):  # type: ignore[misc]
    pass


class _Checkboxes(_NoEmptyHint, widgets.GovCheckboxesInput):  # type: ignore[misc]
    pass


class _Checkbox(_NoEmptyHint, widgets.GovCheckboxInput):  # type: ignore[misc]
    pass


class RadioField(fields.RadioField):
    """One of a few."""

    widget = _Radios()


class CheckboxesField(fields.SelectMultipleField):
    """Several of a few."""

    widget = _Checkboxes()
    option_widget = CheckboxInput()


class CheckboxField(fields.BooleanField):
    """Yes when it is ticked."""

    widget = _Checkbox()


class FileField(fields.FileField):
    """An uploaded file."""

    widget = widgets.GovFileInput()


class _Converted(fields.StringField):
    """A text box whose text is turned into another type, and which shows again exactly what was typed."""

    widget = widgets.GovTextInput()
    convert: Callable[[str], Any]
    write: Callable[[Any], str] = str

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else type(self).write(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the first text that was sent; blank is None, and nothing to whoever asks whether something was typed."""
        self.data = None
        self.raw_data = [text for text in valuelist[:1] if str(text).strip()]
        if self.raw_data:
            self.data = type(self).convert(str(self.raw_data[0]).strip())


def read_whole_number(text: str) -> int:
    """Read a whole number that may have commas.

    Raises:
        ValueError: it is not one.
    """
    digits = text.replace(",", "").replace(" ", "")
    if not digits.isdecimal() or len(digits) > 12:
        raise ValueError("Enter a whole number, such as 12 or 1,200")
    return int(digits)


def read_pounds(text: str) -> int:
    """Read an amount in pounds, such as £1,200.50, as whole pence.

    Raises:
        ValueError: it is not one.
    """
    plain = text.lstrip("£").replace(",", "").replace(" ", "")
    try:
        amount = Decimal(plain) * 100
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != int(amount) or not 0 <= amount < 10**15:
        raise ValueError("Enter an amount in pounds, such as 1,200 or 1,200.50")
    return int(amount)


def write_pounds(pence: int) -> str:
    """Write whole pence as pounds for a text box: 1200 or 1200.50."""
    return str(pence // 100) if pence % 100 == 0 else f"{pence // 100}.{pence % 100:02d}"


class NumberField(_Converted):
    """A whole number from 0."""

    data: Any  # int or None
    convert = staticmethod(read_whole_number)

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric", "params": {"classes": "govuk-input--width-10"}})
        super().__init__(label, validators, **options)


class MoneyField(_Converted):
    """An amount typed in pounds and kept as whole pence. Its label says whether VAT is in it."""

    data: Any  # int or None
    convert = staticmethod(read_pounds)
    write = staticmethod(write_pounds)

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        money = {"prefix": {"text": "£"}, "classes": "govuk-input--width-10"}
        options.setdefault("render_kw", {"inputmode": "decimal", "params": money})
        super().__init__(label, validators, **options)


class DateWidget:
    """Draws a date as three boxes, each with its own name."""

    def __call__(self, field: "DateField", **kwargs: Any) -> Markup:
        """Return the markup."""
        items = [
            {
                "id": f"{field.name}-{part}",
                "name": f"{field.name}-{part}",
                "label": part.capitalize(),
                "value": text,
                "classes": f"govuk-input--width-{width}{' govuk-input--error' if field.errors else ''}",
            }
            for part, width, text in zip(("day", "month", "year"), (2, 2, 4), field.typed, strict=True)
        ]
        params = {
            "id": field.name,
            "items": items,
            "fieldset": {"legend": {"text": field.label.text, **kwargs.get("legend", {})}},
            "hint": {"text": field.description} if field.description else None,
            "errorMessage": {"text": field.errors[0]} if field.errors else None,
        }
        return Markup(render_template("govuk_frontend_wtf/date.html", params=params))


class DateField(Field):
    """A date in three boxes `<name>-day`, `-month`, `-year`. All blank is None; what was typed is kept as typed."""

    widget = DateWidget()
    data: date | None
    typed: tuple[str, str, str] = ("", "", "")

    def __init__(self, label: str = "", validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.id = f"{self.name}-day"  # where the error summary leads

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the three boxes, or show the date that is there."""
        names = [f"{self.name}-{part}" for part in ("day", "month", "year")]
        self.process_errors = []
        given = self.default if data is None or not isinstance(data, date) else data
        self.data = self.object_data = given() if callable(given) else given
        if formdata is None or not any(name in formdata for name in names):
            self.raw_data = []
            if self.data:
                self.typed = (str(self.data.day), str(self.data.month), str(self.data.year))
            return
        day, month, year = (str(formdata.get(name, "")).strip() for name in names)
        self.typed = (day, month, year)
        self.raw_data = [text for text in self.typed if text]
        try:
            self.data = _read_date(day, month, year)
        except ValueError as error:
            self.data = None
            self.process_errors.append(str(error))

    @property
    def typed_something(self) -> bool:
        """Whether any of the boxes is filled."""
        return any(self.typed)


def _read_date(day: str, month: str, year: str) -> date | None:
    parts = {"day": day, "month": month, "year": year}
    absent = [name for name, text in parts.items() if not text]
    if len(absent) == 3:
        return None
    if absent:
        raise ValueError(f"The date must have a {' and a '.join(absent)}")
    if not all(text.isdecimal() for text in parts.values()) or len(year) != 4:
        raise ValueError("Write the date in numbers with a year of four digits, such as 27 3 2027")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError("There is no such date. Check the day and the month") from None


def at_most(length: int) -> Callable[[Any, Field], None]:
    """Refuse an answer of more characters than this."""

    def check(_form: Any, field: Field) -> None:
        if field.data and len(field.data) > length:
            raise ValidationError(f"Use {length:,} characters or fewer")

    return check
