"""The "too good to be true" alarm: one feature that nearly gives the answer away is a leak until shown otherwise.

Two signs are looked for. A feature that tells nearly all who had the outcome from nearly all who had not; and a feature
that marks out a group of which nearly all had it, however small a part of all outcomes they are: what is recorded only
once the outcome has begun (a hearing, a worker assigned) is filled in for some, and gives exactly them away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import Untrainable, all_faults
from risk_model.training.dataset import Dataset

MOST_AUC = 0.95
"""No single fact known beforehand tells as much about a rare event a year ahead."""
MOST_PURE = 0.9
"""No single fact known beforehand marks out people of whom so many have a rare outcome."""
LEAST_MARKED = 20
"""A smaller group may be pure by chance."""
CLIFF = 0.5
"""Those beside such a group, as many again, must have the outcome less often than this times as often: a leak ends all
at once. Where need grows with a count, those with the most have it nearly all, and those with a little less nearly so.
"""
RARE = 0.2
"""Purity says something only where the outcome is rarer than this."""


def refuse_too_good(rows: Dataset, where: str) -> None:
    """Refuse training rows in which one feature, either way round, or its being missing, gives the outcome away.

    :raises Untrainable: names every such feature, with its AUC above 0.95, or the 20 or more rows it marks out of which
        over 90% have the outcome, unlike those beside them.
    """
    positive = rows.outcome > 0
    faults = []
    for name, column in zip(rows.feature_names, rows.X.T, strict=True):
        auc = _furthest_auc(column, positive)
        marked, share = _purest_group(column, positive)
        if auc > MOST_AUC:
            faults.append(f"{name}: AUC {auc:.3f}")
        elif share > MOST_PURE:
            faults.append(f"{name}: of {marked} rows it marks out, {share:.0%} have the outcome")
    if faults:
        advice = "look for the outcome in how it is made (its dates, its events), or leave it out:"
        raise Untrainable(all_faults(f"{where}: a feature is too good to be true; {advice}", faults))


def _furthest_auc(column: NDArray[np.float32], positive: NDArray[np.bool_]) -> float:
    """The AUC, whichever way round, with missing values put below all others, then above."""
    found = []
    unknown = np.isnan(column)
    for missing in (-np.inf, np.inf) if unknown.any() else (0.0,):
        filled = np.where(unknown, np.float32(missing), column)
        others, wanted = np.sort(filled[~positive]), filled[positive]
        below = np.searchsorted(others, wanted, "left") + np.searchsorted(others, wanted, "right")
        found.append(float(below.sum()) / (2 * len(others) * len(wanted)))
    return max(max(auc, 1 - auc) for auc in found)


def _purest_group(column: NDArray[np.float32], positive: NDArray[np.bool_]) -> tuple[int, float]:
    """The purest of the groups with the lowest values, with the highest and with none, of LEAST_MARKED rows or more and
    with a cliff beside it.

    How many rows it has, and what share of them are positive.
    """
    if positive.mean() > RARE:
        return 0, 0.0
    order = np.argsort(column, kind="stable")  # missing values come last
    known = len(column) - int(np.isnan(column).sum())
    wanted = np.r_[0, np.cumsum(positive[order])]
    ends = np.r_[np.flatnonzero(np.diff(column[order[:known]])) + 1, known]
    starts = np.r_[0, ends[:-1]]
    after = np.minimum(ends + np.maximum(ends, LEAST_MARKED), known)
    before = np.maximum(starts - np.maximum(known - starts, LEAST_MARKED), 0)
    after, before = ends[np.searchsorted(ends, after)], starts[np.searchsorted(starts, before, "right") - 1]
    after[-1] = len(column)  # beside all that are known lie those that are not
    first, last = np.r_[np.zeros_like(ends), starts, known], np.r_[ends, np.full_like(starts, known), len(column)]
    beside_from, beside_to = np.r_[ends, before, 0], np.r_[after, starts, known]
    share, beside = (
        (wanted[to] - wanted[since]) / np.maximum(to - since, 1)
        for since, to in ((first, last), (beside_from, beside_to))
    )
    share = np.where((last - first >= LEAST_MARKED) & (beside < CLIFF * share), share, 0.0)
    at = int(share.argmax())
    return int(last[at] - first[at]), float(share[at])
