"""Probabilities mean what they say, keep the order of scores, and stay sensible where few had the outcome."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from risk_model.errors import BadInput, Untrainable
from risk_model.training.calibration import (
    Calibrator,
    bin_numbers,
    fit_calibrator,
    reliability,
    sigmoid,
    wilson,
)
from risk_model.training.estimators.base import Scale
from risk_model.training.intervals import resample_people


def drawn(rows: int, slope: float, level: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = rng.normal(size=rows)
    return score, (rng.random(rows) < sigmoid(level + slope * score)).astype(float)


def test_with_many_rows_the_curve_is_plain_logistic_regression() -> None:
    score, outcome = drawn(20_000, slope=0.6, level=-3.0)
    fitted = fit_calibrator(score, outcome, Scale.LOG_ODDS)
    plain = LogisticRegression(C=1e9, tol=1e-10).fit(score[:, None], outcome)
    assert fitted.slope == pytest.approx(plain.coef_[0, 0], abs=0.01)
    assert fitted.intercept == pytest.approx(plain.intercept_[0], abs=0.01)
    assert fitted.probability(score).mean() == pytest.approx(outcome.mean(), rel=0.01)


@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(st.floats(-30, 30), min_size=3, max_size=40), seed=st.integers(0, 99),
    scale=st.sampled_from(list(Scale)),
)  # fmt: skip
def test_a_higher_score_never_has_a_lower_probability(scores: list[float], seed: int, scale: Scale) -> None:
    raw = np.array(scores)
    outcome = (np.random.default_rng(seed).random(len(raw)) < 0.3).astype(float)
    outcome[:2] = 0, 1
    found = fit_calibrator(raw, outcome, scale)
    assert found.slope > 0
    probability = found.probability(np.sort(raw))
    assert (np.diff(probability) >= 0).all()
    assert ((probability >= 0) & (probability <= 1)).all()


def test_a_score_that_points_the_wrong_way_keeps_its_order_and_loses_its_force() -> None:
    score, outcome = drawn(2_000, slope=-1.0, level=-2.0)
    probability = fit_calibrator(score, outcome, Scale.LOG_ODDS).probability(score)
    assert np.ptp(probability) < 0.01
    assert probability.mean() == pytest.approx(outcome.mean(), rel=0.05)


@pytest.mark.parametrize(("scale", "prior"), [(Scale.LOG_ODDS, 1.0), (Scale.POINTS, 0.0)])
def test_the_curve_is_the_best_of_the_documented_loss(scale: Scale, prior: float) -> None:
    """Platt's targets and the prior of the slope, written again and minimised by another method."""
    score, outcome = drawn(60, slope=0.7, level=-1.5, seed=2)
    found = fit_calibrator(score, outcome, scale)
    positives, spread = outcome.sum(), score.std()
    target = np.where(outcome == 1, (positives + 1) / (positives + 2), 1 / (len(score) - positives + 2))

    def loss(at: np.ndarray) -> float:
        p = 1 / (1 + np.exp(-(at[0] + at[1] * score)))
        fit = -(target * np.log(p) + (1 - target) * np.log(1 - p)).sum()
        return float(fit + ((at[1] - prior) * spread) ** 2 / 2)

    best = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    assert (found.intercept, found.slope) == pytest.approx(tuple(best), abs=1e-5)


def test_one_lucky_positive_does_not_make_anybody_certain() -> None:
    score = np.linspace(-2, 2, 200)
    outcome = (score == score.max()).astype(float)
    assert fit_calibrator(score, outcome, Scale.LOG_ODDS).probability(score).max() < 0.2
    assert fit_calibrator(score, outcome, Scale.POINTS).probability(score).max() < 0.2


def test_a_slice_of_one_class_is_refused() -> None:
    for outcome in (np.zeros(5), np.ones(5), np.zeros(0)):
        with pytest.raises(Untrainable, match="at least one row with and one without"):
            fit_calibrator(np.arange(len(outcome), dtype=float), outcome, Scale.POINTS)


def test_a_saved_curve_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    found = fit_calibrator(*drawn(300, 1.0, -1.0), Scale.COUNT)
    found.save(tmp_path)
    assert Calibrator.load(tmp_path) == found
    with pytest.raises(BadInput, match=r"no calibration\.json"):
        Calibrator.load(tmp_path / "elsewhere")


def test_bins_hold_equal_numbers_and_never_part_equal_probabilities() -> None:
    probability = np.concatenate([np.full(500, 0.1), np.linspace(0.2, 0.9, 500)])
    bins = reliability(probability, np.tile([0.0, 1.0], 500), bins=10)
    assert [each.rows for each in bins] == [500, 100, 100, 100, 100, 100]
    assert bins[0].predicted == pytest.approx(0.1)
    assert all(each.low < each.observed < each.high for each in bins)


def test_bins_are_joined_until_each_has_enough_positives_to_be_shown() -> None:
    rng = np.random.default_rng(3)
    probability = rng.random(400) ** 3
    outcome = (rng.random(400) < probability).astype(float)
    bins = reliability(probability, outcome, bins=10, least_positives=5)
    assert 1 < len(bins) < 10
    assert min(each.positives for each in bins) >= 5
    assert sum(each.rows for each in bins) == 400
    assert sum(each.positives for each in bins) == outcome.sum()


@given(st.lists(st.integers(0, 6).map(lambda n: n / 10), min_size=1, max_size=60))
def test_a_row_s_bin_depends_only_on_where_its_probability_stands(values: list[float]) -> None:
    probability = np.array(values)
    number = bin_numbers(probability, 10)
    assert number.min() >= 0
    assert number.max() <= 9
    assert all(len(set(number[probability == value])) == 1 for value in values)
    assert (np.diff(number[np.argsort(probability)]) >= 0).all()


def test_wilson_intervals_match_published_values() -> None:
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)  # Newcombe 1998, method 3
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_interval_of_a_bin_hangs_on_people_and_not_on_how_often_each_is_there() -> None:
    rng = np.random.default_rng(3)
    probability = rng.uniform(0.02, 0.5, 2_000)
    outcome = (rng.random(2_000) < probability).astype(float)
    once, three = np.arange(2_000), np.tile(np.arange(2_000), 3)
    one = reliability(probability, outcome, drawn=resample_people(once, 400, 1))
    copies = reliability(np.tile(probability, 3), np.tile(outcome, 3), drawn=resample_people(three, 400, 1))
    assert np.allclose([(each.low, each.high) for each in copies], [(each.low, each.high) for each in one])
    by_rows = reliability(np.tile(probability, 3), np.tile(outcome, 3))
    assert all(row.high - row.low < each.high - each.low for row, each in zip(by_rows, copies, strict=True))
