"""The measurements of `bench.ranking`, each run in a process of its own; prints one JSON object."""

import gc
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from bench.profiles import challenges, count, model_of, stored, stored_text
from matching import ranker as ranker_module
from matching.calibration import Calibration, sampled
from matching.collection import Collection
from matching.ranker import Ranker
from matching.reasons import Pair, explain

TOP = 20
ROUNDS = 3
CHANGES = 50
EXHAUSTIVE_QUERIES = 25
STEPS = (0.01, 0.03, 0.1, 0.3, 1.0)

Figures = dict[str, Any]


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def memory(name: str) -> float:
    """Return a figure of this process in megabytes, such as VmRSS."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return round(next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) / 1024, 1)


def percentile(values: list[float], share: float) -> float:
    """Return a percentile, rounded for people."""
    return round(float(np.percentile(values, share)), 2)


def ours(file: Path) -> Figures:
    """Start from stored rows, rank with reasons, change, and compare with scoring everything."""
    size, model, asked = count(file), model_of(file), challenges(file)
    wanted = {int(id) for id in sampled(str(number) for number in range(size))}
    sample = [one for number in sorted(wanted) for one in stored(file, number, number + 1, model)]
    database = sqlite3.connect(file)
    calibrated = time.perf_counter()
    collection = Collection(Calibration.of(sample))
    seconds = time.perf_counter() - calibrated
    del sample
    ranker = Ranker(collection)

    def answer(query: Pair) -> None:
        ranking = ranker.rank(query.encoded, TOP)
        for match in ranking.matches:
            explain(ranking.judge, query, Pair(stored_text(database, match.id), collection.get(match.id)))

    curve: list[Figures] = []
    done, changing = 0, dict[int, float]()
    for end in [int(size * share) for share in STEPS]:
        started = time.perf_counter()
        collection.put_many(stored(file, done, end, model))
        seconds += time.perf_counter() - started
        done = end
        answer(asked[0])
        curve.append({"profiles": end, "ms_p50": percentile([milliseconds(lambda: answer(q)) for q in asked], 50)})  # noqa: B023
        changing[end] = percentile(list(_changes(collection)), 50)
    ordered = [milliseconds(lambda: ranker.rank(query.encoded, TOP)) for query in asked]  # noqa: B023
    cpu = time.process_time()
    whole = [milliseconds(lambda: answer(query)) for _ in range(ROUNDS) for query in asked]  # noqa: B023
    cpu = (time.process_time() - cpu) * 1000 / len(whole)
    gc.collect()
    figures = {
        "start_seconds": round(seconds, 2),
        "query_ms_p50": percentile(whole, 50),
        "query_ms_p95": percentile(whole, 95),
        "first_round_ms_p95": percentile(whole[: len(asked)], 95),
        "query_cpu_ms_mean": round(cpu, 2),
        "order_only_ms_p50": percentile(ordered, 50),
        "rss_mb": memory("VmRSS"),
        "peak_mb": memory("VmHWM"),
        "change_ms_p50": changing[size],
        "change_ms_p50_at_first_size": changing[curve[0]["profiles"]],
        "cost_by_profiles": curve,
    }
    return figures | _compared(ranker, asked[:EXHAUSTIVE_QUERIES])


def _changes(collection: Collection) -> Iterator[float]:
    for number in range(CHANGES):
        one = collection.get(str(number))
        yield milliseconds(lambda: collection.put(str(number), one))  # noqa: B023


def _compared(ranker: Ranker, asked: list[Pair]) -> Figures:
    """Compare with scoring every profile by the same formula."""
    short = [[match.id for match in ranker.rank(query.encoded, TOP).matches] for query in asked]
    ranker_module.EXHAUSTIVE = sys.maxsize
    same, times = 0, []
    for query, found in zip(asked, short, strict=True):
        started = time.perf_counter()
        all_scored = ranker.rank(query.encoded, TOP).matches
        times.append((time.perf_counter() - started) * 1000)
        same += sum(one == other.id for one, other in zip(found, all_scored, strict=True))
    return {"same_places": round(same / (TOP * len(asked)), 4), "exhaustive_ms_p50": percentile(times, 50)}


def _passages(file: Path) -> np.typing.NDArray[np.float32]:
    rows = [one.vectors[1:] for _, one in stored(file, 0, count(file), model_of(file))]
    return np.concatenate(rows).astype(np.float32)


def faiss_flat(file: Path) -> Figures:
    """Search every passage for each passage of the challenge with FAISS alone."""
    faiss.omp_set_num_threads(1)
    rows = _passages(file)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    times = [milliseconds(lambda: index.search(q.encoded.passages, TOP)) for q in challenges(file)[:EXHAUSTIVE_QUERIES]]  # noqa: B023
    return {"faiss_flat_ms_p50": percentile(times, 50)}


def semantic_search(file: Path) -> Figures:
    """Do the same with `sentence_transformers.util.semantic_search`."""
    import torch
    from sentence_transformers.util import semantic_search as search

    torch.set_num_threads(1)
    rows = torch.from_numpy(_passages(file))
    asked = [torch.from_numpy(query.encoded.passages) for query in challenges(file)[:EXHAUSTIVE_QUERIES]]
    times = [milliseconds(lambda: search(query, rows, top_k=TOP, corpus_chunk_size=len(rows))) for query in asked]  # noqa: B023
    return {"semantic_search_ms_p50": percentile(times, 50)}


if __name__ == "__main__":
    measured = {"ours": ours, "faiss_flat": faiss_flat, "semantic_search": semantic_search}[sys.argv[1]](
        Path(sys.argv[2])
    )
    print(json.dumps(measured))
