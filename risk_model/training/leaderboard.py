"""The results as people read them: text in the terminal, JSON for machines, and one HTML page that stands alone.

Counts of people are rounded or hidden by ``risk_model.disclosure``, and so is a team's figure that rests on few.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.workspace import write_json, write_text
from risk_model import words
from risk_model.disclosure import show_about, show_rate
from risk_model.experiment import Experiment
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Counts, Difference, Evaluation, TeamFigures
from risk_model.training.fitting import TrainingResult
from risk_model.training.intervals import Figure
from risk_model.training.metrics import BY_NAME, METRICS
from risk_model.training.plots import Plot
from risk_model.training.predictions import ALL_SPLITS

SHARES = ("recall_at_capacity", "precision_at_capacity")
HEADLINES = (*SHARES, "lift_at_capacity", "auc", "calibration_slope")


def write_leaderboard(
    experiment: Experiment, result: TrainingResult, plots: tuple[Plot, ...], names: Mapping[str, str], folder: Path
) -> None:
    """Write ``leaderboard.json`` and ``leaderboard.html``; ``names`` are the teams' plain names by area code."""
    write_json(folder / "leaderboard.json", leaderboard_json(experiment, result))
    write_text(folder / "leaderboard.html", render_html(experiment, result, plots, names))


def leaderboard_json(experiment: Experiment, result: TrainingResult) -> dict[str, Any]:
    """Everything measured, as JSON values; a figure that cannot be given is null."""
    under = experiment.audit.suppress_under
    return {
        "experiment": experiment.name,
        "question": experiment.question,
        "chosen": result.selection.chosen,
        "metric": result.selection.metric,
        "reason": result.selection.reason,
        "splits": [
            {"name": split.name, "train": split.train.plain, "calibrate": split.calibrate.plain,
             "test": split.test.plain if split.test else None} for split in result.splits
        ],
        "evaluations": [_evaluation_json(each, under) for each in result.evaluations],
        "against_rule": [_difference_json(each) for each in result.selection.against_rule],
        "failures": [vars(failure) for failure in result.failures],
    }  # fmt: skip


def shown_figure(figure: Figure, counts: Counts, under: int) -> Figure | None:
    """A figure to the whole percent (AUC and lift to two digits), or None where a count behind it is small."""
    found, missed = counts.found, counts.positive_rows - counts.found
    behind = {
        "recall_at_capacity": (found, missed, counts.positive_people),
        "precision_at_capacity": (found, counts.listed - found, counts.positive_people),
        "lift_at_capacity": (found, counts.positive_people),
    }.get(figure.name, (counts.positive_people,))
    if show_rate(figure.value, *behind, under=under) is None:
        return None
    return Figure(figure.name, *(round(value, 2) for value in (figure.value, figure.low, figure.high)))


def say_figure(figure: Figure | None) -> str:
    """A figure with its interval in a few characters."""
    if figure is None:
        return "too few to say"
    return words.with_spread(figure.value, figure.low, figure.high, share=figure.name in SHARES)


def _evaluation_json(evaluation: Evaluation, under: int) -> dict[str, Any]:
    return {
        "estimator": evaluation.estimator,
        "plain_name": ESTIMATORS[evaluation.estimator].plain_name,
        "split": evaluation.split,
        "counts": _counts_json(evaluation.counts, under),
        "figures": {figure.name: _figure_json(figure) for figure in evaluation.figures},
        "ties": {figure.name: _figure_json(figure) for figure in evaluation.ties},
        "teams": {
            team.area: {"places": team.places, "counts": _counts_json(team.counts, under)}
            | {f.name: _figure_json(shown_figure(f, team.counts, under)) for f in team.figures}
            for team in evaluation.teams
        },
    }


def _counts_json(counts: Counts, under: int) -> dict[str, str]:
    return {
        "people": show_about(counts.people, under=under),
        "records": show_about(counts.rows, counts.people, under),
        "with the outcome": show_about(counts.positive_rows, counts.positive_people, under),
    }


def _figure_json(figure: Figure | None) -> dict[str, float | None] | None:
    if figure is None:
        return None
    return {name: None if math.isnan(getattr(figure, name)) else getattr(figure, name)
            for name in ("value", "low", "high")}  # fmt: skip


