"""A search looks only at dates before any test date, goes on where it stopped, and never recommends less."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.experiment import Experiment
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.folds import check_folds, tuning_folds
from risk_model.training.splits import temporal_splits
from risk_model.training.tuning import Searching, check_search, search
from tests.risk_model.drawn import World, drawn_experiment, drawn_world

SPACE = {"logistic": {"penalty_strength": {"low": 0.0001, "high": 1.0, "log": True}}}


def plan(**changes: object) -> Experiment:
    return drawn_experiment(search={"trials": 6, "folds": 2, "space": SPACE} | changes)


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(people=400)


@settings(max_examples=25, deadline=None)
@given(horizon=st.integers(30, 500), wait=st.integers(0, 120), folds=st.integers(1, 4))
def test_no_fold_reaches_a_test_date_or_learns_a_label_not_known_when_it_judges(
    horizon: int, wait: int, folds: int
) -> None:
    """Checked on whole days, without the code that makes splits and folds."""
    page = plan(folds=folds)
    page = page.model_copy(update={"outcome": page.outcome.model_copy(
        update={"horizon_days": horizon, "maturity_days": wait})})  # fmt: skip
    dates = np.arange("2021-01", "2025-01", 3, dtype="datetime64[M]").astype("datetime64[D]")
    try:
        made = tuning_folds(page, dates)
    except (Untrainable, BadConfiguration):
        return
    first_test = min(page.splits.test_as_of).toordinal()
    for fold in made:
        last_learned, judged = fold.learn.before.toordinal() - 1, fold.judge.first.toordinal()
        assert last_learned + horizon + wait <= judged
        assert fold.judge.before.toordinal() - 1 + horizon + wait <= first_test


def test_test_rows_may_be_anything_and_the_search_finds_the_same(world: World, tmp_path: Path) -> None:
    later = world.rows.as_of >= np.datetime64(temporal_splits(plan(), world.rows.as_of)[0].calibrate.before)
    rng = np.random.default_rng(1)
    outcome = np.where(later, rng.permutation(world.rows.outcome), world.rows.outcome)
    scrambled = replace(world.inputs, rows=replace(world.rows, outcome=outcome))
    found = [search(plan(), "logistic", inputs, tmp_path / name, "drawn")
             for name, inputs in (("a", world.inputs), ("b", scrambled))]  # fmt: skip
    assert found[0].trials == found[1].trials


def test_a_stopped_search_goes_on_and_ends_as_if_it_had_not_been_stopped(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search(plan(), "logistic", world.inputs, tmp_path / "whole", "drawn")
    tried: list[float] = []
    value = Searching.value

    def stopping(self: Searching, wanted: dict[str, float], after_fold: object) -> float | None:
        tried.append(wanted["penalty_strength"])
        if len(tried) == 4:
            raise KeyboardInterrupt
        return value(self, wanted, after_fold)  # type: ignore[arg-type]

    monkeypatch.setattr(Searching, "value", stopping)
    with pytest.raises(KeyboardInterrupt):
        search(plan(), "logistic", world.inputs, tmp_path / "parts", "drawn")
    assert search(plan(), "logistic", world.inputs, tmp_path / "parts", "drawn") == whole
    assert len(tried) == 8, "three done, the fourth twice, three more: nothing done before is done again"
    assert search(plan(), "logistic", world.inputs, tmp_path / "parts", "drawn") == whole
    assert len(tried) == 8
    search(plan(), "logistic", world.inputs, tmp_path / "parts", "other data")
    assert len(tried) == 15, "under another basis it starts anew"


def test_the_page_s_own_settings_are_the_first_trial_and_the_best_is_never_worse(world: World, tmp_path: Path) -> None:
    found = search(plan(), "logistic", world.inputs, tmp_path, "drawn")
    assert found.trials[0].settings == dict(plan().estimators["logistic"])
    assert found.best.value is not None
    assert found.trials[0].value is not None
    assert found.best.value >= found.trials[0].value
    assert len(found.trials) == 7
    assert found.toml.startswith("[estimators.logistic]\npenalty_strength = ")
    assert {trial.state for trial in found.trials} <= {"complete", "pruned"}


def test_a_grid_tries_every_combination_in_order(world: World, tmp_path: Path) -> None:
    page = plan(sampler="grid", folds=1, space={"lightgbm": {"num_leaves": [3, 5], "rounds": [5, 9]}})
    found = search(page, "lightgbm", world.inputs, tmp_path, "drawn")
    own = [(trial.settings["num_leaves"], trial.settings["rounds"]) for trial in found.trials[1:]]
    assert own == [(3, 5), (3, 9), (5, 5), (5, 9)]


def test_a_setting_that_cannot_be_fitted_is_told_and_the_search_goes_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logistic = ESTIMATORS["logistic"]
    fit = logistic.fit

    def fitting(data: object, wanted: dict[str, float], *rest: object) -> object:
        if wanted["penalty_strength"] == 0.5:
            raise Untrainable("no stable fit")
        return fit(data, wanted, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(logistic, "fit", fitting)
    page = plan(sampler="grid", space={"logistic": {"penalty_strength": [0.1, 0.5, 1.0]}})
    found = search(page, "logistic", world.inputs, tmp_path, "drawn")
    assert [trial.state for trial in found.trials] == ["complete", "complete", "fail", "complete"]


def test_a_search_that_could_not_be_done_is_refused_with_all_its_faults() -> None:
    wrong = drawn_experiment(
        selection={"metric": "brier"},
        search={"space": {"forest": {"trees": [1]}, "logistic": {"penalty_strength": [0.1, 1e9], "depth": [3]}}},
    )
    with pytest.raises(BadConfiguration) as refused:
        check_search(wrong)
    for fault in ("'brier'; a search needs recall_at_capacity", "search.space.forest: not an estimator",
                  "1000000000.0 is outside", "depth: unknown setting"):  # fmt: skip
        assert fault in str(refused.value)
    with pytest.raises(BadConfiguration, match=r"no \[search.space"):
        check_search(drawn_experiment())
    with pytest.raises(ValueError, match="a grid needs lists"):
        plan(sampler="grid")


def test_too_few_positives_to_tell_settings_apart_is_refused(world: World) -> None:
    nobody = replace(world.inputs, rows=replace(world.rows, outcome=np.zeros(len(world.rows))))
    folds = tuning_folds(plan(), world.rows.as_of)
    check_folds(folds, world.inputs)
    assert all(fold.judge.first < date(2023, 2, 2) for fold in folds)
    with pytest.raises(Untrainable, match="fewer than 10 rows with the outcome"):
        check_folds(folds, nobody)
