"""A small corpus of council problems and products, encoded without a model."""

import pytest

from matching.collection import Collection
from matching.embedder import HashEmbedder
from matching.encoding import Encoded, encode
from matching.texts import Text

SOLUTIONS = {
    "damp": "Predicts damp and mould in council homes. It reads repairs records and humidity sensors each night.\n"
    "Surveyors see a list of homes to visit before winter. Tenants may opt out. "
    "It connects to the housing management system by an open interface and keeps data in the United Kingdom.",
    "planning": "Checks planning applications when they arrive. It reads drawings, forms and site plans, and tells "
    "the applicant what is missing. Planning officers decide. It connects to the planning register.",
    "bins": "Routes refuse lorries around road works, and tells residents when a bin was missed and why. Crews "
    "record contamination on a tablet. Contact centre calls about missed bins fall.",
    "letters": "Rewrites council letters in plain English, easy read and forty languages. A trained editor approves "
    "each translation before a resident sees it.",
    "social": "Writes up home visits from a recording, so that social workers spend time with families and not on "
    "case notes. The social worker checks and signs each note.",
    "platform": "A flexible platform that transforms every public service with artificial intelligence, saves money "
    "and delights residents.",
}
CHALLENGE = (
    "How might we find homes at risk of damp and mould before tenants complain?\n"
    "Tenants report mould in winter when it is already bad. Our surveyors cannot see which homes are at risk.\n"
    "It must work with the housing management system. Payments must be taken by direct debit."
)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def solutions(embedder: HashEmbedder) -> dict[str, Encoded]:
    texts = [Text.plain(id, text) for id, text in SOLUTIONS.items()]
    return dict(zip(SOLUTIONS, encode(texts, embedder), strict=True))


@pytest.fixture
def collection(solutions: dict[str, Encoded]) -> Collection:
    return Collection.of(solutions.items())


@pytest.fixture
def challenge(embedder: HashEmbedder) -> Encoded:
    return encode([Text.plain("c", CHALLENGE)], embedder)[0]
