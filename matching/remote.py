"""The embedder across a process boundary: one process holds the model, the others ask it and never import torch.

Both ends speak the OpenAI-compatible call `POST /v1/embeddings`, so that `HttpEmbedder` may as well ask Text Embeddings
Inference, Infinity or vLLM. Whatever goes wrong is `EmbedderUnavailable`: the caller then ranks by words alone.
"""

import base64
import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from matching.embedder import Embedder, EmbedderUnavailable, Vectors, normalised

MOST_TEXTS = 512
MOST_BYTES = 16 * 1024 * 1024
PATH = "/v1/embeddings"


class HttpEmbedder:
    """An embedder that asks an OpenAI-compatible server."""

    def __init__(self, url: str, *, name: str = "", dimension: int = 0, timeout: float = 2.0) -> None:
        """Name the server, `http://host:port` with or without `/v1/embeddings`; `timeout` in seconds per call.

        Name and dimension are asked for at first use unless they are given.
        """
        self._url = url.rstrip("/").removesuffix(PATH).removesuffix("/v1") + PATH
        self._timeout = timeout
        self._name = name
        self._dimension = dimension

    @property
    def name(self) -> str:
        """Name of the model the server uses. Raises: EmbedderUnavailable."""
        if not self._name:
            self._embed(["name"], "query")
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector. Raises: EmbedderUnavailable."""
        if not self._dimension:
            self._embed(["dimension"], "query")
        return self._dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows. Raises: EmbedderUnavailable."""
        return self._embed(texts, "query")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 [texts, dimension] unit rows. Raises: EmbedderUnavailable."""
        return self._embed(texts, "passage")

    def _embed(self, texts: Sequence[str], input_type: str) -> Vectors:
        groups = [texts[start : start + MOST_TEXTS] for start in range(0, len(texts), MOST_TEXTS)]
        parts = [self._ask(group, input_type) for group in groups]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimension), np.float32)

    def _ask(self, texts: Sequence[str], input_type: str) -> Vectors:
        asked = {"model": self._name, "input": list(texts), "encoding_format": "base64", "input_type": input_type}
        body = json.dumps(asked).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                return self._read(json.load(response), len(texts))
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EmbedderUnavailable(f"the embedding service at {self._url} did not answer: {error}") from error

    def _read(self, answer: dict[str, Any], wanted: int) -> Vectors:
        rows = [_vector(row["embedding"]) for row in sorted(answer["data"], key=lambda row: int(row["index"]))]
        found = normalised(np.stack(rows))
        if len(found) != wanted or not found.size or (self._dimension and found.shape[1] != self._dimension):
            raise ValueError(f"it answered {found.shape[0]} vectors of length {found.shape[1]}")
        answered = str(answer.get("model") or self._name)
        if self._name and answered != self._name:
            raise ValueError(f"it answered with the model {answered} instead of {self._name}")
        self._name, self._dimension = answered, found.shape[1]
        return found


def _vector(embedding: str | list[float]) -> Vectors:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4").astype(np.float32)
    return np.asarray(embedding, np.float32)


class EmbeddingServer(ThreadingHTTPServer):
    """Answers embedding calls with one embedder or several, each by its name."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], embedder: Embedder) -> None:
        """Answer with an embedder; who asks for another name gets its vectors too, under its own name."""
        super().__init__(address, _Handler)
        self.embedder = embedder
        self.others: dict[str, Embedder] = {}
        """Further embedders by name."""
        self.turn = threading.Lock()  # the model already uses every core; two calls at once would only be slower


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:
        """Answer one call."""
        try:
            size = int(self.headers.get("Content-Length", ""))
        except ValueError:
            size = -1
        if self.path != PATH or not 0 <= size <= MOST_BYTES:
            self.close_connection = True  # the body is left unread
            self._answer(404 if self.path != PATH else 413, {"error": {"message": "no such call, or too large"}})
            return
        try:
            model, texts, as_queries, packed = _asked(self.rfile.read(size))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._answer(400, {"error": {"message": f"not an embeddings request: {error}"}})
            return
        try:
            self._answer(200, self._embed(model, texts, as_queries, packed))
        except EmbedderUnavailable as error:
            self._answer(503, {"error": {"message": str(error)}})

    def _embed(self, model: str, texts: list[str], as_queries: bool, packed: bool) -> dict[str, Any]:
        embedder = self.server.others.get(model, self.server.embedder)
        with self.server.turn:
            found = embedder.embed_queries(texts) if as_queries else embedder.embed_passages(texts)
        data = [
            {"object": "embedding", "index": i, "embedding": _packed(row) if packed else row.tolist()}
            for i, row in enumerate(found)
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return {"object": "list", "model": embedder.name, "data": data, "usage": usage}

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        with suppress(ConnectionError):  # the caller may have stopped waiting: it ranks by words then
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: the caller logs what matters."""


def _asked(body: bytes) -> tuple[str, list[str], bool, bool]:
    """Return (model, texts, whether they are queries, whether vectors are wanted as base64)."""
    asked = json.loads(body)
    texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    if not isinstance(texts, list) or len(texts) > MOST_TEXTS or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"input is not a list of at most {MOST_TEXTS} texts")
    model = str(asked.get("model") or "")
    return model, texts, asked.get("input_type") == "query", asked.get("encoding_format") == "base64"


def _packed(row: Vectors) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode()


def serve_embeddings(embedder: Embedder, host: str = "127.0.0.1", port: int = 0) -> EmbeddingServer:
    """Answer embedding calls from a thread of this process; `.server_address` says where, `.shutdown()` ends it."""
    server = EmbeddingServer((host, port), embedder)
    threading.Thread(target=server.serve_forever, name="embeddings", daemon=True).start()
    return server
