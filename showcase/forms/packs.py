"""The forms of the recommendation pack: what staff write, and the particulars of the draft notice."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wtforms import HiddenField

from showcase.forms.base import Form
from showcase.forms.fields import AreaField, SelectField, TextField, at_most
from showcase.models import Pack, Plan

LONG = 20_000


class PackForm(Form):
    """What staff write; made by `pack_form` with a field for each particular of the notice."""

    revision = HiddenField()
    plan = SelectField("Plan whose options are compared")
    recommendation = AreaField("Recommendation", [at_most(LONG)], render_kw={"params": {"rows": 6}})
    risks = AreaField("Risks", [at_most(LONG)], render_kw={"params": {"rows": 6}})
    engagement = AreaField(
        "How suppliers were engaged",
        [at_most(LONG)],
        description="Events, questions and answers, who was told what and when.",
        render_kw={"params": {"rows": 6}},
    )


def pack_form(pack: Pack, plans: Sequence[Plan], asks: Sequence[Any]) -> tuple[PackForm, Mapping[str, Any]]:
    """Return the form of a pack, and its fields for the notice by name."""
    fields = {f"notice_{ask.name}": _field(ask) for ask in asks}
    made = cast("type[PackForm]", type("BoundPackForm", (PackForm,), fields))
    data: dict[str, Any] = {name: getattr(pack, name) for name in ("recommendation", "risks", "engagement")}
    data |= {f"notice_{name}": text for name, text in pack.notice.items()}
    form = made(data={**data, "revision": str(pack.revision), "plan": str(pack.plan_id or "")})
    form.plan.choices = [("", "None"), *((str(plan.id), f"Plan {plan.number}") for plan in plans)]
    return form, {name: form[name] for name in fields}


def _field(ask: Any) -> Any:
    if ask.is_long:
        return AreaField(ask.label, [at_most(LONG)], description=ask.hint, render_kw={"params": {"rows": 4}})
    return TextField(ask.label, [at_most(500)], description=ask.hint)
