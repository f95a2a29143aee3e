"""Intervals that hold for all comparisons at once: looking at thirty groups must not find one by looking long enough.

Max-t over the same draws of people (Westfall and Young, 1993): each comparison is measured in its own spreads, and all
intervals are as wide as the furthest of them strays in 95 of 100 draws. Ratios are compared as logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from risk_model.training.intervals import MOST_UNDEFINED, Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Compared:
    """One comparison: its ``value`` and the same in every draw (NaN where a draw has none)."""

    value: float
    draws: Floats


def intervals(compared: Sequence[Compared], ratios: bool) -> list[tuple[float, float]]:
    """The interval of each comparison; NaN where too many draws have no value.

    ``ratios``: compared as logarithms; one that is nought in a draw counts as half the smallest drawn otherwise.
    """
    said = [Compared(each.value, np.where(np.isfinite(each.draws), each.draws, np.nan)) for each in compared]
    given = [_on_scale(each) if ratios else each for each in said]
    able = [
        each for each in given
        if np.isfinite(each.value) and np.isnan(each.draws).mean() <= MOST_UNDEFINED
    ]  # fmt: skip
    spreads = {id(each): float(np.nanstd(each.draws)) for each in able}
    moving = [each for each in able if spreads[id(each)] > 0]
    if moving:
        strayed = np.column_stack([np.abs(each.draws - each.value) / spreads[id(each)] for each in moving])
        width = float(np.quantile(np.nan_to_num(strayed).max(axis=1), LEVEL))
    else:
        width = 0.0
    back = np.exp if ratios else np.asarray
    found = []
    for each in given:
        half = width * spreads.get(id(each), float("nan"))
        found.append((float(back(each.value - half)), float(back(each.value + half))))
    return found


def _on_scale(compared: Compared) -> Compared:
    positive = compared.draws[compared.draws > 0]
    least = float(positive.min()) / 2 if len(positive) else 1e-9
    value = max(compared.value, least) if np.isfinite(compared.value) else float("nan")
    with np.errstate(invalid="ignore"):
        return Compared(float(np.log(value)), np.log(np.where(compared.draws <= 0, least, compared.draws)))
