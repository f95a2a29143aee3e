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
from risk_model.experiment import Experiment
from risk_model.training.breakdowns import FIGURES as PART_FIGURES
from risk_model.training.breakdowns import Part
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import TEAM_METRICS, Difference, Evaluation, TeamFigures
from risk_model.training.intervals import Figure
from risk_model.training.measured import TrainingResult
from risk_model.training.metrics import BY_NAME, CAPACITY_METRICS, METRICS
from risk_model.training.plots import Plot
from risk_model.training.predictions import ALL_SPLITS
from risk_model.training.showing import (
    OVERALL_DIGITS,
    TEAM_DIGITS,
    say_difference,
    say_figure,
    shown_counts,
    shown_difference,
    shown_figure,
    verdict,
)
from risk_model.training.stability import stabilities

HEADLINES = (*CAPACITY_METRICS, "auc", "calibration_slope")
TEAM_HEADLINES = TEAM_METRICS


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
        "verdict": result.selection.verdict,
        "stability": {name: None if math.isnan(share) else round(share, TEAM_DIGITS)
                      for name, share in stabilities(result.predictions).items()},
        "unequal": {name: list(titles) for name, titles in result.selection.unequal.items()},
        "splits": [
            {"name": split.name, "train": split.train.plain, "calibrate": split.calibrate.plain,
             "test": split.test.plain if split.test else None} for split in result.splits
        ],
        "breakdowns": [_breakdown_json(each, under) for each in result.breakdowns],
        "evaluations": [_evaluation_json(each, under) for each in result.evaluations],
        "against_rule": [_difference_json(each, under) for each in result.selection.against_rule],
        "failures": [vars(failure) for failure in result.failures],
    }  # fmt: skip


def _evaluation_json(evaluation: Evaluation, under: int) -> dict[str, Any]:
    return {
        "estimator": evaluation.estimator,
        "plain_name": ESTIMATORS[evaluation.estimator].plain_name,
        "split": evaluation.split,
        "counts": shown_counts(evaluation.counts, under),
        "figures": {f.name: _figure_json(shown_figure(f, evaluation.counts, under)) for f in evaluation.figures},
        "ties": {f.name: _figure_json(shown_figure(f, evaluation.counts, under, TEAM_DIGITS)) for f in evaluation.ties},
        "teams": {
            team.area: {"places": team.places, "counts": shown_counts(team.counts, under)}
            | {f.name: _figure_json(shown_figure(f, team.counts, under, TEAM_DIGITS)) for f in team.figures}
            for team in evaluation.teams
        },
    }


def _breakdown_json(part: Part, under: int) -> dict[str, Any]:
    shown = {f.name: _figure_json(shown_figure(f, part.counts, under, TEAM_DIGITS)) for f in part.figures}
    return {"by": part.by, "group": part.group, "counts": shown_counts(part.counts, under), "figures": shown}


def _figure_json(figure: Figure | None) -> dict[str, float | None] | None:
    if figure is None:
        return None
    return {name: None if math.isnan(getattr(figure, name)) else getattr(figure, name)
            for name in ("value", "low", "high")}  # fmt: skip


def _difference_json(each: Difference, under: int) -> dict[str, Any]:
    names = {"estimator": each.estimator, "against": each.against, "metric": each.figure.name}
    return names | {"difference": _figure_json(shown_difference(each, under)), "verdict": verdict(each)}


def render_text(experiment: Experiment, result: TrainingResult, names: Mapping[str, str]) -> str:
    """The leaderboard for a terminal: all splits pooled, the chosen one team by team, and what did not work."""
    under = experiment.audit.suppress_under
    everything = all_splits(result)
    rows = [["", *(BY_NAME[name].plain for name in HEADLINES)]]
    rows += [[_named(result, each), *_cells(each, HEADLINES, under)] for each in everything]
    chosen = next(each for each in everything if each.estimator == result.selection.chosen)
    teams = [["Team (places a list)", *(BY_NAME[name].plain for name in TEAM_HEADLINES)]]
    teams += [
        [f"{names.get(team.area, team.area)} ({team.places})", *_cells(team, TEAM_HEADLINES, under)]
        for team in chosen.teams
    ]
    parts = [experiment.question, "", _aligned(rows), "", "Chosen (*): " + result.selection.reason, "", _aligned(teams)]
    parts += ["", result.selection.verdict] if result.selection.verdict else []
    parts += ["", *(say_difference(each, under) for each in result.selection.against_rule)]
    parts += [f"FAILED {failure.estimator}, {failure.split}: {failure.why}" for failure in result.failures]
    return "\n".join(parts)


def all_splits(result: TrainingResult) -> list[Evaluation]:
    """Each estimator's evaluation on all splits pooled, in order of standing."""
    order = [standing.estimator for standing in result.selection.table]
    pooled = [each for each in result.evaluations if each.split == ALL_SPLITS]
    return sorted(pooled, key=lambda each: order.index(each.estimator))


def _cells(figures: Evaluation | TeamFigures, wanted: tuple[str, ...], under: int) -> list[str]:
    """The wanted figures as text, in order."""
    digits = TEAM_DIGITS if isinstance(figures, TeamFigures) else OVERALL_DIGITS
    by_name = {each.name: shown_figure(each, figures.counts, under, digits) for each in figures.figures}
    return [say_figure(by_name[name]) for name in wanted]


def _part_cells(part: Part, under: int) -> list[str]:
    """A part's figures as text, in order; a dash where there is none of the kind."""
    by_name = {each.name: say_figure(shown_figure(each, part.counts, under, TEAM_DIGITS)) for each in part.figures}
    return [by_name.get(name, "\u2013") for name in PART_FIGURES]


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
        team_headlines=[BY_NAME[name] for name in TEAM_HEADLINES],
        rows=[
            {"name": _named(result, each), "split": each.split, "counts": shown_counts(each.counts, under),
             "cells": _cells(each, HEADLINES, under),
             "ties": shown_figure(each.ties[0], each.counts, under, TEAM_DIGITS)}
            for each in every
        ],
        teams=[(names.get(t.area, t.area), t.places, _cells(t, TEAM_HEADLINES, under)) for t in chosen.teams],
        chosen_name=ESTIMATORS[result.selection.chosen].plain_name,
        parts=[(part.by, part.group, shown_counts(part.counts, under), _part_cells(part, under))
               for part in result.breakdowns],
        part_headlines=[BY_NAME[name] for name in PART_FIGURES],
        differences=[say_difference(each, under) for each in result.selection.against_rule],
        plots=[(plot.alt, base64.b64encode(plot.png).decode()) for plot in plots],
        percent=words.percent,
    )  # fmt: skip
