"""The "too good to be true" alarm: one feature that nearly gives the answer away is a leak until shown otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import Untrainable, all_faults
from risk_model.training.dataset import Dataset

MOST_AUC = 0.95
"""No single fact known beforehand tells as much about a rare event a year ahead."""


def refuse_too_good(rows: Dataset, where: str) -> None:
    """Refuse training rows in which one feature, either way round, or its being missing, has an AUC above 0.95.

    :raises Untrainable: names every such feature, with its AUC.
    """
    positive = rows.outcome > 0
    faults = []
    for name, column in zip(rows.feature_names, rows.X.T, strict=True):
        auc = _furthest_auc(column, positive)
        if auc > MOST_AUC:
            faults.append(f"{name}: AUC {auc:.3f}")
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
