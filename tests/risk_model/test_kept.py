"""A training that was killed or changed in one place does only what is new, and ends with the very same result."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk_model.training import fitting
from risk_model.training.fitting import FAILURES, reread, train
from risk_model.training.kept import KeptFits
from tests.risk_model.drawn import World, drawn_world

SPLITS = 3


class PowerCut(BaseException):
    """What a kill looks like from inside."""


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(300)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The estimator and split of each fit really made, in order."""
    made: list[str] = []
    fit = fitting.predict_split

    def count(experiment, name, known, split):  # type: ignore[no-untyped-def]
        made.append(f"{name}, {split.name}")
        return fit(experiment, name, known, split)

    monkeypatch.setattr(fitting, "predict_split", count)
    return made


def kept_in(folder: Path, basis: str = "data and code") -> KeptFits:
    return KeptFits(folder / "fits", basis)


@pytest.mark.parametrize("after", [1, 4, 7])
def test_a_killed_training_goes_on_where_it_stopped(
    world: World, fitted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    undisturbed = train(world.experiment, world.inputs, tmp_path / "calm")
    every_fit = list(fitted)
    fitted.clear()
    keep = KeptFits.keep

    def keep_until_the_cut(self, *what):  # type: ignore[no-untyped-def]
        keep(self, *what)
        if len(fitted) == after:
            raise PowerCut

    with monkeypatch.context() as cut:
        cut.setattr(KeptFits, "keep", keep_until_the_cut)
        with pytest.raises(PowerCut):
            train(world.experiment, world.inputs, tmp_path / "cut", kept=kept_in(tmp_path))
    again = train(world.experiment, world.inputs, tmp_path / "cut", kept=kept_in(tmp_path))
    assert fitted == every_fit
    assert repr([each.figures for each in again.evaluations]) == repr(
        [each.figures for each in undisturbed.evaluations]
    )
    calm, cut_file = (tmp_path / name / "predictions.parquet" for name in ("calm", "cut"))
    assert calm.read_bytes() == cut_file.read_bytes()


def test_only_the_estimator_whose_settings_changed_is_fitted_again(
    world: World, fitted: list[str], tmp_path: Path
) -> None:
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path))
    fitted.clear()
    settings = world.experiment.estimators | {"logistic": {"penalty_strength": 0.5}}
    changed = world.experiment.model_copy(update={"estimators": settings})
    train(changed, world.inputs, tmp_path, kept=kept_in(tmp_path))
    assert len(fitted) == SPLITS
    assert {name.split(",")[0] for name in fitted} == {"logistic"}


@pytest.mark.parametrize("change", ["data", "code"])
def test_nothing_is_kept_across_other_data_or_code(
    world: World, fitted: list[str], tmp_path: Path, change: str
) -> None:
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path))
    first = list(fitted)
    fitted.clear()
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path, change))
    assert fitted == first


def test_a_file_that_was_damaged_is_fitted_again(world: World, fitted: list[str], tmp_path: Path) -> None:
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path))
    fitted.clear()
    damaged = sorted((tmp_path / "fits").glob("repeat_suspect-*.parquet"))[0]
    damaged.write_bytes(damaged.read_bytes()[:100])
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path))
    assert [name.split(",")[0] for name in fitted] == ["repeat_suspect"]


def test_fits_nobody_asks_for_any_more_are_removed(world: World, tmp_path: Path) -> None:
    train(world.experiment, world.inputs, tmp_path, kept=kept_in(tmp_path))
    fewer = {name: each for name, each in world.experiment.estimators.items() if name != "contact_points"}
    kept = kept_in(tmp_path)
    train(world.experiment.model_copy(update={"estimators": fewer}), world.inputs, tmp_path, kept=kept)
    kept.forget_others()
    assert {path.name.split("-")[0] for path in (tmp_path / "fits").iterdir()} == set(fewer)


def test_a_failure_is_still_told_when_results_are_read_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = fitting.predict_split

    def fail(experiment, name, known, split):  # type: ignore[no-untyped-def]
        if name == "lightgbm":
            raise ArithmeticError("a message that may quote data")
        return fit(experiment, name, known, split)

    monkeypatch.setattr(fitting, "predict_split", fail)
    result = train(world.experiment, world.inputs, tmp_path)
    assert [failure.estimator for failure in result.failures] == ["lightgbm"]
    assert reread(world.experiment, world.inputs, tmp_path).failures == result.failures
    assert "quote data" not in (tmp_path / FAILURES).read_text()
