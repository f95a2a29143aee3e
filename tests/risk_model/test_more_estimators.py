"""Estimators beside the first four, each on drawn rows whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk_model.errors import BadConfiguration, NotPublishable
from risk_model.training.capacity import listed_weights
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.estimators.boosting_machine import FittedCurves
from risk_model.training.estimators.points_score import FittedPointsScore
from risk_model.training.estimators.time_to_event import FittedHazard
from risk_model.training.metrics import auc_of
from tests.risk_model.drawn import drawn_world

TREES = {"rounds": 60, "min_data_in_leaf": 20, "num_leaves": 7}


def rows_of(X: np.ndarray, outcome: np.ndarray, names: tuple[str, ...], **more: Any) -> Dataset:
    """One person a row, all on one date."""
    rows = len(X)
    return Dataset(
        np.arange(rows), np.full(rows, np.datetime64("2024-01-01")), np.full(rows, "E08000021"),
        np.full(rows, 14, np.int16), outcome.astype(float), X.astype(np.float32), names, **more,
    )  # fmt: skip


def chance(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def steps() -> Dataset:
    """The outcome is likelier from 2 of ``a`` on, less likely with ``b``; ``c`` is noise; some of ``a`` is missing."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.poisson(1.2, 4000), rng.integers(0, 2, 4000), rng.normal(size=4000)]).astype(float)
    outcome = rng.random(4000) < chance(-2.5 + 2.2 * (X[:, 0] >= 2) - 1.1 * X[:, 1])
    X[rng.random(4000) < 0.1, 0] = np.nan
    return rows_of(X, outcome, ("a", "b", "c"), directions=(1, -1, 0))


def test_curves_score_as_the_library_does_to_the_last_bit(steps: Dataset) -> None:
    from interpret.glassbox import ExplainableBoostingClassifier

    from risk_model.training.estimators.boosting_machine import _plain

    X = steps.X.astype(np.float64)
    machine = ExplainableBoostingClassifier(
        feature_types=["continuous"] * 3, interactions=2, outer_bags=2, max_rounds=60, n_jobs=1, random_state=1
    )
    machine.fit(X, steps.outcome.astype(int))
    unseen = np.random.default_rng(1).normal(1, 3, (500, 3)).astype(np.float32)
    unseen[::7, 0] = np.nan
    for rows in (steps.X, unseen):
        ours = _plain(machine, 3).raw_score(rows)
        assert (ours == machine.decision_function(rows.astype(np.float64))).all()


def test_monotone_curves_and_trees_never_go_against_a_known_direction(steps: Dataset) -> None:
    more = np.column_stack([np.arange(8), np.zeros(8), np.zeros(8)]).astype(np.float32)
    less = np.column_stack([np.ones(8), np.linspace(0, 1, 8), np.zeros(8)]).astype(np.float32)
    rng = np.random.default_rng(5)
    noisy = replace(
        steps, outcome=np.where(rng.random(4000) < 0.3, rng.random(4000) < 0.5, steps.outcome).astype(float)
    )
    for name, settings in (("lightgbm", TREES), ("boosting_machine", {"rounds": 200, "bags": 1})):
        held = ESTIMATORS[name].fit(noisy, settings | {"monotone": 1}, 1)
        assert (np.diff(held.raw_score(more)) >= 0).all()
        assert (np.diff(held.raw_score(less)) <= 0).all()
        assert ESTIMATORS[name].fit(noisy, settings, 1).raw_score(more).tolist() != held.raw_score(more).tolist()


def test_a_row_with_the_outcome_may_count_for_more(steps: Dataset) -> None:
    for name, settings in (("lightgbm", TREES), ("random_forest", {"trees": 20})):
        plain = ESTIMATORS[name].fit(steps, settings, 1).raw_score(steps.X).mean()
        assert ESTIMATORS[name].fit(steps, settings | {"positive_weight": 5.0}, 1).raw_score(steps.X).mean() > plain


def test_rows_binned_once_for_many_settings_give_the_same_trees(steps: Dataset) -> None:
    trees = ESTIMATORS["lightgbm"]
    fit = trees.fitter(steps)
    for settings in (TREES, TREES | {"num_leaves": 3}, TREES | {"min_data_in_leaf": 200}, TREES):
        assert fit(settings, 2).raw_score(steps.X).tolist() == trees.fit(steps, settings, 2).raw_score(steps.X).tolist()


def test_the_forest_scores_as_the_library_does(steps: Dataset) -> None:
    from sklearn.ensemble import RandomForestClassifier

    forest = ESTIMATORS["random_forest"].fit(steps, {"trees": 15, "feature_fraction": 0.7}, 4)
    theirs = RandomForestClassifier(15, max_depth=10, min_samples_leaf=30, max_features=0.7, random_state=4,
                                    class_weight={0: 1.0, 1: 1.0}).fit(steps.X, steps.outcome.astype(int))  # fmt: skip
    assert forest.raw_score(steps.X) == pytest.approx(theirs.predict_proba(steps.X)[:, 1], abs=1e-12)


def test_the_points_score_finds_the_questions_and_fits_on_paper(steps: Dataset) -> None:
    score = ESTIMATORS["points_score"].fit(steps, {"questions": 2, "most_points": 4}, 0)
    assert isinstance(score, FittedPointsScore)
    assert score.on_paper(steps.feature_names) == "+4  a at least 2\n-2  b at least 1"
    assert score.raw_score(np.array([[2, 0, 0], [1, 1, 9], [np.nan, 0, 0], [5, 1, 0]], np.float32)).tolist() == [
        4,
        -2,
        0,
        2,
    ]
    wide = ESTIMATORS["points_score"].fit(drawn_world(people=200).rows, {"questions": 5}, 0)
    assert isinstance(wide, FittedPointsScore)
    assert len(wide.points) <= 5
    assert max(abs(each) for each in wide.points) == 5


