"""Figures on fairness: shares by hand, rank correlation and hubness beside an independent reckoning."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from matching.fairness import hubness, link, shares, spearman

OWNER = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "c1": "c", "d1": "d"}
GROUP = {"b": "small", "c": "small", "d": "small", "a": "large"}


def test_shares_by_hand() -> None:
    small, large = shares([["a1", "b1"], ["c1", "a2"], ["b1", "d1"]], OWNER, GROUP)
    assert (small.group, small.suppliers, small.profiles) == ("small", 3, 3)
    assert (large.group, large.suppliers, large.profiles) == ("large", 1, 3)
    assert small.of_profiles == pytest.approx(0.5)
    assert small.of_places == pytest.approx(4 / 6)
    second = 1 / np.log2(3)
    assert small.of_exposure == pytest.approx((2 + 2 * second) / (3 + 3 * second))
    assert small.ratio == pytest.approx(4 / 3)
    assert sum(one.of_places for one in (small, large)) == pytest.approx(1)


def test_one_group_that_takes_all_is_beyond_chance_and_an_even_share_is_not() -> None:
    owner = {f"p{n}": f"s{n}" for n in range(40)}
    group = {f"s{n}": "first" if n < 20 else "second" for n in range(40)}
    greedy = shares([[f"p{n}" for n in range(10)]] * 30, owner, group)
    assert [one.is_beyond_chance for one in greedy] == [True, True]
    even = shares([[f"p{n}" for n in range(start, start + 40, 4)] for start in range(4)], owner, group)
    assert [one.ratio for one in even] == pytest.approx([1, 1])
    assert not any(one.is_beyond_chance for one in even)


def test_no_page_at_all_is_no_mistake() -> None:
    assert [one.of_places for one in shares([], OWNER, GROUP)] == [0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_rank_correlation_is_scipys(seed: int) -> None:
    lot = np.random.default_rng(seed)
    x = lot.integers(0, 6, 50).astype(float)
    y = x + lot.normal(size=50).round()
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)
    told = link("x", x.tolist(), y.tolist())
    assert told.low < told.correlation < told.high
    assert spearman(x, np.ones(50)) == 0
    assert link("nothing", [], []).correlation == 0


def test_hubness_by_hand() -> None:
    lot = np.random.default_rng(0)
    rows = lot.normal(size=(30, 8)).astype(np.float32)
    centred = rows - rows.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    cosines = centred @ centred.T
    expected = [np.sort(np.delete(cosines[n], n))[-10:].mean() for n in range(30)]
    assert hubness(rows) == pytest.approx(expected, abs=1e-5)
    assert hubness(rows[:1]) == [0.0]
