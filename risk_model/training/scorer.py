"""What is published and scores people: a fitted estimator, its calibration, its features' names and its bands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, whole_folder, write_json
from risk_model.errors import BadInput, NotPublishable
from risk_model.training import missing
from risk_model.training.bands import Band
from risk_model.training.calibration import Calibrator
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.estimators.base import Fitted

FILE = "model.json"


@dataclass(frozen=True)
class ScoringModel:
    """Scores rows ``X`` of shape ``(n, p)``, float32, in the order of ``feature_names``; NaN is missing."""

    estimator: str
    feature_names: tuple[str, ...]
    fitted: Fitted
    calibrator: Calibrator
    bands: tuple[Band, ...]

    def raw_score(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``n`` raw scores: what people are ranked by."""
        return self.fitted.raw_score(X)

    def probability(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``n`` calibrated probabilities, in the order of the raw scores."""
        return self.calibrator.probability(self.raw_score(X))

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)``: each feature's part of the raw score, then the base; rows sum to the raw score."""
        return self.fitted.contributions(X)

    def band_of(self, probability: NDArray[np.float64]) -> NDArray[np.intp]:
        """Which of ``bands`` each probability falls in; ``len(bands)`` where it is below them all."""
        edges = -np.array([band.at_least for band in self.bands])
        return np.searchsorted(edges, -probability, side="left")

    def save(self, folder: Path) -> None:
        """Write the model as a whole folder of text and JSON: the same model gives the same bytes.

        :raises NotPublishable: a comparator, which must never score anybody.
        """
        if not ESTIMATORS[self.estimator].publishable:
            raise NotPublishable(f"{self.estimator}: exists only to be compared with, so it is never saved to score")
        with whole_folder(folder) as scratch:
            (scratch / "estimator").mkdir()
            self.fitted.save(scratch / "estimator")
            self.calibrator.save(scratch)
            named = {"estimator": self.estimator, "feature_names": list(self.feature_names)}
            write_json(scratch / FILE, named | {"bands": [band.to_json() for band in self.bands]})

    @classmethod
    def load(cls, folder: Path) -> ScoringModel:
        """What :meth:`save` wrote; nothing on this path runs code from the folder.

        :raises BadInput: a part is missing or names an estimator that is not there or not publishable.
        """
        if not (folder / FILE).exists():
            raise BadInput(f"no {FILE} in {folder.name}; this folder does not hold a scoring model")
        saved = read_json(folder / FILE)
        estimator = ESTIMATORS.get(saved["estimator"])
        if estimator is None or not estimator.publishable:
            raise BadInput(f"{FILE}: {saved['estimator']!r} is not an estimator that may score")
        bands = tuple(Band.from_json(band) for band in saved["bands"])
        fitted = missing.load(estimator, folder / "estimator")
        return cls(estimator.name, tuple(saved["feature_names"]), fitted, Calibrator.load(folder), bands)
