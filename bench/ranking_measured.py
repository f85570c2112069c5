"""The measurements of `bench.ranking`, each run in a process of its own; prints one JSON object."""

import gc
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.profiles import challenges, count, model_of, stored, stored_text
from matching import ranker as ranker_module
from matching.calibration import Calibration, sampled
from matching.collection import Collection
from matching.pairs import best_of_each
from matching.ranker import Ranker, Ranking
from matching.reasons import Pair, explain

TOP = 20
ROUNDS = 3
CHANGES = 50
EXHAUSTIVE_QUERIES = 25
PROCESSES = 4
QUERIES = 2_000
STAND_IN = "cut 1:" + "0" * 64
"""As long as the content hash of a row."""
STEPS = (0.01, 0.03, 0.1, 0.3, 1.0)

Figures = dict[str, Any]


def milliseconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long a piece of work took."""
    started = clock()
    work()
    return (clock() - started) * 1000


def times(
    work: Callable[[Pair], object], asked: Iterable[Pair], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return the milliseconds a piece of work takes for each challenge."""
    return [milliseconds(partial(work, query), clock) for query in asked]


def memory(name: str, process: int | str = "self") -> float:
    """Return a figure of a process in megabytes: VmRSS, or Pss, which divides what is shared by those who share it."""
    folder = Path(f"/proc/{process}")
    lines = [line for file in ("status", "smaps_rollup") for line in (folder / file).read_text("utf-8").splitlines()]
    return round(next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024, 1)


def percentile(values: list[float], share: float) -> float:
    """Return a percentile, rounded for people."""
    return round(float(np.percentile(values, share)), 2)


def calibration_of(file: Path, size: int) -> Calibration:
    """Return what the ranking freezes of the first profiles."""
    model = model_of(file)
    wanted = {int(id) for id in sampled(str(number) for number in range(size))}
    return Calibration.of([one for number in sorted(wanted) for one in stored(file, number, number + 1, model)])


def start(file: Path) -> Figures:
    """Start from stored rows alone, as a process does that finds no files, on all of the machine's cores."""
    size, model = count(file), model_of(file)
    started = time.perf_counter()
    collection = Collection(calibration_of(file, size))
    collection.put_many(stored(file, 0, size, model))
    return {"start_from_rows_seconds": round(time.perf_counter() - started, 2), "start_from_rows_mb": memory("VmHWM")}


def made(file: Path, size: int, folder: Path) -> float:
    """Make the files of the first profiles; return the seconds it took."""
    started = time.perf_counter()
    Collection.save(folder, calibration_of(file, size), stored(file, 0, size, model_of(file)))
    return time.perf_counter() - started


def opened(file: Path, size: int, folder: Path) -> Collection:
    """Start as a process does that finds files: calibrate, see whether they are true to the rows, map them."""
    from showcase.services.bases import stamp_of

    collection = Collection(calibration_of(file, size), base=folder)
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT number FROM profiles WHERE number < ?", (size,))
        stamps = np.fromiter((stamp_of(UUID(int=number), number, STAND_IN) for (number,) in rows), np.uint64)
    collection.keep_only(np.isin(stamps, stamps[::-1]))
    return collection


class Asking:
    """Ranks and explains as a page does: the words of what is shown are read from the database."""

    def __init__(self, file: Path, collection: Collection) -> None:
        """Open the database."""
        self.ranker = Ranker(collection)
        self._database = sqlite3.connect(file)

    def order(self, query: Pair) -> Ranking:
        """Rank one challenge."""
        return self.ranker.rank(query.encoded, TOP)

    def answer(self, query: Pair) -> None:
        """Rank one challenge and give the reasons for the first."""
        ranking = self.order(query)
        for match in ranking.matches:
            text = stored_text(self._database, match.id)
            explain(ranking.judge, query, Pair(text, self.ranker.collection.get(match.id)))


