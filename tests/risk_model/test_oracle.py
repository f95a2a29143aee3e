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
from risk_model import ceiling
from risk_model.ceiling import Ceiling, ceiling_predictions, measure_ceiling
from risk_model.oracle import ORACLE, Share, has_oracle, oracle_predictions, shares_of_oracle, true_chances
from risk_model.pipeline import Pipeline
from risk_model.telling import Made, with_ceiling
from risk_model.training.capacity import listed_by_team
from risk_model.training.fitting import train
from risk_model.training.intervals import Figure
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
    chances = np.concatenate([part.probability for part in knows_all])
    listed = np.concatenate([part.listed for part in mine]), np.concatenate([part.listed for part in knows_all])
    assert share.expected.value == pytest.approx((listed[0] @ chances) / (listed[1] @ chances))
    assert share.expected.low < share.expected.value < share.expected.high <= 1
    assert share.precision.value == pytest.approx(best / sum(part.listed.sum() for part in mine))
    assert share.recall.value == pytest.approx(best / sum(part.outcome.sum() for part in mine))


def test_the_oracle_reaches_all_of_itself_without_doubt(world: World, tested: tuple[Predictions, ...]) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    itself = [replace(part, estimator=ORACLE) for part in mine]
    few = world.experiment.audit.model_copy(update={"least_positives": 1})
    (share,) = shares_of_oracle(world.experiment.model_copy(update={"audit": few}), mine, itself)
    for figure in (share.reached, share.expected):
        assert (figure.value, figure.low, figure.high) == (1, 1, 1)


def test_luck_moves_what_was_found_and_not_what_was_to_be_expected(
    world: World, tested: tuple[Predictions, ...]
) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    chances = [np.random.default_rng(at).beta(1, 9, len(part)) for at, part in enumerate(mine)]
    shares = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        lived = [
            replace(part, outcome=(rng.random(len(part)) < chance).astype(part.outcome.dtype))
            for part, chance in zip(mine, chances, strict=True)
        ]
        best = [as_oracle(world, part, chance) for part, chance in zip(lived, chances, strict=True)]
        few = world.experiment.audit.model_copy(update={"least_positives": 1})
        shares += shares_of_oracle(world.experiment.model_copy(update={"audit": few}), lived, best)
    assert len({share.expected.value for share in shares}) == 1
    assert np.std([share.reached.value for share in shares]) > 0
    turned_out = np.mean([share.reached.value for share in shares])
    assert shares[0].expected.value == pytest.approx(turned_out, rel=0.25)


def test_only_the_share_as_it_turned_out_can_tell_of_a_leak(world: World, tested: tuple[Predictions, ...]) -> None:
    """A model that saw the outcome finds more than the oracle; by the true chances nobody lists better than it."""
    mine = [part for part in tested if part.estimator == "logistic"]
    leaks = [replace(as_oracle(world, part, part.outcome.astype(float)), estimator="logistic") for part in mine]
    chances = [np.random.default_rng(at).random(len(part)) for at, part in enumerate(mine)]
    best = [as_oracle(world, part, chance) for part, chance in zip(mine, chances, strict=True)]
    few = world.experiment.audit.model_copy(update={"least_positives": 1})
    (share,) = shares_of_oracle(world.experiment.model_copy(update={"audit": few}), leaks, best)
    assert share.reached.low > 1
    assert share.expected.high <= 1


def test_who_lists_by_the_true_chances_is_not_beaten_by_an_oracle_that_only_estimates_them(
    world: World, tested: tuple[Predictions, ...]
) -> None:
    """An oracle judged by the very draws that chose its list would seem to beat it."""
    mine = [part for part in tested if part.estimator == "logistic"]
    few = world.experiment.audit.model_copy(update={"least_positives": 1})
    experiment = world.experiment.model_copy(update={"audit": few})
    shares, flattered = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        true = [rng.beta(1, 9, len(part)) for part in mine]
        lived = [replace(part, outcome=np.ones_like(part.outcome)) for part in mine]
        knows = [replace(as_oracle(world, part, p), estimator="logistic") for part, p in zip(lived, true, strict=True)]
        best, judge = (
            [as_oracle(world, part, p + rng.normal(0, 0.05, len(p))) for part, p in zip(lived, true, strict=True)]
            for _ in range(2)
        )
        shares.append(shares_of_oracle(experiment, knows, best, judge)[0].expected.value)
        flattered.append(shares_of_oracle(experiment, knows, best)[0].expected.value)
    assert np.mean(shares) > 1
    assert np.mean(flattered) < 1


