"""Folds to search settings on: pairs of slices that end before the first test date, with labels known in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import Untrainable, all_faults
from risk_model.experiment import Experiment
from risk_model.training.inputs import Inputs
from risk_model.training.splits import Slice, temporal_splits

LEAST_POSITIVES = 10
"""Fewer rows with the outcome than this, to learn from or to judge by, say nothing about a setting."""


@dataclass(frozen=True)
class Fold:
    """What a setting learns from, and the later rows it is judged on."""

    learn: Slice
    judge: Slice


def tuning_folds(experiment: Experiment, as_of_dates: NDArray[np.datetime64]) -> tuple[Fold, ...]:
    """Up to ``search.folds`` folds inside what the first split learns from and is calibrated on, earliest first.

    Rolling: each judges one as-of date by all dates whose labels were known on it. By ranges: the split's own slices.

    :raises Untrainable: no date has an earlier one with a known label.
    """
    first = temporal_splits(experiment, as_of_dates)[0]
    if experiment.splits.kind == "ranges":
        return (Fold(first.train, first.calibrate),)
    days = [day.item() for day in np.unique(as_of_dates.astype("datetime64[D]"))]
    held = [day for day in days if any(_inside(day, part) for part in (first.train, first.calibrate))]
    made = [(day, [each for each in held if _may_teach(experiment, each, day)]) for day in held]
    folds = [Fold(_covering(learn), _covering([day])) for day, learn in made if learn]
    if not folds:
        raise Untrainable(
            "search: before the first test date, no date's labels are known on a later one to judge by; "
            "use an earlier first_as_of or later test dates"
        )
    return tuple(folds[-experiment.search.folds :])


def check_folds(folds: tuple[Fold, ...], known: Inputs) -> None:
    """Refuse folds with too few positives to tell settings apart.

    :raises Untrainable: names every such slice.
    """
    faults = [
        f"{part.plain}: fewer than {LEAST_POSITIVES} rows with the outcome"
        for fold in folds
        for part in (fold.learn, fold.judge)
        if known.within(part).rows.outcome.sum() < LEAST_POSITIVES
    ]
    if faults:
        raise Untrainable(all_faults("search: too little to tell settings apart by; use fewer folds:", faults))


def _inside(day: date, part: Slice) -> bool:
    return (day - part.first).days >= 0 and (part.before - day).days > 0


def _may_teach(experiment: Experiment, day: date, judged: date) -> bool:
    """Whether the label of ``day`` was known on the date judged (without a label gap: whether it is earlier)."""
    if experiment.splits.label_gap == "strict":
        return experiment.outcome.window.is_known(day, judged)
    return (judged - day).days > 0


def _covering(days: list[date]) -> Slice:
    return Slice(days[0], days[-1] + timedelta(days=1))
