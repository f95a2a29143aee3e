"""The plots of a leaderboard, drawn from test predictions; a team or a bin with few young people is left out."""

from __future__ import annotations

from collections.abc import Mapping

from risk_model.experiment import Experiment
from risk_model.training.calibration import reliability
from risk_model.training.decision_curve import decision_curve, decision_plot
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Evaluation
from risk_model.training.intervals import Figure
from risk_model.training.leaderboard import all_splits
from risk_model.training.measured import TrainingResult, draws_of
from risk_model.training.plots import (
    Plot,
    precision_recall_curve,
    precision_recall_plot,
    reliability_plot,
    team_plot,
)
from risk_model.training.predictions import Predictions, pooled
from risk_model.training.showing import TEAM_DIGITS, shown_figure


def leaderboard_plots(experiment: Experiment, result: TrainingResult, names: Mapping[str, str]) -> tuple[Plot, ...]:
    """Team by team, trade-off, reliability and decision curves, all splits pooled; ``names`` are the teams' plain ones.

    A plot of which nothing may be shown is left out.
    """
    under = experiment.audit.suppress_under
    every = all_splits(result)
    chosen = next(each for each in every if each.estimator == result.selection.chosen)
    predictions = {each.estimator: _pooled(result, each.estimator) for each in every}
    own = predictions[chosen.estimator]
    curves = [
        precision_recall_curve(ESTIMATORS[name].plain_name, rows.probability, rows.outcome, under)
        for name, rows in predictions.items()
    ]
    recall = _by_team(chosen, "recall_at_capacity", names, under)
    precision = _by_team(chosen, "precision_at_capacity", names, under)
    trade_off = precision_recall_plot(curves, float(own.outcome.mean()), "Found and right, for every length of list")
    drawn = draws_of(experiment, result.predictions).of(own.person)
    bins = reliability(own.probability, own.outcome, least_positives=under, drawn=drawn)
    plots = [team_plot(recall, precision, "Team by team, at its own number of places")] if recall else []
    plots += [trade_off] if any(len(curve.recall) for curve in curves) else []
    plots += [reliability_plot(bins, "Probabilities: what was said and what was seen")] if len(bins) > 1 else []
    most = min(0.5, 4 * float(own.outcome.mean()))
    worth = [
        decision_curve(ESTIMATORS[name].plain_name, rows.probability, rows.outcome, under, most)
        for name, rows in predictions.items()
    ]
    plots += [decision_plot(worth, "What a list would be worth")] if any(len(each.benefit) for each in worth) else []
    return tuple(plots)


def _pooled(result: TrainingResult, estimator: str) -> Predictions:
    return pooled([part for part in result.predictions if part.estimator == estimator])


def _by_team(evaluation: Evaluation, metric: str, names: Mapping[str, str], under: int) -> dict[str, Figure]:
    shown = {}
    for team in evaluation.teams:
        figure = next(figure for figure in team.figures if figure.name == metric)
        rounded = shown_figure(figure, team.counts, under, TEAM_DIGITS)
        if rounded is not None:
            shown[names.get(team.area, team.area)] = rounded
    return shown
