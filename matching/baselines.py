"""Plain ways to rank, to compare the ranker with: words alone, whole texts alone, and the usual fusion of the two."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from matching.collection import Collection
from matching.encoding import Encoded
from matching.ranker import DECIMALS, Scored, Scores, best_of
from matching.vectors import Flags

RRF_K = 60

Baseline = Callable[[Collection, Encoded, Flags], Scores]


def lexical_scores(collection: Collection, query: Encoded, live: Flags) -> Scores:
    """Return BM25 alone, for every slot."""
    return collection.postings.scores(collection.postings.weights(query.terms))


def dense_scores(collection: Collection, query: Encoded, live: Flags) -> Scores:
    """Return the cosine of whole texts alone, for every slot."""
    found: Scores = collection.vectors.whole_scores(query.whole).astype(np.float64)
    return found.round(DECIMALS + 1)


def rrf_scores(collection: Collection, query: Encoded, live: Flags) -> Scores:
    """Return reciprocal rank fusion of the two (Cormack, Clarke and Büttcher 2009), for every slot."""
    by_words, by_meaning = (scores(collection, query, live) for scores in (lexical_scores, dense_scores))
    total = np.zeros(len(live))
    for scores, ranked in ((by_words, live & (by_words > 0)), (by_meaning, live & collection.embedded())):
        slots = np.flatnonzero(ranked)
        best = best_of(collection, slots, scores[slots], len(slots))
        order = slots[[place for _, _, place in best]]
        total[order] += 1 / (RRF_K + np.arange(1, len(order) + 1))
    return total


BASELINES: Mapping[str, Baseline] = {"dense": dense_scores, "lexical": lexical_scores, "rrf": rrf_scores}


def rank_baseline(name: str, collection: Collection, query: Encoded, top: int = 10) -> Sequence[Scored]:
    """Rank by one of `BASELINES`, to compare with."""
    with collection.lock:
        live = collection.live()
        slots = np.flatnonzero(live)
        scores = BASELINES[name](collection, query, live)[slots]
        return [Scored(id, score, {name: score}) for id, score, _ in best_of(collection, slots, scores, top)]
