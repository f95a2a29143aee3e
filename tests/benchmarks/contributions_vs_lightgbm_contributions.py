"""The same rows, all of them, both ways: our contributions are LightGBM's own, so nothing is to be gained here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.benchmarks.scoring_world import THREADS, Cohort, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "LightGBM, pred_contrib on the same rows"
SIDES = ("ours", "reference")


def side(name: str, folder: Path) -> Callable[[], np.ndarray]:
    """One side's work, with the model loaded and the rows in memory."""
    X = Cohort.read(folder).X
    if name == "ours":
        from risk_model.training.scorer import ScoringModel

        model = ScoringModel.load(folder / "model")
        return lambda: model.contributions(X)
    import lightgbm

    booster = lightgbm.Booster(model_file=str(folder / "model" / "estimator" / "model.txt"))
    return lambda: booster.predict(X, pred_contrib=True, num_threads=THREADS)


def answer(made: np.ndarray) -> str:
    """A digest of every contribution."""
    return hashlib.sha256(np.ascontiguousarray(made).tobytes()).hexdigest()