def test_the_hazard_model_finds_the_odds_it_was_drawn_with_and_needs_days(steps: Dataset) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=20_000)
    hazard = chance(np.array([-3.0, -2.0, -2.5, -2.5]) + 0.8 * x[:, None])
    happened = rng.random((20_000, 4)) < hazard
    outcome = happened.any(axis=1)
    days = np.where(outcome, happened.argmax(axis=1) * 90 + rng.integers(0, 90, 20_000), np.nan)
    days[np.flatnonzero(outcome)[0]] = 359
    drawn = rows_of(x[:, None], outcome, ("x",), days_to_event=days)
    model = ESTIMATORS["time_to_event"].fit(drawn, {"penalty_strength": 1000.0, "parts": 4}, 0)
    assert isinstance(model, FittedHazard)
    assert model.coefficient[0] / model.prepare.scale[0] == pytest.approx(0.8, abs=0.06)
    by_part = model.by_part(np.zeros((1, 1), np.float32))[0]
    assert by_part == pytest.approx(1 - np.cumprod(1 - chance(np.array([-3.0, -2.0, -2.5, -2.5]))), abs=0.02)
    with pytest.raises(BadConfiguration, match="needs the day of each outcome event"):
        ESTIMATORS["time_to_event"].fit(steps, {}, 0)


def test_unrecorded_positives_are_given_their_weight() -> None:
    """Half the positives went unrecorded: the mean chance comes near the truth; plain trees say half of it."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(12_000, 2))
    truth = rng.random(12_000) < chance(6 * (x[:, 0] - 1))
    recorded = rows_of(x, truth & (rng.random(12_000) < 0.5), ("x", "noise"))
    said = {name: chance(ESTIMATORS[name].fit(recorded, TREES | more, 1).raw_score(recorded.X)).mean()
            for name, more in (("lightgbm", {}), ("positive_unlabelled", {"recorded_share": 0.5}))}  # fmt: skip
    assert said["lightgbm"] == pytest.approx(truth.mean() / 2, rel=0.1)
    assert said["positive_unlabelled"] == pytest.approx(truth.mean(), rel=0.15)


def test_help_that_prevents_the_outcome_does_not_make_need_look_small() -> None:
    """Those in most need are helped most, and help prevents most: without weights need looks less."""
    rng = np.random.default_rng(7)
    need = rng.normal(size=12_000)
    helped = rng.random(12_000) < chance(1.5 * need - 0.5)
    without = chance(1.2 * need - 1.5)
    outcome = rng.random(12_000) < np.where(helped, without / 8, without)
    rows = rows_of(np.column_stack([need, helped]), outcome, ("need", "diversion_ever"))
    blind = ESTIMATORS["lightgbm"].fit(rows.only(("need",)), TREES, 1).raw_score(need[:, None].astype(np.float32))
    aware = ESTIMATORS["untreated_risk"].fit(rows, TREES, 1).raw_score(rows.X)
    might = rng.random(12_000) < without
    assert auc_of(aware, might.astype(float)) > auc_of(blind, might.astype(float)) + 0.03
    assert chance(aware).mean() == pytest.approx(without.mean(), rel=0.1)
    with pytest.raises(BadConfiguration, match="untreated_risk: needs diversion_last_365_days or diversion_ever"):
        ESTIMATORS["untreated_risk"].fit(rows.only(("need",)), TREES, 1)


def test_lots_give_everybody_the_same_share_of_a_place_and_no_reasons(steps: Dataset) -> None:
    lots = ESTIMATORS["drawing_lots"].fit(steps, {}, 0)
    assert listed_weights(lots.raw_score(steps.X), 400) == pytest.approx(np.full(4000, 0.1))
    with pytest.raises(NotPublishable, match="no reasons"):
        lots.contributions(steps.X)


def test_age_and_sex_look_at_nothing_else() -> None:
    world = drawn_world(people=200)
    points = ESTIMATORS["age_and_sex"].fit(world.rows, {}, 0, world.inputs.protected(("age_years", "is_male")))
    protected = world.inputs.protected(("age_years", "is_male"))
    changed = np.random.default_rng(1).permutation(world.rows.X)
    assert points.raw_score(world.rows.X, protected).tolist() == points.raw_score(changed, protected).tolist()


def test_registrations_count_three_times_at_most_and_those_as_suspect_most() -> None:
    names = ("suspect_records_last_365_days", "victim_records_last_365_days", "noise")
    rule = ESTIMATORS["registration_points"].fit(rows_of(np.zeros((2, 3)), np.zeros(2), names), {}, 0)
    X = np.array([[1, 0, 9], [0, 1, 9], [9, 0, 0], [np.nan, 2, 0]], np.float32)
    assert rule.raw_score(X).tolist() == [3, 1, 9, 2]


def test_curves_are_few_enough_to_draw(steps: Dataset) -> None:
    curves = ESTIMATORS["boosting_machine"].fit(steps, {"rounds": 100, "bags": 1}, 1)
    assert isinstance(curves, FittedCurves)
    assert [term.features for term in curves.terms] == [(0,), (1,), (2,)]
    assert np.ptp(curves.terms[0].values) > np.ptp(curves.terms[2].values)
