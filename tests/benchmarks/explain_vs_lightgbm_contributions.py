"""Exact SHAP values of every row, against LightGBM's own, on 10,000 rows; ``explain_many_...`` is the same on 100,000.

Ours includes its own check: LightGBM's contributions of a sample of the rows, compared at each use.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.scoring_world import THREADS, Cohort, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "LightGBM, pred_contrib on the same rows"
SIDES = ("ours", "reference")
COPIES = 1
MOST_APART = 2e-6
"""In log odds."""


def side(name: str, folder: Path, times: int = COPIES) -> Callable[[], Any]:
    """One side's work, with the model loaded and the rows in memory."""
    import lightgbm

    drawn = Cohort.read(folder).X
    jitter = np.random.default_rng(5).normal(0, 0.02, (times, drawn.shape[1])).astype(np.float32)
    X = np.concatenate([drawn, *(drawn + shift for shift in jitter[1:])])
    booster = lightgbm.Booster(model_file=str(folder / "model" / "estimator" / "model.txt"))

    def theirs(rows: np.ndarray) -> np.ndarray:
        return booster.predict(rows, pred_contrib=True, num_threads=THREADS)

    if name == "reference":
        return lambda: _compared(theirs(X), X, theirs)
    from risk_model.training.scorer import ScoringModel

    model = ScoringModel.load(folder / "model")
    return lambda: _compared(model.contributions(X), X, theirs)


def _compared(made: np.ndarray, X: np.ndarray, theirs: Callable[[np.ndarray], np.ndarray]) -> Callable[[], list[bool]]:
    """Looked at untimed: whether every hundredth row's values are LightGBM's, and every row has its own."""
    return lambda: [len(made) == len(X), bool(np.abs(made[::100] - theirs(X[::100])).max() < MOST_APART)]


def answer(made: Callable[[], list[bool]]) -> list[bool]:
    """Whether the values are right; both sides must say so."""
    said = made()
    if not all(said):
        raise SystemExit("bench: contributions that are not LightGBM's")
    return said
