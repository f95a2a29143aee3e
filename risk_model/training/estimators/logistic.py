"""L2-penalised logistic regression. Everything it needs is plain numbers, so it is saved as JSON and explains itself.

Fitted on the training rows only, in this order: missing values become the training median (a flag beside each feature
that has any), values are held to the training's 0.5th and 99.5th percentiles, columns are standardised. Contributions
are coefficient times standardised value, so against an average training row; a flag's part goes to its feature.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.errors import Untrainable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import (
    NOTHING_PROTECTED,
    Estimator,
    Protected,
    Scale,
    Setting,
    checked,
    known_outcome,
)

FILE = "coefficients.json"
STEPS = 500
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Preparation:
    """How raw features become the columns of the regression; ``flagged`` are the features with a missing flag."""

    median: Floats
    low: Floats
    high: Floats
    flagged: NDArray[np.intp]
    mean: Floats
    scale: Floats

    def columns(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + flags)`` standardised columns, nothing missing."""
        return (_unscaled(X, self.median, self.low, self.high, self.flagged) - self.mean) / self.scale


@dataclass(frozen=True)
class FittedLogistic:
    """The preparation, one coefficient a column, and the intercept (the base)."""

    prepare: Preparation
    coefficient: Floats
    intercept: float

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` log odds (before calibration); nobody's hangs on who else is scored with them, to the last bit."""
        columns = self.prepare.columns(checked(X, len(self.prepare.median)))
        return np.einsum("ij,j->i", columns, self.coefficient) + self.intercept  # @ adds in an order that hangs on n

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + 1)`` parts in log odds, then the intercept."""
        features = len(self.prepare.median)
        parts = self.prepare.columns(checked(X, features)) * self.coefficient
        parts[:, self.prepare.flagged] += parts[:, features:]
        return np.column_stack([parts[:, :features], np.full(len(X), self.intercept)])

    def save(self, folder: Path) -> None:
        """Write ``coefficients.json``; numbers come back to the last bit."""
        saved = as_json(self.prepare) | {"coefficient": self.coefficient.tolist(), "intercept": self.intercept}
        write_json(folder / FILE, saved)


class Logistic(Estimator):
    """Logistic regression with the penalty of the experiment."""

    name = "logistic"
    plain_name = "Logistic regression"
    scale = Scale.LOG_ODDS
    settings = {"penalty_strength": Setting(0.02, 1e-6, 1e6, "C: smaller is a stronger penalty")}  # noqa: RUF012

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedLogistic:
        """The regression fitted to the rows; it draws nothing at random.

        :raises Untrainable: the penalty is too weak for the fit to settle.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        chosen = self.complete(settings)
        X = checked(data.X, len(data.feature_names))
        prepare = preparation(X)
        model = LogisticRegression(C=chosen["penalty_strength"], solver="lbfgs", max_iter=STEPS, tol=1e-6)
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                model.fit(prepare.columns(X), known_outcome(data))
            except ConvergenceWarning:
                advice = "make estimators.logistic.penalty_strength smaller"
                raise Untrainable(f"logistic: no stable fit in {STEPS} steps; {advice}") from None
        return FittedLogistic(prepare, model.coef_[0].astype(np.float64), float(model.intercept_[0]))

    def load(self, folder: Path) -> FittedLogistic:
        """The regression in ``coefficients.json``."""
        saved = read_json(self.saved(folder, FILE))
        return FittedLogistic(
            from_json(saved), np.asarray(saved["coefficient"], dtype=np.float64), float(saved["intercept"])
        )


def as_json(prepare: Preparation) -> dict[str, Any]:
    """A preparation as JSON values."""
    return {name: array.tolist() for name, array in vars(prepare).items()}


def from_json(saved: Mapping[str, Any]) -> Preparation:
    """What :func:`as_json` made."""
    arrays = {name: np.asarray(saved[name], dtype=np.float64) for name in ("median", "low", "high", "mean", "scale")}
    return Preparation(flagged=np.asarray(saved["flagged"], dtype=np.intp), **arrays)


def _unscaled(X: NDArray[np.float32], median: Floats, low: Floats, high: Floats, flagged: NDArray[np.intp]) -> Floats:
    missing = np.isnan(X)
    values = np.clip(np.where(missing, median, X), low, high)
    return np.concatenate([values, missing[:, flagged]], axis=1, dtype=np.float64)


def preparation(X: NDArray[np.float32]) -> Preparation:
    """How to prepare columns, learned from these rows."""
    known = [column[~np.isnan(column)].astype(np.float64) for column in X.T]
    known = [column if len(column) else np.zeros(1) for column in known]
    median = np.array([np.median(column) for column in known])
    bounds = np.array([_bounds(column) for column in known]).reshape(-1, 2)
    flagged = np.flatnonzero(np.isnan(X).any(axis=0) & ~np.isnan(X).all(axis=0))
    columns = _unscaled(X, median, bounds[:, 0], bounds[:, 1], flagged)
    spread = columns.std(axis=0)
    return Preparation(
        median, bounds[:, 0], bounds[:, 1], flagged, columns.mean(axis=0), np.where(spread > 0, spread, 1)
    )


def _bounds(known: Floats) -> tuple[float, float]:
    """The 0.5th and 99.5th percentiles; the whole range where those are equal (a rare yes must not be lost)."""
    low, high = np.quantile(known, [0.005, 0.995])
    return (float(low), float(high)) if low < high else (float(known.min()), float(known.max()))
