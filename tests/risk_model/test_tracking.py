"""What is tracked is complete, holds nothing personal, and a registered model loads back without a pickle."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from risk_model.errors import MissingStep
from risk_model.tracking import VERSION_TAG, DataSource, Tracker, git_commit
from risk_model.training.evaluation import Evaluation
from risk_model.training.fitting import refit_final, train
from risk_model.training.leaderboard import write_leaderboard
from risk_model.training.measured import Failure, TrainingResult
from risk_model.training.predictions import ALL_SPLITS
from risk_model.training.report import leaderboard_plots
from risk_model.training.scorer import ScoringModel
from risk_model.training.showing import shown_metrics
from tests.conftest import HOUSE
from tests.risk_model.drawn import World, drawn_world

VERSION = "2026-01-01-0123abcd"


@dataclass(frozen=True)
class Tracked:
    world: World
    result: TrainingResult
    tracker: Tracker
    run: str
    model: ScoringModel
    number: str
    folder: Path


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Tracked:
    """One database for all tests here: MLflow takes a second or two to make one."""
    folder = tmp_path_factory.mktemp("tracked")
    world = drawn_world(people=500)
    result = train(world.experiment, world.inputs, folder)
    plots = leaderboard_plots(world.experiment, result, {})
    write_leaderboard(world.experiment, result, plots, {}, folder)
    tracker = Tracker(folder / "mlflow", f"sqlite:///{folder}/mlflow/mlflow.db")
    source = DataSource("drawn", "warehouse-1", "features-1", world.rows.feature_names)
    artefacts = [folder / "leaderboard.html", folder / "leaderboard.json", HOUSE / "requirements.lock"]
    run = tracker.record_training(world.experiment, result, source, artefacts, plots, "abc123")
    model = refit_final(world.experiment, world.inputs, "lightgbm", result.predictions)
    model.save(folder / "model")
    number = tracker.register(folder / "model", "drawn_model", VERSION, model.feature_names, ["champion"])
    return Tracked(world, result, tracker, run, model, number, folder)


def test_a_training_is_one_parent_run_with_the_verdict_and_a_child_for_each_estimator(tracked: Tracked) -> None:
    client = tracked.tracker.client
    parent = client.get_run(tracked.run)
    assert parent.info.status == "FINISHED"
    tags = {"warehouse_fingerprint": "warehouse-1", "git_commit": "abc123", "chosen": tracked.result.selection.chosen}
    assert tags.items() <= parent.data.tags.items()
    assert parent.data.params["seed"] == str(tracked.world.experiment.seed)
    selection = tracked.result.selection
    assert (parent.data.tags["reason"], parent.data.tags["verdict"]) == (selection.reason, selection.verdict)
    assert {run.data.tags["estimator"]: run.info.run_name for run in children_of(tracked, tracked.run)} == {
        each.estimator: each.estimator for each in tracked.result.evaluations
    }
    names = {item.path for item in client.list_artifacts(tracked.run)}
    assert names == {"leaderboard.html", "leaderboard.json", "plots", "requirements.lock"}
    assert {item.path for item in client.list_artifacts(tracked.run, "plots")} == {
        f"plots/{plot.name}.png" for plot in leaderboard_plots(tracked.world.experiment, tracked.result, {})
    }


def test_the_parent_carries_the_pooled_figures_of_the_recipe_chosen_as_they_may_be_shown(tracked: Tracked) -> None:
    logged = tracked.tracker.client.get_run(tracked.run).data.metrics
    pooled = evaluation_of(tracked, tracked.result.selection.chosen, ALL_SPLITS)
    may_show = shown_metrics(pooled, tracked.world.experiment.audit.suppress_under)
    assert logged == {f"pooled/{name}": value for name, value in may_show.items()}
    assert logged["pooled/auc.low"] < logged["pooled/auc"] < logged["pooled/auc.high"]
    assert logged["pooled/auc"] == round(pooled.figure("auc").value, 3)


def test_a_child_s_figures_go_over_time_split_by_split(tracked: Tracked) -> None:
    client, splits = tracked.tracker.client, tracked.result.splits
    assert len(splits) > 1
    for child in children_of(tracked, tracked.run):
        name = child.data.tags["estimator"]
        history = sorted(client.get_metric_history(child.info.run_id, "auc"), key=lambda metric: metric.timestamp)
        assert [metric.step for metric in history] == list(range(1, len(splits) + 1)), "in order of time, each once"
        for metric, split in zip(history, splits, strict=True):
            assert metric.value == round(evaluation_of(tracked, name, split.name).figure("auc").value, 3)
            assert split.test is not None
            assert datetime.fromtimestamp(metric.timestamp / 1000, UTC) == datetime.combine(
                split.test.first, time(), UTC
            )
        own = {f"{name}.{key}": str(value) for key, value in tracked.world.experiment.estimators[name].items()}
        assert child.data.params == own
        assert child.data.metrics["pooled/auc"] == round(
            evaluation_of(tracked, name, ALL_SPLITS).figure("auc").value, 3
        )


def test_a_figure_that_rests_on_few_is_at_no_step_and_a_failed_estimator_is_a_failed_child(tracked: Tracked) -> None:
    audit = tracked.world.experiment.audit.model_copy(update={"suppress_under": 10_000})
    careful = tracked.world.experiment.model_copy(update={"audit": audit})
    failed = replace(tracked.result, failures=(Failure("forest", "test 2024-07-01", "3 had the outcome"),))
    source = DataSource("drawn", "warehouse-1", "features-1", tracked.world.rows.feature_names)
    parent = tracked.tracker.record_training(careful, failed, source)  # the parent fails, too
    runs = [tracked.tracker.client.get_run(parent), *children_of(tracked, parent)]
    assert not any(run.data.metrics for run in runs)
    assert [run.data.tags.get("estimator") for run in runs if run.info.status == "FAILED"] == [None, "forest"]
    assert not any("3 had the outcome" in json.dumps(run.data.to_dictionary()) for run in runs)


def test_inputs_say_which_data_each_split_read_without_a_row_of_it(tracked: Tracked) -> None:
    child = next(run for run in children_of(tracked, tracked.run) if run.data.tags["estimator"] == "logistic")
    for split in tracked.result.splits:
        tags = [({tag.key: tag.value for tag in each.tags}, each.dataset) for each in child.inputs.dataset_inputs]
        inputs = {said["mlflow.data.context"]: dataset for said, dataset in tags if said["split"] == split.name}
        assert set(inputs) == {"training", "calibration", "testing"}
        assert len({each.digest for each in inputs.values()}) == 3
        assert json.loads(inputs["training"].profile) == {"as of": split.train.plain}
        assert set(json.loads(inputs["testing"].profile)) == {"as of", "people", "records", "with the outcome"}


def evaluation_of(tracked: Tracked, estimator: str, split: str) -> Evaluation:
    return next(each for each in tracked.result.evaluations if (each.estimator, each.split) == (estimator, split))


def children_of(tracked: Tracked, parent: str) -> list[Any]:
    client = tracked.tracker.client
    experiment = client.get_run(parent).info.experiment_id
    return list(client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent}'", max_results=100))


def test_nobody_is_in_what_was_tracked(tracked: Tracked) -> None:
    people = {str(person) for person in tracked.world.rows.person.tolist()}
    with sqlite3.connect(tracked.folder / "mlflow" / "mlflow.db") as database:
        dump = "\n".join(database.iterdump())
    written = [path for path in (tracked.folder / "mlflow").rglob("*") if path.is_file() and path.suffix != ".png"]
    text = dump + "".join(path.read_text(encoding="utf-8", errors="replace") for path in written)
    assert not any(person in text for person in people)
    assert not [path for path in written if path.suffix in {".parquet", ".csv"}]


def test_a_registered_model_loads_back_gives_the_same_scores_and_holds_no_pickle(tracked: Tracked) -> None:
    loaded = tracked.tracker.load("drawn_model", "champion")
    X = tracked.world.rows.X
    table = pd.DataFrame(X, columns=list(tracked.model.feature_names))
    scored = loaded.predict(table[table.columns[::-1]])
    assert (scored["raw_score"].to_numpy() == tracked.model.raw_score(X)).all()
    assert (scored["probability"].to_numpy() == tracked.model.probability(X)).all()
    assert set(scored["band"]) <= {band.name for band in tracked.model.bands} | {"Not in a band"}
    logged = [path for path in (tracked.folder / "mlflow" / "artifacts" / "drawn_model").rglob("*") if path.is_file()]
    assert {path.suffix for path in logged} <= {"", ".json", ".txt", ".yaml", ".py"}
    example = next(path for path in logged if path.name == "input_example.json")
    assert np.array(json.loads(example.read_text())["data"]).tolist() == [[0.0] * len(tracked.model.feature_names)]


def test_an_alias_leads_to_our_version_and_registering_again_only_moves_aliases(tracked: Tracked) -> None:
    tracker, model = tracked.tracker, tracked.folder / "model"
    assert tracker.resolve("drawn_model", "champion") == VERSION
    again = tracker.register(model, "drawn_model", VERSION, tracked.model.feature_names, ["challenger"])
    assert again == tracked.number
    assert tracker.resolve("drawn_model", "challenger") == VERSION
    other = tracker.register(model, "drawn_model", "2026-02-01-ffff0000", tracked.model.feature_names, ["challenger"])
    assert other != tracked.number
    assert tracker.resolve("drawn_model", "challenger") == "2026-02-01-ffff0000"
    assert tracker.resolve("drawn_model", "champion") == VERSION
    assert tracker.client.get_model_version("drawn_model", other).tags[VERSION_TAG] == "2026-02-01-ffff0000"
    with pytest.raises(MissingStep, match="no version of drawn_model has the alias 'retired'"):
        tracker.resolve("drawn_model", "retired")


def test_a_tracking_server_named_in_the_environment_is_used_and_the_environment_left_alone(
    tracked: Tracked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracked.tracker.uri)
    named = Tracker(tmp_path / "unused")
    assert named.resolve("drawn_model", "champion") == VERSION
    named.load("drawn_model", "champion")
    assert os.environ["MLFLOW_TRACKING_URI"] == tracked.tracker.uri
    assert not (tmp_path / "unused" / "mlflow.db").exists()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    tracked.tracker.load("drawn_model", "champion")
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_mlflow_is_told_to_send_nothing_before_it_is_imported() -> None:
    code = (
        "import os, sys, risk_model.tracking as t; assert 'mlflow' not in sys.modules; t._mlflow();"
        "from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY as off; print(off.get())"
    )
    quiet = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key and key != "DO_NOT_TRACK"}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=quiet)
    assert said.stdout.strip() == "True"


def test_the_commit_is_that_of_the_folder_and_empty_where_there_is_none(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == ""
    here = git_commit(Path(__file__).parent)
    assert here == "" or len(here) == 40
