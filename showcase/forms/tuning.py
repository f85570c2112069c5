"""The form by which staff let weights of the ranking count."""

from wtforms import HiddenField

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, at_most


class AdoptForm(Form):
    """Adopt a set of weights, or go back to an earlier one, with a reason."""

    seen = HiddenField()
    reason = AreaField("Why", [at_most(2000)], render_kw={"params": {"rows": 3}})

    def seen_number(self) -> int:
        """Return the number of the weights that the page showed as in force; -1 if it was tampered with."""
        seen = self.seen.data or ""
        return int(seen) if seen.isdecimal() else -1
