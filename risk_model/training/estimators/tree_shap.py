"""Exact TreeSHAP for many rows: woodelf, checked against LightGBM's own on a sample at each use; LightGBM's where not.

woodelf (WoodelfExplainer, tree-path dependent) groups rows that take the same decisions, so its time hardly grows with
rows; it is young, hence the checks: a sample of rows part by part, and every row by its sum. It answers in 32-bit
numbers: what rounding leaves of a row (some 1e-6 log odds) is given to its parts in proportion, so that every row sums
to its score exactly, as LightGBM's rows do. A row that leaves more was explained wrongly, and nothing of it is used.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MANY = 2_000
"""Rows from which woodelf is the faster; a list holds fewer, and LightGBM's own explains those in no time."""
CHECKED = 40
"""Rows, spread evenly, on which the two are compared at each use."""
CLOSE = 1e-6
"""The most they may differ by, in log odds; beyond it LightGBM's own are used, with a warning."""
ROUNDING = 1e-5
"""The most that 32-bit rounding leaves of a row's score, for each unit of log odds its parts move it up and down."""


def contributions(booster: Any, X: NDArray[np.float32], threads: int) -> Floats:
    """``(n, p + 1)`` TreeSHAP values in log odds, then the base; each row sums to its raw score."""

    def own(rows: NDArray[np.float32]) -> Floats:
        found = booster.predict(rows, pred_contrib=True, num_threads=threads)
        return np.asarray(found, dtype=np.float64).reshape(len(rows), X.shape[1] + 1)

    if len(X) < MANY:
        return own(X)
    raw = np.asarray(booster.predict(X, raw_score=True, num_threads=threads), dtype=np.float64)
    return checked_contributions(_woodelf(booster), own, X, raw)


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
        sizes = np.abs(parts)
        whole = sizes.sum(axis=1)
        left = raw - base - parts.sum(axis=1)
        beyond = int(np.sum(~(np.abs(left) <= ROUNDING * np.maximum(whole, 1))))
    except Exception as error:
        why = type(error).__name__
    else:
        why = f"those of {beyond} rows do not sum to the score" if beyond else ""
        why = why if apart <= CLOSE else f"they differ by {apart:.1g}"
    if why:
        warnings.warn(f"woodelf's contributions are not LightGBM's ({why}); LightGBM's own are used", stacklevel=2)
        return own(X)
    parts += sizes * (left / np.maximum(whole, np.finfo(np.float64).tiny))[:, None]
    return np.column_stack([parts, np.full(len(X), base)])


def _woodelf(booster: Any) -> Callable[[NDArray[np.float32]], Floats]:
    def explain(X: NDArray[np.float32]) -> Floats:
        import pandas as pd
        from woodelf import WoodelfExplainer

        rows = pd.DataFrame(X, columns=[f"c{at}" for at in range(X.shape[1])])
        return np.asarray(WoodelfExplainer(booster).shap_values(rows, verbose=False), dtype=np.float64)

    return explain
