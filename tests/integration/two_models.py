"""Two models that need no weights, and a worker of its own process that uses them: for tests of a change of model.

Run as `python -m tests.integration.two_models DATABASE_URL FOLDER MODEL PORT`. A model's name says how long its vectors
are and, after a point, how many milliseconds it takes for a text: `hash-32.50`.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from matching.embedder import HashEmbedder, Vectors
from showcase import create_app, worker
from showcase.config import Settings

FORMER, LATTER = "hash-64", "hash-32.40"


class NamedEmbedder(HashEmbedder):
    """A model as its name says."""

    def __init__(self, name: str) -> None:
        dimension, _, milliseconds = name.removeprefix("hash-").partition(".")
        super().__init__(int(dimension))
        self.name = name
        self.seconds = int(milliseconds or 0) / 1000

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        time.sleep(self.seconds * len(texts))
        return super().embed_passages(texts)


def settings_for(database_url: str, folder: Path, model: str, port: int) -> Settings:
    return Settings(
        instance_path=folder,
        database_url=database_url,
        secret_key="only-for-tests-" + "0" * 32,
        model_name=model,
        embedder_url=f"http://127.0.0.1:{port}",
    )


if __name__ == "__main__":
    url, folder, model, port = sys.argv[1:]
    worker.forever(create_app(settings_for(url, Path(folder), model, int(port))), NamedEmbedder)
