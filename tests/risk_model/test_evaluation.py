"""Figures are of the lists each team would have, their intervals pair across estimators, and small ones are hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk_model.errors import MissingStep
from risk_model.training.capacity import listed_by_team
from risk_model.training.evaluation import Counts, Evaluation, difference, evaluate, mean_of_splits
from risk_model.training.intervals import Figure, Resamples, resample_people
from risk_model.training.metrics import METRICS
from risk_model.training.plots import precision_recall_curve
from risk_model.training.predictions import (
    ALL_SPLITS,
    Predictions,
    list_keys,
    pooled,
    read_predictions,
    write_predictions,
)
from risk_model.training.showing import shown_figure
from tests.risk_model.drawn import AREAS, drawn_experiment

EXPERIMENT = drawn_experiment()


def predictions(estimator: str, day: str, noise: float, seed: int = 3, rows: int = 400) -> Predictions:
    rng = np.random.default_rng(seed)
    need = rng.normal(size=rows)
    outcome = (rng.random(rows) < 1 / (1 + np.exp(3 - need))).astype(float)
    raw = np.round(need + rng.normal(size=rows) * noise, 1)
    area = rng.choice(list(AREAS), rows)
    as_of = np.full(rows, np.datetime64(day, "D"))
    return Predictions(
        estimator, f"test {day}", np.arange(rows, dtype=np.int64), as_of, area, np.full(rows, 14, np.int16), outcome,
        raw, 1 / (1 + np.exp(3 - raw)), listed_by_team(raw, as_of, area, EXPERIMENT.capacity),
    )  # fmt: skip


@pytest.fixture(scope="module")
def parts() -> list[Predictions]:
    return [predictions("logistic", "2024-04-01", 0.1), predictions("logistic", "2024-07-01", 0.1, seed=4)]


@pytest.fixture(scope="module")
def resamples() -> Resamples:
    return resample_people(np.arange(400), 200, 1)


@pytest.fixture(scope="module")
def first(parts: list[Predictions], resamples: Resamples) -> Evaluation:
    return evaluate(EXPERIMENT, parts[0], resamples)


def test_recall_and_precision_are_those_of_every_team_s_own_list(parts: list[Predictions], first: Evaluation) -> None:
    rows = parts[0]
    found, positives = 0.0, rows.outcome.sum()
    for team, places in AREAS.items():
        ranked = sorted(np.flatnonzero(rows.area == team), key=lambda row: -rows.raw_score[row])
        last = rows.raw_score[ranked[places - 1]]
        sure = [row for row in ranked if rows.raw_score[row] > last]
        tied = [row for row in ranked if rows.raw_score[row] == last]
        here = rows.outcome[sure].sum() + rows.outcome[tied].mean() * (places - len(sure))
        team_figures = next(each for each in first.teams if each.area == team)
        recall = next(figure for figure in team_figures.figures if figure.name == "recall_at_capacity")
        assert recall.value == pytest.approx(here / rows.outcome[rows.area == team].sum())
        assert team_figures.counts.listed == pytest.approx(places)
        found += here
    assert first.figure("recall_at_capacity").value == pytest.approx(found / positives)
    assert first.figure("precision_at_capacity").value == pytest.approx(found / sum(AREAS.values()))
    by_lot = sum(places * rows.outcome[rows.area == team].mean() for team, places in AREAS.items())
    assert first.figure("lift_at_capacity").value == pytest.approx(found / by_lot)


def test_every_figure_lies_in_or_near_its_interval_and_ties_hold_the_expected_value(first: Evaluation) -> None:
    assert [figure.name for figure in first.figures] == [metric.name for metric in METRICS]
    for figure in first.figures:
        if figure.name == "calibration_error":
            assert np.isnan([figure.low, figure.high]).all(), "drawing people again only adds to it"
        else:
            assert figure.low < figure.value < figure.high
    for tie in first.ties:
        assert tie.low <= tie.value <= tie.high
        assert tie.value == pytest.approx(first.figure(tie.name).value)


def test_pooling_ranks_by_probability_and_keeps_every_list(parts: list[Predictions]) -> None:
    joined = pooled(parts)
    assert (joined.split, len(joined)) == (ALL_SPLITS, 800)
    assert (joined.raw_score == joined.probability).all()
    assert joined.listed.sum() == pytest.approx(2 * sum(AREAS.values()))


def test_a_slice_where_each_person_has_a_date_of_their_own_is_one_list() -> None:
    days = np.array(["2014-01-03", "2014-02-01"], "datetime64[D]")
    ranges = drawn_experiment(
        splits={"kind": "ranges", "calibrate_from": "2013-09-01", "test_from": "2013-11-15",
                "test_before": "2014-04-01"}
    )  # fmt: skip
    assert len(set(list_keys(ranges, days))) == 1
    assert len(set(list_keys(EXPERIMENT, days))) == 2


def test_an_estimator_against_itself_is_a_tie_of_nothing(parts: list[Predictions], resamples: Resamples) -> None:
    own = [evaluate(EXPERIMENT, part, resamples) for part in parts]
    same = difference(own, own, "auc")
    assert same.figure == Figure("auc", 0.0, 0.0, 0.0)
    assert same.is_tie
    value, draws = mean_of_splits(own, "auc")
    assert value == pytest.approx((own[0].figure("auc").value + own[1].figure("auc").value) / 2)
    assert draws == pytest.approx((own[0].draws["auc"] + own[1].draws["auc"]) / 2)


def test_differences_are_paired_so_small_real_ones_show(parts: list[Predictions], resamples: Resamples) -> None:
    own = [evaluate(EXPERIMENT, part, resamples) for part in parts]
    noisy = [replace(part, estimator="lightgbm", raw_score=np.random.default_rng(9).normal(size=400)) for part in parts]
    worse = [evaluate(EXPERIMENT, part, resamples) for part in noisy]
    gap = difference(own, worse, "auc")
    assert gap.figure.low > 0
    assert not gap.is_tie
    slightly = [
        replace(part, estimator="repeat_suspect", raw_score=part.raw_score + 0.01 * (part.outcome > 0))
        for part in parts
    ]
    close = difference([evaluate(EXPERIMENT, part, resamples) for part in slightly], own, "auc")
    assert close.figure.low > 0, "the same people are drawn for both"
    unpaired = own[0].figure("auc").high - own[0].figure("auc").low
    assert close.figure.high - close.figure.low < unpaired / 10


def test_predictions_come_back_from_parquet_as_they_were_and_the_same_bytes(
    parts: list[Predictions], tmp_path: Path
) -> None:
    write_predictions(tmp_path, parts)
    before = (tmp_path / "predictions.parquet").read_bytes()
    again = read_predictions(tmp_path)
    for mine, read in zip(parts, again, strict=True):
        for name, value in vars(mine).items():
            assert np.array_equal(value, getattr(read, name)), name
    write_predictions(tmp_path, again)
    assert (tmp_path / "predictions.parquet").read_bytes() == before
    with pytest.raises(MissingStep, match="train it first"):
        read_predictions(tmp_path / "elsewhere")


def test_a_figure_that_rests_on_few_is_not_shown_and_others_are_rounded() -> None:
    counts = Counts(rows=300, people=300, positive_rows=40, positive_people=38, listed=30.0, found=12.0)
    figure = Figure("recall_at_capacity", 0.30149, 0.2111, 0.4222)
    assert shown_figure(figure, counts, under=5) == Figure("recall_at_capacity", 0.301, 0.211, 0.422)
    assert shown_figure(figure, replace(counts, found=3.2), under=5) is None
    assert shown_figure(figure, replace(counts, positive_rows=14), under=5) is None, "two missed"
    precision = Figure("precision_at_capacity", 0.9, 0.8, 1.0)
    assert shown_figure(precision, replace(counts, found=28.0), under=5) is None, "two listed without need"
    assert shown_figure(Figure("auc", 0.7, 0.6, 0.8), replace(counts, positive_people=4), under=5) is None


def test_a_curve_begins_where_enough_are_found_and_ends_where_all_are(parts: list[Predictions]) -> None:
    rows = parts[0]
    curve = precision_recall_curve("x", rows.probability, rows.outcome, under=5)
    assert curve.recall[0] >= 5 / rows.outcome.sum()
    assert curve.recall[-1] == 1
    assert curve.precision[-1] == pytest.approx(rows.outcome.mean())
    assert (np.diff(curve.recall) >= 0).all()
    assert len(precision_recall_curve("x", rows.probability, np.zeros(400), under=5).recall) == 0


def test_lots_are_as_good_as_lots_however_unequal_the_places(parts: list[Predictions], resamples: Resamples) -> None:
    rows = parts[0]
    equal = np.zeros(len(rows))
    lots = replace(rows, raw_score=equal, listed=listed_by_team(equal, rows.as_of, rows.area, EXPERIMENT.capacity))
    found = evaluate(EXPERIMENT, lots, resamples)
    assert found.figure("lift_at_capacity").value == pytest.approx(1)
    assert {tie.name: tie.value for tie in found.ties}["lift_at_capacity"] == pytest.approx(1)
