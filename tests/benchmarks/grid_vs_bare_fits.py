"""A grid of twelve light models, searched with Optuna on a temporal fold, against the sum of LightGBM's bare fits.

Ours makes the fold, checks it, fits and judges each setting, and keeps every trial in a database, so that a stopped
search goes on. The bare side makes LightGBM's data set and fits, twelve times, with the same parameters and threads,
and predicts nothing. Both must come to models of the same AUC. (Ours puts rows into bins once for all settings that bin
them alike, and so may take less than the fits alone.)
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import event_world
from tests.benchmarks.matrix_world import THREADS, prepare, read, slices

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "LightGBM, the twelve fits alone"
SIDES = ("ours", "reference")
GRID = {"num_leaves": (7, 15), "learning_rate": (0.05, 0.1), "feature_fraction": (0.3, 0.6, 0.9)}
FIXED = {"rounds": 60, "min_data_in_leaf": 100}


def side(name: str, folder: Path) -> Callable[[], Any]:
    """One side's work, with the rows in memory."""
    return _ours(folder) if name == "ours" else _bare(folder)


def answer(made: Callable[[], list[float]]) -> list[float]:
    """Each model's AUC on the later rows, to nine decimals."""
    return [round(value, 9) for value in made()]


def _plan() -> Any:
    plan = event_world.experiment({"lightgbm": dict(FIXED) | {name: values[0] for name, values in GRID.items()}})
    search = {"sampler": "grid", "folds": 1, "space": {"lightgbm": GRID}}
    return plan.model_validate(plan.model_dump() | {"search": search})


def _ours(folder: Path) -> Callable[[], Any]:
    from risk_model.training.tuning import search

    plan, inputs, turns = _plan(), read(folder), count()

    def work() -> Callable[[], list[float]]:
        found = search(plan, "lightgbm", inputs, folder / f"search_{next(turns)}", "drawn", page_first=False)
        return lambda: [trial.value for trial in found.trials]

    return work


def _bare(folder: Path) -> Callable[[], Any]:
    import lightgbm

    from risk_model.training.metrics import auc_of

    rows = read(folder).rows
    learn, judge, _ = slices(read(folder))
    X, y, later, truth = rows.X[learn], rows.outcome[learn], rows.X[judge], rows.outcome[judge]
    fixed = {"objective": "binary", "seed": event_world.SEED, "deterministic": True, "force_row_wise": True,
             "num_threads": THREADS, "verbosity": -1, "lambda_l2": 5.0,
             "min_data_in_leaf": FIXED["min_data_in_leaf"]}  # fmt: skip
    settings = _plan().search.grid("lightgbm")

    def work() -> Callable[[], list[float]]:
        made = [lightgbm.train(fixed | each, lightgbm.Dataset(X, y), num_boost_round=FIXED["rounds"])
                for each in settings]  # fmt: skip
        return lambda: [auc_of(np.asarray(each.predict(later, raw_score=True)), truth) for each in made]

    return work
