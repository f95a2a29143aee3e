"""Every metric against scikit-learn or a slow second way, plain and weighted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from risk_model.training.calibration import sigmoid
from risk_model.training.capacity import listed_weights
from risk_model.training.metrics import METRICS, auc_of, rank_metrics, sum_metrics

ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1), st.integers(0, 3)), min_size=2, max_size=40)


def drawn(rows: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = np.round(rng.normal(-2.5, 1.2, rows), 1)
    outcome = (rng.random(rows) < sigmoid(-1.2 + 0.4 * z)).astype(float)  # said too little low down, too much high up
    return sigmoid(z), outcome, listed_weights(z, 200)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_auc_and_average_precision_agree_with_scikit_learn_under_ties_and_weights(
    rows: list[tuple[int, int, int]],
) -> None:
    score, outcome, weight = (np.array(column) for column in zip(*rows, strict=True))
    auc, precision = rank_metrics(score.astype(float), outcome.astype(float), weight[None].astype(np.uint8))
    if weight[outcome == 1].sum() == 0 or weight[outcome == 0].sum() == 0:
        assert np.isnan(auc[0])
        return
    assert auc[0] == pytest.approx(roc_auc_score(outcome, score, sample_weight=weight))
    assert precision[0] == pytest.approx(average_precision_score(outcome, score, sample_weight=weight))


def test_a_matrix_of_weights_gives_what_each_row_of_it_gives() -> None:
    probability, outcome, _ = drawn(300)
    weights = np.random.default_rng(1).integers(0, 4, (230, 300)).astype(np.uint8)
    together = rank_metrics(probability, outcome, weights)
    for at in (0, 99, 100, 229):
        alone = rank_metrics(probability, outcome, weights[at : at + 1])
        assert (together[0][at], together[1][at]) == pytest.approx((alone[0][0], alone[1][0]))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_metrics_that_are_sums_agree_with_slow_ones(weighted: bool) -> None:
    probability, outcome, listed = drawn()
    weight = np.random.default_rng(2).integers(0, 3, len(outcome)) if weighted else np.ones(len(outcome))
    metrics = sum_metrics(probability, outcome, listed)
    found = {
        name: value[0] for name, value in metrics.of((metrics.columns * weight[:, None]).sum(axis=0)[None]).items()
    }
    hits = (weight * listed * outcome).sum()
    assert found["recall_at_capacity"] == pytest.approx(hits / (weight * outcome).sum())
    assert found["precision_at_capacity"] == pytest.approx(hits / (weight * listed).sum())
    rate = (weight * outcome).sum() / weight.sum()
    assert found["lift_at_capacity"] == pytest.approx(found["precision_at_capacity"] / rate)
    assert found["brier"] == pytest.approx(brier_score_loss(outcome, probability, sample_weight=weight))
    assert found["calibration_error"] == pytest.approx(slow_calibration_error(probability, outcome, weight))
    z = np.log(probability / (1 - probability))[:, None]
    plain = LogisticRegression(C=1e12, tol=1e-10, max_iter=1000).fit(z, outcome, sample_weight=weight)
    assert found["calibration_slope"] == pytest.approx(plain.coef_[0, 0], abs=0.02 if weighted else 1e-4)


def slow_calibration_error(probability: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> float:
    """Value by value: equal probabilities go to the bin of the middle of their places (bins set by unweighted rows)."""
    bins: dict[int, float] = {}
    below = 0
    for value in sorted(set(probability)):
        same = probability == value
        at = int((2 * below + same.sum() - 1) / 2 * 10 // len(probability))
        bins[at] = bins.get(at, 0.0) + float((weight[same] * (value - outcome[same])).sum())
        below += int(same.sum())
    return sum(abs(gap) for gap in bins.values()) / weight.sum()


def test_the_calibration_intercept_is_0_and_the_slope_1_for_true_probabilities() -> None:
    rng = np.random.default_rng(5)
    probability = sigmoid(rng.normal(-2, 1, 60_000))
    outcome = (rng.random(60_000) < probability).astype(float)
    metrics = sum_metrics(probability, outcome, np.ones(60_000))
    found = metrics.of(metrics.columns.sum(axis=0)[None])
    assert found["calibration_intercept"][0] == pytest.approx(0, abs=0.05)
    assert found["calibration_slope"][0] == pytest.approx(1, abs=0.05)
    assert found["calibration_error"][0] < 0.01


def test_without_positives_or_variation_a_figure_is_missing_never_made_up() -> None:
    metrics = sum_metrics(np.full(20, 0.1), np.zeros(20), np.zeros(20))
    found = metrics.of(metrics.columns.sum(axis=0)[None])
    for name in ("recall_at_capacity", "precision_at_capacity", "calibration_slope"):
        assert np.isnan(found[name][0])
    assert np.isnan(auc_of(np.arange(4.0), np.zeros(4)))


def test_certain_probabilities_do_not_overflow() -> None:
    metrics = sum_metrics(np.array([0.0, 1.0, 0.5, 0.5]), np.array([0.0, 1.0, 1.0, 0.0]), np.ones(4))
    assert np.isfinite(metrics.columns[:, :-7]).all()


def test_every_metric_an_evaluation_gives_is_described() -> None:
    metrics = sum_metrics(*drawn(100))
    computed = {*metrics.of(metrics.columns.sum(axis=0)[None]), "auc", "average_precision"}
    assert computed == {metric.name for metric in METRICS}
