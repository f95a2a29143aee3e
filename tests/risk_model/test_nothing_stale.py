"""What is kept from an earlier run is not used once code or libraries that it hangs on have changed.

Which code that is, is found a second way: by following imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from features import known
from features.build import COMPUTING_CODE
from features.intake import loading_code
from features.synthetic import oracle
from features.workspace import digest_file
from risk_model import state
from risk_model.oracle import oracle_predictions
from risk_model.pipeline import Pipeline
from tests.conftest import HOUSE
from tests.test_layers import imports, sources

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


def reached(*start: str) -> set[str]:
    """These modules and all they import, and so on, as paths from the top."""
    house, seen, ahead = sources(), set[str](), [*start]
    while ahead:
        path = ahead.pop()
        if path not in seen:
            seen.add(path)
            ahead += [file for name in imports(house[path]) for file in files_of(name, house)]
    return seen


def files_of(dotted: str, house: Mapping[str, object]) -> list[str]:
    """The file of a module, or of the one that something dotted is in."""
    parts = dotted.split(".")
    tried = (f"{'/'.join(parts[:size])}{end}" for size in range(len(parts), 0, -1) for end in (".py", "/__init__.py"))
    return [path for path in tried if path in house][:1]


def without(paths: set[str], told: Iterable[str]) -> set[str]:
    return {path for path in paths if not path.startswith(tuple(told))}


ONLY_WORDS_OR_PLUMBING = ("features/errors", "features/phrase", "features/workspace", "features/engines/")
"""Sentences, files, and engines that give equal values to the last bit (``test_spark``)."""


def test_a_load_hangs_on_nothing_it_does_not_look_at() -> None:
    digested = {path.relative_to(HOUSE).as_posix() for path in loading_code()}
    assert len(digested) > 60
    assert without(reached("features/intake.py") - digested, (*ONLY_WORDS_OR_PLUMBING, "features/report.py")) == set()


def test_a_training_hangs_on_nothing_it_does_not_look_at() -> None:
    computing = {Path(f"{module.__file__}").relative_to(HOUSE).as_posix() for module in COMPUTING_CODE}
    training = {path for path in sources() if path.startswith("risk_model/training/")}
    hangs_on = reached(*training, "risk_model/preparation.py") - computing - training - {*state.GATHERING_CODE}
    by_their_content = ("features/catalogue/", "features/definition", "risk_model/experiment", "risk_model/plan")
    of_the_load = {path.relative_to(HOUSE).as_posix() for path in loading_code()}
    writes_files = ("features/date_files", "features/switches", "features/content")
    shown = ("risk_model/disclosure", "risk_model/errors", "risk_model/words")
    told = (*ONLY_WORDS_OR_PLUMBING, *by_their_content, *writes_files, *shown)
    assert without(hangs_on - of_the_load, told) == set()


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
