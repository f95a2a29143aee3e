"""Searching and ablating as commands, and the page that sets every estimator beside every rule."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk_model import cli
from risk_model.errors import NotPublishable
from risk_model.experiment import Experiment, read_experiment
from risk_model.training.estimators import ESTIMATORS, check_estimators
from risk_model.training.fitting import refit_final, train
from risk_model.training.leaderboard import leaderboard_json, render_text
from risk_model.training.selection import check_selection
from risk_model.training.tuning import check_search
from tests.conftest import HOUSE
from tests.pages import quoted, table
from tests.risk_model.drawn import AREAS, drawn_world
from tests.test_docs_json import assert_there

WIDE = HOUSE / "experiments" / "wide_comparison.toml"
NARROW = HOUSE / "experiments" / "first_time_entry.toml"
QUICK: dict[str, dict[str, Any]] = {
    "lightgbm": {"rounds": 10, "min_data_in_leaf": 20},
    "boosting_machine": {"rounds": 20, "bags": 1, "max_bins": 8},
    "random_forest": {"trees": 5, "min_rows_in_leaf": 20},
    "positive_unlabelled": {"rounds": 10, "min_data_in_leaf": 20},
    "untreated_risk": {"rounds": 10, "min_data_in_leaf": 20},
}


@pytest.fixture
def small_page(small_run: Path, tmp_path: Path) -> Path:
    """The main page with one test date, one estimator, and a short search of it."""
    page = NARROW.read_text(encoding="utf-8")
    page = re.sub(r"test_as_of = .*", "test_as_of = [2024-10-01]", page)
    page = re.sub(r"^codes = \[", 'codes = ["CR", "O22", ', page, flags=re.MULTILINE)  # a commoner outcome
    page = page[: page.index("[estimators.lightgbm]")] + page[page.index("[estimators.logistic]") :]
    page = re.sub(r"simplest_first = .*", "", page)
    page += '\n[search]\nsampler = "grid"\nfolds = 1\n[search.space.logistic]\npenalty_strength = [0.001]\n'
    (tmp_path / "page.toml").write_text(page, encoding="utf-8")
    shutil.copytree(small_run / "northumbria", tmp_path / "w" / "northumbria")
    return tmp_path / "page.toml"


@pytest.mark.parametrize("command", ["search", "ablate"])
def test_what_a_command_writes_is_what_the_page_says(
    command: str, small_page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = small_page.parent / "figures.json"
    asked = [str(small_page), "-w", str(small_page.parent / "w"), "--json", str(out)]
    monkeypatch.setattr(sys, "argv", ["risk-model", command, *asked])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    written = json.loads(out.read_text(encoding="utf-8"))
    documented = [quoted(row[0])[0] for row in table("docs/json.md", command)]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)
    said = capsys.readouterr().out
    assert "[estimators.logistic]" in said if command == "search" else "Without Northumbria Police" in said


def test_the_wide_page_asks_the_same_question_of_every_estimator() -> None:
    wide, narrow = read_experiment(WIDE), read_experiment(NARROW)
    assert set(wide.estimators) == set(ESTIMATORS)
    check_estimators(wide.estimators)
    check_selection(wide)
    check_search(wide)
    same = ("cohort", "outcome", "dates", "splits", "features", "capacity", "audit", "seed")
    assert all(getattr(wide, name) == getattr(narrow, name) for name in same)
    assert all(wide.estimators[name] == narrow.estimators[name] for name in narrow.estimators)


def test_every_estimator_goes_through_training_and_each_that_learns_meets_every_rule(tmp_path: Path) -> None:
    world = drawn_world(people=400)
    values = read_experiment(WIDE).model_dump() | {"capacity": AREAS, "bootstrap_resamples": 100}
    values["estimators"] = {name: QUICK.get(name, {}) for name in values["estimators"]}
    page = Experiment.model_validate(values)
    result = train(page, world.inputs, tmp_path, ask_groups=lambda _: {})
    assert result.failures == ()
    rules = {name for name in ESTIMATORS if ESTIMATORS[name].is_rule}
    pairs = {(each.estimator, each.against) for each in result.selection.against_rule}
    assert pairs == {(name, rule) for name in set(ESTIMATORS) - rules for rule in rules}
    board = leaderboard_json(page, result)
    assert board["verdict"] in render_text(page, result, {})
    assert set(board["stability"]) == set(ESTIMATORS)
    lots = next(each for each in result.evaluations if each.estimator == "drawing_lots")
    assert lots.figure("lift_at_capacity").value == pytest.approx(1)
    assert lots.figure("auc").value == 0.5
    for name in ("boosting_machine", "time_to_event"):
        assert refit_final(page, world.inputs, name, result.predictions).estimator == name


def test_what_is_published_is_the_recipe_that_was_validated_to_the_last_bit(tmp_path: Path) -> None:
    world = drawn_world(people=400)
    page = world.experiment.model_copy(update={"estimators": {"logistic": {"penalty_strength": 0.01}}})
    page = page.model_copy(update={"selection": page.selection.model_copy(update={"simplest_first": ()})})
    result = train(page, world.inputs, tmp_path)
    refit_final(page, world.inputs, "logistic", result.predictions)
    other = page.model_copy(update={"estimators": {"logistic": {"penalty_strength": 0.010001}}})
    with pytest.raises(NotPublishable, match="scores differ from those validated"):
        refit_final(other, world.inputs, "logistic", result.predictions)
    last = result.predictions[-1]
    last.probability[0] = np.nextafter(last.probability[0], 1)
    with pytest.raises(NotPublishable, match="scores differ"):
        refit_final(page, world.inputs, "logistic", result.predictions)
