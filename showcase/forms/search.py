"""The form into which anyone may paste a text to see what it matches."""

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, at_most, needed

MOST_CHARACTERS = 20_000


class TryForm(Form):
    """A text to match without an account."""

    text = AreaField(
        "Text of your web page",
        [needed("Paste some text that says what your solution does"), at_most(MOST_CHARACTERS)],
        description="What it does, for whom and how. A few paragraphs are enough.",
        render_kw={"params": {"rows": 12}, "spellcheck": "false"},
    )
