"""A rule in the manner of ProKid: points for kinds of police registration, weighed by how near they are to the child.

Own records as a suspect count most, then being reported for anti-social behaviour, detained or missing, then being
harmed or living with harm. The weights are written down here, not learned; they are this project's, in the manner of
such lists, and not those of any service. Every kind counts up to three times, so that many small records do not add
up without end. Nobody's age, sex or address is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import NOTHING_PROTECTED, Estimator, Protected, Scale, checked, column_of

POINTS: Mapping[str, int] = {
    "suspect_records_last_365_days": 3,
    "custody_last_365_days": 2,
    "asb_reports_last_365_days": 2,
    "missing_last_365_days": 2,
    "victim_records_last_365_days": 1,
    "home_abuse_last_365_days": 1,
}
"""Points a record; the first is needed, the others count where the experiment has them."""
MOST_RECORDS = 3
FILE = "registrations.json"


@dataclass(frozen=True)
class FittedRegistrations:
    """Which columns count, what a record in each is worth, and how many features rows have."""

    columns: tuple[int, ...]
    points: tuple[int, ...]
    features: int

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` totals of points."""
        return self._parts(X).sum(axis=1)

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)``: each kind's points in its column; the base is 0."""
        parts = np.zeros((len(X), self.features + 1))
        parts[:, list(self.columns)] = self._parts(X)
        return parts

    def _parts(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        counts = np.nan_to_num(checked(X, self.features)[:, list(self.columns)].astype(np.float64))
        return np.clip(counts, 0, MOST_RECORDS) * np.array(self.points, dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write ``registrations.json``."""
        write_json(folder / FILE, asdict(self))


class RegistrationPoints(Estimator):
    """The rule, as an estimator."""

    name = "registration_points"
    plain_name = "Rule: points for police registrations"
    scale = Scale.POINTS
    is_rule = True

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedRegistrations:
        """The rule for these features; the rows do not change it."""
        self.complete(settings)
        column_of(data, next(iter(POINTS)), self.name)
        held = {name: each for name, each in POINTS.items() if name in data.feature_names}
        columns = tuple(data.feature_names.index(name) for name in held)
        return FittedRegistrations(columns, tuple(held.values()), len(data.feature_names))

    def load(self, folder: Path) -> FittedRegistrations:
        """The rule in ``registrations.json``."""
        saved = read_json(self.saved(folder, FILE))
        return FittedRegistrations(tuple(saved["columns"]), tuple(saved["points"]), int(saved["features"]))
