"""The builder's forms, made from the questions: one form a section, one field a question.

A draft may be incomplete and over length, so nothing is required here; only what cannot be read as an answer at all
(a date that does not exist, a council that nobody knows) is refused, at its field, with what was typed left in place.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, cast

from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, HiddenField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import Email, Length, Optional, ValidationError

from showcase.forms.base import Form
from showcase.forms.fields import (
    AreaField,
    CheckboxesField,
    CountedField,
    DateField,
    EmailField,
    MoneyField,
    RadioField,
    SelectField,
    TextField,
    at_most,
    needed,
)
from showcase.models.questions import Audience, Content, Kind, Question, Section
from showcase.models.vocabularies import vocabulary

MOST_CHARACTERS = 20_000
"""A safety limit on one answer; the limits that people see count words."""
MOST_PASTED = 100_000
MOST_OUTCOMES = 30
NOT_SAID = {"": "Not yet said"}
_SEEN_BY: Mapping[Audience, str] = {
    Audience.PUBLIC: "",
    Audience.COUNCILS: "Seen by councils and LGA staff.",
    Audience.OWNER: "Seen by your organisation and LGA staff.",
}
FROM_REQUEST: Any = object()


class Names(Protocol):
    """Reads typed names of councils as GSS codes, and writes codes as names."""

    def read(self, text: str) -> tuple[list[str], list[str]]:
        """Return codes, and what is wrong with names that are not known."""
        ...

    def write(self, codes: Sequence[str]) -> str:
        """Return names, one a line."""
        ...


class CouncilsField(AreaField):
    """Councils by name, one a line."""

    def __init__(self, label: str = "", validators: Any = None, *, names: Names, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.names = names
        self.filters = []

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.names.write(self.data) if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the names."""
        if valuelist:
            codes, faults = self.names.read(str(valuelist[0]))
            self.data = codes  # type: ignore[assignment]  # a list where the base class has a text
            if faults:
                raise ValueError(" ".join(faults))


class OutcomeForm(PlainForm):
    """One row of outcomes."""

    claim = TextField("What changed, by how much", [Length(max=500)])
    evidence = SelectField("How you know", default="", choices=NOT_SAID | dict(vocabulary("evidence_grades").choices()))
    source = TextField("Source: a report, a date, who can confirm it", [Length(max=500)])

    def validate_claim(self, field: StringField) -> None:
        """Refuse evidence for nothing."""
        if not field.data and (self.evidence.data or self.source.data):
            raise ValidationError("Say what changed, or clear the row")


class SectionForm(Form):
    """The form of one section; made by `section_form`."""

    version = HiddenField()
    """What the page was drawn from, as `merging.token_of` writes it."""
    section: Section

    def answers(self) -> Content:
        """Return the answers that could be read, in the form in which they are kept; blank ones as None."""
        return {
            question.name: _kept(question, self[question.name].data)
            for question in self.section.questions
            if not self[question.name].errors
        }

    def add_row(self) -> None:
        """Append one empty row of outcomes."""
        for question in self.section.questions:
            if question.kind is Kind.OUTCOMES:
                rows = cast("FieldList[Any]", self[question.name])
                if len(rows) < MOST_OUTCOMES:
                    rows.append_entry()


def section_form(
    section: Section,
    content: Content,
    *,
    version: str,
    names: Names | None = None,
    formdata: MultiDict[str, str] | None = FROM_REQUEST,
) -> SectionForm:
    """Return the form of a section, filled from the request or, with `formdata=None`, from `content`.

    `version` is the token of `content`; `names` is needed by sections that ask for councils.
    """
    fields: dict[str, Any] = {question.name: _field(question, names) for question in section.questions}
    made = type("BoundSectionForm", (SectionForm,), {"section": section, **fields})
    data = {question.name: _shown(question, content.get(question.name)) for question in section.questions}
    options = {} if formdata is FROM_REQUEST else {"formdata": formdata}
    form = cast(SectionForm, made(data={"version": version, **data}, **options))
    if formdata is None or not form.is_submitted():
        form.add_row()
    return form


