"""The bench runs, compares answers, and writes what the other tools read."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks import features_vs_compiled_loop
from tests.benchmarks.__main__ import COMPARISONS, Line, main

FIELDS = {"name": str, "ours_seconds": float, "reference": str, "reference_seconds": float, "ratio": float,
          "peak_mb": float, "size": str}  # fmt: skip
TWO = ("features_vs_compiled_loop", "features_scale_slope")


def test_the_figures_are_written_as_the_other_tools_read_them(tmp_path: Path, capsys) -> None:
    target = tmp_path / "bench.json"
    only = [word for name in TWO for word in ("--only", name)]
    assert main(["--quick", "--repeats", "1", "--json", str(target), *only]) == 0
    written = json.loads(target.read_text())
    assert [line["name"] for line in written] == list(TWO)
    for line in written:
        assert {key: type(value) for key, value in line.items()} == FIELDS
        assert line["ours_seconds"] > 0
        assert line["peak_mb"] > 10
    ours, theirs = written[0]["ours_seconds"], written[0]["reference_seconds"]
    assert written[0]["ratio"] == pytest.approx(ours / theirs)
    assert all(name in capsys.readouterr().out for name in TWO[:1])


def test_every_comparison_is_listed_and_says_what_it_compares() -> None:
    folder = Path(features_vs_compiled_loop.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    found = {name for name, text in texts.items() if "\nREFERENCE = " in text}
    assert found == set(COMPARISONS)
    for name in COMPARISONS:
        module = import_module(f"tests.benchmarks.{name}")
        assert set(getattr(module, "TIMES", dict.fromkeys(module.SIDES))) == set(module.SIDES), name


def test_answers_that_differ_fail_the_bench(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    line = Line("features_vs_compiled_loop", 1.0, "a loop", 2.0, 0.5, 100.0, "small")
    monkeypatch.setattr("tests.benchmarks.__main__._compare", lambda *_: (line, False))
    assert main(["--only", "features_vs_compiled_loop"]) == 1
    assert "answers differ" in capsys.readouterr().err
