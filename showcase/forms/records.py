"""The forms of engagement records: purposes, an entry by hand, a judgement, dates, the draft of a notice."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    CheckboxField,
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
from showcase.forms.times import TimeField

LINES = {"params": {"rows": 4}}


class PurposesForm(Form):
    """What the engagement is for."""

    purposes = CheckboxesField(
        "What is this engagement for?",
        [InputRequired("Choose at least one purpose")],
        description="Section 16(1) of the Procurement Act 2023 permits engagement for these purposes.",
    )

    def offer(self, purposes: Mapping[str, str]) -> None:
        """Name the purposes that the law permits."""
        self.purposes.choices = [(letter, f"({letter}) {words}") for letter, words in purposes.items()]


class EntryForm(Form):
    """Something that happened outside the platform, or a correction."""

    kind = SelectField("What was it?", [InputRequired("Choose what it was")])
    happened_on = DateField("On which day did it happen?", [InputRequired("Enter the day on which it happened")])
    happened_at = TimeField("At what time?", [InputRequired("Enter the time at which it happened")])
    words = AreaField(
        "What happened, with whom?",
        [needed("Say what happened"), at_most(6000)],
        description="Who took part, what was said or given. Do not put in who asked an unnamed question.",
        render_kw={"params": {"rows": 6}},
    )
    released_to = TextField(
        "Who was given information by it?", [at_most(300)], description="Leave it blank if nobody was."
    )
    corrects = NumberField(
        "Number of the entry that it corrects",
        description="Only for a correction. The earlier entry stays as it is.",
    )

    def offer(self, kinds: Mapping[str, str]) -> None:
        """Name the kinds of entries."""
        self.kind.choices = list({"": "Choose", **kinds}.items())


class JudgeForm(Form):
    """What a council judges of one supplier."""

    supplier = SelectField("Supplier", [InputRequired("Choose a supplier")])
    verdict = RadioField("Did taking part give it an unfair advantage?", [InputRequired("Choose what you judge")])
    reasons = AreaField("Why do you judge so?", [needed("Say why you judge so"), at_most(4000)], render_kw=LINES)
    steps = AreaField("Steps taken to avoid an advantage", [at_most(4000)], render_kw=LINES)

    def offer(self, suppliers: Sequence[tuple[str, str]], verdicts: Mapping[str, str]) -> None:
        """Name the suppliers and what can be judged."""
        self.supplier.choices = [("", "Choose"), *suppliers]
        self.verdict.choices = list(verdicts.items())


class DatesForm(Form):
    """What decides how long the record is kept."""

    revision = HiddenField()
    tender_on = DateField("Tender notice published on", description="From then on judgements are closed.")
    contract_on = DateField("Contract entered into on")
    terminated_on = DateField(
        "Procurement termination notice published on", description="If the procurement ended without a contract."
    )
    keep_until = DateField("Keep in any case until", description="Where another law or a claim wants it longer.")
    keep_because = AreaField("Which law or claim wants that?", [at_most(1000)], render_kw={"params": {"rows": 2}})


class NoticeForm(Form):
    """What the platform cannot know of a UK2 notice, and the reason if there will be none."""

    revision = HiddenField()
    title = TextField("Title", [at_most(250)])
    reference = TextField("The council’s reference of the procurement", [at_most(100)])
    subject = AreaField("What the contract is about", [at_most(6000)], render_kw={"params": {"rows": 6}})
    category = SelectField("Main category")
    cpv = TextField("CPV codes", [at_most(200)], description="Optional. Eight digits each, with commas between.")
    value_excluding_vat = MoneyField("Estimated value excluding VAT")
    value_including_vat = MoneyField("Estimated value including VAT")
    closes_on = DateField("Date on which the engagement closes or closed")
    how = AreaField("How, where and when to take part", [at_most(6000)], render_kw={"params": {"rows": 6}})
    ppon = TextField("Your public procurement organisation number (PPON)", [at_most(30)])
    street = TextField("Street", [at_most(200)])
    town = TextField("Town", [at_most(100)])
    postcode = TextField("Postcode", [at_most(12)])
    contact_name = TextField("Contact for questions about the notice", [at_most(200)])
    contact_email = EmailField("E-mail address of the contact", [at_most(200)])
    others = AreaField(
        "Other authorities of a joint procurement",
        [at_most(4000)],
        description="One a line: name, address, e-mail address, identifier.",
        render_kw=LINES,
    )
    helper = AreaField(
        "Anyone who runs the engagement on your behalf",
        [at_most(1000)],
        description="Name, address, e-mail address, identifier and a summary of the role.",
        render_kw=LINES,
    )
    is_sme_suitable = CheckboxField("Suitable for small and medium-sized enterprises")
    is_vcse_suitable = CheckboxField("Suitable for voluntary, community and social enterprises")
    no_notice_because = AreaField(
        "If you will publish no such notice: why?",
        [at_most(4000)],
        description="Section 17 wants the reason in the tender notice.",
        render_kw=LINES,
    )

    def offer(self, categories: Mapping[str, str]) -> None:
        """Name the categories."""
        self.category.choices = list(categories.items())

    def typed(self) -> dict[str, Any]:
        """Return what was typed, as JSON values by name."""
        others = ("csrf_token", "revision", "no_notice_because")
        values = {field.name: field.data for field in self if field.name not in others}
        day = self.closes_on.data
        return {**values, "closes_on": day.isoformat() if day else ""}


class DisposeForm(Form):
    """That the record is to be destroyed."""

    is_sure = CheckboxField("Destroy every entry of this record", [InputRequired("Tick this to destroy the record")])
