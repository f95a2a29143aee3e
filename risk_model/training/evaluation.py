"""Figures with intervals for every estimator and split, overall and team by team, and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk_model.experiment import Experiment
from risk_model.training.capacity import found_range, lists
from risk_model.training.intervals import Figure, Resamples, interval
from risk_model.training.metrics import BY_NAME, CAPACITY_METRICS, METRICS, rank_metrics, sum_metrics
from risk_model.training.predictions import Predictions, list_keys

Floats = NDArray[np.float64]
TEAM_METRICS = (*CAPACITY_METRICS, "auc")
MEAN_OF_SPLITS = "mean of the splits"


@dataclass(frozen=True)
class Counts:
    """What figures rest on: rows (person-dates), distinct people, and how many had the outcome; ``listed`` places
    taken and ``found``, how many of those listed had the outcome, are expected numbers under ties."""

    rows: int
    people: int
    positive_rows: int
    positive_people: int
    listed: float
    found: float


@dataclass(frozen=True)
class TeamFigures:
    """One team's figures, at its own number of places a list."""

    area: str
    places: int
    counts: Counts
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Evaluation:
    """How one estimator did on one split (or all, pooled). ``ties`` holds each figure at capacity with, as low and
    high, the least and the most it could have been by the luck of those tied at the last place."""

    estimator: str
    split: str
    counts: Counts
    figures: tuple[Figure, ...]
    ties: tuple[Figure, ...]
    teams: tuple[TeamFigures, ...]
    draws: Mapping[str, Floats] = field(repr=False, compare=False)

    def figure(self, name: str) -> Figure:
        """The figure of a metric."""
        return next(figure for figure in self.figures if figure.name == name)


@dataclass(frozen=True)
class Difference:
    """``estimator`` less ``against`` on one metric, with the paired 95% interval of the difference."""

    estimator: str
    against: str
    figure: Figure
    rests_on: tuple[tuple[Figure, Counts], ...] = ()
    """The single figures behind it, of both, with their counts: where one may not be shown, this may not either."""

    @property
    def is_tie(self) -> bool:
        """Whether the interval holds 0 (or cannot be given): the data do not tell the two apart."""
        return not (self.figure.low > 0 or self.figure.high < 0)


def evaluate(experiment: Experiment, predictions: Predictions, resamples: Resamples) -> Evaluation:
    """The figures of one estimator on one split, overall (all teams, each at its own capacity) and by team.

    ``resamples`` were drawn from all people of all test slices, so that figures of several splits and estimators can
    be compared draw by draw.
    """
    lots = by_lot(experiment, predictions)
    values, draws = measure(predictions, resamples, lots)
    figures = figures_of([metric.name for metric in METRICS], values, draws)
    areas = np.unique(predictions.area)
    teams = tuple(
        _team(experiment, predictions, resamples, lots, str(area), np.flatnonzero(predictions.area == area))
        for area in areas
        if len(areas) > 1
    )
    if len(areas) == 1:  # the one team's figures are everybody's
        own = tuple(figure for name in TEAM_METRICS for figure in figures if figure.name == name)
        teams = (TeamFigures(str(areas[0]), experiment.capacity[str(areas[0])], counts_of(predictions), own),)
    return Evaluation(
        predictions.estimator, predictions.split, counts_of(predictions), figures, _ties(experiment, predictions, lots),
        teams, draws,
    )  # fmt: skip


def mean_of_splits(evaluations: Sequence[Evaluation], metric: str) -> tuple[float, Floats]:
    """The mean of a metric over the splits of one estimator, and of each draw."""
    value = float(np.mean([evaluation.figure(metric).value for evaluation in evaluations]))
    return value, np.mean([evaluation.draws[metric] for evaluation in evaluations], axis=0)


def difference(these: Sequence[Evaluation], those: Sequence[Evaluation], metric: str) -> Difference:
    """The difference of two estimators' means over the same splits, paired draw by draw."""
    (value, draws), (other, other_draws) = mean_of_splits(these, metric), mean_of_splits(those, metric)
    figure = Figure(metric, value - other, *interval(draws - other_draws))
    rests_on = tuple((each.figure(metric), each.counts) for each in (*these, *those))
    return Difference(these[0].estimator, those[0].estimator, figure, rests_on)


