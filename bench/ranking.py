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
MEASUREMENTS = ("ours", "faiss_flat", "semantic_search")
PEERS = MEASUREMENTS[1:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.ranking", description=__doc__)
    parser.add_argument("--profiles", type=int, default=100_000, help="how many profiles (100,000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--plot", type=Path, help="write the cost by number of profiles there, as SVG")
    chosen = parser.parse_args(arguments)
    if chosen.profiles < 100:
        parser.error("at least 100 profiles")
    figures = measure(chosen.profiles)
    if chosen.plot:
        from bench.plot import curve

        chosen.plot.write_text(curve(figures["cost_by_profiles"]), encoding="utf-8")
    print(json.dumps(figures, indent=2) if chosen.json else as_table(figures))
    return 0


def measure(profiles: int) -> Figures:
    """Make the profiles in a temporary folder and run every measurement in a process of its own."""
    from bench.profiles import Maker
    from matching.evaluation import Cache, cache_folder
    from matching.model import ModelEmbedder

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profiles.sqlite3"
        maker = Maker(ModelEmbedder(), Cache(cache_folder()))
        maker.store(file, profiles)
        maker.store_challenges(file)
        figures: Figures = {"profiles": profiles}
        for name in MEASUREMENTS:
            figures |= _in_own_process(name, file)
    ours = figures["query_ms_p50"]
    figures["times_as_fast_as"] = {name: round(figures[f"{name}_ms_p50"] / ours, 2) for name in ("exhaustive", *PEERS)}
    return figures


def _in_own_process(name: str, file: Path) -> Figures:
    environment = os.environ | dict.fromkeys(THREADS, "1")
    command = [sys.executable, "-m", "bench.ranking_measured", name, str(file)]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, check=True
    )
    found: Figures = json.loads(done.stdout)
    return found


def as_table(figures: Figures) -> str:
    """Return the figures for people."""
    lines = [f"{key:<34}{value}" for key, value in figures.items() if not isinstance(value, dict | list)]
    lines += [f"{'times as fast as ' + name:<34}{ratio}" for name, ratio in figures["times_as_fast_as"].items()]
    lines += [
        f"{'at ' + str(one['profiles']) + ' profiles, ms':<34}{one['ms_p50']}" for one in figures["cost_by_profiles"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
