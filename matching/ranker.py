"""The order in which documents answer a query, and what each ingredient adds to every score.

Last step of the flow, before reasons are given: an encoded query goes in, the best documents of a `Collection` come
out. An ingredient's raw score is put on a common scale by its mean and spread over the corpus, so that weights mean
the same for every query; a document's score is the plain sum of its ingredients' contributions, and nothing else.
"""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.calibration import USUAL_SPREAD, gist, spread
from matching.collection import Collection
from matching.encoding import Encoded
from matching.ingredients import passage_sample_scores, passage_scores, sample_scores, score
from matching.postings import K1
from matching.vectors import Flags, Rows, Slots

RANKER_VERSION = "hybrid-3"
"""Changes when the same texts could be ordered in another way."""

WORDS_ONLY = "Ranked by shared words only: the language model was not available for this text."

EXHAUSTIVE = 2_000
"""Up to so many documents the formula is computed for all; beyond, for a shortlist."""
SHORTLIST = 500
"""Documents that are best by words and, roughly, by gist and whole (measured: docs/matching.md)."""
CANDIDATES = 2_000
"""The shortlist is chosen from so many that are best by words, and so many that are roughly best by gist and whole;"""
OF_MANY = 200
"""or from one in so many of each, where that is more: 5,000 of a million (measured: docs/matching.md)."""

DECIMALS = 5
"""Contributions are rounded to so many decimals, so that equal texts tie exactly wherever they stand in memory."""

USUAL_LEXICAL_SPREAD = 0.04
"""Standard deviation of BM25 over a corpus, as a share of the most the query could score."""

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """How much each ingredient counts; they sum to 1."""

    lexical: float = 0.3
    """Words in common, rare ones more (BM25, a word said often by the query counting less each time)."""
    passages: float = 0.7 / 3
    """How well each passage of the query is answered by the document's best passage (MaxSim, CSLS)."""
    gist: float = 0.7 / 3
    """What the passages are about on average, against what everything is about (centred, CSLS)."""
    whole: float = 0.7 / 3
    """The whole text at once, against what everything is about (centred, CSLS)."""


@dataclass(frozen=True)
class Scored:
    """One document's place."""

    id: str
    score: float
    contributions: Mapping[str, float] = field(default_factory=dict)
    """By ingredient; their sum, in this order, is the score."""


@dataclass(frozen=True)
class Ranking:
    """The best documents, best first, and by what they were ranked."""

    matches: tuple[Scored, ...]
    ranker: str
    model: str
    calibration: str
    judge: "Judge"
    """Scores single texts on the same scale, for the reasons."""
    notice: str = ""
    """For the reader, where the ranking is less than it could be."""


