"""A plan as JSON values: what `showcase interests plan --json` prints and what a solve keeps.

Every field is defined in docs/bargaining.md.
"""

from collections.abc import Sequence
from typing import Any

from showcase.bargaining.explain import Alone, NextTier
from showcase.bargaining.problem import month_text
from showcase.bargaining.rules import Plan


def as_values(found: Plan, left: Sequence[Alone], ahead: Sequence[NextTier]) -> dict[str, Any]:
    """Return a plan, the councils that stay alone and the tiers within sight as JSON values."""
    return {
        "status": found.status,
        "saving_pence": found.saving_pence,
        "bound_pence": found.bound_pence,
        "gap": found.gap,
        "proven": list(found.proven),
        "groups": [
            {
                "offer": group.offer,
                "tier": group.tier,
                "unit_price_pence": group.unit_price_pence,
                "start": month_text(group.start),
                "members": dict(group.members),
                "quantity": group.quantity,
            }
            for group in found.groups
        ],
        "alone": [{"council": one.council, "limit": one.limit, "offers": one.offers} for one in left],
        "next_tiers": [
            {
                "offer": one.offer,
                "tier": one.tier,
                "unit_price_pence": one.unit_price_pence,
                "start": month_text(one.start),
                "min_quantity": one.min_quantity,
                "quantity": one.quantity,
                "gap": one.gap,
                "is_enough": one.is_enough,
                "could_close": [vars(helper) for helper in one.could_close],
            }
            for one in ahead
        ],
    }
