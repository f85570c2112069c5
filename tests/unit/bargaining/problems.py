"""Small problems for Hypothesis, in their JSON form, crowded enough that every rule binds now and then."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
MONTHS = ["2027-11", "2027-12", "2028-01", "2028-02"]
ABILITIES = ["open-api", "uk-hosting"]


@st.composite
def offers(draw: st.DrawFn, number: int, unit: int) -> Json:
    least = sorted(draw(st.lists(st.integers(0, 9), min_size=1, max_size=2)))
    capacity = draw(st.none() | st.integers(1, 12))
    return {
        "id": f"offer {number}",
        "supplier": f"Firm {number}",
        "tiers": [{"min_quantity": one * unit, "unit_price_pence": draw(st.integers(0, 5))} for one in least],
        "capacity": capacity and capacity * unit,
        "starts": draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=2, unique=True)),
        "meets": draw(st.lists(st.sampled_from(ABILITIES), unique=True)),
    }


@st.composite
def councils(draw: st.DrawFn, number: int, unit: int) -> Json:
    limits = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True))
    earliest, latest = sorted(draw(st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS))))
    quantity = st.integers(0, 5).map(lambda one: one * unit + (one % 2 if unit > 1 else 0))
    return {
        "id": f"council {number}",
        "quantity": [{"max_unit_price_pence": limit, "quantity": draw(quantity)} for limit in limits],
        "current_unit_cost_pence": draw(st.none() | st.integers(0, 7)),
        "earliest": earliest,
        "latest": latest,
        "needs": draw(st.lists(st.sampled_from(ABILITIES), max_size=1)),
    }


@st.composite
def problems(draw: st.DrawFn) -> Json:
    """Up to two offers and five councils; quantities of a few, or of many millions where rounding would show."""
    unit = draw(st.sampled_from([1, 1, 1_000_003]))
    return {
        "offers": [draw(offers(number, unit)) for number in range(draw(st.integers(0, 2)))],
        "councils": [draw(councils(number, unit)) for number in range(draw(st.integers(0, 5)))],
    }
