"""How much faster passages are encoded than by `SentenceTransformer.encode` as installed, with vectors how alike.

Passages of 256 tokens are made of sentences of the seeds, drawn at random. Both encode the same ones on the same number
of threads, in turns, so that whatever else the machine does hits both; what counts is the median of the ratios. The
smallest cosine is over these passages and over every text of the seeds as it stands. bench/README.md explains the keys.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from matching.embedder import Vectors
from matching.model import ModelEmbedder, bundled_path

SEEDS = Path(__file__).parent.parent / "seeds"
LEAST_RATIO, LEAST_COSINE = 3.5, 0.999
TOKENS = 256
SENTENCES = 24
"""Of about 18 tokens each: every passage is longer than TOKENS, and both sides cut it there."""


@dataclass(frozen=True)
class Figures:
    """What was measured; times are medians, in milliseconds for one passage."""

    path: str
    threads: int
    passages: int
    rounds: int
    peer_ms: float
    ours_ms: float
    ratio: float
    ratio_least: float
    ratio_most: float
    peer_processor_ms: float
    ours_processor_ms: float
    ratio_processor: float
    texts_compared: int
    smallest_cosine: float
    load_seconds: float

    @property
    def is_within(self) -> bool:
        """Whether speed and likeness are what was promised."""
        return self.ratio >= LEAST_RATIO and self.smallest_cosine >= LEAST_COSINE


def seed_texts() -> list[str]:
    """Return every answer of a sentence or more in the seeds, in the order of the files."""
    files = sorted([*SEEDS.glob("challenges.json"), *SEEDS.glob("solutions_*.json"), *SEEDS.glob("firms_*.json")])
    return [text for file in files for text in _answers(json.loads(file.read_text(encoding="utf-8")))]


def _answers(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.split()) >= 8:
            yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _answers(part)


def passages(count: int) -> list[str]:
    """Return passages of at least TOKENS tokens, the same ones each time."""
    sentences = [part for text in seed_texts() for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) >= 4]
    draw = random.Random("encoding")
    return [" ".join(draw.sample(sentences, SENTENCES)) for _ in range(count)]


def measure(count: int, rounds: int) -> Figures:
    """Encode `count` passages by turns, `rounds` times each, on as many threads as ours takes."""
    started = time.perf_counter()
    model = ModelEmbedder()
    path = model.path
    load_seconds = time.perf_counter() - started
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(model.threads)
    peer = SentenceTransformer(str(bundled_path()), device="cpu")
    texts = passages(count)
    lengths = {len(ids) for ids in peer.tokenizer(texts, truncation=True, max_length=TOKENS)["input_ids"]}
    if lengths != {TOKENS}:
        raise ValueError(f"a passage has fewer than {TOKENS} tokens")
    ways = (lambda: peer.encode(texts), lambda: model.embed_passages(texts))
    for way in ways:
        way()  # warm
    times = np.array([[_timed(way) for way in ways] for _ in range(rounds)]) * 1000 / count
    (peer_ms, peer_processor_ms), (ours_ms, ours_processor_ms) = np.median(times, axis=0).round(2).tolist()
    ratios = times[:, 0] / times[:, 1]
    compared = [*texts, *seed_texts()]
    return Figures(
        path=path,
        threads=model.threads,
        passages=count,
        rounds=rounds,
        peer_ms=peer_ms,
        ours_ms=ours_ms,
        ratio=_rounded(np.median(ratios[:, 0])),
        ratio_least=_rounded(ratios[:, 0].min()),
        ratio_most=_rounded(ratios[:, 0].max()),
        peer_processor_ms=peer_processor_ms,
        ours_processor_ms=ours_processor_ms,
        ratio_processor=_rounded(np.median(ratios[:, 1])),
        texts_compared=len(compared),
        smallest_cosine=round(float((peer.encode(compared) * model.embed_passages(compared)).sum(axis=1).min()), 6),
        load_seconds=_rounded(load_seconds),
    )


def _timed(work: Callable[[], Vectors]) -> tuple[float, float]:
    """Return wall-clock and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _rounded(value: float) -> float:
    return round(float(value), 2)


def main() -> int:
    """Print the figures; return 1 where they are not what was promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--passages", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    figures = measure(asked.passages, asked.rounds)
    if asked.json:
        print(json.dumps({**asdict(figures), "is_within": figures.is_within}))
        return 0 if figures.is_within else 1
    print(f"way:              {figures.path}, on {figures.threads} threads, loaded in {figures.load_seconds} s")
    print(f"a passage:        {figures.ours_ms} ms; SentenceTransformer.encode {figures.peer_ms} ms")
    print(f"ratio:            {figures.ratio} (from {figures.ratio_least} to {figures.ratio_most})")
    print(f"processor time:   {figures.ours_processor_ms} ms against {figures.peer_processor_ms} ms", end="")
    print(f", ratio {figures.ratio_processor}")
    print(f"smallest cosine:  {figures.smallest_cosine} over {figures.texts_compared} texts")
    print(f"promised:         at least {LEAST_RATIO} times, {LEAST_COSINE}: {'yes' if figures.is_within else 'NO'}")
    return 0 if figures.is_within else 1


if __name__ == "__main__":
    raise SystemExit(main())
