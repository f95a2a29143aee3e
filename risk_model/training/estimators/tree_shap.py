"""Exact TreeSHAP for many rows, fast, and checked against LightGBM's own at each use; LightGBM's where it is not.

Small trees are explained by the patterns of their decisions (``decision_patterns``). For larger ones there is woodelf
(WoodelfExplainer, tree-path dependent), which works in 32-bit numbers. Both are young, hence the checks: a sample of
rows part by part, and every row by its sum. What rounding leaves of a row (some 1e-6 log odds with woodelf) is given to
its parts in proportion, so that every row sums to its score exactly, as LightGBM's rows do. A row that leaves more was
explained wrongly: LightGBM explains it instead.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.training.estimators.decision_patterns import NotSuited, explainer_of

Floats = NDArray[np.float64]
MANY = 2_000
"""Rows from which these are the faster; a list holds fewer, and LightGBM's own explains those in no time."""
CHECKED = 40
"""Rows, spread evenly, on which the two are compared at each use."""
CLOSE = 1e-6
"""The most they may differ by, in log odds; beyond it LightGBM's own are used, with a warning."""
ROUNDING = 1e-5
"""The most that 32-bit rounding leaves of a row's score, for each unit of log odds its parts move it up and down."""
FEW = 0.01
"""The largest share of rows that may leave more; with so many wrong, none of the others is trusted."""


def contributions(booster: Any, X: NDArray[np.float32], threads: int) -> Floats:
    """``(n, p + 1)`` TreeSHAP values in log odds, then the base; each row sums to its raw score."""

    def own(rows: NDArray[np.float32]) -> Floats:
        found = booster.predict(rows, pred_contrib=True, num_threads=threads)
        return np.asarray(found, dtype=np.float64).reshape(len(rows), X.shape[1] + 1)

    if len(X) < MANY:
        return own(X)
    raw = np.asarray(booster.predict(X, raw_score=True, num_threads=threads), dtype=np.float64)
    return checked_contributions(_fast(booster, threads), own, X, raw)


def _fast(booster: Any, threads: int) -> Callable[[NDArray[np.float32]], Floats]:
    """The fastest way there is for these trees."""
    try:
        return explainer_of(booster, threads)
    except NotSuited:
        return _woodelf(booster)


def checked_contributions(
    fast: Callable[[NDArray[np.float32]], Floats],
    own: Callable[[NDArray[np.float32]], Floats],
    X: NDArray[np.float32],
    raw: Floats,
) -> Floats:
    """``fast``'s parts of each row with the base, if they are ``own``'s on a sample; else ``own``'s, with a note."""
    sample = np.unique(np.linspace(0, len(X) - 1, CHECKED).astype(int))
    reference = own(X[sample])
    base = float(reference[0, -1])
    try:
        parts = fast(X)
        apart = float(np.abs(parts[sample] - reference[:, :-1]).max())
        wrong = np.flatnonzero(~_sums_to(raw - base, parts))
    except Exception as error:
        why = type(error).__name__
    else:
        why = f"{len(wrong)} of {len(X)} rows do not sum to their scores" if len(wrong) > FEW * len(X) else ""
        why = why if apart <= CLOSE else f"they differ by {apart:.1g}"
    if why:
        warnings.warn(f"fast contributions are not LightGBM's ({why}); LightGBM's own are used", stacklevel=2)
        return own(X)
    if len(wrong):
        parts[wrong] = own(X[wrong])[:, :-1]
    sizes = np.abs(parts)
    left = raw - base - parts.sum(axis=1)
    parts += sizes * (left / np.maximum(sizes.sum(axis=1), np.finfo(np.float64).tiny))[:, None]
    return np.column_stack([parts, np.full(len(X), base)])


def _sums_to(score: Floats, parts: Floats) -> NDArray[np.bool_]:
    """Which rows' parts sum to their scores, but for rounding."""
    left = np.abs(score - parts.sum(axis=1))
    return np.asarray(left <= ROUNDING * np.maximum(np.abs(parts).sum(axis=1), 1))


def _in_32_bits(text: str) -> str:
    """The trees with each threshold put down to the next 32-bit number: 32-bit values go the same ways at all of them.

    At a threshold between two such numbers, a value just above it would else go the other way in 32-bit arithmetic,
    also where the row itself never comes, which changes its parts and not their sum.
    """

    def lowered(numbers: str) -> str:
        whole = np.array(numbers.split(), dtype=np.float64)
        short = whole.astype(np.float32)
        short = np.where(short.astype(np.float64) > whole, np.nextafter(short, np.float32(-np.inf)), short)
        return " ".join(repr(float(each)) for each in short.astype(np.float64))

    unsized = re.sub(r"^tree_sizes=.*\n", "", text, flags=re.M)  # in bytes: no longer right
    return re.sub(r"^threshold=(.*)$", lambda found: f"threshold={lowered(found[1])}", unsized, flags=re.M)


def _woodelf(booster: Any) -> Callable[[NDArray[np.float32]], Floats]:
    import lightgbm

    same = lightgbm.Booster(model_str=_in_32_bits(booster.model_to_string(num_iteration=-1)))

    def explain(X: NDArray[np.float32]) -> Floats:
        import pandas as pd
        from woodelf import WoodelfExplainer

        rows = pd.DataFrame(X, columns=[f"c{at}" for at in range(X.shape[1])])
        return np.asarray(WoodelfExplainer(same).shap_values(rows, verbose=False), dtype=np.float64)

    return explain
