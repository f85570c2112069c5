"""A supplier's name is left out of its own words, and other words are left in."""

import pytest

from showcase.models import Solution, Supplier
from showcase.services.masking import LEFT_OUT, mask, mask_text

FIRM = Supplier(
    name="DampSense Analytics Ltd", website="https://www.dampsense.example", companies_house_number="09999991"
)
SOLUTION = Solution(organisation=FIRM, title="Dry Rooms 2")


@pytest.mark.parametrize(
    "words",
    [
        "DampSense Analytics Ltd",
        "dampsense analytics",
        "Damp Sense Analytics",
        "Dampsense",
        "DAMPSENSE",
        "DampSense’s",
        "Damp-Sense Analytics",
        "Dry Rooms 2",
        "dry rooms 2",
        "priya@dampsense.example",
        "https://www.dampsense.example/case-studies",
        "dampsense.example",
        "09999991",
    ],
)
def test_every_name_is_left_out(words: str) -> None:
    masked = mask_text(f"With {words} a council sees which homes are damp.", SOLUTION)
    assert masked.startswith(f"With {LEFT_OUT}")
    assert masked.endswith("a council sees which homes are damp.")
    assert "ampsense" not in masked.lower()


@pytest.mark.parametrize(
    "words",
    ["A damp home makes sense of no one.", "Analytics of dry rooms.".lower(), "Rooms are warmed from 09999990 to 2."],
)
def test_other_words_stay(words: str) -> None:
    assert mask_text(words, SOLUTION) == words


def test_answers_are_masked_wherever_they_hold_text() -> None:
    content = {
        "name": "Dry Rooms 2",
        "contact_name": "Priya Nair",
        "contact_email": "priya@dampsense.example",
        "summary": "Dry Rooms 2 tells officers.",
        "outcomes": [{"claim": "DampSense halved it", "source": "dampsense.example", "evidence": "x"}],
        "price_floor": 120000,
        "service_areas": ["housing-repairs"],
    }
    assert mask(content, SOLUTION) == {
        "summary": f"{LEFT_OUT} tells officers.",
        "outcomes": [{"claim": f"{LEFT_OUT} halved it", "source": LEFT_OUT, "evidence": "x"}],
        "price_floor": 120000,
        "service_areas": ["housing-repairs"],
    }
