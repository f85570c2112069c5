"""The forms of accounts: signing in and up, passwords, names."""

from typing import Any

from wtforms import Field, HiddenField
from wtforms.validators import Email, InputRequired, Optional, Regexp, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import CheckboxField, EmailField, PasswordField, RadioField, TextField, at_most, needed

GOOD_ADDRESS = Email("Enter an e-mail address in the form name@council.gov.uk")
PASSWORD_HINT = "At least 12 characters. Three unrelated words are a good one."


def new_password(label: str = "Create a password") -> PasswordField:
    """Return a field for a password to be."""
    return PasswordField(
        label,
        [needed("Enter a password"), at_most(1000)],
        description=PASSWORD_HINT,
        render_kw={"params": {"autocomplete": "new-password"}},
    )


def present_password(label: str = "Password") -> PasswordField:
    """Return a field for the password that opens the account."""
    return PasswordField(
        label,
        [needed("Enter your password"), at_most(1000)],
        render_kw={"params": {"autocomplete": "current-password"}},
    )


def person_name() -> TextField:
    """Return a field for a person's own name."""
    return TextField(
        "Your name",
        [needed("Enter your name"), at_most(100)],
        render_kw={"autocomplete": "name", "spellcheck": "false"},
    )


def plain_number(_form: Any, field: Field) -> None:
    """Write a Companies House number the way the register does: eight characters, in capitals."""
    if field.data:
        field.data = field.data.replace(" ", "").upper()
        if field.data.isdecimal() and len(field.data) > 5:  # spreadsheets drop the zeros in front
            field.data = field.data.zfill(8)


def web_address(_form: Any, field: Field) -> None:
    """Complete a web address without its scheme, and refuse what is none."""
    if not field.data:
        return
    address = field.data if "://" in field.data else f"https://{field.data}"
    scheme, _, rest = address.partition("://")
    host = rest.split("/")[0]
    if scheme not in {"http", "https"} or "." not in host.strip(".") or any(c.isspace() or c in "<>\"'@" for c in rest):
        raise ValidationError("Enter a web address, such as https://www.example.com")
    field.data = address


class SignInForm(Form):
    """Who is it?"""

    email = EmailField(validators=[needed("Enter your e-mail address"), at_most(254)])
    password = present_password()


class CodeForm(Form):
    """The code of the second step."""

    code = TextField(
        "Code",
        [needed("Enter the code that your app shows"), at_most(40)],
        description="Six digits from your app, or one of your recovery codes.",
        render_kw={
            "autocomplete": "one-time-code",
            "spellcheck": "false",
            "params": {"classes": "govuk-input--width-10"},
        },
    )


class PresentPasswordForm(Form):
    """One's password once more, before something that matters."""

    present = present_password("Your password")


class AgainForm(Form):
    """Who somebody is, once more: their password, or a code where they have no password."""

    again_password = present_password("Your password")
    again_code = TextField(
        "Code",
        [needed("Enter the code that your app shows"), at_most(40)],
        description="Six digits from your app, or one of your recovery codes.",
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )

    def offer(self, *, password: bool, code: bool) -> None:
        """Ask for these alone."""
        if not password:
            del self.again_password
        if not code:
            del self.again_code

    @property
    def asked(self) -> str:
        """Return the name of the field that is asked for."""
        return "again_password" if self.again_password is not None else "again_code"


class EraseForm(Form):
    """That a person is to be erased."""

    is_sure = CheckboxField(
        "Erase this person’s data. It cannot be undone", [InputRequired("Tick this to erase the data")]
    )


class EmailForm(Form):
    """Where should the link go?"""

    email = EmailField(validators=[needed("Enter your e-mail address"), at_most(254), GOOD_ADDRESS])


class JoinForm(Form):
    """A council officer: for which council, name, password."""

    council = RadioField("Which council do you work for?", [needed("Choose your council")])
    name = person_name()
    password = new_password()


class RegisterForm(Form):
    """A supplier and the person who registers it."""

    firm = TextField(
        "Name of your firm",
        [needed("Enter the name of your firm"), at_most(200)],
        render_kw={"autocomplete": "organization"},
    )
    number = TextField(
        "Companies House number (optional)",
        [
            Optional(),
            plain_number,
            Regexp(r"[A-Z0-9]{8}$", message="Enter the number’s eight characters, such as 01234567 or SC123456"),
        ],
        description="Eight characters, such as 01234567. Leave it empty if you have none.",
        render_kw={"params": {"classes": "govuk-input--width-10"}, "spellcheck": "false"},
    )
    website = TextField(
        "Website (optional)",
        [Optional(), at_most(300), web_address],
        render_kw={"type": "url", "autocomplete": "url", "spellcheck": "false"},
    )
    name = person_name()
    email = EmailField("Your e-mail address at work", [needed("Enter your e-mail address"), at_most(254), GOOD_ADDRESS])
    pasted = HiddenField(validators=[at_most(20_000)])
    """A text that was tried without an account: the first profile is started from it."""


class PasswordForm(Form):
    """A password to be, after a link by e-mail."""

    password = new_password()


class AcceptForm(Form):
    """An invited person without an account."""

    name = person_name()
    password = new_password()


class ChangePasswordForm(Form):
    """The present password and a new one."""

    present = present_password("Your present password")
    password = new_password("New password")


class NameForm(Form):
    """The name that others see."""

    name = person_name()
