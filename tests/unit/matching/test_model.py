import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from matching.compiled_model import CompiledModel, compiled
from matching.embedder import HashEmbedder, Vectors
from matching.model import ModelEmbedder, bundled_path
from matching.precision import LEAST_COSINE, Precision, fastest
from matching.torch_model import TorchModel

AWKWARD = [
    "",
    " \n\t ",
    "Damp",
    "?!",
    "£1.2m a year",
    "A housing officer sees which homes are at risk before winter.",
    " ".join(["Families wait months for an assessment, and are told nothing meanwhile."] * 55),
    "word " * 600,
    "🏠🌧️ mould 🤧 → 📞",
    "Gwasanaethau cymdeithasol i oedolion yng Nghymru",
    "প্রতিবেশী এলাকায় স্যাঁতসেঁতে বাড়ি",
    "住房潮湿发霉，居民多次投诉",
    "الخدمات الاجتماعية للبالغين",
    "Żółć, ångström, naïve façade",
    "x" * 2000,
    "a\u200bb\x00c\ufffd",
]


def cosines(one: Vectors, other: Vectors) -> Vectors:
    found: Vectors = (one * other).sum(axis=1)
    return found


class Slow:
    def __init__(self, seconds: float, error: float) -> None:
        self.seconds, self.error = seconds, error

    def __call__(self, texts: Sequence[str]) -> Vectors:
        time.sleep(self.seconds)
        rows = HashEmbedder(64).embed_passages(texts)
        turned: Vectors = np.roll(rows, 1, axis=1) * self.error + rows * np.sqrt(1 - self.error**2)
        return (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("full", "reduced", "chosen"),
    [
        (Slow(0.02, 0), Slow(0, 0.01), "bfloat16"),
        (Slow(0.02, 0), Slow(0, 0.2), "float32"),  # quicker, but not the same vectors
        (Slow(0, 0), Slow(0.02, 0), "float32"),  # the same, but slower
    ],
)
def test_precision_is_the_quickest_that_agrees(full: Slow, reduced: Slow, chosen: Precision) -> None:
    assert fastest({"float32": full, "bfloat16": reduced}) == chosen


@pytest.fixture(scope="module")
def full() -> TorchModel:
    return TorchModel(str(bundled_path()), "float32")


@pytest.fixture(scope="module")
def awkward(full: TorchModel) -> Vectors:
    return full.encode(AWKWARD)


@pytest.mark.slow
def test_the_reference_is_what_sentence_transformers_encodes(awkward: Vectors) -> None:
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(bundled_path()), device="cpu")
    assert np.allclose(peer.encode(AWKWARD), awkward, atol=1e-6)


@pytest.mark.slow
def test_awkward_texts_have_the_vectors_of_full_precision(awkward: Vectors) -> None:
    model = ModelEmbedder()
    assert model.path.startswith("OpenVINO")
    assert model.precision in model.path
    assert cosines(model.embed_passages(AWKWARD), awkward).min() >= LEAST_COSINE
    assert cosines(model.embed_queries(AWKWARD), awkward).min() >= LEAST_COSINE


@pytest.mark.slow
def test_without_units_for_less_the_compiled_model_is_full_precision(awkward: Vectors) -> None:
    model = CompiledModel(bundled_path(), "float32")
    assert (model.path, model.dimension) == ("OpenVINO, float32", 384)
    assert np.allclose(model.encode(AWKWARD), awkward, atol=1e-4)


@pytest.mark.slow
def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    model = ModelEmbedder()
    alone = np.concatenate([model.embed_passages([text]) for text in AWKWARD])
    order = np.random.default_rng(3).permutation(len(AWKWARD) * 4) % len(AWKWARD)
    together = model.embed_passages([AWKWARD[at] for at in order])
    assert cosines(together, alone[order]).min() >= 0.9999


@pytest.mark.slow
def test_threads_share_one_model(awkward: Vectors) -> None:
    model = ModelEmbedder()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: model.embed_queries(AWKWARD), range(8)))
    assert min(cosines(one, awkward).min() for one in found) >= LEAST_COSINE
    assert ModelEmbedder()._model is model._model


@pytest.fixture
def no_openvino(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "openvino", None)
    yield
    compiled.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("no_openvino")
def test_without_openvino_torch_runs_the_model(awkward: Vectors) -> None:
    model = ModelEmbedder()
    assert model.path.startswith("sentence-transformers, ")
    assert model.precision in model.path
    assert cosines(model.embed_passages(AWKWARD), awkward).min() >= LEAST_COSINE
    assert model.embed_queries([]).shape == (0, 384)


@pytest.mark.slow
def test_the_compiled_model_loads_no_torch_and_reports_to_nobody() -> None:
    program = """
import sys
from matching.model import ModelEmbedder
ModelEmbedder().embed_queries(["damp"])
print(sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)), "openvino" in sys.modules)
print([name for name, module in sys.modules.items() if name.startswith("openvino_telemetry") and module])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n[]\n"