class Judge:
    """Scores documents against one query: those of a collection, or a document that is not in it."""

    def __init__(self, collection: Collection, query: Encoded, weights: Weights, exclude: AbstractSet[str]) -> None:
        """Put each ingredient on its scale for this query, as if the excluded documents were not there.

        A query that stands in the collection itself would else set the scale by how well it answers itself.
        """
        self._collection = collection
        self._query = query
        has_vectors = query.has_vectors and query.model == collection.model
        self._weights = {"lexical": weights.lexical}
        if has_vectors:
            self._weights |= {"passages": weights.passages, "gist": weights.gist, "whole": weights.whole}
        self.has_meaning = has_vectors
        self._asked = collection.postings.weights({term: 1 + math.log(n) for term, n in query.terms.items()})
        self._rarity: dict[str, float] = {}
        self.lexical = collection.postings.scores(self._asked)
        self._scales = {"lexical": spread(self.lexical[collection.live(None, exclude)], self._usual_lexical())}
        if has_vectors:
            self._gist = gist(query)
            self._scales |= self._dense_scales(exclude)

    def _usual_lexical(self) -> float:
        return USUAL_LEXICAL_SPREAD * (K1 + 1) * sum(self._asked.values())

    def _dense_scales(self, exclude: AbstractSet[str]) -> dict[str, tuple[float, float]]:
        here, query = self._collection, self._query
        found = {
            "passages": passage_sample_scores(here.calibration.passages, query.passages, exclude),
            "gist": sample_scores(here.calibration.gists, self._gist, exclude),
            "whole": sample_scores(here.calibration.wholes, query.whole, exclude),
        }
        return {name: spread(scores, 2 * USUAL_SPREAD) for name, scores in found.items()}

    def slots(self, live: Flags) -> tuple[Slots, dict[str, Scores]]:
        """Return the live slots worth ranking, and for each the contribution of every ingredient."""
        here, query = self._collection, self._query
        if self.has_meaning and np.count_nonzero(live) > EXHAUSTIVE:
            slots = self._shortlist(live)
        else:
            slots = np.flatnonzero(live)
        raw: dict[str, npt.NDArray[np.floating]] = {"lexical": self.lexical[slots]}
        if self.has_meaning:
            raw |= here.meaning((query.passages, self._gist, query.whole), slots)
        return slots, self._contributions(raw, here.embedded()[slots])

    def _shortlist(self, live: Flags) -> Slots:
        """Return those of the live slots that are best by words and, roughly, by gist and whole."""
        here = self._collection
        shares = {name: self._weights[name] / self._scales[name][1] for name in self._weights}
        asked = here.rough.query(self._gist, self._query.whole, shares["gist"], shares["whole"])
        by_words = np.where(live, self.lexical, -1.0)
        wanted = min(max(CANDIDATES, len(live) // OF_MANY), len(live))
        slots = np.argpartition(by_words, len(live) - wanted)[len(live) - wanted :]
        slots = np.union1d(slots[live[slots]], here.rough.nearest(asked, live, wanted))
        usual = sum(shares[name] * self._scales[name][0] for name in ("gist", "whole"))
        total = shares["lexical"] * self.lexical[slots]
        total += here.embedded()[slots] * (here.rough.scores(asked, slots) - usual)
        if len(slots) > SHORTLIST:
            slots = slots[np.argpartition(-total, SHORTLIST)[:SHORTLIST]]
        return np.sort(slots)

    def document(self, id: str, document: Encoded) -> dict[str, float]:
        """Return the contributions a text would have if it stood in the collection under that id."""
        here, query = self._collection, self._query
        lexical = sum(here.postings.term_scores(self._asked, document.terms).values())
        raw: dict[str, npt.NDArray[np.floating]] = {"lexical": np.array([lexical])}
        if self.has_meaning and document.has_vectors:
            raw["passages"] = passage_scores(here.calibration.passages, query.passages, id, document.passages)
            raw["gist"] = score(here.calibration.gists, self._gist, id, gist(document))
            raw["whole"] = score(here.calibration.wholes, query.whole, id, document.whole)
        found = self._contributions(raw, np.ones(1, np.bool_))
        return {name: float(found[name][0]) if name in found else 0.0 for name in self._weights}

    def losses(self, document: Encoded, terms: Sequence[Mapping[str, int]]) -> Scores:
        """Return how much lower the score would be without each passage, float64 [passages]; of two at least.

        A passage that is taken away answers nothing (passages), is no part of the mean (gist), and its words, `terms`
        by passage, are not there (lexical). The vector of the whole text, and how near the text is to everything, are
        the text's own and stay.
        """
        rows, query = document.passages, self._query
        products = rows @ query.passages.T
        nearest, second = -np.partition(-products, 1, axis=0)[:2]
        answers = np.where(products == nearest, nearest - second, 0).mean(axis=1)
        means = np.concatenate([rows.sum(axis=0)[None, :], rows.sum(axis=0) - rows])
        means[0] /= len(rows)
        means[1:] /= len(rows) - 1
        near = self._collection.calibration.gists.similarities(self._gist, means)
        raw = {
            "passages": 2 * answers,
            "gist": 2 * (near[0] - near[1:]),
        }
        found = self.word_losses(document, terms)
        for name, values in raw.items():
            found = found + self._weights[name] / self._scales[name][1] * values
        return found

    def sentence_losses(self, document: Encoded, place: int, left: Rows, terms: Sequence[Mapping[str, int]]) -> Scores:
        """Return how much lower the score would be without each sentence of a passage, float64 [sentences].

        `left` is float32 [sentences, dimension], what is left of the passage at `place` without each; `terms` are the
        sentences' own. As in `losses`, how near the text is to everything stays, and so does the vector of the whole
        text, unless the passage is all there is of it.
        """
        rows, query, scales = document.passages, self._query, self._scales
        products = rows @ query.passages.T
        others = np.delete(products, place, axis=0).max(axis=0, initial=-1.0)
        shorter = np.maximum(left @ query.passages.T, others)
        means = np.concatenate([rows.sum(axis=0)[None, :], rows.sum(axis=0) - rows[place] + left]) / len(rows)
        near = self._collection.calibration.gists.similarities(self._gist, means.astype(np.float32))
        raw = {
            "passages": 2 * (products.max(axis=0) - shorter).mean(axis=1),
            "gist": 2 * (near[0] - near[1:]),
        }
        if len(rows) == 1:
            wholes = np.concatenate([document.whole[None, :], left])
            alike = self._collection.calibration.wholes.similarities(query.whole, wholes)
            raw["whole"] = 2 * (alike[0] - alike[1:])
        found = self.word_losses(document, terms)
        for name, values in raw.items():
            found = found + self._weights[name] / scales[name][1] * values
        return found

    def word_losses(self, document: Encoded, terms: Sequence[Mapping[str, int]]) -> Scores:
        """Return how much lower the score would be without the words of each part, float64 [parts]."""
        share = self._weights["lexical"] / self._scales["lexical"][1]
        return share * self._collection.postings.losses(self._asked, document.terms, terms)

    def term_contributions(self, document: Encoded) -> dict[str, float]:
        """Return how much lower the document's score would be without each shared term; most first."""
        share = self._weights["lexical"] / self._scales["lexical"][1]
        parts = self._collection.postings.term_scores(self._asked, document.terms)
        return {term: share * part for term, part in parts.items()}

    def term_weight(self, term: str) -> float:
        """Return how rare a term is in the collection."""
        if term not in self._rarity:
            self._rarity[term] = self._collection.postings.weight(term)
        return self._rarity[term]

    def _contributions(self, raw: Mapping[str, npt.NDArray[np.floating]], embedded: Flags) -> dict[str, Scores]:
        """Weigh raw scores; a document that is not embedded yet is taken as average by meaning."""
        found: dict[str, Scores] = {}
        for name, weight in self._weights.items():
            if name in raw:
                mean, deviation = self._scales[name]
                scores = np.round(weight * (raw[name].astype(np.float64) - mean) / deviation, DECIMALS) + 0.0
                found[name] = scores if name == "lexical" else np.where(embedded, scores, 0.0)
        return found


class Ranker:
    """Ranks the documents of one collection by one fixed formula."""

    def __init__(self, collection: Collection, weights: Weights | None = None) -> None:
        """Name what is ranked and, if not the usual, with what weights."""
        self.collection = collection
        self.weights = weights or Weights()

    def judge(self, query: Encoded, exclude: AbstractSet[str] = frozenset()) -> Judge:
        """Prepare to score single texts against a query, on the scale of `rank` with the same exclusions."""
        with self.collection.lock:
            return Judge(self.collection, query, self.weights, exclude)

    def rank(
        self,
        query: Encoded,
        top: int = 10,
        *,
        allowed: AbstractSet[str] | None = None,
        exclude: AbstractSet[str] = frozenset(),
    ) -> Ranking:
        """Return the best `top` of the allowed documents, by score and then by id."""
        with self.collection.lock:
            judge = self.judge(query, exclude)
            slots, contributions = judge.slots(self.collection.live(allowed, exclude))
            scores = _total(contributions, len(slots))
            names = list(contributions)
            matches = tuple(
                Scored(id, score, {name: float(contributions[name][place]) for name in names})
                for id, score, place in best_of(self.collection, slots, scores, top)
            )
            notice = WORDS_ONLY if not judge.has_meaning and len(self.collection) else ""
            calibration = self.collection.calibration.version
            return Ranking(matches, RANKER_VERSION, self.collection.model, calibration, judge, notice)


def _total(contributions: Mapping[str, Scores], size: int) -> Scores:
    total = np.zeros(size)
    for scores in contributions.values():
        total = total + scores
    return total


def best_of(collection: Collection, slots: Slots, scores: Scores, top: int) -> list[tuple[str, float, int]]:
    """Return (id, score, place in `slots`) of the best, equal scores in the order of their ids."""
    if top < 1 or not len(slots):
        return []
    least = -np.partition(-scores, top - 1)[top - 1] if top < len(scores) else -np.inf
    found = [(collection.id_at(int(slots[p])), float(scores[p]), int(p)) for p in np.flatnonzero(scores >= least)]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:top]
