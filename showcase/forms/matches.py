"""The form of a decision about a match."""

from wtforms import HiddenField

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, at_most
from showcase.models.enums import Verdict


class DecideForm(Form):
    """Shortlist a solution, or say why it is not for the council."""

    verdict = HiddenField()
    reason = AreaField("Why it is not for us", [at_most(2000)], render_kw={"params": {"rows": 3}})

    def chosen(self) -> Verdict | None:
        """Return the verdict, if it is one."""
        return Verdict(self.verdict.data) if self.verdict.data in list(Verdict) else None
