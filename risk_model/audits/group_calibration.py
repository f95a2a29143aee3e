"""Do the chances mean the same in every group? Calibration intercept, slope and error, judged against everybody's.

A group's intercept says whether its chances are too low (above 0) or too high (below 0) on the whole. They are wrong
for a group where its intercept is beyond the limit, *and* as far from everybody's in the same direction: a year in
which everything was rarer is no group's fault, nor is what is wrong for another group. The limit is that of the lead
figure: the odds of the outcome, over those predicted, are ``least_ratio`` at the least, and the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from risk_model.audits.characteristics import Characteristic, is_known
from risk_model.audits.confusion import EVERYONE, Floats, GroupCells
from risk_model.audits.finding import Chances, Rate
from risk_model.disclosure import show_rate
from risk_model.experiment import AuditPlan
from risk_model.training.evaluation import take
from risk_model.training.intervals import Resamples, interval
from risk_model.training.metrics import sum_metrics
from risk_model.training.predictions import Predictions
from risk_model.training.simultaneous import Compared, intervals

INTERCEPT, SLOPE, ERROR = "calibration_intercept", "calibration_slope", "calibration_error"
FIGURES = (INTERCEPT, SLOPE, ERROR)
DECIMALS = 1
"""Of intercept and slope as shown: about as coarse as a whole percent of those who had the outcome, so that the one
cannot be used to sharpen the other."""


@dataclass(frozen=True)
class Calibration:
    """One group's calibration: each figure's value and draws, and whether its chances are right by the limit."""

    values: Mapping[str, float]
    draws: Mapping[str, Floats]
    chances: Chances = Chances.NOT_JUDGED

    def rates(self, under: int) -> dict[str, Rate]:
        """What may be shown, given that enough people are behind it: the error to the whole percent."""
        shown = {name: _shown(self.values[name], self.draws[name]) for name in (INTERCEPT, SLOPE)}
        low, high = interval(_centred(self.values[ERROR], self.draws[ERROR]))
        kept = [show_rate(each, under=under) for each in (self.values[ERROR], low, high)]
        return {**shown, ERROR: Rate(value=kept[0], low=kept[1], high=kept[2])}


Ends = tuple[float, float, float]
"""A value (log-odds) with its interval, which holds for all groups at once."""
Calibrations = dict[str, Calibration]


def enough(cells: GroupCells, least: int) -> bool:
    """Whether as many different people had the outcome, and as many did not, as calibration needs."""
    return min(cells.people["positives"], cells.people["negatives"]) >= least


def calibrations_of(
    rows: Predictions, characteristic: Characteristic, table: Mapping[str, GroupCells], resamples: Resamples, least: int
) -> Calibrations:
    """The calibration of every group with enough people; not judged yet."""
    found = {}
    for group, cells in table.items():
        if not enough(cells, least):
            continue
        own = take(rows, np.flatnonzero(characteristic.inside(group)))
        sums = sum_metrics(own.probability, own.outcome, own.listed)
        values, draws = sums.of(sums.columns.sum(axis=0)[None]), sums.of(resamples.only(own.person).sums(sums.columns))
        found[group] = Calibration({f: float(values[f][0]) for f in FIGURES}, {f: draws[f] for f in FIGURES})
    return found


def judge_calibration(found: Mapping[str, Calibrations], plan: AuditPlan) -> dict[str, Calibrations]:
    """Every known group of every characteristic by its own intercept and against everybody's, all of them at once.

    ``found`` holds everybody under ``EVERYONE``; where they are too few, nobody is judged.
    """
    judged = {name: dict(groups) for name, groups in found.items()}
    whole = found.get(EVERYONE, {}).get(EVERYONE)
    if whole is None:
        return judged
    asked = [(name, g) for name, groups in found.items() for g in groups if name != EVERYONE and is_known(g)]
    own = [Compared(found[name][g].values[INTERCEPT], found[name][g].draws[INTERCEPT]) for name, g in asked]
    beyond = [Compared(e.value - whole.values[INTERCEPT], e.draws - whole.draws[INTERCEPT]) for e in own]
    bounds = intervals([*own, *beyond], ratios=False)
    ends = [(each.value, *both) for each, both in zip([*own, *beyond], bounds, strict=True)]
    for at, (name, g) in enumerate(asked):
        chances = chances_of(ends[at], ends[at + len(asked)], -math.log(plan.least_ratio))
        judged[name][g] = replace(found[name][g], chances=chances)
    return judged


def chances_of(own: Ends, beyond: Ends, limit: float) -> Chances:
    """Where a group's chances stand, by its intercept and by how far that is from everybody's; both must say so.

    >>> everybody = (0.4, 0.3, 0.5)
    >>> [chances_of(own, everybody, 0.22).value for own in [(0.6, 0.4, 0.8), (0.6, 0.1, 1.1), (0.0, -0.2, 0.2)]]
    ['too low', 'too low, not certain', 'within the limit']
    """
    if np.isnan([*own, *beyond]).any():
        return Chances.TOO_FEW
    value, low, _ = map(min, own, beyond)
    if value > limit:
        return Chances.TOO_LOW if low > limit else Chances.MAYBE_LOW
    value, _, high = map(max, own, beyond)
    if value < -limit:
        return Chances.TOO_HIGH if high < -limit else Chances.MAYBE_HIGH
    return Chances.WITHIN


def _shown(value: float, draws: Floats) -> Rate:
    low, high = interval(draws)
    return Rate(value=_tenth(value), low=_tenth(low), high=_tenth(high))


def _centred(error: float, draws: Floats) -> Floats:
    """Draws of an error without what drawing adds to it: a resample is noise on noise, so its distances are larger.

    >>> _centred(0.02, np.array([0.03, 0.05])).round(2).tolist()
    [0.01, 0.03]
    """
    moved: Floats = np.maximum(draws - (np.nanmean(draws) - error), 0.0)
    return moved


def _tenth(value: float) -> float | None:
    return None if math.isnan(value) else round(value, DECIMALS) + 0.0
