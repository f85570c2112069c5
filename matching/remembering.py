"""An embedder that asks the model only for what is not known: a draft hardly changes from one save to the next.

Each text has a memory of its own, so that nobody can tell by the time of an answer what another has written.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.embedder import Embedder, Vectors


class Memory:
    """What was last asked of each of some texts; those that were asked of longest ago are forgotten."""

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
    """Asks another embedder for what is not known already; `asked` is then what there is to remember."""

    def __init__(self, embedder: Embedder, known: Mapping[str, Vectors]) -> None:
        """Take who knows the rest, and the vectors of words that need not be asked for, float32 [dimension] each."""
        self._embedder = embedder
        self._known = known
        self.asked: dict[str, Vectors] = {}

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
        self.asked |= {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in self.asked]
        if new:
            self.asked |= dict(zip(new, self._embedder.embed_queries(new), strict=True))
        return np.stack([self.asked[text] for text in texts]) if texts else np.zeros((0, self.dimension), np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows; these are always asked for. Raises: EmbedderUnavailable."""
        return self._embedder.embed_passages(texts)
