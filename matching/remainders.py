"""What is left of a text's passages without each of their sentences, as vectors: tells what a sentence carries.

Stands beside `encoding` for the reasons. A sentence's part in a passage shows only in how the passage reads without it,
which the model must say; that does not depend on any query, so it is worked out once for a text and kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.embedder import Embedder
from matching.texts import Text, passages, prose, sentences

Half = npt.NDArray[np.float16]


@lru_cache(maxsize=2_048)
def shortened(text: Text) -> tuple[tuple[str, ...], ...]:
    """Return for each passage what is left of it without each of its sentences; nothing for one of one sentence."""
    kept = prose(text)
    cut = passages(kept if kept.fields else text)
    return tuple(_without_each(sentences(passage.text)) for passage in cut)


def _without_each(parts: Sequence[str]) -> tuple[str, ...]:
    if len(parts) < 2:
        return ()
    return tuple(" ".join((*parts[:place], *parts[place + 1 :])) for place in range(len(parts)))


def encode_remainders(texts: Sequence[Text], embedder: Embedder, *, as_queries: bool = False) -> list[Half]:
    """Return for each text float16 [remainders, dimension], passage after passage. Raises: EmbedderUnavailable."""
    groups = [[row for rows in shortened(text) for row in rows] for text in texts]
    embed = embedder.embed_queries if as_queries else embedder.embed_passages
    vectors = embed([row for group in groups for row in group]).astype(np.float16)
    bounds = np.cumsum([0, *(len(group) for group in groups)])
    return [vectors[start:end] for start, end in pairwise(bounds.tolist())]


def of_passage(text: Text, rows: Half, place: int) -> npt.NDArray[np.float32] | None:
    """Return float32 [sentences, dimension] for one passage of a text, from what `encode_remainders` gave for it.

    None where the passage has one sentence, or the rows are of other words.
    """
    counts = [len(left) for left in shortened(text)]
    if len(rows) != sum(counts) or not counts[place]:
        return None
    start = sum(counts[:place])
    found: npt.NDArray[np.float32] = rows[start : start + counts[place]].astype(np.float32)
    return found


def to_blob(rows: Half) -> bytes:
    """Return remainders as bytes for storage."""
    return np.array(rows.shape, "<u4").tobytes() + np.ascontiguousarray(rows, "<f2").tobytes()


def from_blob(stored: bytes) -> Half:
    """Read back what `to_blob` wrote. Raises: ValueError when the bytes are not such a value."""
    count, dimension = (int(n) for n in np.frombuffer(stored, "<u4", count=2))
    found: Half = np.frombuffer(stored, "<f2", offset=8).astype(np.float16, copy=False).reshape(count, dimension)
    return found
