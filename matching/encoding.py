"""What the ranking keeps of a text: vectors of the whole and of each passage, and counts of its terms.

`encode` is the slow step (it asks the embedder); its result is a value that can be stored as two blobs, one row per
(text, model), and handed to a `Collection` later without the embedder.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from matching.embedder import Embedder
from matching.requirements import requirements
from matching.texts import Text, passages, prose, term_counts

CUTTING = "2"
"""Changes when texts are cut or counted in another way, so that stored rows are known to be stale."""
_HASHED = "1"
"""Changes with it, unless what changed is which sentences of a text count: those are part of the hash."""

Half = npt.NDArray[np.float16]

_PLAIN = b"\x01"
"""Begins stored terms; the compressed JSON of earlier rows begins with an x."""

_NO_ROWS: Half = np.zeros((0, 0), np.float16)


class DifferentModels(Exception):
    """Vectors of two models, or of two lengths, were about to be compared."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """One text, ready to be ranked."""

    vectors: Half
    """float16 [1 + passages, dimension], unit rows: the whole text first. No rows: nothing was embedded."""
    terms: Mapping[str, int]
    model: str = ""
    requirements: Half = field(default_factory=lambda: _NO_ROWS)
    """float16 [requirements, dimension]: what a challenge asks for, sentence by sentence, where that was embedded."""
    length: int = field(init=False)
    """Number of terms, repeats counted."""

    def __post_init__(self) -> None:
        """Count the terms once."""
        object.__setattr__(self, "length", sum(self.terms.values()))

    @property
    def has_vectors(self) -> bool:
        """Tell whether the text was embedded."""
        return len(self.vectors) > 0

    @property
    def whole(self) -> npt.NDArray[np.float32]:
        """Return the vector of the whole text, float32 [dimension]."""
        found: npt.NDArray[np.float32] = self.vectors[0].astype(np.float32)
        return found

    @property
    def passages(self) -> npt.NDArray[np.float32]:
        """Return float32 [passages, dimension]; a text too short to be cut has itself as its only passage."""
        return (self.vectors[1:] if len(self.vectors) > 1 else self.vectors).astype(np.float32)

    def to_blobs(self) -> tuple[bytes, bytes]:
        """Return (vectors, terms) as bytes for storage."""
        head = np.array([*self.vectors.shape, len(self.requirements)], dtype="<u4").tobytes()
        body = b"".join(np.ascontiguousarray(rows, "<f2").tobytes() for rows in (self.vectors, self.requirements))
        return head + body, _packed(self.terms)

    @classmethod
    def from_blobs(cls, vectors: bytes, terms: bytes, model: str) -> "Encoded":
        """Read back what `to_blobs` wrote. Raises: ValueError when the bytes are not such a value."""
        rows, dimension, asked = (int(n) for n in np.frombuffer(vectors, "<u4", count=3))
        array = np.frombuffer(vectors, "<f2", offset=12).astype(np.float16, copy=False).reshape(rows + asked, dimension)
        return cls(array[:rows], _unpacked(terms), model, array[rows:])


def _packed(terms: Mapping[str, int]) -> bytes:
    """Return a mark, how many terms there are, their counts, and the terms a line each: quick to read, not small."""
    numbers = np.array([len(terms), *terms.values()], "<u4").tobytes()
    return _PLAIN + numbers + "\n".join(terms).encode()


def _unpacked(stored: bytes) -> dict[str, int]:
    """Read what `_packed` wrote, or the compressed JSON that rows held before. Raises: ValueError."""
    if stored[:1] != _PLAIN:
        try:
            older: dict[str, int] = json.loads(zlib.decompress(stored))
        except zlib.error as error:
            raise ValueError(f"these bytes are no stored terms: {error}") from None
        return older
    size = int.from_bytes(stored[1:5], "little")
    counts = np.frombuffer(stored, "<u4", size, 5).tolist()
    return dict(zip(str(stored[5 + 4 * size :], "utf-8").split("\n"), counts, strict=True)) if size else {}


def encode(texts: Sequence[Text], embedder: Embedder | None, *, as_queries: bool = False) -> list[Encoded]:
    """Embed and count texts; without an embedder only the terms are counted. Raises: EmbedderUnavailable.

    A text of nothing but keywords may ask, but it answers nothing: as a document it has neither vectors nor terms.
    """
    kept = [prose(text) for text in texts]
    if as_queries:
        kept = [one if one.fields else text for one, text in zip(kept, texts, strict=True)]
    counted = [term_counts(one.whole) for one in kept]
    if embedder is None:
        return [Encoded(_NO_ROWS, terms) for terms in counted]
    groups = [_rows(one) if one.fields or not text.fields else [] for one, text in zip(kept, texts, strict=True)]
    embed = embedder.embed_queries if as_queries else embedder.embed_passages
    vectors = embed([row for group in groups for row in group]).astype(np.float16)
    bounds = np.cumsum([0, *(len(group) for group in groups)])
    return [
        Encoded(vectors[start:end], terms, embedder.name if end > start else "")
        for start, end, terms in zip(bounds, bounds[1:], counted, strict=False)
    ]


def encode_challenges(texts: Sequence[Text], embedder: Embedder | None) -> list[Encoded]:
    """Encode as queries, and each requirement as well, so that gaps can be named. Raises: EmbedderUnavailable."""
    encoded = encode(texts, embedder, as_queries=True)
    if embedder is None:
        return encoded
    asked = [_asked(text) for text in texts]
    vectors = embedder.embed_queries([sentence for group in asked for sentence in group]).astype(np.float16)
    bounds = np.cumsum([0, *(len(group) for group in asked)])
    return [
        replace(one, requirements=vectors[start:end])
        for one, start, end in zip(encoded, bounds, bounds[1:], strict=False)
    ]


def parts(challenge: Text) -> tuple[list[str], list[str]]:
    """Return the words that `encode_challenges` embeds: those of the rows, and those of each requirement."""
    kept = prose(challenge)
    return _rows(kept if kept.fields else challenge), _asked(challenge)


def _asked(challenge: Text) -> list[str]:
    return [one.text for one in requirements(challenge)]


def _rows(text: Text) -> list[str]:
    parts = [passage.text for passage in passages(text)]
    return [text.whole, *parts] if len(parts) > 1 else [text.whole]


def content_hash(text: Text, model: str) -> str:
    """Return a hex digest that changes with the words, their fields, the model, or the way texts are cut."""
    kept = prose(text)
    lists = [] if kept == text else [kept.fields]
    content = json.dumps([_HASHED, model, text.fields, *lists], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
