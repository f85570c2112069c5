"""The forms of slides: the rules that hold for all, and the file of one pitch."""

from wtforms.validators import InputRequired

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, DateField, FileField, NumberField, at_most, needed
from showcase.forms.times import TimeField


class RulesForm(Form):
    """What every pitching supplier sends, and until when."""

    template = AreaField(
        "What the slides must hold, in which order",
        [needed("Say what the slides must hold"), at_most(4000)],
        render_kw={"params": {"rows": 6}},
    )
    most_pages = NumberField("Most slides", [InputRequired("Enter how many slides are allowed")], default=10)
    most_megabytes = NumberField("Most megabytes", [InputRequired("Enter how large a file may be")], default=10)
    due_on = DateField("Last day", [InputRequired("Enter the last day")])
    due_at = TimeField("Time on that day", [InputRequired("Enter the time")])


class SendForm(Form):
    """The slides of one pitch."""

    file = FileField("Slides as a PDF")
