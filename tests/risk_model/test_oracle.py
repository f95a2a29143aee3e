"""A model is measured beside an oracle that knows a synthetic world's truth; the oracle teaches nothing to anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from features.synthetic.truth import CHILDREN, children_of, truth_folder
from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.oracle import ORACLE, has_oracle, oracle_predictions, shares_of_oracle
from risk_model.pipeline import Pipeline
from risk_model.training.capacity import listed_by_team
from risk_model.training.fitting import train
from risk_model.training.predictions import Predictions, list_keys
from tests.conftest import HOUSE
from tests.risk_model.drawn import World, drawn_world

PAGE = HOUSE / "experiments" / "first_time_entry.toml"


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(500)


@pytest.fixture(scope="module")
def tested(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Predictions, ...]:
    return train(world.experiment, world.inputs, tmp_path_factory.mktemp("trained")).predictions


def as_oracle(world: World, part: Predictions, chance: np.ndarray) -> Predictions:
    listed = listed_by_team(chance, list_keys(world.experiment, part.as_of), part.area, world.experiment.capacity)
    return replace(part, estimator=ORACLE, raw_score=chance, probability=chance, listed=listed)


def test_a_share_is_what_was_found_over_what_the_oracle_found(world: World, tested: tuple[Predictions, ...]) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    knows_all = [as_oracle(world, part, part.outcome + 0.001 * np.arange(len(part)) / len(part)) for part in mine]
    (share,) = shares_of_oracle(world.experiment, mine, knows_all)
    found = sum(float((part.listed * part.outcome).sum()) for part in mine)
    best = sum(float((part.listed * part.outcome).sum()) for part in knows_all)
    assert share.reached.value == pytest.approx(found / best)
    assert share.reached.low < share.reached.value < share.reached.high <= 1
    assert share.precision.value == pytest.approx(best / sum(part.listed.sum() for part in mine))
    assert share.recall.value == pytest.approx(best / sum(part.outcome.sum() for part in mine))


def test_the_oracle_reaches_all_of_itself_without_doubt(world: World, tested: tuple[Predictions, ...]) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    itself = [replace(part, estimator=ORACLE) for part in mine]
    few = world.experiment.audit.model_copy(update={"least_positives": 1})
    (share,) = shares_of_oracle(world.experiment.model_copy(update={"audit": few}), mine, itself)
    assert (share.reached.value, share.reached.low, share.reached.high) == (1, 1, 1)


def test_a_share_of_very_few_is_not_given(world: World, tested: tuple[Predictions, ...]) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    many = world.experiment.audit.model_copy(update={"least_positives": 10_000})
    itself = [replace(part, estimator=ORACLE) for part in mine]
    (share,) = shares_of_oracle(world.experiment.model_copy(update={"audit": many}), mine, itself)
    assert np.isnan(share.reached.value)


def test_a_pseudonym_leads_to_the_child_of_that_month_of_birth(small_run: Path) -> None:
    workspace = Workspace(small_run)
    with Warehouse(workspace.warehouse) as warehouse:
        people = warehouse.sql("SELECT person, birth_month FROM person WHERE birth_month IS NOT NULL").to_pandas()
    child = children_of(workspace, people["person"].to_numpy())
    assert (child >= 0).mean() > 0.99
    born = pq.read_table(truth_folder(workspace) / CHILDREN, columns=["born"]).to_pandas()["born"]
    true_month = np.array([day.strftime("%Y-%m") for day in born])[child]
    said = people["birth_month"].map(lambda day: day.strftime("%Y-%m")).to_numpy()
    assert (said == true_month)[child >= 0].mean() > 0.95  # some dates of birth are false on purpose


def test_the_oracle_is_asked_once_and_its_rows_are_those_tested(small_run: Path, tmp_path: Path) -> None:
    pipeline = Pipeline.at(PAGE, small_run)
    assert has_oracle(pipeline.experiment, pipeline.workspace)
    part = pipeline.trained.predictions[0]
    said: list[str] = []
    asked = oracle_predictions(pipeline.experiment, pipeline.workspace, [part], tmp_path, said.append)
    assert said
    said.clear()
    again = oracle_predictions(pipeline.experiment, pipeline.workspace, [part], tmp_path, said.append)
    assert not said
    for one, other in zip(asked, again, strict=True):
        assert (one.person == part.person).all()
        assert (one.probability == other.probability).all()
        for team, places in pipeline.experiment.capacity.items():
            here = one.area == team
            assert one.listed[here].sum() == pytest.approx(min(places, here.sum()))


def test_there_is_no_oracle_for_other_outcomes_or_real_data(small_run: Path, tmp_path: Path) -> None:
    pipeline = Pipeline.at(PAGE, small_run)
    other = pipeline.experiment.outcome.model_copy(update={"name": "first_suspect"})
    assert not has_oracle(pipeline.experiment.model_copy(update={"outcome": other}), pipeline.workspace)
    assert not has_oracle(pipeline.experiment, Workspace(tmp_path))