def test_a_share_of_very_few_is_not_given(world: World, tested: tuple[Predictions, ...]) -> None:
    mine = [part for part in tested if part.estimator == "logistic"]
    many = world.experiment.audit.model_copy(update={"least_positives": 10_000})
    itself = [replace(part, estimator=ORACLE) for part in mine]
    (share,) = shares_of_oracle(world.experiment.model_copy(update={"audit": many}), mine, itself)
    assert np.isnan(share.reached.value)
    assert np.isnan(share.expected.value)


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
    assert has_oracle(pipeline.experiment, pipeline.workspace)
    for changed in ({"name": "first_suspect"}, {"codes": ("referral_order", "YRO", "DTO")}, {"first_ever": False},
                    {"kind": "occurrence"}, {"horizon_days": 182}):  # fmt: skip
        other = pipeline.experiment.outcome.model_copy(update=changed)
        assert not has_oracle(pipeline.experiment.model_copy(update={"outcome": other}), pipeline.workspace), changed
    left_out = pipeline.experiment.splits.model_copy(update={"people_seen": "leave_out"})
    assert not has_oracle(pipeline.experiment.model_copy(update={"splits": left_out}), pipeline.workspace)
    assert not has_oracle(pipeline.experiment, Workspace(tmp_path))


def test_the_ceiling_learns_from_earlier_rows_alone_and_is_asked_once(small_run: Path, tmp_path: Path) -> None:
    pipeline = Pipeline.at(PAGE, small_run)
    few = pipeline.experiment.audit.model_copy(update={"least_positives": 1})
    experiment = pipeline.experiment.model_copy(update={"audit": few})
    asked: dict[str, np.ndarray] = {}
    learned: list[np.datetime64] = []
    fit = ceiling._fit

    def chances(workspace: Workspace, person: np.ndarray, as_of: np.ndarray, futures: int, say) -> np.ndarray:
        asked["as_of"] = as_of
        return true_chances(workspace, person, as_of, 2, say)

    arguments = (experiment, pipeline.workspace, pipeline.known, pipeline.oracle, tmp_path, "basis", print)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceiling, "ROUNDS", 20)
        patch.setattr(ceiling, "true_chances", chances)
        patch.setattr(ceiling, "_fit", lambda rows, *rest: (learned.append(rows.as_of.max()), fit(rows, *rest))[1])
        said = ceiling_predictions(*arguments)
        assert asked
        for last, part in zip(learned, said, strict=True):
            assert last < part.as_of.min(), "nothing of a test date is learned from"
        asked.clear()
        again = ceiling_predictions(*arguments)
    assert not asked
    for one, other, oracle in zip(said, again, pipeline.oracle, strict=True):
        assert (one.probability == other.probability).all()
        assert (one.person == oracle.person).all()
        assert (one.listed.sum(), one.estimator) == (pytest.approx(oracle.listed.sum()), ceiling.CEILING)
    measured = measure_ceiling(experiment, pipeline.trained.predictions, pipeline.oracle, said, pipeline.judge)
    found = [sum(float(part.listed @ part.outcome) for part in parts) for parts in (said, pipeline.oracle)]
    assert measured.of_oracle.reached.value == pytest.approx(found[0] / found[1])
    first = [part for part in pipeline.trained.predictions if part.estimator == measured.reached[0].estimator]
    by_chance = [
        sum(float(part.listed @ best.probability) for part, best in zip(parts, pipeline.judge, strict=True))
        for parts in (first, said, pipeline.oracle)
    ]
    assert measured.reached[0].expected.value == pytest.approx(by_chance[0] / by_chance[1])
    assert measured.of_oracle.expected.value == pytest.approx(by_chance[1] / by_chance[2])
    assert measured.of_oracle.expected.value <= 1.1
    assert [each.estimator for each in measured.reached] == list(pipeline.experiment.estimators)


def test_what_the_records_allow_is_told_where_there_is_an_oracle_and_not_made_up_where_there_is_none() -> None:
    told = Made("the comparison", {"estimators": 1})
    assert "Nobody knows what these records allow" in with_ceiling(told, None).text
    assert with_ceiling(told, None).figures == told.figures
    share = Share("logistic", *(Figure(name, 0.2, 0.1, 0.3) for name in ("precision", "recall", "share", "expected")))
    shown = with_ceiling(told, Ceiling(share, (share,)))
    assert "Of what the records allow:" in shown.text
    assert shown.figures["ceiling"]["shares"][0]["share"] == {"value": 0.2, "low": 0.1, "high": 0.3}
