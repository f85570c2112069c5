"""How long the best plan takes, beside the plain model on HiGHS: one column for each council, offer, tier and month.

Run `python -m bench.bargaining` (add `--json`, `--seconds 60`, `--seeds 1 2 3`, `--kind open tight`). Prints wall-clock
and processor seconds; on a busy machine only the latter mean much.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from showcase.bargaining import Problem, read_problem, solve
from showcase.bargaining.model import Clock, Model
from showcase.bargaining.problem import month_text
from showcase.bargaining.reduction import Option
from showcase.bargaining.rules import Take, saving, take

SIZE = {"councils": 120, "offers": 12, "tiers": 5, "months": 9}
FIRST = 2027 * 12 + 3
ABILITIES = ("accessible", "open-api", "uk-hosting")


def problem(seed: int, kind: str) -> Problem:
    """Return a random problem of the full size: `open` has wide windows, `tight` narrow ones and unmet needs."""
    draw = random.Random(f"bargaining {kind} {seed}")
    is_tight = kind == "tight"
    return read_problem(
        {
            "offers": [_offer(draw, number, is_tight) for number in range(SIZE["offers"])],
            "councils": [_council(draw, number, is_tight) for number in range(SIZE["councils"])],
        }
    )


def _offer(draw: random.Random, number: int, is_tight: bool) -> dict[str, Any]:
    base = draw.randint(3000, 6000)
    least = sorted(draw.sample(range(0, 8000, 50), SIZE["tiers"]))
    prices = sorted((int(base * draw.uniform(0.5, 1.05)) for _ in least), reverse=True)
    months = range(FIRST, FIRST + SIZE["months"])
    starts = draw.sample(months, draw.randint(4, len(months))) if is_tight else months
    return {
        "id": f"offer {number:02}",
        "tiers": [{"min_quantity": one, "unit_price_pence": price} for one, price in zip(least, prices, strict=True)],
        "capacity": None if draw.random() < 0.4 else draw.randint(1500, 9000),
        "starts": [month_text(month) for month in starts],
        "meets": [one for one in ABILITIES if not is_tight or draw.random() < 0.75],
    }


def _council(draw: random.Random, number: int, is_tight: bool) -> dict[str, Any]:
    cost = draw.randint(3000, 7000) if draw.random() < 0.9 else None
    limit, quantity = int((cost or 5000) * draw.uniform(0.75, 1.15)), draw.randint(20, 900)
    steps = [{"max_unit_price_pence": limit, "quantity": quantity}]
    for _ in range(draw.randint(0, 3)):
        limit, quantity = int(limit * draw.uniform(0.7, 0.95)), int(quantity * draw.uniform(1, 1.4))
        steps.append({"max_unit_price_pence": limit, "quantity": quantity})
    last = SIZE["months"] - 1
    earliest = draw.randint(0, last if is_tight else last // 2)
    return {
        "id": f"council {number:03}",
        "quantity": steps,
        "current_unit_cost_pence": cost,
        "earliest": month_text(FIRST + earliest),
        "latest": month_text(FIRST + draw.randint(earliest if is_tight else last // 2, last)),
        "needs": [one for one in ABILITIES if draw.random() < 0.25],
    }


def plain(asked: Problem, seconds: float) -> tuple[int | None, bool]:
    """Return the saving of the plain model on HiGHS, and whether it is proven."""
    everything = [
        Option(number, tier, start, takers)
        for number, offer in enumerate(asked.offers)
        for tier in range(len(offer.tiers))
        for start in offer.starts
        if (takers := _takers(asked, number, tier, start))
    ]
    model = Model(asked, everything)
    found = model.best(model.savings(), Clock(seconds))
    return None if found.groups is None else saving(asked, found.groups), found.is_proven


def _takers(asked: Problem, number: int, tier: int, start: int) -> dict[int, Take]:
    return {
        at: one
        for at, council in enumerate(asked.councils)
        if council.earliest <= start <= council.latest and (one := take(council, asked.offers[number], tier))
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, round(time.perf_counter() - wall, 2), round(time.process_time() - processor, 2)


def rows(kinds: list[str], seeds: list[int], seconds: float) -> Iterator[dict[str, Any]]:
    """Yield one row for each way of solving each problem."""
    for kind in kinds:
        for seed in seeds:
            asked = problem(seed, kind)
            plan, wall, processor = _timed(lambda asked=asked: solve(asked, seconds))
            row = {"kind": kind, "seed": seed, **SIZE}
            times = {"seconds": wall, "processor_seconds": processor}
            yield {
                **row,
                "way": "showcase",
                "saving_pence": plan.saving_pence,
                "proven": " ".join(plan.proven),
                **times,
            }
            (saved, is_proven), wall, processor = _timed(lambda asked=asked: plain(asked, seconds))
            times = {"seconds": wall, "processor_seconds": processor}
            yield {**row, "way": "plain", "saving_pence": saved, "proven": "saving" if is_proven else "", **times}


def main() -> None:
    """Print a table, or a JSON object for each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--kind", nargs="+", default=["open", "tight"], choices=["open", "tight"])
    asked = parser.parse_args()
    for row in rows(asked.kind, asked.seeds, asked.seconds):
        if asked.json:
            print(json.dumps(row), flush=True)
        else:
            print(
                f"{row['kind']:<6} {row['seed']:>3} {row['way']:<9} {row['saving_pence']!s:>12} pence "
                f"{row['seconds']:>7} s {row['processor_seconds']:>7} s processor  proven: {row['proven'] or '-'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
