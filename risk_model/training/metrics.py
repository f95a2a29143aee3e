"""How good a ranking and its probabilities are. Every metric is written once, for many weightings of the rows at once.

A weighting says how often each row counts: all ones give the plain figure, a draw of people gives one resample. What a
list of limited places finds is an expectation over ties (``listed``), so no figure hangs on the order of rows.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.training.calibration import bin_numbers, sigmoid
from risk_model.training.ranked import pass_down

Floats = NDArray[np.float64]
BINS = 10
SUMS = 7
"""Columns before those of the bins."""
WORKERS = 2
"""Shares of the weightings handled side by side."""


@dataclass(frozen=True)
class Metric:
    """A metric's name in tables, what it means, and which way is better (0: nearest to its ideal is best).

    ``has_interval``: not of a sum of distances. Drawing people again only adds to it, so the middle of its draws is no
    interval of it.
    """

    name: str
    plain: str
    meaning: str
    better: int
    has_interval: bool = True


METRICS: tuple[Metric, ...] = (
    Metric("recall_at_capacity", "Found with the places there are",
           "of all who had the outcome, the share on a list", +1),
    Metric("precision_at_capacity", "Right among those listed", "of all on a list, the share who had the outcome", +1),
    Metric("lift_at_capacity", "Times better than drawing lots",
           "precision over that of as many places drawn by lot, list by list", +1),
    Metric("auc", "AUC", "the chance that somebody with the outcome is ranked above somebody without", +1),
    Metric("average_precision", "Average precision", "precision averaged over every length of list", +1),
    Metric("brier", "Brier score", "mean squared distance of probability and outcome", -1),
    Metric("calibration_error", "Calibration error",
           "mean distance of probability and observed rate over ten bins of equal size", -1, has_interval=False),
    Metric("calibration_intercept", "Calibration intercept", "0 where probabilities are right on the whole", 0),
    Metric("calibration_slope", "Calibration slope", "1 where they are spread as they should be", 0),
)  # fmt: skip
CAPACITY_METRICS = ("recall_at_capacity", "precision_at_capacity", "lift_at_capacity")
BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}


def rank_metrics(
    score: Floats, outcome: Floats, weights: NDArray[np.uint8], column: NDArray[np.intp] | None = None
) -> tuple[Floats, Floats]:
    """AUC and average precision, one of each for every row of ``weights``; NaN where a class is empty.

    ``weights`` are ``(m, n)``, or ``(m, k)`` where ``column`` ``(n,)`` says which of the ``k`` each row's is. Rows with
    equal scores count as half ranked each way (AUC), or are taken together (average precision).
    """
    order = np.argsort(-score)  # equal scores in any order: they are taken together
    at = order if column is None else column[order]
    positive, ends = outcome[order] > 0, np.r_[np.diff(score[order]) != 0, np.ones(min(len(score), 1), dtype=bool)]
    auc, precision = np.full((2, len(weights)), np.nan)
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = [slice(part[0], part[-1] + 1) for part in np.array_split(np.arange(len(weights)), WORKERS) if len(part)]
        list(pool.map(lambda part: pass_down(weights[part], at, positive, ends, auc[part], precision[part]), parts))
    return auc, precision


@dataclass(frozen=True)
class SumMetrics:
    """Metrics that are functions of sums over rows: ``columns`` ``(n, k)`` to be summed, then :meth:`of`."""

    columns: Floats
    intercept: float
    slope: float
    bins: int

    def of(self, sums: Floats) -> dict[str, Floats]:
        """One value for each row of ``(m, k)`` sums; NaN where there is nothing to divide by.

        The calibration figures of a resample are one Newton step from those of all rows, which is exact for all rows
        and to first order for a resample.
        """
        rows, positives, listed, found, squared, drawn, drawn_found = sums[:, :SUMS].T
        bins = np.abs(sums[:, SUMS : SUMS + self.bins]).sum(axis=1)
        gradient_0, curve_0, gradient_a, gradient_b, aa, ab, bb = sums[:, SUMS + self.bins :].T
        with np.errstate(invalid="ignore", divide="ignore"):
            step = (aa * gradient_b - ab * gradient_a) / (aa * bb - ab**2)
            return {
                "recall_at_capacity": found / positives,
                "precision_at_capacity": found / listed,
                "lift_at_capacity": (found / listed) / (drawn_found / drawn),
                "brier": squared / rows,
                "calibration_error": bins / rows,
                "calibration_intercept": self.intercept - gradient_0 / curve_0,
                "calibration_slope": self.slope - step,
            }


def sum_metrics(probability: Floats, outcome: Floats, listed: Floats, lots: Floats | None = None) -> SumMetrics:
    """The metrics of these rows that are functions of sums. Bins are fixed by the rows as they are.

    ``lots`` is the chance of each row to be listed if places were drawn by lot; without it, all have the same.
    """
    number = bin_numbers(probability, BINS)
    error = probability - outcome
    bins = np.where(number[:, None] == np.arange(BINS), error[:, None], 0.0)
    by_lot = np.ones_like(outcome) if lots is None else lots
    held = np.clip(probability, 1e-12, 1 - 1e-12)
    z = np.log(held) - np.log1p(-held)
    intercept, level, slope = _offset_fit(z, outcome), *_slope_fit(z, outcome)
    p_0, p_1 = sigmoid(z + intercept), sigmoid(level + slope * z)
    weight = p_1 * (1 - p_1)
    columns = np.column_stack(
        [np.ones_like(z), outcome, listed, listed * outcome, error**2, by_lot, by_lot * outcome, bins, p_0 - outcome,
         p_0 * (1 - p_0), p_1 - outcome, (p_1 - outcome) * z, weight, weight * z, weight * z**2]
    )  # fmt: skip
    return SumMetrics(columns, intercept, slope, BINS)


def _offset_fit(z: Floats, outcome: Floats) -> float:
    """The intercept of the outcome on ``z`` with its slope held at 1."""
    level = 0.0
    for _ in range(50):
        p = sigmoid(z + level)
        step = float((p - outcome).sum() / max((p * (1 - p)).sum(), 1e-12))
        level -= float(np.clip(step, -2, 2))
        if abs(step) < 1e-10:
            break
    return level


def _slope_fit(z: Floats, outcome: Floats) -> tuple[float, float]:
    """Intercept and slope of the outcome on ``z``; NaN where ``z`` does not vary or separates the outcome."""
    if np.ptp(z) == 0 or not 0 < outcome.sum() < len(outcome):
        return float("nan"), float("nan")
    at = np.array([0.0, 1.0])
    for _ in range(50):
        p = sigmoid(at[0] + at[1] * z)
        weight = p * (1 - p)
        mixed = (weight * z).sum()
        gradient = np.array([(p - outcome).sum(), ((p - outcome) * z).sum()])
        curve = np.array([[weight.sum(), mixed], [mixed, (weight * z**2).sum()]])
        if np.linalg.det(curve) < 1e-9:
            return float("nan"), float("nan")
        step = np.linalg.solve(curve, gradient)
        at = at - step * min(1.0, 2 / np.abs(step).max(initial=1e-12))
        if np.abs(step).max() < 1e-10:
            return float(at[0]), float(at[1])
    return float("nan"), float("nan")


def auc_of(score: Floats, outcome: Floats) -> float:
    """The AUC of a score; NaN where a class is empty.

    >>> auc_of(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0.0, 1.0, 1.0]))
    0.75
    """
    return float(rank_metrics(score, outcome, np.ones((1, len(score)), dtype=np.uint8))[0][0])


def average_precision_of(score: Floats, outcome: Floats) -> float:
    """The average precision of a score, rows with equal scores taken together; NaN where nobody has the outcome.

    >>> round(average_precision_of(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0.0, 1.0, 1.0])), 4)
    0.8333
    """
    return float(rank_metrics(score, outcome, np.ones((1, len(score)), dtype=np.uint8))[1][0])
