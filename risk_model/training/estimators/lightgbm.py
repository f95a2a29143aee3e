"""Gradient-boosted trees. Missing values are split on as they are; contributions are exact TreeSHAP values.

The few on a list are explained by LightGBM's own TreeSHAP, many rows by a faster way to the same values that is checked
against it at each use (``tree_shap``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import (
    NOTHING_PROTECTED,
    Estimator,
    Fitter,
    Protected,
    Scale,
    Setting,
    checked,
    known_outcome,
)
from risk_model.training.estimators.tree_shap import contributions

FILE = "model.txt"
BINNING = ("max_bin", "min_data_in_leaf", "seed")
"""Parameters on which it hangs how rows are put into bins."""
TREES_AT_ONCE = 20
"""Trees whose leaves are asked for together: bounds memory."""
THREADS = 2
"""Fixed, so that sums are added in one order everywhere and the same inputs give the same trees."""


@dataclass(frozen=True)
class FittedTrees:
    """Trees in LightGBM's text format, which is also how they are saved."""

    text: str

    @cached_property
    def booster(self) -> Any:
        """The trees, ready to score."""
        import lightgbm

        return lightgbm.Booster(model_str=self.text)

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` log odds (before calibration)."""
        values = checked(X, self.booster.num_feature())
        if not len(values):
            return np.empty(0)
        return np.asarray(self.booster.predict(values, num_threads=THREADS, raw_score=True), dtype=np.float64)

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)`` TreeSHAP values in log odds, then the base."""
        values = checked(X, self.booster.num_feature())
        if not len(values):
            return np.empty((0, X.shape[1] + 1))
        return contributions(self.booster, values, THREADS)

    def leaves(self, X: NDArray[np.float32]) -> Iterator[NDArray[np.intp]]:
        """Of one tree after another, the leaf of each of the ``n`` rows."""
        values = checked(X, self.booster.num_feature())
        for tree in range(0, self.booster.num_trees() if len(values) else 0, TREES_AT_ONCE):
            found = self.booster.predict(values, pred_leaf=True, start_iteration=tree, num_iteration=TREES_AT_ONCE,
                                         num_threads=THREADS)  # fmt: skip
            yield from np.asarray(found).reshape(len(values), -1).T.astype(np.intp, order="C")

    def save(self, folder: Path) -> None:
        """Write ``model.txt``."""
        (folder / FILE).write_text(self.text, encoding="utf-8", newline="\n")


def grow(
    data: Dataset, outcome: NDArray[np.float64], chosen: Mapping[str, Any], seed: int, weight: NDArray[np.float64]
) -> FittedTrees:
    """Trees on rows that count as much as their weight, with an outcome of the caller's; ``chosen`` is complete."""
    rounds, fixed = _parameters(data, chosen, seed)
    return _grown(fixed, _binned(data, outcome, fixed, weight), rounds)


def _parameters(data: Dataset, chosen: Mapping[str, Any], seed: int) -> tuple[int, dict[str, Any]]:
    """How many trees, and LightGBM's parameters."""
    given = dict(chosen)
    rounds, monotone, weight = given.pop("rounds"), given.pop("monotone"), given.pop("positive_weight")
    fixed = {
        "objective": "binary", "seed": seed % 2**31, "deterministic": True, "force_row_wise": True,
        "num_threads": THREADS, "verbosity": -1, "bagging_freq": int(given["bagging_fraction"] < 1),
    }  # fmt: skip
    fixed |= {"scale_pos_weight": weight} if weight != 1 else {}
    if monotone and any(data.directions):
        fixed |= {"monotone_constraints": list(data.directions), "monotone_constraints_method": "intermediate"}
    return rounds, fixed | given


def _binned(
    data: Dataset, outcome: NDArray[np.float64], fixed: Mapping[str, Any], weight: NDArray[np.float64] | None = None
) -> Any:
    import lightgbm

    X = checked(data.X, len(data.feature_names))
    return lightgbm.Dataset(X, outcome, weight=weight, feature_name=list(data.feature_names), params=dict(fixed))


def _grown(fixed: Mapping[str, Any], rows: Any, rounds: int) -> FittedTrees:
    import lightgbm

    booster = lightgbm.train(dict(fixed), rows, num_boost_round=rounds)
    return FittedTrees(booster.model_to_string(num_iteration=-1))


class LightGBM(Estimator):
    """Gradient-boosted trees with the settings of the experiment."""

    name = "lightgbm"
    plain_name = "Gradient-boosted trees"
    scale = Scale.LOG_ODDS
    settings = {  # noqa: RUF012
        "num_leaves": Setting(15, 2, 255, "leaves of a tree"),
        "learning_rate": Setting(0.03, 1e-4, 1.0, "how much each tree adds"),
        "rounds": Setting(250, 1, 5000, "trees"),
        "min_data_in_leaf": Setting(60, 1, 100_000, "rows in a leaf"),
        "feature_fraction": Setting(0.5, 0.01, 1.0, "share of features each tree may use"),
        "bagging_fraction": Setting(1.0, 0.01, 1.0, "share of rows each tree learns from"),
        "lambda_l1": Setting(0.0, 0.0, 1e6, "L1 penalty on leaf values"),
        "lambda_l2": Setting(5.0, 0.0, 1e6, "L2 penalty on leaf values"),
        "max_depth": Setting(-1, -1, 64, "depth of a tree; -1 is no limit"),
        "max_bin": Setting(255, 2, 65_535, "bins of a feature"),
        "monotone": Setting(0, 0, 1, "1: more of a feature never moves the score against its known direction"),
        "positive_weight": Setting(1.0, 0.01, 1000.0, "how much a row with the outcome counts"),
    }

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedTrees:
        """Trees fitted to the rows; the same rows, settings and seed give the same text."""
        chosen = self.complete(settings)
        rounds, fixed = _parameters(data, chosen, seed)
        return _grown(fixed, _binned(data, known_outcome(data), fixed), rounds)

    def fitter(self, data: Dataset, protected: Protected = NOTHING_PROTECTED) -> Fitter:
        """What grows trees on these rows; rows are put into bins once for all settings that bin them alike."""
        known_outcome(data)
        binned: dict[str, Any] = {}

        def grow_with(settings: Mapping[str, Any], seed: int) -> FittedTrees:
            chosen = self.complete(settings)
            rounds, fixed = _parameters(data, chosen, seed)
            alike = repr([fixed[key] for key in BINNING])
            if alike not in binned:
                binned[alike] = _binned(data, data.outcome, fixed)
            return _grown(fixed, binned[alike], rounds)

        return grow_with

    def load(self, folder: Path) -> FittedTrees:
        """The trees in ``model.txt``."""
        return FittedTrees(self.saved(folder, FILE).read_text(encoding="utf-8"))
