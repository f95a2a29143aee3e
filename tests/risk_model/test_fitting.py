"""Training end to end on a drawn world: honest, reproducible, and loud when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk_model.errors import BadConfiguration, NotPublishable, Untrainable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.estimators.base import NOTHING_PROTECTED, Fitted, Protected
from risk_model.training.estimators.logistic import Logistic
from risk_model.training.fitting import refit_final, train
from risk_model.training.inputs import Inputs
from risk_model.training.leaderboard import leaderboard_json, render_text, write_leaderboard
from risk_model.training.measured import TrainingResult, draws_of, evaluate_all
from risk_model.training.predictions import ALL_SPLITS, read_predictions
from risk_model.training.report import leaderboard_plots
from risk_model.training.scorer import ScoringModel
from risk_model.training.suspicion import refuse_too_good
from tests.risk_model.drawn import AREAS, World, drawn_experiment, drawn_world

NAMES = {"E08000021": "Newcastle upon Tyne", "E08000024": "Sunderland", "E08000023": "South Tyneside"}
ESTIMATOR_NAMES = ["lightgbm", "logistic", "repeat_suspect", "contact_points"]


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(people=500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("experiment")


@pytest.fixture(scope="module")
def result(world: World, folder: Path) -> TrainingResult:
    return train(world.experiment, world.inputs, folder)


def with_feature(world: World, name: str, column: np.ndarray) -> Inputs:
    X = np.column_stack([world.rows.X, column]).astype(np.float32)
    rows = replace(world.rows, X=X, feature_names=(*world.rows.feature_names, name))
    return replace(world.inputs, rows=rows)


def test_every_estimator_is_measured_on_every_split_and_on_all_together(result: TrainingResult) -> None:
    splits = [split.name for split in result.splits]
    measured = [(each.estimator, each.split) for each in result.evaluations]
    assert measured == [(name, split) for name in ESTIMATOR_NAMES for split in [*splits, ALL_SPLITS]]
    assert result.failures == ()


def test_test_rows_are_those_of_the_test_date_with_every_team_s_places_taken(
    world: World, result: TrainingResult
) -> None:
    for part in result.predictions:
        day = np.datetime64(part.split.removeprefix("test "))
        expected = world.rows.rows(world.rows.as_of == day)
        assert (part.person == expected.person).all()
        assert (part.outcome == expected.outcome).all()
        for team, places in AREAS.items():
            assert part.listed[part.area == team].sum() == pytest.approx(places)


def test_what_was_learned_before_a_test_date_does_not_depend_on_what_came_after(
    world: World, result: TrainingResult, tmp_path: Path
) -> None:
    """Outcomes and features of everything not yet known on the first test date are scrambled; nothing may change."""
    first = result.splits[0]
    later = world.rows.as_of >= np.datetime64(first.calibrate.before)
    rng = np.random.default_rng(8)
    outcome = np.where(later, rng.permutation(world.rows.outcome), world.rows.outcome)
    X = np.where(later[:, None] & (world.rows.as_of != np.datetime64("2024-04-01"))[:, None],
                 rng.permutation(world.rows.X), world.rows.X)  # fmt: skip
    scrambled = replace(world.inputs, rows=replace(world.rows, outcome=outcome, X=X), event_on=None)
    plan = world.experiment.splits.model_copy(update={"test_as_of": (date(2024, 4, 1),)})
    again = train(world.experiment.model_copy(update={"splits": plan}), scrambled, tmp_path)
    for part in again.predictions:
        before = next(p for p in result.predictions if (p.estimator, p.split) == (part.estimator, part.split))
        assert (part.raw_score == before.raw_score).all()
        assert (part.probability == before.probability).all()


def test_training_again_writes_the_same_bytes_and_finds_the_same(
    world: World, folder: Path, result: TrainingResult, tmp_path: Path
) -> None:
    again = train(world.experiment, world.inputs, tmp_path)
    assert (tmp_path / "predictions.parquet").read_bytes() == (folder / "predictions.parquet").read_bytes()
    assert leaderboard_json(world.experiment, again) == leaderboard_json(world.experiment, result)
    kept = read_predictions(folder)
    reread = evaluate_all(world.experiment, kept, draws_of(world.experiment, kept))
    assert repr([each.figures for each in reread]) == repr([each.figures for each in result.evaluations])


def test_rows_with_an_unknown_outcome_take_no_part(world: World, tmp_path: Path, result: TrainingResult) -> None:
    rows = world.rows
    more = Dataset(
        np.r_[rows.person, rows.person[:50]], np.r_[rows.as_of, rows.as_of[:50]], np.r_[rows.area, rows.area[:50]],
        np.r_[rows.age_years, rows.age_years[:50]], np.r_[rows.outcome, np.full(50, np.nan)],
        np.r_[rows.X, rows.X[:50]], rows.feature_names,
    )  # fmt: skip
    male = world.inputs.is_male
    assert male is not None
    again = train(world.experiment, Inputs(more, np.r_[male, male[:50]]), tmp_path)
    assert repr([each.figures for each in again.evaluations]) == repr([each.figures for each in result.evaluations])


def test_a_feature_that_knows_the_answer_is_refused_by_name(world: World, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    leak = np.where(world.rows.outcome > 0, rng.random(len(world.rows)) + 1.0, rng.random(len(world.rows)))
    for name, column in (
        ("later_disposals", leak),
        ("days_to_disposal", -leak),
        ("disposal_weight", np.where(world.rows.outcome > 0, 1.0, np.nan)),
        (
            "sometimes_missing",
            np.where(world.rows.outcome > 0, rng.choice([np.nan, 9.0], len(leak)), rng.random(len(leak))),
        ),
        ("never_charged", np.where(world.rows.outcome > 0, np.nan, 5.0)),
    ):
        with pytest.raises(Untrainable, match=f"(?s)too good to be true.*{name}: AUC"):
            train(world.experiment, with_feature(world, name, column), tmp_path)
    assert not list(tmp_path.iterdir())
    refuse_too_good(world.rows, "as they are")


@pytest.mark.parametrize("otherwise", [0.0, np.nan, -5.0])
def test_a_feature_that_gives_a_few_away_is_refused_too(world: World, otherwise: float) -> None:
    """Filled in for 25 rows, of which 24 have the outcome: its AUC is no alarm, its company is."""
    marked = np.r_[np.flatnonzero(world.rows.outcome > 0)[:24], np.flatnonzero(world.rows.outcome == 0)[:1]]
    column = np.full(len(world.rows), otherwise)
    column[marked] = 3.0
    with pytest.raises(Untrainable, match="key_worker: of about 25 rows it marks out, over 90% have the outcome"):
        refuse_too_good(with_feature(world, "key_worker", column).rows, "here")


def test_a_count_with_which_need_grows_is_no_leak_however_sure_those_with_the_most_are(world: World) -> None:
    rng = np.random.default_rng(1)
    count = rng.geometric(0.4, 20_000) - 1
    outcome = (rng.random(len(count)) < 1 / (1 + np.exp(4.6 - 0.75 * count))).astype(float)
    assert outcome.mean() < 0.2
    assert outcome[count >= 10].mean() > 0.9
    rows = world.rows.rows(np.arange(len(count)) % len(world.rows))
    grown = replace(rows, outcome=outcome, X=count[:, None].astype(np.float32), feature_names=("records",),
                    directions=(1,), missing=())  # fmt: skip
    refuse_too_good(grown, "here")
    marked = np.where(outcome > 0, rng.random(len(count)) < 0.05, rng.random(len(count)) < 1e-4)
    given_away = replace(grown, X=np.where(marked, 30, rng.permutation(count))[:, None].astype(np.float32))
    with pytest.raises(Untrainable, match="records: of"):
        refuse_too_good(given_away, "here")


def test_one_estimator_that_fails_is_reported_and_the_others_go_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(Logistic):
        def fit(
            self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
        ) -> Fitted:
            raise ZeroDivisionError(f"row 3 is person {data.person[3]}")

    monkeypatch.setitem(ESTIMATORS, "logistic", Failing())
    found = train(world.experiment, replace(world.inputs, is_male=None), tmp_path)
    assert {(failure.estimator, failure.split) for failure in found.failures} == {
        ("logistic", "test 2024-04-01"), ("contact_points", "test 2024-04-01"),
    }  # fmt: skip
    why = {failure.estimator: failure.why for failure in found.failures}
    assert why["logistic"] == "ZeroDivisionError (a fault in the software, not input)", "a library's words may name"
    assert "needs is_male for every row" in why["contact_points"]
    assert {part.estimator for part in found.predictions} == {"lightgbm", "repeat_suspect"}
    assert "FAILED logistic, test 2024-04-01" in render_text(world.experiment, found, NAMES)


def test_when_nothing_that_may_be_chosen_is_left_training_is_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ESTIMATORS["repeat_suspect"], "fit", lambda *_: 1 / 0)
    selection = world.experiment.selection.model_copy(update={"simplest_first": ("repeat_suspect",)})
    lone = world.experiment.model_copy(
        update={"estimators": {"repeat_suspect": {}, "contact_points": {}}, "selection": selection}
    )
    with pytest.raises(Untrainable, match=r"(?s)no estimator that may be chosen could be trained.*repeat_suspect"):
        train(lone, world.inputs, tmp_path)


def test_too_few_positives_and_one_class_only_are_refused_before_fitting(world: World, tmp_path: Path) -> None:
    nobody = replace(world.inputs, rows=replace(world.rows, outcome=np.zeros(len(world.rows))), event_on=None)
    with pytest.raises(Untrainable) as refused:
        train(world.experiment, nobody, tmp_path)
    for part in ("training (2021-01-01 to 2021-07-01): fewer than 10", "calibration", "test (2024-04-01)"):
        assert part in str(refused.value)
    everybody = replace(nobody, rows=replace(world.rows, outcome=np.ones(len(world.rows))))
    with pytest.raises(Untrainable, match="every row has the outcome"):
        train(world.experiment, everybody, tmp_path)


def test_a_team_without_places_is_refused_before_fitting(world: World, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="no places for E08000023, E08000024"):
        train(drawn_experiment(capacity={"E08000021": 3}), world.inputs, tmp_path)


@pytest.mark.parametrize("name", ["lightgbm", "logistic", "repeat_suspect"])
def test_the_final_fit_learns_from_later_rows_by_the_same_recipe(
    name: str, world: World, result: TrainingResult, tmp_path: Path
) -> None:
    model = refit_final(world.experiment, world.inputs, name, result.predictions)
    assert model.feature_names == world.rows.feature_names
    assert 1 <= len(model.bands) <= 3
    model.save(tmp_path / "a")
    refit_final(world.experiment, world.inputs, name, result.predictions).save(tmp_path / "b")
    for path in sorted((tmp_path / "a").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
    loaded = ScoringModel.load(tmp_path / "a")
    assert loaded.bands == model.bands
    probability = loaded.probability(world.rows.X)
    band = loaded.band_of(probability)
    assert (probability[band == 0] >= model.bands[0].at_least).all()
    assert (probability[band == len(model.bands)] < model.bands[-1].at_least).all()
    assert (np.diff(band[np.argsort(-probability)]) >= 0).all()
    edges = np.array([each.at_least for each in model.bands])
    assert loaded.band_of(edges).tolist() == list(range(len(edges))), "a band begins at its own edge"


def test_a_comparator_is_never_fitted_to_be_published(world: World, result: TrainingResult) -> None:
    with pytest.raises(NotPublishable, match="a comparator"):
        refit_final(world.experiment, world.inputs, "contact_points", result.predictions)


def test_the_leaderboard_stands_alone_names_the_choice_and_is_the_same_every_time(
    world: World, result: TrainingResult, tmp_path: Path
) -> None:
    plots = leaderboard_plots(world.experiment, result, NAMES)
    again = leaderboard_plots(world.experiment, result, NAMES)
    assert plots == again, "same bytes"
    assert all(plot.alt and plot.png.startswith(b"\x89PNG") for plot in plots)
    write_leaderboard(world.experiment, result, plots, NAMES, tmp_path)
    page = (tmp_path / "leaderboard.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == len(plots)
    assert "<script" not in page
    assert "http" not in page
    assert "Newcastle upon Tyne" in page
    board = json.loads((tmp_path / "leaderboard.json").read_text(encoding="utf-8"))
    assert board["chosen"] == result.selection.chosen
    assert result.selection.reason in render_text(world.experiment, result, NAMES)
    assert "NaN" not in (tmp_path / "leaderboard.json").read_text(encoding="utf-8")


def test_no_small_count_and_nobody_s_number_is_in_a_leaderboard(world: World, result: TrainingResult) -> None:
    board = leaderboard_json(world.experiment, result)
    text = json.dumps(board)
    assert not any(str(person) in text for person in set(world.rows.person.tolist()))
    for each, evaluation in zip(board["evaluations"], result.evaluations, strict=True):
        if evaluation.counts.found < 5:
            assert each["figures"]["recall_at_capacity"] is None
        for team in evaluation.teams:
            shown = each["teams"][team.area]
            assert (shown["recall_at_capacity"] is None) == (
                min(round(team.counts.found), team.counts.positive_people) < 5
                or round(team.counts.positive_rows - team.counts.found) < 5
            )
            assert set(shown["counts"].values()) <= {"fewer than 5", *(f"{n:,}" for n in range(5, 5000, 5))}
