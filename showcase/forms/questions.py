"""The forms of questions about challenges, and of information released to all."""

from wtforms import HiddenField
from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, CheckboxField, CountedField, FileField, TextField, at_most, needed
from showcase.models.engagement import QUESTION_WORDS


class AskForm(Form):
    """A supplier's question."""

    wording = CountedField(
        "Your question",
        [needed("Write your question"), at_most(4000)],
        words=QUESTION_WORDS,
        description="Do not name your firm, your product or a customer: others read it as you write it.",
    )


class AnswerForm(Form):
    """A council's answer."""

    after = HiddenField()
    """Number of the last answer that its writer saw."""
    text = AreaField(
        "Your answer",
        [needed("Write the answer"), at_most(6000)],
        description="Everyone reads it at the same time. It cannot be changed, only corrected by another answer.",
        render_kw={"params": {"rows": 8}},
    )


class RewordForm(Form):
    """A question with words taken out."""

    wording = AreaField(
        "The question without what tells who asked",
        [needed("Leave something of the question"), at_most(4000)],
        description="Take words out, or put [removed] in their place. Nothing else can be changed.",
        render_kw={"params": {"rows": 6}},
    )


class ReasonForm(Form):
    """Why."""

    reason = AreaField("Why", [needed("Say why"), at_most(2000)], render_kw={"params": {"rows": 4}})


class ReleaseForm(Form):
    """Information for everyone."""

    title = TextField("Title", [needed("Enter a title"), at_most(200)])
    text = AreaField(
        "What everyone should know",
        [needed("Say what everyone should know"), at_most(6000)],
        render_kw={"params": {"rows": 8}},
    )
    file = FileField("A document", description="Optional. PDF, Word or Excel, up to 10 MB. Everyone can download it.")
    is_from_meeting = CheckboxField("It was first said in a one-to-one meeting")
    is_sure = CheckboxField(
        "Release it now: it cannot be taken back", [InputRequired("Tick this to release it to everyone now")]
    )
