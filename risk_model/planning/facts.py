"""An experiment's plan worked out from its page alone: dates, splits, features, number of fits. No data is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from features.catalogue import CATALOGUES
from features.definition import AnyFeature
from features.windows import regular_dates
from risk_model.errors import Refusal
from risk_model.experiment import Experiment
from risk_model.preparation import chosen_features, left_out_for, training_dates
from risk_model.training.estimators import check_estimators
from risk_model.training.selection import check_selection
from risk_model.training.splits import Split, final_split, temporal_splits

Result = TypeVar("Result")


@dataclass(frozen=True)
class LeftOut:
    """An as-of date that nothing is done with, and the unusual period that is why."""

    as_of: date
    period: str


@dataclass(frozen=True)
class Plan:
    """``dates`` are the as-of dates used (none where each person has their own), ``splits`` end with the final one.

    ``faults`` are reasons why it could not run as written; what hangs on a faulty part is then empty.
    """

    experiment: Experiment
    dates: tuple[date, ...]
    left_out: tuple[LeftOut, ...]
    splits: tuple[Split, ...]
    features: tuple[AnyFeature, ...]
    features_known: int
    faults: tuple[str, ...]

    @property
    def fits(self) -> int:
        """Fits of a training: every estimator on every split, and the chosen one once more on the latest data."""
        tested = [split for split in self.splits if split.test is not None]
        return len(self.experiment.estimators) * len(tested) + 1


def plan_of(experiment: Experiment) -> Plan:
    """The plan of an experiment, with every fault found rather than the first."""
    faults: list[str] = []

    def tried(work: Callable[[], Result], otherwise: Result) -> Result:
        try:
            return work()
        except Refusal as refusal:
            faults.append(str(refusal))
            return otherwise

    own_dates = experiment.cohort.rule == "screened"
    dates: tuple[date, ...] = ()
    features: tuple[AnyFeature, ...] = ()
    if not own_dates:
        dates = tried(lambda: tuple(training_dates(experiment)), dates)
    features = tried(lambda: chosen_features(experiment), features)
    tried(lambda: check_estimators(experiment.estimators), None)
    tried(lambda: check_selection(experiment), None)
    known_on = _days(experiment) if own_dates else np.array(dates, dtype="datetime64[D]")
    splits: tuple[Split, ...] = ()
    if len(known_on):
        splits = tried(lambda: (*temporal_splits(experiment, known_on), final_split(experiment, known_on)), ())
    return Plan(
        experiment, dates, _left_out(experiment), splits, features,
        len(CATALOGUES[experiment.features.catalogue]), tuple(faults),
    )  # fmt: skip


def _left_out(experiment: Experiment) -> tuple[LeftOut, ...]:
    latest = experiment.outcome.window.latest_as_of(experiment.dates.data_until)
    every = regular_dates(experiment.dates.first_as_of, latest, experiment.dates.every_months)
    found = [(day, left_out_for(experiment, day)) for day in every]
    return tuple(LeftOut(day, period.name) for day, period in found if period is not None)


def _days(experiment: Experiment) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Where each person has a date of their own: every day that could be one."""
    latest = experiment.outcome.window.latest_as_of(experiment.dates.data_until)
    return np.arange(np.datetime64(experiment.dates.first_as_of), np.datetime64(latest) + 1)