def figures_of(names: Sequence[str], values: Mapping[str, float], draws: Mapping[str, Floats]) -> tuple[Figure, ...]:
    """These metrics with their intervals, those that have one."""
    no_interval = float("nan"), float("nan")
    ends = {name: interval(draws[name]) if BY_NAME[name].has_interval else no_interval for name in names}
    return tuple(Figure(name, values[name], *ends[name]) for name in names)


def by_lot(experiment: Experiment, rows: Predictions) -> Floats:
    """The chance of each row to be listed if the places of its list were drawn by lot."""
    chance = np.zeros(len(rows))
    for _, inside in lists(list_keys(experiment, rows.as_of), rows.area):
        chance[inside] = rows.listed[inside].mean()
    return chance


def measure(
    rows: Predictions, resamples: Resamples, lots: Floats | None = None
) -> tuple[dict[str, float], dict[str, Floats]]:
    """Every metric of the rows as they are, and of every draw. ``lots`` as for ``sum_metrics``."""
    drawn = resamples.only(rows.person)
    sums = sum_metrics(rows.probability, rows.outcome, rows.listed, lots)
    plain = sums.of(sums.columns.sum(axis=0)[None])
    draws = sums.of(drawn.sums(sums.columns))
    once = np.ones((1, len(rows)), dtype=np.uint8)
    for metric, all_rows, each_draw in zip(
        ("auc", "average_precision"),
        rank_metrics(rows.raw_score, rows.outcome, once),
        rank_metrics(rows.raw_score, rows.outcome, drawn.times, drawn.index),
        strict=True,
    ):
        plain[metric], draws[metric] = all_rows, each_draw
    return {name: float(value[0]) for name, value in plain.items()}, draws


def _team(
    experiment: Experiment, rows: Predictions, resamples: Resamples, lots: Floats, area: str, inside: NDArray[np.intp]
) -> TeamFigures:
    own = take(rows, inside)
    values, draws = measure(own, resamples, lots[inside])
    return TeamFigures(area, experiment.capacity[area], counts_of(own), figures_of(TEAM_METRICS, values, draws))


def take(rows: Predictions, keep: NDArray[np.intp]) -> Predictions:
    """The rows at these positions."""
    parts = {name: value[keep] for name, value in vars(rows).items() if isinstance(value, np.ndarray)}
    return Predictions(rows.estimator, rows.split, **parts)


def counts_of(rows: Predictions) -> Counts:
    """What figures of these rows rest on."""
    positive = rows.outcome > 0
    return Counts(
        rows=len(rows),
        people=len(np.unique(rows.person)),
        positive_rows=int(positive.sum()),
        positive_people=len(np.unique(rows.person[positive])),
        listed=float(rows.listed.sum()),
        found=float(rows.listed @ rows.outcome),
    )


def _ties(experiment: Experiment, rows: Predictions, lots: Floats) -> tuple[Figure, ...]:
    """Recall, precision and lift at capacity, with the worst and the best any order of ties could give.

    Where people learned from are left out, they still had places, so what ties could give is not known.
    """
    found = np.array([np.nan, rows.listed @ rows.outcome, np.nan])
    if experiment.splits.people_seen == "keep":
        found = np.zeros(3)
        for area, inside in lists(list_keys(experiment, rows.as_of), rows.area):
            found += found_range(rows.raw_score[inside], rows.outcome[inside], experiment.capacity[area])
    positives, listed = rows.outcome.sum(), rows.listed.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, precision = found / positives, found / listed
        lift = precision / ((lots @ rows.outcome) / lots.sum())
        by_name = dict(zip(CAPACITY_METRICS, (recall, precision, lift), strict=True))
    return tuple(Figure(name, float(v[1]), float(v[0]), float(v[2])) for name, v in by_name.items())
