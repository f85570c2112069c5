"""The form of a contract that a council has now."""

from wtforms import HiddenField
from wtforms.validators import InputRequired, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    DateField,
    MoneyField,
    NumberField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.models.vocabularies import vocabulary


class ContractForm(Form):
    """One contract."""

    revision = HiddenField()
    supplier = TextField("Supplier", [needed("Enter the supplier’s name"), at_most(200)])
    product = TextField("Product or service bought", [needed("Enter what the contract is for"), at_most(200)])
    service_area = SelectField(
        "Council service that uses it",
        [InputRequired("Choose a service")],
        choices={"": "Choose a service", **vocabulary("service_areas").labels},
    )
    ends_on = DateField("Last day, before any extension", description="For example, 31 3 2028.")
    notice_months = NumberField("Notice, in months", description="How long before its end you must give notice.")
    extension_months = NumberField(
        "Possible extension, in months", description="All extensions together that you may still use; 0 for none."
    )
    annual_cost = MoneyField("Cost a year, excluding VAT", description="Seen only by your council and LGA staff.")
    exit_terms = AreaField(
        "Exit terms",
        [at_most(5000)],
        description="Your data back, help with a move, charges, what renews by itself.",
        render_kw={"params": {"rows": 4}},
    )

    def validate_ends_on(self, field: DateField) -> None:
        """Ask for the date, unless what was typed is wrong already."""
        if field.data is None and not field.typed_something:
            raise ValidationError("Enter the last day of the contract")


class DeleteContractForm(Form):
    """Nothing is asked: the page says what would be deleted."""
