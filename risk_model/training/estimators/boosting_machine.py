"""An Explainable Boosting Machine: one curve a feature (and a few pairs), added up, so every score explains itself.

``interpret`` learns it; what it learned is kept as cuts and values in JSON and scored by our own few lines, which a
test holds equal to the library's to the last bit. A pair's part is shared equally between its two features.
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

FILE = "curves.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Term:
    """One curve, or the surface of a pair: a value for each cell of the grid its features' cuts make. Cell 0 of a side
    is "missing", the last stands for values never seen."""

    features: tuple[int, ...]
    cuts: tuple[Floats, ...]
    values: Floats

    def of(self, X: Floats) -> Floats:
        """The term's part of each row's score."""
        cells = []
        for feature, cuts in zip(self.features, self.cuts, strict=True):
            cell = np.searchsorted(cuts, X[:, feature], side="right") + 1
            cells.append(np.where(np.isnan(X[:, feature]), 0, cell))
        return np.asarray(self.values[tuple(cells)])

    def to_json(self) -> dict[str, Any]:
        """The term as JSON values."""
        return {"features": list(self.features), "cuts": [each.tolist() for each in self.cuts],
                "values": self.values.tolist()}  # fmt: skip

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Term:
        """What :meth:`to_json` made."""
        cuts = tuple(np.asarray(each, dtype=np.float64) for each in saved["cuts"])
        return cls(tuple(saved["features"]), cuts, np.asarray(saved["values"], dtype=np.float64))


@dataclass(frozen=True)
class FittedCurves:
    """The terms and the intercept (the base), for rows of so many features."""

    features: int
    terms: tuple[Term, ...]
    intercept: float

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` log odds (before calibration)."""
        values, total = checked(X, self.features).astype(np.float64), np.full(len(X), self.intercept)
        for term in self.terms:
            total += term.of(values)
        return total

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + 1)`` parts in log odds, then the intercept."""
        values, parts = checked(X, self.features).astype(np.float64), np.zeros((len(X), self.features + 1))
        for term in self.terms:
            for feature in term.features:
                parts[:, feature] += term.of(values) / len(term.features)
        parts[:, -1] = self.intercept
        return parts

    def save(self, folder: Path) -> None:
        """Write ``curves.json``; numbers come back to the last bit."""
        terms = [term.to_json() for term in self.terms]
        write_json(folder / FILE, {"features": self.features, "intercept": self.intercept, "terms": terms})


class BoostingMachine(Estimator):
    """The machine, with the settings of the experiment."""

    name = "boosting_machine"
    plain_name = "Explainable boosting machine"
    scale = Scale.LOG_ODDS
    settings = {  # noqa: RUF012
        "interactions": Setting(0, 0, 50, "pairs of features, found by the machine"),
        "bags": Setting(4, 1, 50, "fits that are averaged"),
        "rounds": Setting(400, 1, 50_000, "rounds of boosting, at most"),
        "learning_rate": Setting(0.03, 1e-4, 1.0, "how much each step adds"),
        "max_bins": Setting(64, 4, 1024, "bins of a feature"),
        "min_rows_in_leaf": Setting(50, 1, 100_000, "rows in a leaf"),
        "monotone": Setting(0, 0, 1, "1: more of a feature never moves the score against its known direction"),
    }

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedCurves:
        """The curves fitted to the rows; the same rows, settings and seed give the same curves."""
        from interpret.glassbox import ExplainableBoostingClassifier

        chosen = self.complete(settings)
        X = checked(data.X, len(data.feature_names)).astype(np.float64)
        machine = ExplainableBoostingClassifier(
            feature_types=["continuous"] * X.shape[1], interactions=chosen["interactions"], outer_bags=chosen["bags"],
            max_rounds=chosen["rounds"], learning_rate=chosen["learning_rate"], max_bins=chosen["max_bins"],
            min_samples_leaf=chosen["min_rows_in_leaf"], n_jobs=1, random_state=seed % 2**31,
            monotone_constraints=list(data.directions) if chosen["monotone"] and any(data.directions) else None,
        )  # fmt: skip
        with warnings.catch_warnings(action="ignore"):
            machine.fit(X, known_outcome(data).astype(int))
        return _plain(machine, X.shape[1])

    def load(self, folder: Path) -> FittedCurves:
        """The curves in ``curves.json``."""
        saved = read_json(self.saved(folder, FILE))
        terms = tuple(Term.from_json(term) for term in saved["terms"])
        return FittedCurves(int(saved["features"]), terms, float(saved["intercept"]))


def _plain(machine: Any, features: int) -> FittedCurves:
    """What the machine learned, as cuts and values; coarser cuts are kept for pairs."""
    terms = []
    for of, values in zip(machine.term_features_, machine.term_scores_, strict=True):
        grids = [machine.bins_[feature] for feature in of]
        cuts = tuple(np.asarray(grid[min(len(of), len(grid)) - 1], dtype=np.float64) for grid in grids)
        terms.append(Term(tuple(int(feature) for feature in of), cuts, np.asarray(values, dtype=np.float64)))
    return FittedCurves(features, tuple(terms), float(np.ravel(machine.intercept_)[0]))
