"""A comparator, never published: everybody the same. All tie, so its figures are exactly what drawing lots expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
from risk_model.errors import NotPublishable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import NOTHING_PROTECTED, Estimator, Protected, Scale, checked

FILE = "lots.json"


@dataclass(frozen=True)
class FittedLots:
    """How many features rows have; none is looked at."""

    features: int

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` zeros."""
        return np.zeros(len(checked(X, self.features)))

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Refused: lots have no reasons.

        :raises NotPublishable: always.
        """
        raise NotPublishable("drawing_lots: a comparator; it gives no reasons for anybody")

    def save(self, folder: Path) -> None:
        """Write ``lots.json``."""
        write_json(folder / FILE, {"features": self.features})


class DrawingLots(Estimator):
    """Lots, as an estimator."""

    name = "drawing_lots"
    plain_name = "Comparator: drawing lots"
    scale = Scale.POINTS
    publishable = False
    is_rule = True

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedLots:
        """Nothing is learned."""
        self.complete(settings)
        return FittedLots(len(data.feature_names))

    def load(self, folder: Path) -> FittedLots:
        """What was written."""
        return FittedLots(int(read_json(self.saved(folder, FILE))["features"]))
