"""The "too good to be true" alarm: one feature that nearly gives the answer away is a leak until shown otherwise.

Two signs are looked for. A feature that tells nearly all who had the outcome from nearly all who had not; and a feature
that marks out a group of which nearly all had it, however small a part of all outcomes they are: what is recorded only
once the outcome has begun (a hearing, a worker assigned) is filled in for some, and gives exactly them away.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
ALL_BITS, FIRST_BIT = np.uint32(0xFFFFFFFF), np.uint32(0x80000000)
WORKERS = 2
"""Columns looked at side by side; sorting holds no lock."""


def refuse_too_good(rows: Dataset, where: str) -> None:
    """Refuse training rows in which one feature, either way round, or its being missing, gives the outcome away.

    :raises Untrainable: names every such feature, with its AUC above 0.95, or the 20 or more rows it marks out of which
        over 90% have the outcome, unlike those beside them.
    """
    positive = rows.outcome > 0
    faults = []
    with ThreadPoolExecutor(WORKERS) as pool:
        told = pool.map(lambda column: _told(column, positive), rows.X.T)
        for name, (auc, marked, share) in zip(rows.feature_names, told, strict=True):
            if auc > MOST_AUC:
                faults.append(f"{name}: AUC {auc:.3f}")
            elif share > MOST_PURE:
                about = 5 * round(marked / 5)
                faults.append(f"{name}: of about {about} rows it marks out, over {MOST_PURE:.0%} have the outcome")
    if faults:
        advice = "look for the outcome in how it is made (its dates, its events), or leave it out:"
        raise Untrainable(all_faults(f"{where}: a feature is too good to be true; {advice}", faults))


@dataclass(frozen=True)
class _Groups:
    """Rows with equal values, from the lowest value up; rows with none come last and are in no group.

    ``starts`` and ``ends`` are positions in that order, ``wanted`` how many of the rows before a position are positive.
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    wanted: NDArray[np.intp]
    known: int


def _told(column: NDArray[np.float32], positive: NDArray[np.bool_]) -> tuple[float, int, float]:
    """The furthest AUC of a column; of its purest group, how many rows it has and what share of them are positive."""
    value, wanted = _in_order(column, positive)
    known = len(column) - int(np.isnan(column).sum())
    ends = np.r_[np.flatnonzero(np.diff(value[:known])) + 1, known]
    groups = _Groups(np.r_[0, ends[:-1]], ends, np.r_[0, np.cumsum(wanted)], known)
    return _furthest_auc(groups), *_purest_group(groups)


def _in_order(column: NDArray[np.float32], positive: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """A column from the lowest value up, what is missing last, as numbers that are equal where values are; and which of
    its rows, in that order, are positive (1 or 0; in any order where values are equal).

    The bits of a float32, once those of negative numbers are turned round, are in the order of the values. With whether
    it is positive as the last bit, one sort of whole numbers does it, several times as fast as a sort of positions.
    """
    bits = (column + np.float32(0)).view(np.uint32)  # adding nothing makes -0 a 0
    ordered = np.where(np.isnan(column), ALL_BITS, bits ^ np.where(bits >> 31, ALL_BITS, FIRST_BIT))
    both = np.sort((ordered.astype(np.uint64) << np.uint64(1)) | positive)
    return both >> np.uint64(1), (both & np.uint64(1)).astype(np.intp)


def _furthest_auc(groups: _Groups) -> float:
    """The AUC, whichever way round, with missing values put below all others, then above."""
    starts, ends, wanted = groups.starts, groups.ends, groups.wanted
    missing, missing_wanted = len(wanted) - 1 - groups.known, wanted[-1] - wanted[groups.known]
    own = wanted[ends] - wanted[starts]
    others, below = ends - starts - own, starts - wanted[starts]
    wins = float(own @ (below + others / 2))
    within = missing_wanted * (missing - missing_wanted) / 2
    lowest = wins + float(own.sum()) * (missing - missing_wanted) + within
    highest = wins + missing_wanted * (groups.known - wanted[groups.known]) + within
    pairs = float(wanted[-1]) * (len(wanted) - 1 - wanted[-1])
    return float(max(max(auc, 1 - auc) for auc in (lowest / pairs, highest / pairs)))


def _purest_group(groups: _Groups) -> tuple[int, float]:
    """The purest of the groups with the lowest values, with the highest and with none, of LEAST_MARKED rows or more and
    with a cliff beside it.

    How many rows it has, and what share of them are positive.
    """
    starts, ends, wanted, known = groups.starts, groups.ends, groups.wanted, groups.known
    rows = len(wanted) - 1
    if wanted[-1] > RARE * rows:
        return 0, 0.0
    after = np.minimum(ends + np.maximum(ends, LEAST_MARKED), known)
    before = np.maximum(starts - np.maximum(known - starts, LEAST_MARKED), 0)
    after, before = ends[np.searchsorted(ends, after)], starts[np.searchsorted(starts, before, "right") - 1]
    after[-1] = rows  # beside all that are known lie those that are not
    first, last = np.r_[np.zeros_like(ends), starts, known], np.r_[ends, np.full_like(starts, known), rows]
    beside_from, beside_to = np.r_[ends, before, 0], np.r_[after, starts, known]
    share, beside = (
        (wanted[to] - wanted[since]) / np.maximum(to - since, 1)
        for since, to in ((first, last), (beside_from, beside_to))
    )
    share = np.where((last - first >= LEAST_MARKED) & (beside < CLIFF * share), share, 0.0)
    at = int(share.argmax())
    return int(last[at] - first[at]), float(share[at])
