"""The form by which staff write the report of an event."""

from wtforms import HiddenField

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, at_most

_LONG = [at_most(10_000)]


class ReportForm(Form):
    """The parts of a report."""

    revision = HiddenField()
    summary = AreaField("What the showcase was", _LONG, render_kw={"params": {"rows": 5}})
    part = AreaField("Who took part", _LONG, render_kw={"params": {"rows": 8}})
    said = AreaField("What they said", _LONG, render_kw={"params": {"rows": 6}})
    came = AreaField("What came of it", _LONG, render_kw={"params": {"rows": 5}})
    learned = AreaField("What we learned, and what is next", _LONG, render_kw={"params": {"rows": 8}})
