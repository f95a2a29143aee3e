"""From a raw score to a probability: a logistic curve fitted on rows later than the training rows (Platt, 1999).

Two numbers, so it holds with few positives; the order of scores never changes. Platt's targets pull the level towards
the base rate (as if one more of each class had been seen) and a weak prior pulls the slope towards its expected value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.errors import BadInput, Untrainable
from risk_model.training.estimators.base import Scale
from risk_model.training.intervals import Resamples, interval

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
FILE = "calibration.json"
STEPS = 50
LEAST_SLOPE = 1e-3
"""Of the standardised score. A slope that would be flat or negative is held here: order is kept, belief is not."""


@dataclass(frozen=True)
class Calibrator:
    """``probability = 1 / (1 + exp(-(intercept + slope * score)))``; counts enter as ``log(1 + count)``."""

    scale: Scale
    slope: float
    intercept: float

    def probability(self, raw_score: Floats) -> Floats:
        """``n`` probabilities, in the order of the raw scores."""
        return sigmoid(self.intercept + self.slope * _on_scale(raw_score, self.scale))

    def save(self, folder: Path) -> None:
        """Write ``calibration.json``."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Calibrator:
        """What :meth:`save` wrote."""
        if not (folder / FILE).exists():
            raise BadInput(f"no {FILE} in {folder.name}; this folder does not hold a scoring model")
        saved = read_json(folder / FILE)
        return cls(Scale(saved["scale"]), float(saved["slope"]), float(saved["intercept"]))


