"""Intervals that hold for all groups at once."""

from __future__ import annotations

import numpy as np

from risk_model.training.simultaneous import Compared, intervals


def test_one_comparison_has_the_interval_it_would_have_alone() -> None:
    draws = np.random.default_rng(1).normal(0.1, 0.02, 2000)
    ((low, high),) = intervals([Compared(0.1, draws)], ratios=False)
    assert abs((high - low) / 2 - 1.96 * 0.02) < 0.003


def test_thirty_comparisons_without_a_difference_rarely_show_one() -> None:
    shown = alone = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth = rng.normal(0, 1, 30)
        compared = [Compared(value, value + rng.normal(0, 1, 300)) for value in truth]
        shown += any(low > 0 or high < 0 for low, high in intervals(compared, ratios=False))
        alone += any(abs(value) > 1.96 for value in truth)
    assert shown <= 8, "about 1 in 20 worlds"
    assert alone >= 30, "as many looks one by one find something in most worlds"


def test_a_ratio_of_nought_and_one_that_cannot_be_said() -> None:
    some = np.random.default_rng(2).uniform(0.5, 1.5, 200)
    nought, unknown, plain = intervals(
        [Compared(0.0, np.zeros(200)), Compared(float("nan"), np.full(200, np.nan)), Compared(1.0, some)], ratios=True
    )
    assert nought[1] < 0.01
    assert np.isnan(unknown).all()
    assert 0 < plain[0] < 1 < plain[1]
