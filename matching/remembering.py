"""An embedder that asks the model only for what it was not asked the last time: a draft hardly changes between saves.

Each text has a memory of its own, so that nobody can tell by the time of an answer what another has written.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.embedder import Embedder, Vectors


class Memory:
    """What was asked last about each of some texts; those that were asked about longest ago are forgotten."""

    def __init__(self, most: int) -> None:
        """Remember so many texts."""
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Mapping[str, Vectors]] = OrderedDict()

    def of(self, key: str) -> Mapping[str, Vectors]:
        """Return the vectors by the words they are of, for the text of that key."""
        with self._lock:
            return self._known.get(key, {})

    def keep(self, key: str, found: Mapping[str, Vectors]) -> None:
        """Replace what is known for a text."""
        with self._lock:
            self._known[key] = found
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


class RememberingEmbedder:
    """Embeds the parts of one text; `keep` remembers them for the next time."""

    def __init__(self, embedder: Embedder, memory: Memory, key: str) -> None:
        """Ask `embedder` for what the memory does not hold; `key` names the text."""
        self._embedder = embedder
        self._memory = memory
        self._key = f"{embedder.name} {key}"
        self._before = memory.of(self._key)
        self._asked: dict[str, Vectors] = {}

    @property
    def name(self) -> str:
        """Name of the model. Raises: EmbedderUnavailable."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """Length of a vector. Raises: EmbedderUnavailable."""
        return self._embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows. Raises: EmbedderUnavailable."""
        new = [text for text in dict.fromkeys(texts) if text not in self._before and text not in self._asked]
        made = dict(zip(new, self._embedder.embed_queries(new), strict=True)) if new else {}
        self._asked |= {text: self._before[text] for text in texts if text in self._before} | made
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return np.stack([self._asked[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows; nothing of these is remembered. Raises: EmbedderUnavailable."""
        return self._embedder.embed_passages(texts)

    def keep(self) -> None:
        """Remember what was asked, and only that."""
        self._memory.keep(self._key, self._asked)
