"""What was embedded of a text is not asked for again, and nothing of it helps another text."""

from collections.abc import Sequence

import numpy as np

from matching.embedder import HashEmbedder, Vectors
from matching.remembering import Memory, RememberingEmbedder


class Counting(HashEmbedder):
    """Notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed_queries(texts)


def test_only_what_is_new_is_asked_for_and_nothing_changes() -> None:
    model = Counting()
    first = RememberingEmbedder(model, {})
    first.embed_queries(["damp homes", "missed bins", "damp homes"])
    assert model.asked == ["damp homes", "missed bins"]
    again = RememberingEmbedder(model, first.asked)
    found = again.embed_queries(["missed bins", "potholes"])
    assert model.asked == ["damp homes", "missed bins", "potholes"]
    np.testing.assert_array_equal(found, HashEmbedder().embed_queries(["missed bins", "potholes"]))
    assert set(again.asked) == {"missed bins", "potholes"}  # what the text no longer says is forgotten
    assert again.embed_queries([]).shape == (0, model.dimension)


def test_a_memory_holds_so_many_texts_and_forgets_the_oldest() -> None:
    memory, row = Memory(2), np.zeros(4, np.float32)
    for key in ("a", "b", "a", "c"):
        memory.keep(key, {key: row})
    assert list(memory.of("a")) == ["a"]
    assert list(memory.of("c")) == ["c"]
    assert memory.of("b") == {}
