"""The fields that every form shares read what people type, and show it again as typed."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from showcase.forms.fields import DateField, MoneyField, NumberField, read_pounds, write_pounds
from showcase.forms.organisations import YesNoField


class Shared(Form):
    on = DateField("On")
    money = MoneyField("Money")
    number = NumberField("Number")
    open = YesNoField("Open")


def read(**answers: str) -> Shared:
    return Shared(MultiDict({name.replace("_", "-"): value for name, value in answers.items()} | {"open": ""}))


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("0", 0), ("12", 1200), ("£1,234.50", 123450), (" 1 000 ", 100000), ("0.1", 10), ("1e3", 100000)],
)
def test_pounds_become_pence(typed: str, pence: int) -> None:
    assert read_pounds(typed) == pence


@pytest.mark.parametrize("typed", ["-1", "1.005", "ten", "NaN", "Infinity", "1e99", "£", "1.2.3"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Enter an amount in pounds"):
        read_pounds(typed)


@pytest.mark.parametrize("pence", [0, 5, 100, 120050, 10**14])
def test_pence_are_written_so_that_they_read_the_same(pence: int) -> None:
    assert read_pounds(write_pounds(pence)) == pence


def test_a_date_is_read_from_three_boxes() -> None:
    form = read(on_day="3", on_month="02", on_year="2027")
    assert form.validate()
    assert form.on.data == date(2027, 2, 3)


@pytest.mark.parametrize(
    ("day", "month", "year", "words"),
    [
        ("3", "", "2027", "must have a month"),
        ("", "", "2027", "must have a day and a month"),
        ("30", "2", "2027", "no such date"),
        ("3", "2", "27", "four digits"),
        ("x", "2", "2027", "numbers"),
        ("3", "2", "0000", "no such date"),
        ("٣", "2", "20²7", "numbers"),
    ],
)
def test_a_date_that_is_none_is_refused_and_kept_as_typed(day: str, month: str, year: str, words: str) -> None:
    form = read(on_day=day, on_month=month, on_year=year)
    assert not form.validate()
    assert words in form.on.errors[0]
    assert form.on.typed == (day, month, year)
    assert form.on.id == "on-day", "the error summary leads to the first box"


def test_one_box_alone_is_an_error_and_no_failure() -> None:
    form = read(on_year="2027")
    assert not form.validate()


def test_blank_answers_are_none() -> None:
    form = read(on_day="", on_month=" ", on_year="", money=" ", number="")
    assert form.validate()
    assert (form.on.data, form.money.data, form.number.data) == (None, None, None)


def test_what_is_kept_is_shown() -> None:
    form = Shared(data={"on": date(2027, 2, 3), "money": 120050, "number": 1200, "open": False})
    assert form.on.typed == ("3", "2", "2027")
    assert form.money._value() == "1200.50"
    assert form.number._value() == "1200"
    assert form.open.data == "no"


@pytest.mark.parametrize("typed", ["1.5", "-3", "two", "9" * 13])
def test_what_is_no_whole_number_is_refused_and_kept(typed: str) -> None:
    form = read(number=typed)
    assert not form.validate()
    assert form.number._value() == typed
