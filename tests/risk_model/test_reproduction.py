"""A published version can be made again from its bundle and the data; what does not come out equal is told by name."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.warehouse import Warehouse
from features.workspace import Workspace, read_json, write_json
from risk_model.errors import MissingStep
from risk_model.publishing.versions import ModelVersion, champion
from risk_model.reproduction import Reproduction, compare_figures, reproduce

NAMES = st.text("abc", min_size=1, max_size=2)
LEAVES = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32) | NAMES
TREES = st.recursive(LEAVES, lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3))


@pytest.fixture
def version(small_run: Path) -> ModelVersion:
    return champion(Workspace(small_run).models("first_time_entry"))


def made_again(version: ModelVersion, small_run: Path, scratch: Path, **now: Any) -> Reproduction:
    here = version.manifest.provenance.model_copy(update=now)
    with Warehouse(Workspace(small_run).warehouse) as warehouse:
        return reproduce(version, warehouse, here, scratch, lambda line: None)


def test_the_champion_comes_out_equal_and_nothing_of_anybody_is_left_behind(
    version: ModelVersion, small_run: Path, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    found = made_again(version, small_run, scratch)
    assert found.is_equal, found.text()
    assert found.metrics > 300
    assert found.scores > 1000
    assert found.largest_difference == 0
    assert "comes out equal" in found.text()
    assert not scratch.exists()


def test_a_figure_or_model_that_is_not_what_the_data_give_is_told(
    version: ModelVersion, small_run: Path, tmp_path: Path
) -> None:
    """A bundle whose figures and model were replaced; its signature is not asked here, only what the data say."""
    copy = tmp_path / version.version
    shutil.copytree(version.folder, copy)
    figures, model = copy / "metrics.json", copy / "model" / "calibration.json"
    for path in (figures, model):
        path.chmod(0o644)
    better = read_json(figures)
    better["evaluations"][0]["figures"]["auc"] = {"value": 0.99, "low": 0.98, "high": 1.0}
    write_json(figures, better)
    model.write_text(shifted(model.read_text(encoding="utf-8")), encoding="utf-8")
    found = made_again(replace(version, folder=copy), small_run, tmp_path / "scratch", code_digest="other")
    assert not found.is_equal
    assert any(place.startswith("evaluations[0].figures.auc.value: 0.99 published") for place in found.differing)
    assert any("probability: " in place for place in found.differing)
    assert not any("raw score" in place for place in found.differing)
    assert len(found.elsewhere) == 1
    assert "the code" in found.text()


def shifted(calibration: str) -> str:
    """A calibration that says a little more than it did."""
    values = json.loads(calibration)
    name = next(name for name, value in values.items() if isinstance(value, float | list))
    values[name] = [each * 0.9 for each in values[name]] if isinstance(values[name], list) else values[name] * 0.9
    return json.dumps(values)


def test_other_data_are_refused_before_anything_is_computed(
    version: ModelVersion, small_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(MissingStep, match="made from other data"):
        made_again(version, small_run, tmp_path / "scratch", warehouse_fingerprint="another")
    assert not (tmp_path / "scratch").exists()


@given(TREES, TREES)
def test_figures_are_equal_exactly_when_they_are_the_same(one: Any, other: Any) -> None:
    assert not compare_figures(one, json.loads(json.dumps(one)))[1]
    assert (not compare_figures(one, other)[1]) == same(one, other)


def same(one: Any, other: Any) -> bool:
    """Whether two trees are the same, said a second way."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 + 1e-9 * abs(other)
    return type(one) is type(other) and one == other
