"""A sparse score that fits on paper: a few yes-or-no questions, whole points for each, added up by hand.

Questions are "at least so much of a feature"; missing is no. They are taken one after another, each the one that tells
most beyond those already taken (the score test of a logistic regression), then weighed together and rounded so that the
weightiest is worth ``most_points``. Points may be negative where more of something goes against the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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

FILE = "points_score.json"
CUTS = (0.5, 0.75, 0.9, 0.97)
"""Besides "at least 1" where a feature counts: shares of rows below a cut."""
LEAST_ROWS = 20
"""Rows that must say yes, and that must say no, to a question."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FittedPointsScore:
    """The questions: which column, at least how much, how many points; and how many features rows have."""

    columns: tuple[int, ...]
    at_least: tuple[float, ...]
    points: tuple[int, ...]
    features: int

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` totals of points."""
        return self._parts(X).sum(axis=1)

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + 1)``: each question's points in its feature's column; the base is 0."""
        parts, own = np.zeros((len(X), self.features + 1)), self._parts(X)
        for place, column in enumerate(self.columns):
            parts[:, column] += own[:, place]
        return parts

    def _parts(self, X: NDArray[np.float32]) -> Floats:
        yes = checked(X, self.features)[:, list(self.columns)] >= np.array(self.at_least, dtype=np.float32)
        return np.where(yes, np.array(self.points, dtype=np.float64), 0.0)

    def on_paper(self, names: tuple[str, ...]) -> str:
        """The score as a person would write it down, with the features' names."""
        lines = [f"{points:+d}  {names[column]} at least {cut:g}"
                 for column, cut, points in zip(self.columns, self.at_least, self.points, strict=True)]  # fmt: skip
        return "\n".join(lines)

    def save(self, folder: Path) -> None:
        """Write ``points_score.json``."""
        write_json(folder / FILE, asdict(self))


class PointsScore(Estimator):
    """The score, as an estimator."""

    name = "points_score"
    plain_name = "Points score on paper"
    scale = Scale.POINTS
    settings = {  # noqa: RUF012
        "questions": Setting(8, 1, 20, "yes-or-no questions"),
        "most_points": Setting(5, 1, 20, "points of the weightiest question"),
    }

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedPointsScore:
        """The score for these rows; it draws nothing at random.

        :raises Untrainable: no question divides the rows.
        """
        chosen = self.complete(settings)
        X, outcome = checked(data.X, len(data.feature_names)), known_outcome(data)
        asked = _questions(X)
        if not asked:
            raise Untrainable(f"points_score: no feature divides the rows into {LEAST_ROWS} and more on either side")
        taken, weights = _taken(X, outcome, asked, chosen["questions"])
        points = np.rint(weights / np.abs(weights).max() * chosen["most_points"]).astype(int)
        kept = [(asked[place], int(each)) for place, each in zip(taken, points, strict=True) if each]
        return FittedPointsScore(
            tuple(column for (column, _), _ in kept), tuple(cut for (_, cut), _ in kept),
            tuple(each for _, each in kept), X.shape[1],
        )  # fmt: skip

    def load(self, folder: Path) -> FittedPointsScore:
        """The score in ``points_score.json``."""
        saved = read_json(self.saved(folder, FILE))
        columns, cuts, points = (tuple(saved[name]) for name in ("columns", "at_least", "points"))
        return FittedPointsScore(columns, cuts, points, int(saved["features"]))


def _questions(X: NDArray[np.float32]) -> list[tuple[int, float]]:
    """Every (column, at least) with rows enough on either side."""
    found = []
    for column, values in enumerate(X.T):
        known = values[~np.isnan(values)]
        cuts = {1.0, *(float(cut) for cut in np.quantile(known, CUTS, method="higher"))} if len(known) else set()
        for cut in sorted(cuts):
            yes = int((values >= np.float32(cut)).sum())
            if min(yes, len(values) - yes) >= LEAST_ROWS:
                found.append((column, float(np.float32(cut))))
    return found


def _taken(X: NDArray[np.float32], outcome: Floats, asked: list[tuple[int, float]], most: int) -> tuple[list[int], Any]:
    """Places of the questions taken, and their weights in log odds."""
    yes = np.column_stack([X[:, column] >= np.float32(cut) for column, cut in asked])
    taken: list[int] = []
    probability, weights = np.full(len(outcome), outcome.mean()), np.zeros(0)
    for _ in range(min(most, len(asked))):
        spread = probability * (1 - probability)
        told = (outcome - probability) @ yes
        middle = spread @ yes
        gain = told**2 / np.maximum(middle - middle**2 / spread.sum(), 1e-9)
        gain[taken] = -1
        taken.append(int(np.argmax(gain)))
        probability, weights = _weighed(yes[:, taken], outcome)
    return taken, weights


def _weighed(columns: NDArray[np.bool_], outcome: Floats) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=500).fit(columns, outcome)
    return model.predict_proba(columns)[:, 1], model.coef_[0]
