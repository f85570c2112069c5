"""What each ingredient of the ranking adds alone, and what is lost without it, with intervals, on labelled sets.

Run `python -m bench.ablation --set NAME CORPUS QUERIES QRELS` (BEIR files), with `--set` once for each set. Prints the
table of docs/matching.md: nDCG@10 of each variant by set, the mean of the sets, and how far that mean lies from the
full ranking's with its 95 % interval (paired bootstrap over queries, within each set). Vectors are kept between runs.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from matching import ranker as ranker_module
from matching.baselines import BASELINES, rank_baseline
from matching.collection import Collection
from matching.encoding import Encoded
from matching.evaluation import Cache, cache_folder, encode_all, ndcg, read_labels, read_texts
from matching.model import ModelEmbedder
from matching.ranker import Ranker, Weights

FULL = "hybrid"
DRAWS = 10_000
PLACES = 10

Values = Mapping[str, float]
"""Figures by name: nDCG@10 by query, weights by ingredient."""


def variants() -> Mapping[str, Values]:
    """Return the weights of every ranking that is compared, by name."""
    shipped = asdict(Weights())
    found = {FULL: shipped}
    for name in shipped:
        found[f"without {name}"] = shipped | {name: 0.0}
    for name in shipped:
        found[f"{name} alone"] = dict.fromkeys(shipped, 0.0) | {name: 1.0}
    return found


def first_places(collection: Collection, query: Encoded) -> dict[str, list[str]]:
    """Return the ids of the first places by every variant and baseline, from one scoring of every document."""
    shipped = asdict(Weights())
    matches = sorted(Ranker(collection).rank(query, len(collection)).matches, key=lambda one: one.id)
    parts = np.array([[one.contributions[name] / weight for name, weight in shipped.items()] for one in matches])
    found = {}
    for variant, weights in variants().items():
        scores = parts @ np.array([weights[name] for name in shipped])
        found[variant] = [matches[place].id for place in np.argsort(-scores, kind="stable")[:PLACES]]
    for name in BASELINES:
        found[f"baseline {name}"] = [one.id for one in rank_baseline(name, collection, query, PLACES)]
    return found


def measure(corpus: str, queries: str, qrels: str, embedder: ModelEmbedder, cache: Cache) -> Mapping[str, Values]:
    """Return nDCG@10 by query for every variant."""
    documents, asked = read_texts(corpus), read_texts(queries)
    labels = read_labels(qrels, asked, documents)
    collection = Collection.of(encode_all(documents, embedder, cache).items())
    encoded = encode_all([query for query in asked if query.id in labels], embedder, cache, as_queries=True)
    measured: dict[str, dict[str, float]] = {}
    for id, query in encoded.items():
        for name, places in first_places(collection, query).items():
            measured.setdefault(name, {})[id] = ndcg(places, labels[id])
    return measured


def interval(ours: Sequence[Values], theirs: Sequence[Values]) -> tuple[float, float, float]:
    """Return the difference of the means over sets (ours less theirs), and its 95 % interval from … to …."""
    dice = np.random.default_rng(0)
    drawn = np.zeros(DRAWS)
    mean = 0.0
    for our, their in zip(ours, theirs, strict=True):
        differences = np.array([our[id] - their[id] for id in sorted(our)])
        drawn += dice.choice(differences, (DRAWS, len(differences))).mean(axis=1) / len(ours)
        mean += float(differences.mean()) / len(ours)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return mean, float(low), float(high)


def table(sets: Mapping[str, Mapping[str, Values]]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| ranking | " + " | ".join(sets) + " | mean | less the full ranking's (95 %) |",
        "|---" * (len(sets) + 3) + "|",
    ]
    for name in next(iter(sets.values())):
        by_set = [values[name] for values in sets.values()]
        means = [float(np.mean(list(values.values()))) for values in by_set]
        mean, low, high = interval(by_set, [values[FULL] for values in sets.values()])
        cells = [f"{one:.3f}" for one in (*means, float(np.mean(means)))]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {mean:+.3f} ({low:+.3f} to {high:+.3f}) |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every set, print the table, return 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__)
    parts = ("NAME", "CORPUS", "QUERIES", "QRELS")
    parser.add_argument("--set", nargs=4, metavar=parts, action="append", default=[], help="a labelled set")
    chosen = parser.parse_args(arguments)
    if not chosen.set:
        parser.print_help()
        return 0
    ranker_module.EXHAUSTIVE = sys.maxsize  # every document is scored, so that a variant has no shortlist of its own
    embedder, cache = ModelEmbedder(), Cache(cache_folder())
    print(table({name: measure(texts, asked, labels, embedder, cache) for name, texts, asked, labels in chosen.set}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