def ours(file: Path, root: Path) -> Figures:
    """Make the files at each size, rank with reasons, change, and compare with scoring everything."""
    size, asked = count(file), challenges(file)
    figures: Figures = {}
    steps = []
    for end in [int(size * share) for share in STEPS]:
        folder = root / f"base-{end}"
        folder.mkdir()
        figures["files_made_seconds"] = round(made(file, end, folder), 2)
        figures["files_made_peak_mb"] = memory("VmHWM")
        started = time.perf_counter()
        collection = opened(file, end, folder)
        figures["start_seconds"] = round(time.perf_counter() - started, 2)
        figures["files_mb"] = round(sum(part.stat().st_size for part in folder.iterdir()) / 2**20, 1)
        asking = Asking(file, collection)
        asking.answer(asked[0])
        middle = percentile(times(asking.answer, asked, time.process_time), 50)
        change = percentile(list(_changes(collection)), 50)
        steps.append({"profiles": end, "cpu_ms_p50": middle, "change_ms_p50": change})
        if end < size:
            shutil.rmtree(folder)
    figures |= {"change_ms_p50": steps[-1]["change_ms_p50"], "change_ms_p50_at_first_size": steps[0]["change_ms_p50"]}
    figures |= _asked(asking, asked) | {f"mb_of_{PROCESSES}_processes": _together(file, folder)}
    figures |= {"cost_by_profiles": steps, "all_pairs_seconds": _all_pairs(asking.ranker, asked)}
    return figures | _compared(asking.ranker, asked[:EXHAUSTIVE_QUERIES])


def _asked(asking: Asking, asked: list[Pair]) -> Figures:
    ordered = times(asking.order, asked)
    whole = times(asking.answer, asked * ROUNDS)
    busy = times(asking.answer, asked, time.process_time)
    gc.collect()
    return {
        "query_ms_p50": percentile(whole, 50),
        "query_ms_p95": percentile(whole, 95),
        "first_round_ms_p95": percentile(whole[: len(asked)], 95),
        "query_cpu_ms_p50": percentile(busy, 50),
        "query_cpu_ms_p95": percentile(busy, 95),
        "order_only_ms_p50": percentile(ordered, 50),
        "rss_mb": memory("VmRSS"),
        "own_mb": memory("Anonymous"),
    }


def _together(file: Path, folder: Path) -> float:
    """Return the megabytes of several processes that have answered everything on the same files, each page once."""
    command = [sys.executable, "-m", "bench.ranking_measured", "reader", str(file), str(folder)]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(PROCESSES - 1)]
    for other in others:
        assert other.stdout is not None
        other.stdout.readline()
    found = sum(memory("Pss", other.pid) for other in others) + memory("Pss")
    for other in others:
        other.communicate(b"\n")
    return round(found, 1)


def reader(file: Path, folder: Path) -> None:
    """Answer every challenge on files that are there, say so, and wait."""
    asking = Asking(file, opened(file, count(file), folder))
    for query in challenges(file):
        asking.answer(query)
    print("ready", flush=True)
    sys.stdin.readline()


def _all_pairs(ranker: Ranker, asked: list[Pair]) -> float:
    """Return the seconds to find the best of each of `QUERIES` challenges: those there are, in turn."""
    queries = ((str(number), asked[number % len(asked)].encoded) for number in range(QUERIES))
    return round(milliseconds(lambda: deque(best_of_each(ranker, queries, TOP), maxlen=0)) / 1000, 1)


def _changes(collection: Collection) -> Iterator[float]:
    for number in range(CHANGES):
        id = str(number % len(collection))
        yield milliseconds(partial(collection.put, id, collection.get(id)))


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


if __name__ == "__main__":
    if sys.argv[1] == "reader":
        reader(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(
            json.dumps(
                ours(Path(sys.argv[2]), Path(sys.argv[3])) if sys.argv[1] == "ours" else start(Path(sys.argv[2]))
            )
        )
