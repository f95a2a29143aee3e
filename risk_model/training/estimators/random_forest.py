"""A random forest, grown by scikit-learn and kept as plain numbers: no pickle, and scored by our own few lines.

The raw score is the mean share of positives in the leaves a row ends in. A contribution is the sum of the steps that a
split on the feature makes along the row's paths (Saabas), so that base and contributions add up to the score exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import read_json, write_json
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

FILE = "forest.json"
THREADS = 2
LEAF = -1
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
ARRAYS: Mapping[str, Any] = {"roots": np.int64, "feature": np.int64, "threshold": np.float64, "left": np.int64,
                             "right": np.int64, "missing_left": np.bool_, "share": np.float64}  # fmt: skip


@dataclass(frozen=True)
class FittedForest:
    """All trees' nodes under each other; ``roots`` are where trees begin. ``feature`` is -1 at a leaf; ``share`` is the
    share of positives at each node."""

    features: int
    roots: Whole
    feature: Whole
    threshold: Floats
    left: Whole
    right: Whole
    missing_left: NDArray[np.bool_]
    share: Floats

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` mean shares of positives, 0 to 1."""
        values, total = checked(X, self.features), np.zeros(len(X))
        for root in self.roots:
            total += self.share[self._path(values, int(root))]
        return total / len(self.roots)

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + 1)``: each feature's steps along the paths, then the mean share at the roots."""
        values = checked(X, self.features)
        parts = np.zeros((len(values), self.features + 1))
        for root in self.roots:
            self._path(values, int(root), parts)
        parts[:, -1] = self.share[self.roots].sum()
        return parts / len(self.roots)

    def _path(self, X: NDArray[np.float32], root: int, parts: Floats | None = None) -> Whole:
        """The leaf of each row; where ``parts`` are given, each step is added to its feature's column."""
        at, rows = np.full(len(X), root), np.arange(len(X))
        while len(rows := rows[self.feature[at[rows]] != LEAF]):
            node = at[rows]
            column = self.feature[node]
            value = X[rows, column]
            goes_left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
            at[rows] = np.where(goes_left, self.left[node], self.right[node])
            if parts is not None:
                np.add.at(parts, (rows, column), self.share[at[rows]] - self.share[node])
        return at

    def leaves(self, X: NDArray[np.float32]) -> Iterator[NDArray[np.intp]]:
        """Of one tree after another, the leaf of each of the ``n`` rows."""
        values = checked(X, self.features)
        yield from (self._path(values, int(root)) for root in self.roots)

    def save(self, folder: Path) -> None:
        """Write ``forest.json``; numbers come back to the last bit."""
        write_json(folder / FILE, {"features": self.features} | {n: getattr(self, n).tolist() for n in ARRAYS})


class RandomForest(Estimator):
    """The forest, with the settings of the experiment."""

    name = "random_forest"
    plain_name = "Random forest"
    scale = Scale.POINTS
    settings = {  # noqa: RUF012
        "trees": Setting(200, 1, 2000, "trees"),
        "max_depth": Setting(10, 1, 64, "depth of a tree"),
        "min_rows_in_leaf": Setting(30, 1, 100_000, "rows in a leaf"),
        "feature_fraction": Setting(0.2, 0.01, 1.0, "share of features tried at each split"),
        "positive_weight": Setting(1.0, 0.01, 1000.0, "how much a row with the outcome counts"),
    }

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedForest:
        """The forest grown on the rows; the same rows, settings and seed give the same trees."""
        from sklearn.ensemble import RandomForestClassifier

        chosen = self.complete(settings)
        forest = RandomForestClassifier(
            n_estimators=chosen["trees"], max_depth=chosen["max_depth"], min_samples_leaf=chosen["min_rows_in_leaf"],
            max_features=chosen["feature_fraction"], class_weight={0: 1.0, 1: chosen["positive_weight"]},
            random_state=seed % 2**31, n_jobs=THREADS,
        )  # fmt: skip
        X = checked(data.X, len(data.feature_names))
        forest.fit(X, known_outcome(data).astype(int))
        return _plain([tree.tree_ for tree in forest.estimators_], X.shape[1])

    def load(self, folder: Path) -> FittedForest:
        """The forest in ``forest.json``."""
        saved = read_json(self.saved(folder, FILE))
        arrays = {name: np.asarray(saved[name], dtype=kind) for name, kind in ARRAYS.items()}
        return FittedForest(int(saved["features"]), **arrays)


def _plain(trees: list[Any], features: int) -> FittedForest:
    """scikit-learn's trees as plain arrays, each tree's nodes numbered on from the one before."""
    roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
    leaf = np.concatenate([tree.children_left == -1 for tree in trees])
    shares = [tree.value[:, 0, :] for tree in trees]
    return FittedForest(
        features,
        roots,
        np.where(leaf, LEAF, np.concatenate([tree.feature for tree in trees])),
        np.concatenate([tree.threshold for tree in trees]),
        np.concatenate([tree.children_left + root for tree, root in zip(trees, roots, strict=True)]),
        np.concatenate([tree.children_right + root for tree, root in zip(trees, roots, strict=True)]),
        np.concatenate([tree.missing_go_to_left for tree in trees]).astype(np.bool_),
        np.concatenate([each[:, 1] / each.sum(axis=1) for each in shares]),
    )
