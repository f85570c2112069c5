"""Fitting weights: they follow clear judgements, stay near the shipped ones on few, and are judged held out."""

import itertools

import numpy as np
import pytest

from matching import tuning
from matching.tuning import ENOUGH, LEAST, Judged, fit, ndcg_10, pairs_in_order, tune

SHIPPED = {"words": 0.4, "meaning": 0.35, "rest": 0.25}
PRIOR = np.array(list(SHIPPED.values()))


def judged(
    count: int, true: list[float], *, noise: float = 0.0, seed: int = 0, source: str = "decisions"
) -> list[Judged]:
    """Make challenges of twelve documents whose four best by the true weights are right and four worst wrong."""
    lot = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = lot.normal(size=(12, 3))
        order = np.argsort(-(values @ np.array(true) + noise * lot.normal(size=12)))
        places = np.empty(12, np.int64)
        places[order] = np.arange(12)
        found.append(Judged(f"challenge {number}", source, values, places < 4, places >= 8))
    return found


def test_weights_are_readable_and_follow_clear_judgements() -> None:
    found = fit(judged(400, [0.1, 0.8, 0.1]), PRIOR)
    assert found == pytest.approx(np.round(found, 2))
    assert found.sum() == pytest.approx(1)
    assert found.min() >= LEAST / 100
    assert found[1] > 0.6
    few = fit(judged(4, [0.1, 0.8, 0.1]), PRIOR)
    assert abs(few[1] - PRIOR[1]) < abs(found[1] - PRIOR[1])
    assert fit([], PRIOR) == pytest.approx(PRIOR)


@pytest.mark.parametrize("seed", range(5))
def test_no_weights_in_hundredths_have_a_lower_loss(seed: int) -> None:
    some = judged(30, [0.6, 0.1, 0.3], noise=0.5, seed=seed)

    def loss(weights: np.ndarray) -> float:
        wrong = sum(np.log1p(np.exp(-(one.differences @ weights))).mean() for one in some)
        return float(wrong + tuning.PRIOR * ((weights - PRIOR) ** 2).sum())

    every = [
        np.array([a, b, 100 - a - b]) / 100 for a, b in itertools.product(range(LEAST, 97), repeat=2) if a + b <= 98
    ]
    assert loss(fit(some, PRIOR)) <= min(map(loss, every)) + 1e-4


def test_measures_by_hand() -> None:
    values = np.array([[3.0], [2.0], [1.0], [1.0]])
    one = Judged("c", "decisions", values, np.array([0, 1, 1, 0], bool), np.array([1, 0, 0, 1], bool))
    # Of the pairs (2 over 3), (2 over 1), (1 over 3), (1 over 1) one is in order and one is a tie.
    assert pairs_in_order(one, np.array([1.0])) == pytest.approx(1.5 / 4)
    at = [1 / np.log2(place + 1) for place in range(1, 4)]
    assert ndcg_10(one, np.array([1.0])) == pytest.approx((at[1] + at[2]) / (at[0] + at[1]))


def test_better_weights_are_seen_on_challenges_that_were_held_out() -> None:
    told = tune(judged(150, [0.05, 0.9, 0.05]), old=SHIPPED, shipped=SHIPPED)
    pairs = told.comparisons[0]
    assert (pairs.source, pairs.measure, pairs.challenges) == ("decisions", "pairs in the right order", 150)
    assert pairs.low > 0
    assert pairs.low <= pairs.new - pairs.old <= pairs.high
    assert told.doubts == ()
    assert all(low <= high for low, high in told.ranges.values())


def test_a_challenge_is_never_judged_by_weights_fitted_to_it() -> None:
    some = [*judged(20, [0.3, 0.4, 0.3]), *judged(20, [0.3, 0.4, 0.3], source="golden pairs")]
    tested: list[str] = []
    for weights, group in tuning._held_out(some, PRIOR):
        inside = {one.challenge for one in some} - {one.challenge for one in group}
        assert weights == pytest.approx(fit([one for one in some if one.challenge in inside], PRIOR))
        assert len(group) == 2 * len({one.challenge for one in group})
        tested += sorted({one.challenge for one in group})
    assert sorted(tested) == sorted({one.challenge for one in some})


def test_judgements_by_lot_are_not_believed() -> None:
    lot = np.random.default_rng(3)
    none = [
        Judged(f"c{n}", "decisions", lot.normal(size=(8, 3)), np.arange(8) < 4, np.arange(8) >= 4) for n in range(60)
    ]
    told = tune(none, old=SHIPPED, shipped=SHIPPED)
    assert any(doubt.startswith(("No clear gain", "Worse")) for doubt in told.doubts)


def test_too_little_is_said() -> None:
    few = tune(judged(5, [0.05, 0.9, 0.05]), old=SHIPPED, shipped=SHIPPED)
    assert any(f"5 of at least {ENOUGH}" in doubt for doubt in few.doubts)
    one_sided = [Judged("c", "decisions", np.ones((3, 3)), np.ones(3, bool), np.zeros(3, bool))]
    for nothing in ([], one_sided):
        told = tune(nothing, old=SHIPPED, shipped=SHIPPED)
        assert told.new == pytest.approx(SHIPPED)
        assert told.comparisons == ()
        assert "nothing was learnt" in told.doubts[0]


def test_worse_than_what_staff_chose_is_said() -> None:
    best = {"words": 0.05, "meaning": 0.9, "rest": 0.05}
    against = judged(40, list(best.values()))
    told = tune(against, old=best, shipped={"words": 0.9, "meaning": 0.05, "rest": 0.05})
    assert "Worse: pairs in the right order, decisions." in told.doubts
