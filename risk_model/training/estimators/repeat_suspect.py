"""The rule Young Futures Panels start from: a second suspect record in 12 months. Needs no training.

The raw score is the number of suspect records in the past year, so everybody with two or more (whom the rule flags)
comes before everybody with one, who come before everybody with none. Many people tie; a list then takes them by lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import NOTHING_PROTECTED, Estimator, Protected, Scale, checked, column_of

FEATURE = "suspect_records_last_365_days"
FLAGGED_FROM = 2
FILE = "rule.json"


@dataclass(frozen=True)
class FittedRule:
    """Where the counted feature is, among how many."""

    column: int
    features: int

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` counts of suspect records in the past year; missing is none."""
        return np.nan_to_num(checked(X, self.features)[:, self.column].astype(np.float64))

    def flagged(self, X: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether the rule flags each row: two or more records."""
        return self.raw_score(X) >= FLAGGED_FROM

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)``: the whole score stands in the counted feature's column; the base is 0."""
        parts = np.zeros((len(X), self.features + 1))
        parts[:, self.column] = self.raw_score(X)
        return parts

    def save(self, folder: Path) -> None:
        """Write ``rule.json``."""
        write_json(folder / FILE, {"column": self.column, "features": self.features, "feature": FEATURE})


class RepeatSuspect(Estimator):
    """The rule, as an estimator."""

    name = "repeat_suspect"
    plain_name = "Rule: suspect records in the past year (two or more first)"
    scale = Scale.COUNT
    is_rule = True

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedRule:
        """The rule for these features; the rows do not change it."""
        self.complete(settings)
        return FittedRule(column_of(data, FEATURE, self.name), len(data.feature_names))

    def load(self, folder: Path) -> FittedRule:
        """The rule in ``rule.json``."""
        saved = read_json(self.saved(folder, FILE))
        return FittedRule(int(saved["column"]), int(saved["features"]))
