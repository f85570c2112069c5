import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from matching import model as model_module
from matching.embedder import EmbedderUnavailable, HashEmbedder, Vectors
from matching.model import BUNDLED_NAME, ModelEmbedder
from matching.remote import MOST_TEXTS, HttpEmbedder, serve_embeddings


@pytest.fixture
def url() -> Iterator[str]:
    server = serve_embeddings(HashEmbedder(16))
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_an_embedder_over_http_answers_as_the_one_behind_it(url: str) -> None:
    texts = [f"damp home {n}" for n in range(MOST_TEXTS + 3)]
    remote = HttpEmbedder(url, timeout=30)
    assert np.allclose(remote.embed_passages(texts), HashEmbedder(16).embed_passages(texts))
    assert (remote.name, remote.dimension) == ("hash-16", 16)
    assert remote.embed_queries([]).shape == (0, 16)


def test_another_model_or_length_than_asked_for_is_refused(url: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="hash-16"):
        HttpEmbedder(url, name="other").embed_queries(["damp"])
    with pytest.raises(EmbedderUnavailable, match="length 16"):
        HttpEmbedder(url, dimension=384).embed_queries(["damp"])


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(EmbedderUnavailable):
        HttpEmbedder("http://127.0.0.1:9", timeout=0.5).embed_queries(["damp"])


class Nonsense(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        if "slow" in self.path:
            time.sleep(1)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": [{"index": 0, "embedding": "!"}]}')

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("path", ["", "/slow"])
def test_nonsense_and_slowness_are_unavailable(path: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nonsense)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with pytest.raises(EmbedderUnavailable):
        HttpEmbedder(f"http://127.0.0.1:{server.server_address[1]}{path}", timeout=0.2).embed_queries(["damp"])
    server.shutdown()
    server.server_close()


class Broken(HashEmbedder):
    def embed_passages(self, texts: object) -> Vectors:
        raise EmbedderUnavailable("gone")


def test_a_model_that_fails_behind_the_server_is_unavailable_in_front() -> None:
    server = serve_embeddings(Broken(16))
    with pytest.raises(EmbedderUnavailable):
        HttpEmbedder(f"http://127.0.0.1:{server.server_address[1]}").embed_passages(["damp"])
    server.shutdown()
    server.server_close()


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tampered"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(model_module, "BUNDLED_PACKAGE", "tampered")
    with pytest.raises(EmbedderUnavailable, match="missing"):
        ModelEmbedder().embed_queries(["damp"])
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(EmbedderUnavailable, match="not the published one"):
        ModelEmbedder().embed_queries(["damp"])


def test_importing_the_library_never_loads_torch() -> None:
    names = "collection, ranker, reasons, remote, evaluation, files, eligibility, embedder, model"
    code = f"import sys; from matching import {names}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_the_bundled_model_knows_what_is_alike() -> None:
    model = ModelEmbedder()
    assert (model.name, model.dimension) == (BUNDLED_NAME, 384)
    query = model.embed_queries(["Tenants complain about mould on bedroom walls"])
    near, far = model.embed_passages(["Predicts which council flats will become damp", "Counts votes at elections"])
    assert query[0] @ near > query[0] @ far + 0.2
    assert np.linalg.norm(query[0]) == pytest.approx(1, abs=1e-5)
