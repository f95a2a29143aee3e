"""Where the chosen model does well, and where not: by date, by age, by how soon the outcome came, and by whether it had
learned from the person. The lists are those of everybody; nobody is ranked anew within a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.experiment import Experiment
from risk_model.training.dataset import Dataset
from risk_model.training.evaluation import Counts, counts_of, figures_of, measure, take
from risk_model.training.intervals import Figure, Resamples, interval
from risk_model.training.predictions import Predictions, pooled
from risk_model.training.splits import Split, seen_before

FIGURES = ("recall_at_capacity", "precision_at_capacity", "auc", "calibration_intercept", "calibration_slope",
           "calibration_error")  # fmt: skip
AGES = {"10 to 12": (0, 12), "13 and 14": (13, 14), "15 and over": (15, 200)}
LEAD = {"within 3 months": (0, 91), "in 3 to 6 months": (91, 183), "in 6 to 9 months": (183, 274),
        "later": (274, 100_000)}  # fmt: skip
"""Days from the list's date to the outcome: from the first on, before the second."""


@dataclass(frozen=True)
class Part:
    """The chosen model's figures on some of its test rows: those that are ``group`` when told apart ``by``."""

    by: str
    group: str
    counts: Counts
    figures: tuple[Figure, ...]


def breakdowns(
    experiment: Experiment, known: Dataset, splits: Sequence[Split], predictions: Sequence[Predictions],
    resamples: Resamples,
) -> tuple[Part, ...]:  # fmt: skip
    """Every part, from one estimator's predictions (a split each, in the order of ``splits``), with these draws.

    By how soon it came there is recall alone: everybody in such a part had the outcome. Nothing is said of a way of
    telling apart that leaves everybody in one part.
    """
    rows = pooled(predictions)
    by_name = {split.name: split for split in splits}
    seen = np.concatenate([seen_before(known, by_name[part.split], part.person) for part in predictions])
    ages = {name: (rows.age_years >= low) & (rows.age_years <= high) for name, (low, high) in AGES.items()}
    told = {
        "Date": {f"{day}": rows.as_of == day for day in np.unique(rows.as_of)} if experiment.splits.kind != "ranges"
        else {},
        "Age": ages,
        "In the data it learned from": {"yes, on an earlier date": seen, "no": ~seen},
    }  # fmt: skip
    found = [part for by, groups in told.items() for part in _parts(rows, resamples, by, groups)]
    return (*found, *_by_lead(rows, resamples, _days_to_event(known, rows)))


def _parts(rows: Predictions, resamples: Resamples, by: str, groups: Mapping[str, NDArray[np.bool_]]) -> Iterator[Part]:
    if sum(bool(inside.any()) for inside in groups.values()) < 2:
        return
    for name, inside in groups.items():
        own = take(rows, np.flatnonzero(inside))
        if 0 < own.outcome.sum() < len(own):
            values, draws = measure(own, resamples)
            yield Part(by, name, counts_of(own), figures_of(FIGURES, values, draws))


def _by_lead(rows: Predictions, resamples: Resamples, days: NDArray[np.float64]) -> Iterator[Part]:
    """Of those whose outcome came that soon, the share on a list."""
    for name, (first, before) in LEAD.items():
        own = take(rows, np.flatnonzero((rows.outcome > 0) & (days >= first) & (days < before)))
        if len(own):
            sums = resamples.only(own.person).sums(np.column_stack([own.listed, np.ones(len(own))]))
            with np.errstate(invalid="ignore"):
                draws = sums[:, 0] / sums[:, 1]
            figure = Figure("recall_at_capacity", float(own.listed.mean()), *interval(draws))
            yield Part("How soon it came", name, counts_of(own), (figure,))


def _days_to_event(known: Dataset, rows: Predictions) -> NDArray[np.float64]:
    """Days from each row's date to its outcome; NaN where there was none, or nobody says when."""
    if known.days_to_event is None:
        return np.full(len(rows), np.nan)
    people, at = np.unique(known.person, return_inverse=True)
    dates = np.unique(known.as_of)
    keys = at * len(dates) + np.searchsorted(dates, known.as_of)
    order = np.argsort(keys)
    asked = np.searchsorted(people, rows.person) * len(dates) + np.searchsorted(dates, rows.as_of)
    return known.days_to_event[order[np.searchsorted(keys[order], asked)]]
