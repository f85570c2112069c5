"""Why a document matches: the passage that carries it, the words in common, and what is not there.

Comes after the ranking, for the few documents that are shown. Every contribution is measured on the ranker itself: it
is how much lower the score would be without that passage, or without those words. A passage that lowers nothing when
taken away is not named. Of its sentences the same is told where the model has read the passage without each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matching.encoding import Encoded
from matching.ranker import Judge
from matching.remainders import Half, of_passage
from matching.requirements import Gap, gaps, requirements, wanted_terms
from matching.texts import Passage, Text, passages, prose, sentences, term_counts, words_by_term

MOST_TERMS = 10


@dataclass(frozen=True)
class PassageReason:
    """The document's passage whose removal lowers the score most, beside the query's passage it answers best."""

    challenge: str
    solution: str
    contribution: float
    sentence: str = ""
    """The sentence whose removal from the passage lowers the score most; empty where none does, where there is no
    other, or where that is not known."""
    sentence_contribution: float = 0.0
    """How much lower the score would be without that sentence."""


@dataclass(frozen=True)
class TermsReason:
    """Words in common, as the document writes them, each with what it adds to the score."""

    terms: Mapping[str, float]
    contribution: float
    """What all words in common add, shown or not."""


@dataclass(frozen=True)
class Explanation:
    """Everything the ranking can say about one match."""

    passage: PassageReason | None
    terms: TermsReason | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Pair:
    """A text and its encoding."""

    text: Text
    encoded: Encoded
    remainders: Half | None = None
    """What `matching.remainders` made of it, where that is to tell what sentences carry."""


def explain(judge: Judge, query: Pair, document: Pair) -> Explanation:
    """Explain the place of a document for the query that `judge` was made for."""
    return Explanation(
        _best_passage(judge, query, document),
        _shared_terms(judge, query.encoded, document),
        tuple(_gaps(judge, query, document.encoded)),
    )


def _best_passage(judge: Judge, query: Pair, document: Pair) -> PassageReason | None:
    if not judge.has_meaning or not document.encoded.has_vectors:
        return None
    cut, terms = _cut(document.text)
    if len(cut) != len(document.encoded.passages):  # encoded from other words, or cut in an older way
        return None
    if len(cut) > 1:
        losses = judge.losses(document.encoded, terms)
    else:
        losses = np.array([sum(judge.document(document.text.id, document.encoded).values())])
    place = int(np.argmax(losses))
    if losses[place] <= 0:
        return None
    parts = _cut(query.text)[0] or passages(query.text)
    asked = [passage.text for passage in parts] or [query.text.whole]
    nearest = int(np.argmax(query.encoded.passages @ document.encoded.passages[place]))
    sentence, weight = _best_sentence(judge, document, place, cut[place].text)
    return PassageReason(asked[nearest], cut[place].text, round(float(losses[place]), 4), sentence, round(weight, 4))


@lru_cache(maxsize=2_048)
def _cut(text: Text) -> tuple[Sequence[Passage], list[dict[str, int]]]:
    """Return a text's passages and the terms of each. Kept, because it is the same profiles that are shown often."""
    cut = passages(prose(text))
    return cut, [term_counts(passage.text) for passage in cut]


@lru_cache(maxsize=2_048)
def _words(text: Text) -> Mapping[str, str]:
    return words_by_term(text.whole)


def _best_sentence(judge: Judge, document: Pair, place: int, passage: str) -> tuple[str, float]:
    left = of_passage(document.text, document.remainders, place) if document.remainders is not None else None
    if left is None:
        return "", 0.0
    parts = sentences(passage)
    losses = judge.sentence_losses(document.encoded, place, left, [term_counts(part) for part in parts])
    best = int(np.argmax(losses))
    return (parts[best], float(losses[best])) if losses[best] > 0 else ("", 0.0)


def _shared_terms(judge: Judge, query: Encoded, document: Pair) -> TermsReason | None:
    weights = judge.term_contributions(document.encoded)
    if not weights:
        return None
    words = _words(document.text)
    best = list(weights.items())[:MOST_TERMS]
    shown = {words.get(term, term): round(weight, 4) for term, weight in best}
    return TermsReason(shown, round(sum(weights.values()), 4))


def _gaps(judge: Judge, query: Pair, document: Encoded) -> list[Gap]:
    asked = requirements(query.text)
    weight = {term: judge.term_weight(term) for one in asked for term in wanted_terms(one)}
    nearest = document.passages if document.has_vectors and judge.has_meaning else np.zeros((0, 0))
    return gaps(asked, query.encoded.requirements, nearest, document.terms, weight)
