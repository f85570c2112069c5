"""Fitting the ranking's weights to what people judged, and telling whether the new ones are better than the old.

Stands beside the flow: judged documents go in, each with what every ingredient would add to its score at a weight of
one, and weights come out with a comparison on challenges they were not fitted to. Nothing here changes a ranking.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.evaluation import ndcg, paired_bootstrap

HUNDREDTHS = 100
"""Weights are whole hundredths, so that a person can read them."""
LEAST = 2
"""Least weight in hundredths: an ingredient that counts for nothing could not be judged by the next decisions."""
STEPS = (8, 4, 2, 1)
"""Hundredths that the search moves from one ingredient to another."""
PRIOR = 20.0
"""How strongly the shipped weights hold: the more challenges are judged, the less they count."""
FOLDS = 5
ENOUGH = 30
"""Challenges below which a difference says little: of five in a fold, one odd challenge moves the mean by a fifth."""

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Weighing = Mapping[str, float]
"""Weight by ingredient."""


@dataclass(frozen=True, eq=False)
class Judged:
    """The documents of one challenge, some of which people judged, in the order of their ids."""

    challenge: str
    source: str
    """Who judged, in words, such as "decisions"."""
    values: Numbers
    """float64 [documents, ingredients]: what each ingredient adds to the score at a weight of one."""
    is_right: Flags
    is_wrong: Flags
    """Those that are neither were not judged."""

    @property
    def differences(self) -> Numbers:
        """Return float64 [pairs, ingredients]: each right document less each wrong one."""
        right, wrong = self.values[self.is_right], self.values[self.is_wrong]
        found: Numbers = (right[:, None, :] - wrong[None, :, :]).reshape(-1, self.values.shape[1])
        return found


def pairs_in_order(judged: Judged, weights: Numbers) -> float:
    """Return the share of pairs in which the right document stands above the wrong one; a tie counts half."""
    margins = judged.differences @ weights
    return float(np.mean((margins > 0) + 0.5 * (margins == 0)))


def ndcg_10(judged: Judged, weights: Numbers) -> float:
    """Return nDCG at ten places; documents that nobody judged count as wrong."""
    order = np.argsort(-(judged.values @ weights), kind="stable")[:10]
    return ndcg([str(place) for place in order], {str(place): 1 for place in np.flatnonzero(judged.is_right)})


MEASURES: Mapping[str, Callable[[Judged, Numbers], float]] = {
    "pairs in the right order": pairs_in_order,
    "nDCG@10": ndcg_10,
}


@dataclass(frozen=True)
class Comparison:
    """One measure of the old weights and the new, over challenges that the new ones were not fitted to."""

    source: str
    measure: str
    challenges: int
    old: float
    new: float
    low: float
    """The 95 % interval of the difference, from here…"""
    high: float
    """… to here (paired bootstrap over challenges)."""


@dataclass(frozen=True)
class Tuned:
    """What came of a fit."""

    old: Weighing
    new: Weighing
    """Fitted to everything."""
    ranges: Mapping[str, tuple[float, float]]
    """The lowest and highest weight of each ingredient among the fits that left some challenges out."""
    comparisons: tuple[Comparison, ...]
    doubts: tuple[str, ...]
    """Why not to trust it, in words; empty when nothing speaks against it."""


def tune(judged: Sequence[Judged], *, old: Weighing, shipped: Weighing) -> Tuned:
    """Fit weights to the judged challenges and compare them with the old ones, challenge by challenge held out.

    Judged challenges without both a right and a wrong document say nothing about an order and are left out.
    """
    names = list(shipped)
    before, prior = (np.array([weights[name] for name in names]) for weights in (old, shipped))
    told = [one for one in judged if one.is_right.any() and one.is_wrong.any()]
    held_out = list(_held_out(told, prior))
    tried = [weights for weights, _ in held_out] or [fit([], prior)]
    comparisons = tuple(
        _compare(source, measure, held_out, before)
        for source in dict.fromkeys(one.source for one in told)
        for measure in MEASURES
    )
    return Tuned(
        dict(zip(names, before.tolist(), strict=True)),
        dict(zip(names, fit(told, prior).tolist(), strict=True)),
        {name: (float(min(t[i] for t in tried)), float(max(t[i] for t in tried))) for i, name in enumerate(names)},
        comparisons,
        tuple(_doubts(comparisons)),
    )


def fit(judged: Sequence[Judged], shipped: Numbers) -> Numbers:
    """Return the weights, in hundredths that sum to 1, that best put right documents above wrong ones.

    Pairwise logistic loss, each challenge counting the same however many pairs it has, held near the shipped weights;
    by moving hundredths from one ingredient to another for as long as that helps.
    """
    differences = [one.differences for one in judged]
    stacked = np.concatenate([*differences, np.zeros((0, len(shipped)))])
    shares = np.concatenate([np.full(len(d), 1 / len(d)) for d in differences] or [np.zeros(0)])

    def loss(units: npt.NDArray[np.int64]) -> float:
        weights = units / HUNDREDTHS
        wrong = float(shares @ np.logaddexp(0.0, -(stacked @ weights)))
        return wrong + PRIOR * float(np.square(weights - shipped).sum())

    units = _hundredths(shipped)
    for step in STEPS:
        units = _descend(units, step, loss)
    found: Numbers = units / HUNDREDTHS
    return found


def _descend(
    units: npt.NDArray[np.int64], step: int, loss: Callable[[npt.NDArray[np.int64]], float]
) -> npt.NDArray[np.int64]:
    """Move a step from one ingredient to another, the best move each time, until no move lowers the loss."""
    least = loss(units)
    while True:
        moves = [(loss(moved), place, moved) for place, moved in enumerate(_moves(units, step))]
        if not moves or min(moves)[0] >= least:
            return units
        least, _, units = min(moves)


def _moves(units: npt.NDArray[np.int64], step: int) -> Iterator[npt.NDArray[np.int64]]:
    for source in np.flatnonzero(units - step >= LEAST):
        for target in range(len(units)):
            if target != source:
                moved = units.copy()
                moved[source] -= step
                moved[target] += step
                yield moved


def _hundredths(weights: Numbers) -> npt.NDArray[np.int64]:
    """Round so that the sum stays whole: the largest remainders are rounded up."""
    exact = weights / weights.sum() * HUNDREDTHS
    units: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    largest = np.argsort(-(exact - units), kind="stable")[: HUNDREDTHS - int(units.sum())]
    units[largest] += 1
    return units


def _held_out(judged: Sequence[Judged], shipped: Numbers) -> Iterator[tuple[Numbers, list[Judged]]]:
    """Yield weights with the judged challenges that they were not fitted to; a challenge is never on both sides."""
    challenges = sorted({one.challenge for one in judged}, key=lambda id: hashlib.sha256(id.encode()).digest())
    fold_of = {challenge: place % FOLDS for place, challenge in enumerate(challenges)}
    for fold in range(min(FOLDS, len(challenges))):
        inside = [one for one in judged if fold_of[one.challenge] != fold]
        yield fit(inside, shipped), [one for one in judged if fold_of[one.challenge] == fold]


def _compare(
    source: str, measure: str, held_out: Sequence[tuple[Numbers, list[Judged]]], before: Numbers
) -> Comparison:
    value = MEASURES[measure]
    tested = [(one, weights) for weights, group in held_out for one in group if one.source == source]
    old = {one.challenge: value(one, before) for one, _ in tested}
    new = {one.challenge: value(one, weights) for one, weights in tested}
    low, high = paired_bootstrap(new, old)
    return Comparison(
        source, measure, len(old), float(np.mean(list(old.values()))), float(np.mean(list(new.values()))), low, high
    )


def _doubts(comparisons: Sequence[Comparison]) -> Iterator[str]:
    if not comparisons:
        yield "No challenge has both a right and a wrong solution, so nothing was learnt."
        return
    for source in dict.fromkeys(one.source for one in comparisons):
        count = next(one.challenges for one in comparisons if one.source == source)
        if count < ENOUGH:
            yield f"Too little to trust: {source} on {count} of at least {ENOUGH} challenges."
    for one in comparisons:
        if one.high < 0:
            yield f"Worse: {one.measure}, {one.source}."
    if all(one.low <= 0 for one in comparisons):
        yield "No clear gain: every interval reaches nought or below it."
