"""What each ingredient of the ranking adds alone, and what is lost without it, with intervals, on labelled sets.

Run `python -m bench.ablation --set NAME CORPUS QUERIES QRELS` (BEIR files), with `--set` once for each set. Prints the
table of docs/matching.md: nDCG@10 of each variant by set, the mean of the sets, and how far that mean lies from the
full ranking's with its 95 % interval (paired bootstrap over queries, within each set). Vectors are kept between runs.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

import numpy as np

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
"""nDCG@10 by query."""


def variants() -> Mapping[str, Callable[[Collection, Encoded], list[str]]]:
    """Return every ranking that is compared, by name; each returns the ids of its first places."""
    shipped = asdict(Weights())
    found = {FULL: _weighed(shipped)}
    for name in shipped:
        found[f"without {name}"] = _weighed(shipped | {name: 0.0})
    for name in shipped:
        found[f"{name} alone"] = _weighed(dict.fromkeys(shipped, 0.0) | {name: 1.0})
    return found | {f"baseline {name}": _baseline(name) for name in BASELINES}


def _weighed(weights: Mapping[str, float]) -> Callable[[Collection, Encoded], list[str]]:
    chosen = Weights(**weights)
    return lambda collection, query: [one.id for one in Ranker(collection, chosen).rank(query, PLACES).matches]


def _baseline(name: str) -> Callable[[Collection, Encoded], list[str]]:
    return lambda collection, query: [one.id for one in rank_baseline(name, collection, query, PLACES)]


def measure(corpus: str, queries: str, qrels: str, embedder: ModelEmbedder, cache: Cache) -> Mapping[str, Values]:
    """Return nDCG@10 by query for every variant."""
    documents, asked = read_texts(corpus), read_texts(queries)
    labels = read_labels(qrels, asked, documents)
    collection = Collection.of(encode_all(documents, embedder, cache).items())
    encoded = encode_all([query for query in asked if query.id in labels], embedder, cache, as_queries=True)
    return {
        name: {id: ndcg(rank(collection, query), labels[id]) for id, query in encoded.items()}
        for name, rank in variants().items()
    }


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
    for name in variants():
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
    embedder, cache = ModelEmbedder(), Cache(cache_folder())
    print(table({name: measure(texts, asked, labels, embedder, cache) for name, texts, asked, labels in chosen.set}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
