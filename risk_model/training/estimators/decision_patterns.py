"""Exact TreeSHAP by the decisions rows take: a tree of few splits sees few patterns, and each is explained once.

Every split of a tree says yes or no to a row. The answers, as bits, decide what the tree adds to each feature's part;
so each pattern that occurs is worked out once, and a row costs its comparisons and a few sums. Path dependent, as
LightGBM's own (Lundberg et al. 2020, Tree SHAP): a leaf's features not looked at go each way as training rows did.
All in 64-bit numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.training.estimators.pattern_loops import add_rows, leaf_table

Floats = NDArray[np.float64]
MOST_SPLITS = 16
"""Of a tree: with more, a table of its patterns is no longer small."""
MOST_IN_A_TABLE = 7
"""Different features between a root and a leaf: with more, a leaf's parts are worked out as patterns occur."""
AT_ONCE = 25_000
"""Rows whose patterns are remembered together."""
GROUPS = 2
"""Groups of trees worked on side by side; always as many, so that sums do not hang on the number of threads."""
_MISSING = {"None": 0, "Zero": 1, "NaN": 2}


class NotSuited(ValueError):
    """The trees have more splits, longer paths or other decisions than are told here."""


@dataclass(frozen=True)
class Tree:
    """One tree. ``split`` arrays have a row a split; ``features`` are those it looks at, each leaf's by position there.

    A leaf ``l`` has the features ``slots[starts[l]:starts[l + 1]]``; a row takes a feature's side of the path where
    ``answers & asked == wanted``, and ``shares`` of the training rows did. A leaf's table (at -1: it has none) gives,
    for each set of features so taken (as bits), every one's part.
    """

    split_feature: NDArray[np.int64]
    threshold: Floats
    missing: NDArray[np.int64]
    default_left: NDArray[np.bool_]
    features: NDArray[np.int64]
    starts: NDArray[np.int64]
    slots: NDArray[np.int64]
    asked: NDArray[np.int64]
    wanted: NDArray[np.int64]
    shares: Floats
    values: Floats
    tables: Floats
    table_starts: NDArray[np.int64]


def explainer_of(booster: Any, threads: int) -> Callable[[NDArray[np.float32]], Floats]:
    """What gives rows, ``(n, p)``, their TreeSHAP values in log odds without the base, ``(n, p)``.

    :raises NotSuited: the trees have too many splits, or decisions other than "at most".
    """
    read = [_read(told["tree_structure"]) for told in booster.dump_model()["tree_info"]]
    trees = [tree for tree in read if tree is not None]

    def explain(X: NDArray[np.float32]) -> Floats:
        parts = np.zeros((len(X), X.shape[1]))
        with ThreadPoolExecutor(min(threads, GROUPS) if threads > 0 else GROUPS) as pool:
            for first in range(0, len(X), AT_ONCE):
                columns = np.ascontiguousarray(X[first : first + AT_ONCE].T, dtype=np.float32)
                for added in pool.map(_add_up, [columns] * GROUPS, (trees[at::GROUPS] for at in range(GROUPS))):
                    parts[first : first + AT_ONCE] += added.T
        return parts

    return explain


def _add_up(columns: NDArray[np.float32], trees: list[Tree]) -> Floats:
    """Some trees' parts of the rows, added up; this and ``columns`` are ``(p, n)``."""
    parts = np.zeros(columns.shape)
    for tree in trees:
        add_rows(
            columns, parts, tree.split_feature, tree.threshold, tree.missing, tree.default_left, tree.features,
            tree.starts, tree.slots, tree.asked, tree.wanted, tree.shares, tree.values, tree.tables, tree.table_starts,
        )  # fmt: skip
    return parts


@dataclass(frozen=True)
class _Step:
    """A decision on the way to a leaf: which split, whether yes, and the share of rows that went this way."""

    split: int
    yes: bool
    share: float


def _read(root: dict[str, Any]) -> Tree | None:
    """The tree as arrays; nothing for a tree that never splits."""
    splits: list[dict[str, Any]] = []
    leaves: list[tuple[float, list[_Step]]] = []
    _walk(root, [], splits, leaves)
    if not splits:
        return None
    if len(splits) > MOST_SPLITS:
        raise NotSuited(f"a tree of {len(splits)} splits, where {MOST_SPLITS} are the most")
    feature = np.array([node["split_feature"] for node in splits], dtype=np.int64)
    features, place = np.unique(feature, return_inverse=True)
    told = [_leaf(path, place.tolist()) for _, path in leaves]
    shares, values = [each[3] for each in told], np.array([value for value, _ in leaves])
    tables = [
        leaf_table(v, s) if len(s) <= MOST_IN_A_TABLE else np.zeros(0) for v, s in zip(values, shares, strict=True)
    ]
    sizes = np.array([table.size for table in tables])
    slots, asked, wanted = (
        np.concatenate([np.asarray(each[part], dtype=np.int64) for each in told]) for part in range(3)
    )
    return Tree(
        split_feature=feature,
        threshold=np.array([float(node["threshold"]) for node in splits]),
        missing=np.array([_MISSING[node["missing_type"]] for node in splits]),
        default_left=np.array([bool(node["default_left"]) for node in splits]),
        features=features,
        starts=np.r_[0, np.cumsum([len(each) for each in shares])],
        slots=slots, asked=asked, wanted=wanted, shares=np.concatenate(shares), values=values,
        tables=np.concatenate([table.ravel() for table in tables]),
        table_starts=np.where(sizes > 0, np.cumsum(sizes) - sizes, -1),
    )  # fmt: skip


def _walk(node: dict[str, Any], path: list[_Step], splits: list[Any], leaves: list[tuple[float, list[_Step]]]) -> None:
    if "split_index" not in node:
        leaves.append((float(node["leaf_value"]), path))
        return
    if node["decision_type"] != "<=":
        raise NotSuited(f"a decision by {node['decision_type']}")
    number = len(splits)
    splits.append(node)
    for side, yes in (("left_child", True), ("right_child", False)):
        below = node[side]
        rows = below["internal_count"] if "split_index" in below else below["leaf_count"]
        _walk(below, [*path, _Step(number, yes, rows / node["internal_count"])], splits, leaves)


def _leaf(path: list[_Step], place: list[int]) -> tuple[list[int], list[int], list[int], Floats]:
    """The features on a leaf's path; which answers each asks for and wants; and the share of rows that gave them."""
    by_slot: dict[int, list[_Step]] = {}
    for step in path:
        by_slot.setdefault(place[step.split], []).append(step)
    asked = [sum(1 << step.split for step in steps) for steps in by_slot.values()]
    wanted = [sum(step.yes << step.split for step in steps) for steps in by_slot.values()]
    shares = np.array([np.prod([step.share for step in steps]) for steps in by_slot.values()])
    return list(by_slot), asked, wanted, shares
