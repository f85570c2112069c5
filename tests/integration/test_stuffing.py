"""With the real model: stuffing a copy of a profile gains next to nothing, and marketing is on no first page."""

from dataclasses import replace

import pytest

from bench.stuffing import COPIED, MARKETING, STUFFING, Corpus, marketing, stuffed_copies
from matching.model import ModelEmbedder

pytestmark = pytest.mark.either_database

CHALLENGES = 8
SLIGHT = 0.1
"""What any stuffing may gain, in spreads of the score over the corpus: "close" and "in part" lie 0.9 apart. Naming its
services ten times has been seen to gain 0.01."""
ALWAYS_LOSE = (
    "praise, three times",
    "its own keywords, six times",
    "its own keywords, six times, small words between",
    "all of itself, once more",
)
A_LIST = "every service"
"""Names the very service that a challenge is about, among twenty others; it may stand where nothing else fits."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """All seeded profiles, and some of the golden challenges."""
    whole = Corpus.of_seeds(ModelEmbedder(), None)
    return replace(whole, golden=whole.golden[:: len(whole.golden) // CHALLENGES][:CHALLENGES])


@pytest.mark.slow
def test_stuffing_gains_next_to_nothing(corpus: Corpus) -> None:
    copies = {one.stuffing: one for one in stuffed_copies(corpus, CHALLENGES)}
    assert set(copies) == set(STUFFING)
    assert {name: copies[name].above for name in ALWAYS_LOSE} == dict.fromkeys(ALWAYS_LOSE, 0)
    assert {name: one.most for name, one in copies.items() if one.most > SLIGHT and name != COPIED} == {}
    assert copies[COPIED].above > 0  # so that the figures above are known to be able to differ


@pytest.mark.slow
def test_marketing_is_on_no_first_page(corpus: Corpus) -> None:
    praised = {one.text: one for one in marketing(corpus)}
    assert set(praised) == set(MARKETING)
    assert {name: one.above_right for name, one in praised.items() if one.above_right} == {}
    assert {name: one.on_first_page for name, one in praised.items() if one.on_first_page and name != A_LIST} == {}
