"""A comparator, never published: whole points for age, sex and recorded contacts, as paper scorecards have them.

It shows what little more than age, sex and history would reach. Age and sex are protected characteristics, so they
are handed to it apart from the features, and nothing else ever receives them. Ten points double the odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.errors import BadConfiguration, NotPublishable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import (
    NOTHING_PROTECTED,
    Estimator,
    Protected,
    Scale,
    checked,
    column_of,
    known_outcome,
)

CONTACTS = (
    "suspect_records_last_365_days",
    "victim_records_last_365_days",
    "custody_last_365_days",
    "asb_reports_last_365_days",
    "missing_last_365_days",
    "diversion_last_365_days",
)
"""Features added up as contacts: the first is needed, the others count where the experiment has them."""
NEEDS = ("age_years", "is_male")
POINTS_PER_DOUBLING = 10
FILE = "points.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FittedPoints:
    """Whole points per year of age over ten, for being male, and per doubling of (1 + contacts)."""

    columns: tuple[int, ...]
    features: int
    per_year: int
    for_male: int
    per_doubling: int

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` totals of points.

        :raises BadConfiguration: age and sex were not handed over.
        """
        parts = _parts(checked(X, self.features), self.columns, protected)
        return np.asarray(parts @ np.array([self.per_year, self.for_male, self.per_doubling], dtype=np.float64))

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """Refused: a comparator gives nobody reasons.

        :raises NotPublishable: always.
        """
        raise NotPublishable("a comparator that uses age and sex; it gives no reasons for anybody")

    def save(self, folder: Path) -> None:
        """Write ``points.json``."""
        write_json(folder / FILE, asdict(self))


class ContactPoints(Estimator):
    """The scorecard, as an estimator."""

    name = "contact_points"
    plain_name = "Comparator: points for age, sex and contacts"
    scale = Scale.POINTS
    publishable = False
    is_rule = True
    needs_protected = NEEDS
    contacts: tuple[str, ...] = CONTACTS

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedPoints:
        """Points from a three-input logistic regression, rounded to whole numbers."""
        from sklearn.linear_model import LogisticRegression

        self.complete(settings)
        if self.contacts:
            column_of(data, self.contacts[0], self.name)
        columns = tuple(data.feature_names.index(name) for name in self.contacts if name in data.feature_names)
        parts = _parts(checked(data.X, len(data.feature_names)), columns, protected)
        odds = LogisticRegression(C=1.0).fit(parts, known_outcome(data)).coef_[0] / np.log(2)
        points = [int(value) for value in np.rint(odds * POINTS_PER_DOUBLING)]
        return FittedPoints(columns, len(data.feature_names), points[0], points[1], points[2])

    def load(self, folder: Path) -> FittedPoints:
        """The points in ``points.json``."""
        saved = read_json(self.saved(folder, FILE))
        return FittedPoints(**(saved | {"columns": tuple(saved["columns"])}))


def _parts(X: NDArray[np.float32], columns: tuple[int, ...], protected: Protected) -> Floats:
    """``(n, 3)``: years over ten, male (a half where not known), doublings of (1 + contacts)."""
    absent = [name for name in NEEDS if name not in protected or len(protected[name]) != len(X)]
    if absent:
        raise BadConfiguration(
            f"estimators: a comparator needs {' and '.join(absent)} for every row, handed over by the pipeline; "
            "or remove its table"
        )
    contacts = np.nan_to_num(X[:, list(columns)].astype(np.float64)).clip(min=0).sum(axis=1)
    male = np.nan_to_num(protected["is_male"], nan=0.5)
    return np.column_stack([protected["age_years"] - 10, male, np.log2(1 + contacts)])
