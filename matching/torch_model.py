"""Any sentence-transformers model, run by torch: for models other than the bundled one and where OpenVINO is missing.

The only file that imports torch and sentence-transformers, and only when a model is loaded.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from matching.embedder import EmbedderUnavailable, Vectors, normalised
from matching.precision import Precision, fastest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class TorchModel:
    """A sentence-transformers model in this process."""

    def __init__(self, source: str, precision: Precision | None = None) -> None:
        """Load the model, named or a folder; without a precision, find the fastest. Raises: EmbedderUnavailable."""
        self._model = _loaded(source)
        self.precision = precision or self._fastest()
        self.path = "sentence-transformers, float32"
        if self.precision == "bfloat16":
            self.path = "sentence-transformers, bfloat16 where torch's autocast allows it"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model.get_embedding_dimension() or 0

    @property
    def threads(self) -> int:
        """Number of threads the work is spread over: torch's own setting, shared by the whole process."""
        import torch

        return torch.get_num_threads()

    def encode(self, texts: Sequence[str], *, as_queries: bool = False) -> Vectors:
        """Return float32 [texts, dimension] unit rows, with the prompt the model has for queries or passages."""
        return self._encode(texts, as_queries=as_queries, precision=self.precision)

    def _encode(self, texts: Sequence[str], *, precision: Precision, as_queries: bool = False) -> Vectors:
        import torch

        encode = self._model.encode_query if as_queries else self._model.encode_document
        reduced = torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")
        with torch.inference_mode(), reduced:  # encode() sorts by length, so that batches carry little padding
            found = encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        return normalised(np.asarray(found, dtype=np.float32))

    def _fastest(self) -> Precision:
        full = partial(self._encode, precision="float32")
        return fastest({"float32": full, "bfloat16": partial(self._encode, precision="bfloat16")})


def _loaded(source: str) -> "SentenceTransformer":
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(source, device="cpu")
    except (ImportError, OSError, ValueError) as error:
        raise EmbedderUnavailable(f"the model {source} cannot be loaded: {error}") from error
