"""Train, predict and evaluate one LightGBM, against LightGBM's bare fit and predict on the same rows.

Ours checks the split for leaks and for a feature that knows the answer, fits, calibrates on later rows, predicts,
writes the predictions, and measures everything with intervals from 500 draws of people. The bare side makes LightGBM's
own data set of the training rows, fits with the same parameters and threads, and predicts the test rows. Both must come
to the same scores.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.benchmarks import event_world
from tests.benchmarks.matrix_world import THREADS, prepare, read, slices

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "LightGBM, fit and predict"
SIDES = ("ours", "reference")
ROUNDS = 250
SETTINGS = {"num_leaves": 31, "learning_rate": 0.05, "min_data_in_leaf": 100, "feature_fraction": 0.8}


def side(name: str, folder: Path) -> Callable[[], np.ndarray]:
    """One side's work, with the rows in memory."""
    return _ours(folder) if name == "ours" else _bare(folder)


def answer(made: np.ndarray) -> str:
    """A digest of the test rows' raw scores."""
    return hashlib.sha256(made.tobytes()).hexdigest()


def _ours(folder: Path) -> Callable[[], np.ndarray]:
    from risk_model.training.fitting import train

    plan = event_world.experiment({"lightgbm": SETTINGS | {"rounds": ROUNDS}})
    inputs = read(folder)

    def work() -> np.ndarray:
        with tempfile.TemporaryDirectory(dir=folder) as results:
            return train(plan, inputs, Path(results)).predictions[0].raw_score

    return work


def _bare(folder: Path) -> Callable[[], np.ndarray]:
    import lightgbm

    inputs = read(folder)
    learn, _, test = slices(inputs)
    X, y, later = inputs.rows.X[learn], inputs.rows.outcome[learn], inputs.rows.X[test]
    fixed = {"objective": "binary", "seed": event_world.SEED, "deterministic": True, "force_row_wise": True,
             "num_threads": THREADS, "verbosity": -1, "lambda_l2": 5.0}  # fmt: skip

    def work() -> np.ndarray:
        booster = lightgbm.train(fixed | SETTINGS, lightgbm.Dataset(X, y), num_boost_round=ROUNDS)
        return np.asarray(booster.predict(later, raw_score=True, num_threads=THREADS))

    return work