def fit_calibrator(raw_score: Floats, outcome: Floats, scale: Scale) -> Calibrator:
    """The curve that fits rows the estimator has not learned from.

    The slope's prior is 1 where the score is in log odds already, else 0, with the weight of about one positive.

    :raises Untrainable: no rows, or not one with and one without the outcome.
    """
    positives = float(outcome.sum())
    negatives = len(outcome) - positives
    if positives < 1 or negatives < 1:
        raise Untrainable(
            "calibration slice: needs at least one row with and one without the outcome; "
            "use more calibration_dates or an earlier calibrate_from"
        )
    score = _on_scale(raw_score, scale)
    middle, spread = float(score.mean()), float(score.std()) or 1.0
    target = np.where(outcome > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    prior = spread if scale is Scale.LOG_ODDS else 0.0
    level, slope = _penalised_fit((score - middle) / spread, target, prior)
    if slope < LEAST_SLOPE:
        level, slope = float(np.log(target.mean() / (1 - target.mean()))), LEAST_SLOPE
    return Calibrator(scale, slope / spread, level - slope * middle / spread)


def _penalised_fit(score: Floats, target: Floats, prior_slope: float) -> tuple[float, float]:
    """Newton's method on the log loss plus ``(slope - prior)^2 / 2``; steps are halved until they improve."""
    rate = float(target.mean())
    now = np.array([np.log(rate / (1 - rate)), 0.0])
    for _ in range(STEPS):
        p = sigmoid(now[0] + now[1] * score)
        weight = p * (1 - p)
        gradient = np.array([(p - target).sum(), ((p - target) * score).sum() + now[1] - prior_slope])
        mixed = (weight * score).sum()
        step = np.linalg.solve([[weight.sum() + 1e-9, mixed], [mixed, (weight * score**2).sum() + 1]], gradient)
        best = _loss(now, score, target, prior_slope)
        while _loss(now - step, score, target, prior_slope) > best and np.abs(step).max() > 1e-12:
            step = step / 2
        now = now - step
        if np.abs(step).max() < 1e-10:
            break
    return float(now[0]), float(now[1])


def _loss(at: Floats, score: Floats, target: Floats, prior_slope: float) -> float:
    z = at[0] + at[1] * score
    return float((np.logaddexp(0, z) - target * z).sum() + (at[1] - prior_slope) ** 2 / 2)


def _on_scale(raw_score: Floats, scale: Scale) -> Floats:
    return np.log1p(np.maximum(raw_score, 0)) if scale is Scale.COUNT else raw_score


def sigmoid(z: Floats) -> Floats:
    """``1 / (1 + exp(-z))`` without overflow."""
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability plot: what was said on average, what was seen (with a 95% Wilson interval), of how
    many rows."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int
    positives: int


def reliability(
    probability: Floats, outcome: Floats, bins: int = 10, least_positives: int = 0, drawn: Resamples | None = None
) -> tuple[ReliabilityBin, ...]:
    """Bins of about equal numbers of rows, from the lowest probability; equal probabilities are never parted.

    Intervals are of the people ``drawn`` (each row's), who may be in several rows; without them, or where too few draws
    say anything, of rows.

    Bins are joined upwards until each has ``least_positives`` rows with the outcome, so that none shows a small count.
    """
    joined = joined_bins(probability, bins, lambda rows: bool(outcome[rows].sum() >= least_positives))
    seen = [wilson(int(outcome[rows].sum()), len(rows)) for rows in joined]
    if drawn is not None:
        by_people = [interval(draws) for draws in drawn_rates(outcome, joined, drawn).T]
        seen = [ends if ends[0] < ends[1] else of_rows for ends, of_rows in zip(by_people, seen, strict=True)]
    return tuple(_bin(probability[rows], outcome[rows], ends) for rows, ends in zip(joined, seen, strict=True))


def drawn_rates(outcome: Floats, parts: Sequence[Rows], drawn: Resamples) -> Floats:
    """``(draws, parts)`` shares of each part's rows who had the outcome; NaN where nobody of it was drawn."""
    inside = np.zeros((len(outcome), len(parts)))
    for at, part in enumerate(parts):
        inside[part, at] = 1
    sums = drawn.sums(np.hstack([inside * outcome[:, None], inside]))
    with np.errstate(invalid="ignore", divide="ignore"):
        rates: Floats = sums[:, : len(parts)] / sums[:, len(parts) :]
    return rates


def joined_bins(probability: Floats, bins: int, enough: Callable[[Rows], bool]) -> list[Rows]:
    """Positions of the rows of each bin, lowest first, joined upwards until each has ``enough`` (the last downwards);
    one bin of all where even that has not."""
    joined: list[Rows] = []
    for rows in equal_mass_bins(probability, bins):
        if joined and not enough(joined[-1]):
            joined[-1] = np.concatenate([joined[-1], rows])
        else:
            joined.append(rows)
    if len(joined) > 1 and not enough(joined[-1]):
        joined[-2:] = [np.concatenate(joined[-2:])]
    return joined


def _bin(probability: Floats, outcome: Floats, seen: tuple[float, float]) -> ReliabilityBin:
    count, positives = len(outcome), int(outcome.sum())
    return ReliabilityBin(float(probability.mean()), positives / count, *seen, count, positives)


def equal_mass_bins(probability: Floats, bins: int) -> list[Rows]:
    """Positions of the rows of each bin, lowest first; fewer bins where equal probabilities fill several."""
    number = bin_numbers(probability, bins)
    return [np.flatnonzero(number == each) for each in np.unique(number)]


def bin_numbers(probability: Floats, bins: int) -> NDArray[np.intp]:
    """The bin (0 to ``bins - 1``) of each row: the middle of its place and its ties' places among all rows."""
    ordered = np.sort(probability)
    first = np.searchsorted(ordered, probability, "left")
    last = np.searchsorted(ordered, probability, "right")
    return (first + last - 1) * bins // (2 * max(len(probability), 1))


def wilson(positives: float, rows: float, z: float = 1.959964) -> tuple[float, float]:
    """The 95% Wilson interval of a rate; ``(0, 1)`` of nobody.

    >>> [round(bound, 3) for bound in wilson(10, 100)]
    [0.055, 0.174]
    """
    if rows <= 0:
        return 0.0, 1.0
    rate = positives / rows
    centre = (rate + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * np.sqrt(rate * (1 - rate) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))
