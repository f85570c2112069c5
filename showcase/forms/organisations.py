"""The forms of organisations: what a supplier says of itself, invitations, domains, the reasons of LGA staff."""

from datetime import date
from typing import Any

from wtforms.validators import Optional, Regexp, ValidationError

from showcase.forms.accounts import GOOD_ADDRESS, plain_number, web_address
from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxField,
    CountedField,
    DateField,
    EmailField,
    MoneyField,
    NumberField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.models.vocabularies import vocabulary

NARROW = {"params": {"classes": "govuk-input--width-10"}, "spellcheck": "false"}


class YesNoField(RadioField):
    """A question that may be left open: True, False or None."""

    KEPT = {"yes": True, "no": False, "": None}

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, choices={"yes": "Yes", "no": "No", "": "Not said"}, **options)

    def process_data(self, value: Any) -> None:
        """Choose the answer that is kept."""
        self.data = next(word for word, kept in self.KEPT.items() if kept is value)


class SupplierForm(Form):
    """What a supplier says of itself."""

    name = TextField("Name of the firm", [needed("Enter the name of the firm"), at_most(200)])
    about = CountedField("What the firm does", [Optional(), at_most(3000)], words=150)
    website = TextField("Website", [Optional(), at_most(300), web_address], render_kw={"type": "url"})
    region = SelectField("Region where it is based", choices={"": "Not said", **vocabulary("regions").labels})
    companies_house_number = TextField(
        "Companies House number",
        [
            Optional(),
            plain_number,
            Regexp(r"[A-Z0-9]{8}$", message="Enter the number’s eight characters, such as 01234567 or SC123456"),
        ],
        render_kw=NARROW,
    )
    ppon = TextField(
        "Public procurement organisation number (PPON)",
        [
            Optional(),
            Regexp(r"P[A-Za-z]{3}-\d{4}-[A-Za-z]{4}$", message="Enter the number in the form PABC-1234-DEFG"),
        ],
        description="You get it when you register on the central digital platform, in the form PABC-1234-DEFG.",
        render_kw=NARROW,
    )
    founded_year = NumberField("Year in which it was founded", [Optional()])
    is_vcse = YesNoField("Is it a voluntary, community or social enterprise (VCSE)?")
    staff = NumberField("Number of staff", [Optional()], description="Full-time equivalents, rounded.")
    turnover_pence = MoneyField("Turnover in the year, excluding VAT", [Optional()])
    balance_sheet_pence = MoneyField("Balance sheet total", [Optional()])
    figures_on = DateField(
        "Date of these figures",
        description="Staff, turnover and balance sheet are used to say whether the firm is an SME. Other firms and the"
        " public never see them.",
    )

    def validate_founded_year(self, field: NumberField) -> None:
        """Refuse a year that is none."""
        if field.data is not None and not 1500 <= field.data <= date.today().year:
            raise ValidationError("Enter a year of four digits that is not in the future")

    def validate_figures_on(self, field: DateField) -> None:
        """Ask for the date that makes the figures mean something."""
        has_figures = any(
            figure.data is not None for figure in (self.staff, self.turnover_pence, self.balance_sheet_pence)
        )
        if has_figures and field.data is None and not field.typed_something:
            raise ValidationError("Enter the date that the figures are true for")
        if field.data is not None and field.data > date.today():
            raise ValidationError("The date of the figures must not be in the future")

    def facts(self) -> dict[str, Any]:
        """Return the answers as they are kept, blank ones as None."""
        kept = {name: value if value != "" else None for name, value in self.data.items() if name != "csrf_token"}
        return {**kept, "is_vcse": YesNoField.KEPT[self.is_vcse.data]}


class InvitationForm(Form):
    """Whom to invite."""

    email = EmailField("Their e-mail address", [needed("Enter an e-mail address"), at_most(254), GOOD_ADDRESS])
    is_administrator = CheckboxField("They may also change roles and remove people (administrator)")


class DomainForm(Form):
    """An e-mail domain of a council."""

    domain = TextField(
        "Add a domain",
        [needed("Enter a domain"), at_most(200)],
        description="The part after the @, such as northmere.gov.uk",
        render_kw={"spellcheck": "false", "params": {"classes": "govuk-input--width-20"}},
    )


class ProviderForm(Form):
    """How an organisation's people sign in with its own accounts (OpenID Connect)."""

    issuer = TextField(
        "Issuer",
        [needed("Enter the issuer’s address"), at_most(300)],
        description="Such as https://login.microsoftonline.com/1234…/v2.0; its configuration must be published there.",
        render_kw={"spellcheck": "false"},
    )
    client_id = TextField("Client id", [needed("Enter the client id"), at_most(200)], render_kw={"spellcheck": "false"})
    secret = TextField(
        "Client secret",
        [Optional(), at_most(300)],
        description="Leave it empty to keep the one that is set.",
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
    tenant_lines = AreaField(
        "Tenants that may come in (optional)",
        [Optional(), at_most(2000)],
        description="Ids of Entra ID tenants, one on each line. None: the issuer serves this organisation alone.",
        render_kw={"params": {"rows": 3}, "spellcheck": "false"},
    )
    has_second_step = CheckboxField("It asks for a second step itself")
    is_only_way = CheckboxField("Its people may no longer sign in with a password here")


class ReasonForm(Form):
    """Why LGA staff do something; the organisation is sent the words."""

    reason = AreaField(
        "Why?", [needed("Say why"), at_most(2000)], description="The organisation’s administrators are sent your words."
    )
