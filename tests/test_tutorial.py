"""The tutorial notebook runs from top to bottom on the small run, and is kept without anybody's rows in it."""

from __future__ import annotations

import io
import json
import re
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import risk_model
from risk_model.errors import BadConfiguration
from risk_model.training import fitting
from tests.conftest import HOUSE

NOTEBOOK = json.loads((HOUSE / "docs" / "tutorial.ipynb").read_text(encoding="utf-8"))
PAGE = HOUSE / "experiments" / "first_time_entry.toml"


@pytest.fixture
def home(small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(small_run, tmp_path / "workspace" / "small")
    (tmp_path / "experiments").symlink_to(HOUSE / "experiments", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tutorial_runs_from_top_to_bottom(home: Path) -> None:
    names: dict[str, Any] = {}
    said = io.StringIO()
    with redirect_stdout(said):
        for cell in NOTEBOOK["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), "docs/tutorial.ipynb", "exec"), names)
    assert "Who: aged 10 to 17" in said.getvalue()
    board, trial = names["board"], names["trial"].leaderboard
    splits = board.index.get_level_values("split").unique()
    assert len(splits) == 4
    others = [name for name in board.index.get_level_values("estimator").unique() if name != "logistic"]
    assert trial.loc[others].equals(board.loc[others])
    auc = ("auc", "value")
    assert not np.isclose(trial.loc["logistic"][auc], board.loc["logistic"][auc]).all()


def test_the_tutorial_is_kept_without_outputs_and_in_the_house_s_words() -> None:
    for cell in NOTEBOOK["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert not re.search(r"offender|high[- ]risk|\\bnominal\\b", "".join(cell["source"]), re.IGNORECASE)


def test_a_study_says_the_same_as_the_command_line(small_run: Path) -> None:
    study = risk_model.open_study(PAGE, small_run)
    board = json.loads((small_run / "experiments" / "first_time_entry" / "leaderboard.json").read_text())
    for each in board["evaluations"]:
        for name, figure in each["figures"].items():
            cell = study.leaderboard.loc[(each["estimator"], each["split"])][(name, "value")]
            assert np.isnan(cell) if figure is None or figure["value"] is None else cell == figure["value"]
    assert len(study.cohort) == len(study.features) == len(study.outcomes)
    assert study.choice == board["reason"]


def test_a_trial_makes_only_the_new_fits(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    fit = fitting.predict_split

    def count(experiment, name, known, split):  # type: ignore[no-untyped-def]
        made.append(name)
        return fit(experiment, name, known, split)

    monkeypatch.setattr(fitting, "predict_split", count)
    study = risk_model.open_study(PAGE, home / "workspace" / "small")
    same = study.with_estimator("repeat_suspect")
    assert not same.leaderboard.empty
    assert made == [same.pipeline.trained.selection.chosen]  # the proof that the recipe published is the one validated
    made.clear()
    other = study.with_estimator("logistic", penalty_strength=0.02)
    assert not other.leaderboard.empty
    assert sorted(made) == sorted([*["logistic"] * 3, other.pipeline.trained.selection.chosen])


def test_an_estimator_nobody_knows_is_refused(small_run: Path) -> None:
    with pytest.raises(BadConfiguration, match="there are"):
        risk_model.open_study(PAGE, small_run).with_estimator("crystal_ball")
