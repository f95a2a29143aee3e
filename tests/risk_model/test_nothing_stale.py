"""What is kept from an earlier run is not used once code or libraries that it hangs on have changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from features import known
from features.synthetic import oracle
from features.workspace import digest_file
from risk_model import state
from risk_model.oracle import oracle_predictions
from risk_model.pipeline import Pipeline
from tests.conftest import HOUSE

PAGE = HOUSE / "experiments" / "first_time_entry.toml"
DECIDE_A_FIT = (
    "features/cohort.py", "features/outcomes.py", "features/windows.py", "features/kernel.py", "features/homes.py",
    "risk_model/preparation.py", "risk_model/training/splits.py", "risk_model/training/estimators/lightgbm.py",
    "risk_model/audits/characteristics.py", "requirements.lock",
)  # fmt: skip


def changed(name: str) -> Callable[[Path], str]:
    """Digests of files, as they would be were this one edited."""
    edited = HOUSE / name
    assert edited.exists()
    return lambda path: "edited" if path.resolve() == edited else digest_file(path)


def keys(small_run: Path) -> tuple[str, list[object]]:
    pipeline = Pipeline.at(PAGE, small_run)
    return pipeline.training_key, pipeline.basis_of_fits


@pytest.mark.parametrize("name", DECIDE_A_FIT)
def test_an_edit_of_what_decides_a_fit_trains_again(
    name: str, small_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, fits = keys(small_run)
    for module in (known, state):
        monkeypatch.setattr(module, "digest_file", changed(name))
    training_after, fits_after = keys(small_run)
    assert training_after != training
    assert fits_after != fits


def test_an_edit_of_what_only_judges_trains_again_and_fits_nothing_again(
    small_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, fits = keys(small_run)
    monkeypatch.setattr(state, "digest_file", changed("risk_model/audits/judging.py"))
    training_after, fits_after = keys(small_run)
    assert training_after != training
    assert fits_after == fits


@pytest.mark.parametrize("name", ["features/synthetic/decisions.py", "features/synthetic/oracle.py"])
def test_an_edit_of_the_world_asks_the_oracle_again(
    name: str, small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline.at(PAGE, small_run)
    part = pipeline.trained.predictions[0]
    asked: list[str] = []
    for _ in range(2):
        oracle_predictions(pipeline.experiment, pipeline.workspace, [part], tmp_path, asked.append)
    once = len(asked)
    monkeypatch.setattr(oracle, "digest_file", changed(name))
    oracle_predictions(pipeline.experiment, pipeline.workspace, [part], tmp_path, asked.append)
    assert len(asked) == 2 * once > 0


def test_what_is_kept_of_the_oracle_is_its_chances_and_not_who_was_listed_or_how_it_ended(
    small_run: Path, tmp_path: Path
) -> None:
    pipeline = Pipeline.at(PAGE, small_run)
    part = pipeline.trained.predictions[0]
    (before,) = oracle_predictions(pipeline.experiment, pipeline.workspace, [part], tmp_path, lambda line: None)
    half = pipeline.experiment.model_copy(
        update={"capacity": {team: places // 2 for team, places in pipeline.experiment.capacity.items()}}
    )
    other = replace(part, outcome=1 - part.outcome)
    asked: list[str] = []
    (after,) = oracle_predictions(half, pipeline.workspace, [other], tmp_path, asked.append)
    assert not asked
    assert (after.probability == before.probability).all()
    assert (after.outcome == other.outcome).all()
    assert after.listed.sum() < before.listed.sum()
