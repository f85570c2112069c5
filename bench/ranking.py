"""How quickly a challenge is ranked among a hundred thousand profiles, with reasons, and what that costs.

Run `python -m bench.ranking` or `showcase bench` (`--profiles N`, `--json`, `--plot FILE.svg`). What is measured, how
the profiles are made and what the JSON keys mean stands in `bench/README.md`. Each measurement has a process of its
own, on one thread, so that memory is that of one index.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PEERS = ("faiss_flat", "semantic_search", "pgvector_hnsw", "bm25s")
MOST_IN_MEMORY = 200_000
"""Profiles beyond which nothing is measured that holds all of them in one process: peers, and a start from rows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.ranking", description=__doc__)
    parser.add_argument("--profiles", type=int, default=100_000, help="how many profiles (100,000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--plot", type=Path, help="write the cost by number of profiles there, as SVG")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the profiles for the next run")
    chosen = parser.parse_args(arguments)
    if chosen.profiles < 100:
        parser.error("at least 100 profiles")
    figures = measure(chosen.profiles, chosen.keep)
    if chosen.plot:
        from bench.plot import curve

        chosen.plot.write_text(curve(figures["cost_by_profiles"]), encoding="utf-8")
    print(json.dumps(figures, indent=2) if chosen.json else as_table(figures))
    return 0


def measure(profiles: int, kept: Path | None = None) -> Figures:
    """Make the profiles and run every measurement in a process of its own.

    Profiles are made in a temporary folder, or in `kept`, where those of an earlier run are used again.
    """
    from bench.profiles import Maker
    from matching.evaluation import Cache, cache_folder
    from matching.model import ModelEmbedder

    with tempfile.TemporaryDirectory(dir=kept) as folder:
        file = (kept or Path(folder)) / f"profiles-{profiles}.sqlite3"
        is_new = not file.exists()
        maker = Maker(ModelEmbedder(), Cache(cache_folder()))
        maker.store(file, profiles)
        if is_new:
            maker.store_challenges(file)
        figures: Figures = {"profiles": profiles} | _in_own_process("ranking_measured", "ours", file, folder)
        if profiles <= MOST_IN_MEMORY:
            figures |= _in_own_process("ranking_measured", "start", file, folder, threads=None)
            for name in PEERS:
                figures |= _in_own_process("ranking_peers", name, file, folder)
    ours = figures["query_ms_p50"]
    measured = [name for name in ("exhaustive", *PEERS) if f"{name}_ms_p50" in figures]
    figures["times_as_fast_as"] = {name: round(figures[f"{name}_ms_p50"] / ours, 2) for name in measured}
    return figures


def _in_own_process(module: str, name: str, file: Path, folder: str, threads: int | None = 1) -> Figures:
    environment = dict(os.environ) if threads is None else os.environ | dict.fromkeys(THREADS, str(threads))
    command = [sys.executable, "-m", f"bench.{module}", name, str(file), folder]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, check=True
    )
    found: Figures = json.loads(done.stdout)
    return found


def as_table(figures: Figures) -> str:
    """Return the figures for people."""
    lines = [f"{key:<34}{value}" for key, value in figures.items() if not isinstance(value, dict | list)]
    lines += [f"{'times as fast as ' + name:<34}{ratio}" for name, ratio in figures["times_as_fast_as"].items()]
    for one in figures["cost_by_profiles"]:
        at = f"at {one['profiles']} profiles, cpu ms"
        lines.append(f"{at:<34}{one['cpu_ms_p50']}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
