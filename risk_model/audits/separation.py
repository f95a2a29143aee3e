"""How well a score tells two groups apart: the area under the curve, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Separation:
    """AUC (a half: not at all; 1: fully) and its interval by Hanley and McNeil (1982)."""

    auc: float
    low: float
    high: float


def separation(score: Floats, inside: NDArray[np.bool_], looks: int = 1) -> Separation:
    """How well ``score`` tells those ``inside`` from the others; ties count a half, missing is the lowest value.

    The 95% interval is widened for ``looks`` comparisons made together (Bonferroni).

    >>> round(separation(np.arange(100.0), np.arange(100) >= 50).auc, 2)
    1.0
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.nan_to_num(score, nan=-np.inf))
    n, m = int(inside.sum()), int((~inside).sum())
    if not n or not m:
        return Separation(float("nan"), float("nan"), float("nan"))
    auc = float((ranks[inside].sum() - n * (n + 1) / 2) / (n * m))
    one, two = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = (auc * (1 - auc) + (n - 1) * (one - auc * auc) + (m - 1) * (two - auc * auc)) / (n * m)
    half = NormalDist().inv_cdf(1 - 0.025 / max(looks, 1)) * float(np.sqrt(max(variance, 0.0)))
    return Separation(auc, max(auc - half, 0.0), min(auc + half, 1.0))