def _field(question: Question, names: Names | None) -> Any:
    """Return the unbound field for a question."""
    label = f"{question.label} (needed for review)" if question.is_needed else question.label
    note = (
        _SEEN_BY[question.audience] if "see" not in question.hint.lower() and question.kind is not Kind.YES_NO else ""
    )
    hint = " ".join(text for text in (question.hint, note) if text)
    return _MAKERS[question.kind](question, names, label=label, description=hint)


def _councils_field(question: Question, names: Names | None, **about: Any) -> CouncilsField:
    assert names is not None, "a section that asks for councils needs their names"
    return CouncilsField(names=names, **about)


def _choices(question: Question) -> dict[str, str]:
    return dict(vocabulary(question.vocabulary or "").choices())


_WRONG_EMAIL = Email("Enter an e-mail address such as name@example.org")
_MAKERS: Mapping[Kind, Callable[..., Any]] = {
    Kind.LINE: lambda q, names, **about: TextField(validators=[at_most(MOST_CHARACTERS)], **about),
    Kind.PROSE: lambda q, names, **about: (
        CountedField(validators=[at_most(MOST_CHARACTERS)], words=q.words, **about)
        if q.words
        else AreaField(validators=[at_most(MOST_PASTED)], **about)
    ),
    Kind.CHOICE: lambda q, names, **about: RadioField(choices=_choices(q) | NOT_SAID, **about),
    Kind.CHOICES: lambda q, names, **about: CheckboxesField(choices=_choices(q), **about),
    Kind.YES_NO: lambda q, names, **about: RadioField(
        choices={"yes": "Yes", "no": "No"}, validate_choice=False, **about
    ),
    Kind.MONEY: lambda q, names, **about: MoneyField(**about),
    Kind.DATE: lambda q, names, **about: DateField(**about),
    Kind.EMAIL: lambda q, names, **about: EmailField(validators=[Optional(), _WRONG_EMAIL], **about),
    Kind.COUNCILS: _councils_field,
    Kind.OUTCOMES: lambda q, names, **about: FieldList(
        FormField(OutcomeForm, "Outcome"), max_entries=MOST_OUTCOMES, **about
    ),
}


def _shown(question: Question, answer: Any) -> Any:
    """Return a kept answer as its field wants it."""
    match question.kind:
        case Kind.CHOICE:
            return answer or ""
        case Kind.YES_NO:
            return None if answer is None else ("yes" if answer else "no")
        case Kind.DATE:
            return date.fromisoformat(answer) if answer else None
        case Kind.OUTCOMES:
            return answer or []
        case _:
            return answer


def _kept(question: Question, data: Any) -> Any:
    """Return what a field holds in the form in which answers are kept; None when it says nothing."""
    match question.kind:
        case Kind.LINE:
            return " ".join((data or "").split()) or None
        case Kind.PROSE:
            return (data or "").replace("\r\n", "\n").strip() or None
        case Kind.CHOICES:
            return sorted(data or (), key=vocabulary(question.vocabulary or "").position) or None
        case Kind.YES_NO:
            return {"yes": True, "no": False}.get(data)
        case Kind.DATE:
            return data.isoformat() if data else None
        case Kind.OUTCOMES:
            rows = ({key: text for key, text in row.items() if text} for row in data)
            return [row for row in rows if row] or None
        case Kind.MONEY:
            return data
        case _:
            return data or None


class NewForm(Form):
    """Starts a text: its name, and words to sort into the questions."""

    title = TextField("Title", [needed("Enter a title. You can change it later"), at_most(300)])
    pasted = AreaField(
        "Paste text from a document",
        [at_most(MOST_PASTED)],
        description="Optional. We sort it into the questions by its headings; whatever fits none of them is kept, "
        "marked, for you to move.",
    )


class ReasonForm(Form):
    """Why a step is taken."""

    reason = AreaField("Reason", [at_most(5000)])

    def ask_why(self, label: str, *, is_needed: bool) -> None:
        """Say what the reason is asked for, and whether the step needs one."""
        self.reason.label.text = label
        if is_needed:
            self.reason.validators = [needed("Say what needs to change, so that the writer can act on it")]
