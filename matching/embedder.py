"""Embedders: what turns texts into vectors.

`Embedder` is the protocol the rest of the library speaks. `matching.model` holds a sentence-transformers model in this
process, `matching.remote` asks another process; `HashEmbedder` needs no model and is for fast tests.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from matching.texts import term_counts

Vectors = npt.NDArray[np.float32]


class EmbedderUnavailable(Exception):
    """No vectors can be had now: the model is missing or wrong, or the embedding service does not answer."""


class Embedder(Protocol):
    """Texts in, unit vectors out. Queries and passages have two verbs because some models prompt them differently."""

    @property
    def name(self) -> str:
        """Name of the model: vectors of two names are never compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension], each row of length 1. Raises: EmbedderUnavailable."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension], each row of length 1. Raises: EmbedderUnavailable."""


class HashEmbedder:
    """A deterministic stand-in without a model: each stemmed term is a fixed random direction, a text their sum."""

    def __init__(self, dimension: int = 64) -> None:
        """Set the length of the vectors."""
        self.dimension = dimension
        self.name = f"hash-{dimension}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows; texts that share terms are close."""
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows; texts that share terms are close."""
        rows = [self._row(text) for text in texts]
        return normalised(np.stack(rows)) if rows else np.zeros((0, self.dimension), np.float32)

    def _row(self, text: str) -> Vectors:
        row = np.zeros(self.dimension, np.float32)
        row[0] = 1e-3  # a text without terms still has a direction
        for term, count in term_counts(text).items():
            seed = int.from_bytes(hashlib.sha256(term.encode()).digest()[:8], "big")
            row += count * np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return row


def normalised(vectors: Vectors) -> Vectors:
    """Scale each row to length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32, copy=False)
    return found
