"""What a model is given for missing values: learned from the rows a fit learns from, and from no other.

Each feature's definition says how (``fill``, ``flag_missing``). What was learned is kept with the fitted estimator and
used wherever it scores. A flag is a column of its own to the estimator; in explanations its part is its feature's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.definition import Described, Fill
from features.workspace import read_json, write_json
from risk_model.training.dataset import Dataset, MissingRule
from risk_model.training.estimators.base import NOTHING_PROTECTED, Estimator, Fitted, Fitter, Protected

FILE = "missing.json"
Matrix = NDArray[np.float32]


def rules_of(features: Sequence[Described]) -> tuple[MissingRule, ...]:
    """Each feature's rule, in order; none at all where no feature has one."""
    rules = tuple(MissingRule(feature.fill, feature.flag_missing) for feature in features)
    return () if all(rule.is_nothing for rule in rules) else rules


@dataclass(frozen=True)
class Filling:
    """What was learned: ``values[f]`` for feature ``f``'s missing values (None leaves them), and which have a flag.

    >>> learned = Filling((2.0, None), (1,))
    >>> learned.apply(np.array([[np.nan, np.nan], [5, 7]], np.float32)).tolist()
    [[2.0, nan, 1.0], [5.0, 7.0, 0.0]]
    """

    values: tuple[float | None, ...]
    flagged: tuple[int, ...]

    @classmethod
    def fit(cls, X: Matrix, rules: Sequence[MissingRule]) -> Filling:
        """Learn from these rows; a feature missing in all of them is filled with 0."""
        values = tuple(_learned(column, rule.fill) for column, rule in zip(X.T, rules, strict=True))
        return cls(values, tuple(place for place, rule in enumerate(rules) if rule.flag))

    def apply(self, X: Matrix) -> Matrix:
        """``(n, p)`` filled, with a column a flag after the others."""
        absent = np.isnan(X)
        values = np.array([np.nan if value is None else value for value in self.values], np.float32)
        return np.column_stack([np.where(absent, values, X), absent[:, list(self.flagged)]]).astype(np.float32)

    def fold(self, parts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contributions of columns and flags, then the base, as ``(n, p + 1)``: a flag's added to its feature's."""
        count = len(self.values)
        folded = np.column_stack([parts[:, :count], parts[:, -1]])
        for place, feature in enumerate(self.flagged):
            folded[:, feature] += parts[:, count + place]
        return folded

    def data(self, rows: Dataset) -> Dataset:
        """The rows as an estimator learns from them; flags are named after their features."""
        names = (*rows.feature_names, *(f"{rows.feature_names[place]}_missing" for place in self.flagged))
        directions = (*rows.directions, *(0 for _ in self.flagged)) if rows.directions else ()
        return replace(rows, X=self.apply(rows.X), feature_names=names, directions=directions, missing=())


def _learned(column: Matrix, fill: Fill) -> float | None:
    if fill is Fill.KEEP:
        return None
    known = column[~np.isnan(column)]
    if len(known) == 0:
        return 0.0
    if fill is Fill.MOST_COMMON:
        values, counts = np.unique(known, return_counts=True)
        return float(values[counts.argmax()])
    return float(np.median(known) if fill is Fill.MEDIAN else known.mean(dtype=np.float64))


@dataclass(frozen=True)
class Filled:
    """A fitted estimator that fills missing values first, as it learned to."""

    inner: Fitted
    filling: Filling

    def raw_score(self, X: Matrix, protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` scores."""
        return self.inner.raw_score(self.filling.apply(X), protected)

    def contributions(self, X: Matrix) -> NDArray[np.float64]:
        """``(n, p + 1)``, a flag's part with its feature's."""
        return self.filling.fold(self.inner.contributions(self.filling.apply(X)))

    def save(self, folder: Path) -> None:
        """The estimator's own files, and what was learned of missing values beside them."""
        self.inner.save(folder)
        write_json(folder / FILE, {"values": list(self.filling.values), "flagged": list(self.filling.flagged)})


def fitter(estimator: Estimator, rows: Dataset, protected: Protected = NOTHING_PROTECTED) -> Fitter:
    """What fits these rows with one setting after another, missing values filled as ``rows.missing`` says.

    The filling is learned from these rows, once. Rules that are written down read values as they are.
    """
    if not rows.missing or estimator.is_rule:
        return estimator.fitter(rows, protected)
    filling = Filling.fit(rows.X, rows.missing)
    fit = estimator.fitter(filling.data(rows), protected)

    def filled(settings: Mapping[str, Any], seed: int) -> Fitted:
        return Filled(fit(settings, seed), filling)

    return filled


def load(estimator: Estimator, folder: Path) -> Fitted:
    """The fitted estimator in ``folder``, with the filling kept there if one was learned."""
    inner = estimator.load(folder)
    if not (folder / FILE).exists():
        return inner
    saved = read_json(folder / FILE)
    return Filled(inner, Filling(tuple(saved["values"]), tuple(saved["flagged"])))