def _difference_json(each: Difference) -> dict[str, Any]:
    names = {"estimator": each.estimator, "against": each.against, "metric": each.figure.name}
    return names | {"difference": _figure_json(each.figure), "verdict": verdict(each)}


def verdict(each: Difference) -> str:
    """``a tie`` where the interval of the difference holds 0; else ``better`` or ``worse``."""
    if each.is_tie:
        return "a tie"
    return "better" if each.figure.value * BY_NAME[each.figure.name].better > 0 else "worse"


def say_difference(each: Difference) -> str:
    """The difference as a sentence."""
    mine, other = ESTIMATORS[each.estimator].plain_name, ESTIMATORS[each.against].plain_name
    by = f"{each.figure.value:+.3f} (95% interval {each.figure.low:+.3f} to {each.figure.high:+.3f})"
    if each.is_tie:
        return f"{mine} against {other}: a tie, {by}."
    return f"{mine} is {verdict(each)} than {other}: {by}."


def render_text(experiment: Experiment, result: TrainingResult, names: Mapping[str, str]) -> str:
    """The leaderboard for a terminal: all splits pooled, the chosen one team by team, and what did not work."""
    under = experiment.audit.suppress_under
    everything = all_splits(result)
    rows = [["", *(BY_NAME[name].plain for name in HEADLINES)]]
    rows += [[_named(result, each), *(say_figure(each.figure(name)) for name in HEADLINES)] for each in everything]
    chosen = next(each for each in everything if each.estimator == result.selection.chosen)
    teams = [["Team (places a list)", *(BY_NAME[name].plain for name in HEADLINES[:4])]]
    teams += [[f"{names.get(team.area, team.area)} ({team.places})", *team_cells(team, under)] for team in chosen.teams]
    parts = [experiment.question, "", _aligned(rows), "", "Chosen (*): " + result.selection.reason, "", _aligned(teams)]
    parts += ["", *(say_difference(each) for each in result.selection.against_rule)]
    parts += [f"FAILED {failure.estimator}, {failure.split}: {failure.why}" for failure in result.failures]
    return "\n".join(parts)


def all_splits(result: TrainingResult) -> list[Evaluation]:
    """Each estimator's evaluation on all splits pooled, in order of standing."""
    order = [standing.estimator for standing in result.selection.table]
    pooled = [each for each in result.evaluations if each.split == ALL_SPLITS]
    return sorted(pooled, key=lambda each: order.index(each.estimator))


def team_cells(team: TeamFigures, under: int) -> list[str]:
    """A team's headline figures as text."""
    by_name = {figure.name: shown_figure(figure, team.counts, under) for figure in team.figures}
    return [say_figure(by_name[name]) for name in HEADLINES[:4]]


def _named(result: TrainingResult, each: Evaluation) -> str:
    return ESTIMATORS[each.estimator].plain_name + (" *" if each.estimator == result.selection.chosen else "")


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def render_html(
    experiment: Experiment, result: TrainingResult, plots: tuple[Plot, ...], names: Mapping[str, str]
) -> str:
    """One page with everything inside it: no script, no link to anywhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    under = experiment.audit.suppress_under
    shown = Environment(
        loader=PackageLoader("risk_model.training", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    board = leaderboard_json(experiment, result)
    chosen = next(each for each in all_splits(result) if each.estimator == result.selection.chosen)
    every = [*all_splits(result), *(each for each in result.evaluations if each.split != ALL_SPLITS)]
    return shown.get_template("leaderboard.html").render(
        title=experiment.card.title,
        board=board,
        metrics=METRICS,
        headlines=[BY_NAME[name] for name in HEADLINES],
        rows=[
            {"name": _named(result, each), "split": each.split, "counts": _counts_json(each.counts, under),
             "cells": [say_figure(each.figure(name)) for name in HEADLINES], "ties": each.ties}
            for each in every
        ],
        teams=[(names.get(t.area, t.area), t.places, team_cells(t, under)) for t in chosen.teams],
        chosen_name=ESTIMATORS[result.selection.chosen].plain_name,
        differences=[say_difference(each) for each in result.selection.against_rule],
        plots=[(plot.alt, base64.b64encode(plot.png).decode()) for plot in plots],
        percent=words.percent,
    )  # fmt: skip
