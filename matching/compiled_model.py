"""The bundled model compiled for this processor by OpenVINO: several times faster than torch, which is not even loaded.

OpenVINO fuses the layers and uses the units a processor has (AVX-512, its bfloat16 instructions, AMX). The network is
BERT (Devlin et al. 2019) as in all-MiniLM-L6-v2: built here from the weights, because converting it would load torch.
Rows are looked up in the vocabulary before it and averaged after it, both in float32.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.embedder import EmbedderUnavailable, Vectors, normalised
from matching.precision import Precision, fastest

if TYPE_CHECKING:
    from openvino import Model
    from tokenizers import Encoding, Tokenizer

BATCH_TOKENS = 2048
"""Padded tokens encoded at once: enough to keep the units busy, few enough to stay in the processor's cache."""

LENGTH_STEP = 16
"""Texts are padded to a multiple of this, so that few shapes occur and what is prepared for one is used again."""

_MASKED = np.float32(-10_000)
"""Added to the attention a token pays to padding: after the softmax nothing is left of it."""

Read = Callable[[str], Vectors]


class CompiledModel:
    """The model of one folder, compiled in one precision. Threads may share it; each batch waits for its turn."""

    def __init__(self, folder: Path, precision: Precision) -> None:
        """Read and compile the model. Raises: ImportError, OSError or RuntimeError where OpenVINO cannot."""
        openvino = _openvino()
        from safetensors import safe_open

        config = json.loads((folder / "config.json").read_text())
        self.dimension: int = config["hidden_size"]
        self.precision = precision
        self._tokenizer = _tokenizer(folder)
        with safe_open(folder / "model.safetensors", framework="numpy") as weights:
            read = weights.get_tensor
            self._words: Vectors = read("embeddings.word_embeddings.weight")
            self._places: Vectors = read("embeddings.position_embeddings.weight")
            self._places = self._places + read("embeddings.token_type_embeddings.weight")[0]
            network = _network(config, read)
        options = {"INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[precision]}
        self._compiled = openvino.Core().compile_model(network, "CPU", {**options, **_threads()})
        self._request = self._compiled.create_infer_request()
        self._turn = threading.Lock()

    @property
    def path(self) -> str:
        """Say in words how vectors are computed."""
        return f"OpenVINO, {self.precision}"

    @property
    def threads(self) -> int:
        """Number of threads a batch is spread over."""
        return int(self._compiled.get_property("INFERENCE_NUM_THREADS"))

    def encode(self, texts: Sequence[str], *, as_queries: bool = False) -> Vectors:
        """Return float32 [texts, dimension] unit rows; this model has no prompts, so queries are texts like others."""
        tokens = self._tokenizer.encode_batch(list(texts))
        found = np.zeros((len(texts), self.dimension), np.float32)
        for rows in _batches([len(one.ids) for one in tokens]):
            found[rows] = self._encoded([tokens[row] for row in rows])
        return normalised(found)

    def _encoded(self, tokens: Sequence["Encoding"]) -> Vectors:
        """Return the mean of each text's token vectors, float32 [texts, dimension]."""
        ids = np.zeros((len(tokens), _padded(max(len(one.ids) for one in tokens))), np.int64)
        mask = np.zeros(ids.shape, np.float32)
        for row, one in enumerate(tokens):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        inputs = [self._words[ids] + self._places[: ids.shape[1]], (_MASKED * (1 - mask))[:, None, None, :]]
        with self._turn:
            vectors = self._request.infer(inputs)[0]
        mean: Vectors = (mask[:, None, :] @ vectors)[:, 0] / mask.sum(axis=1, keepdims=True)
        return mean


@cache
def compiled(folder: Path) -> CompiledModel:
    """Return the model in whichever precision is fastest here, compiled once a process. Raises: EmbedderUnavailable."""
    try:
        full = CompiledModel(folder, "float32")
        if "BF16" not in _openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            return full
        reduced = CompiledModel(folder, "bfloat16")
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbedderUnavailable(f"OpenVINO cannot run the model here: {error}") from error
    return {"float32": full, "bfloat16": reduced}[fastest({"float32": full.encode, "bfloat16": reduced.encode})]


def _openvino() -> Any:
    """Import OpenVINO without its usage reports: unless told otherwise it sends one to its makers at each import."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _threads() -> dict[str, object]:
    """Heed OMP_NUM_THREADS as torch does, and never tie threads to cores, which other processes need as well."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return {"ENABLE_CPU_PINNING": False, **({"INFERENCE_NUM_THREADS": int(asked)} if asked.isdecimal() else {})}


def _tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.no_padding()
    return tokenizer


def _padded(length: int) -> int:
    return -(-length // LENGTH_STEP) * LENGTH_STEP


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the positions of texts, longest first, in groups that carry little padding and fit BATCH_TOKENS."""
    waiting = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while waiting:
        count = max(1, BATCH_TOKENS // _padded(lengths[waiting[0]]))
        yield waiting[:count]
        waiting = waiting[count:]


def _network(config: dict[str, Any], read: Read) -> "Model":
    """Build the encoder: (float32 [texts, length, hidden], mask [texts, 1, 1, length]) to the last layer's vectors."""
    import openvino.opset13 as op
    from openvino import Model

    hidden, heads = config["hidden_size"], config["num_attention_heads"]

    def numbers(*values: int) -> Any:
        return op.constant(np.array(values, np.int64))

    def linear(x: Any, name: str) -> Any:
        product = op.matmul(x, op.constant(read(f"{name}.weight")), False, True)
        return op.add(product, op.constant(read(f"{name}.bias")[None, None]))

    def layer_norm(x: Any, name: str) -> Any:
        scaled = op.mvn(x, numbers(2), True, config["layer_norm_eps"], "inside_sqrt")
        scaled = op.multiply(scaled, op.constant(read(f"{name}.weight")))
        return op.add(scaled, op.constant(read(f"{name}.bias")))

    def by_head(x: Any) -> Any:
        return op.transpose(op.reshape(x, numbers(0, 0, heads, hidden // heads), True), numbers(0, 2, 1, 3))

    def joined(x: Any) -> Any:
        return op.reshape(op.transpose(x, numbers(0, 2, 1, 3)), numbers(0, 0, hidden), True)

    looked_up, mask = op.parameter([-1, -1, hidden], np.float32), op.parameter([-1, 1, 1, -1], np.float32)
    x = layer_norm(looked_up, "embeddings.LayerNorm")
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        query, key, value = (by_head(linear(x, f"{layer}.attention.self.{one}")) for one in ("query", "key", "value"))
        attended = joined(op.scaled_dot_product_attention(query, key, value, mask))
        x = op.add(x, linear(attended, f"{layer}.attention.output.dense"))
        x = layer_norm(x, f"{layer}.attention.output.LayerNorm")
        wide = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = op.add(x, linear(wide, f"{layer}.output.dense"))
        x = layer_norm(x, f"{layer}.output.LayerNorm")
    return Model([x], [looked_up, mask])
