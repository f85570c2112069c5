"""What must not win: a copy padded with general praise, and another product stuffed with the right words."""

import pytest

from matching.collection import Collection
from matching.encoding import encode, encode_challenges
from matching.model import ModelEmbedder
from matching.ranker import Ranker
from matching.texts import STOP_WORDS, Text
from tests.unit.matching.conftest import CHALLENGE, SOLUTIONS

PRAISE = (
    "Our award-winning, world-class, scalable platform transforms public services end to end. Trusted by leaders, it "
    "delights residents, empowers staff, breaks down silos and unlocks value from data with cutting-edge technology. "
)
SPRINKLED = (
    "Damp and the mould of homes with a risk for our tenants that is winter to be in surveyors. "
    "Homes of the tenants and mould in winter with damp for a risk that the surveyors are. "
    "Winter and surveyors of risk, the homes with damp that are mould for the tenants. "
    "Risk of homes that the winter is for tenants, and surveyors with the damp in mould. "
)
"""No list by its small words, and nothing that anyone would say."""
STUFFED = {
    "praise": SOLUTIONS["damp"] + "\n" + PRAISE * 3,
    "keywords": ", ".join(word for word in CHALLENGE.lower().split() if word not in STOP_WORDS).replace(".", "") + ". ",
    "list": ("damp, mould, homes, tenants, winter, surveyors, risk, housing management system, repairs, sensors, " * 4),
    "other": SOLUTIONS["bins"] + "\n" + "Damp mould homes tenants winter surveyors. " * 6,
    "other, small words between": SOLUTIONS["bins"] + "\n" + SPRINKLED,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STUFFED)
def test_a_stuffed_copy_does_not_pass_the_plain_profile(name: str) -> None:
    model = ModelEmbedder()
    texts = [Text.plain(id, text) for id, text in (SOLUTIONS | {name: STUFFED[name]}).items()]
    collection = Collection.of(zip((text.id for text in texts), encode(texts, model), strict=True))
    (challenge,) = encode_challenges([Text.plain("c", CHALLENGE)], model)
    assert Ranker(collection).rank(challenge).matches[0].id == "damp"
