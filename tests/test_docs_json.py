"""What commands write as JSON is what docs/json.md says, key by key, against what the small run wrote."""

from __future__ import annotations

import importlib
import json
import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from risk_model import cli
from tests.pages import quoted, table

STEPS = ("intake", "features", "dictionary", "train", "audit", "card", "publish", "score")


@pytest.mark.parametrize("step", STEPS)
def test_what_a_step_writes_as_json_is_what_the_page_says(step: str, small_run: Path) -> None:
    written = json.loads((small_run.parent / "run.json").read_text(encoding="utf-8"))[step]
    documented = [quoted(row[0])[0] for row in table("docs/json.md", step)]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)


def test_what_a_run_writes_as_json_is_its_steps(small_run: Path) -> None:
    written = json.loads((small_run.parent / "run.json").read_text(encoding="utf-8"))
    assert set(written) == {quoted(row[0])[0] for row in table("docs/json.md", "run")}


def assert_there(value: Any, key: str) -> None:
    """That a documented key leads to something: ``[]`` is the fullest of a list, ``<...>`` of a table.

    A list with nothing in it, such as failures, and a figure that cannot be given have nothing further to look at.
    """
    for part in re.findall(r"\[\]|<[^>]+>|[^.\[\]<>]+", key):
        if part == "[]":
            assert isinstance(value, list), key
            if not value:
                return
            value = max(value, key=lambda each: len(str(each)))
        elif part.startswith("<"):
            assert isinstance(value, dict), key
            assert value, key
            value = max(value.values(), key=lambda each: len(str(each)))
        elif value is None:
            return
        else:
            assert part in value, key
            value = value[part]


def test_what_simulate_writes_as_json_is_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "figures.json"
    command = ["risk-model", "simulate", "-w", str(tmp_path / "w"), "--children", "500", "--json", str(out)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit):
        cli.main()
    written = json.loads(out.read_text(encoding="utf-8"))
    documented = [quoted(row[0])[0] for row in table("docs/json.md", "simulate")]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)


def test_what_check_writes_as_json_is_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["risk-model", "check", "-w", str(tmp_path / "w"), "--json", str(out)])
    with pytest.raises(SystemExit):
        cli.main()
    written = json.loads(out.read_text(encoding="utf-8"))
    documented = [quoted(row[0])[0] for row in table("docs/json.md", "check")]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)


@pytest.mark.parametrize(("file_name", "written_by"), [("bench", "benchmarks"), ("soak", "soak")])
def test_what_bench_and_soak_write_is_what_the_page_says(file_name: str, written_by: str) -> None:
    line = importlib.import_module(f"tests.{written_by}.__main__").Line
    rows = table("docs/json.md", f"workspace/{file_name}.json")
    assert [quoted(row[0]) for row in rows] == [[field.name] for field in fields(line)]
