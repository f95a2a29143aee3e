"""Exact SHAP values of 100,000 rows (ten shifted copies of the 10,000), against LightGBM's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import explain_vs_lightgbm_contributions as few
from tests.benchmarks import scoring_world

REFERENCE = few.REFERENCE
SIDES, answer = few.SIDES, few.answer


def prepare(folder: Path, quick: bool) -> str:
    """The same cohort and model, ten times over."""
    return f"ten times {scoring_world.prepare(folder, quick)}"


def side(name: str, folder: Path) -> Callable[[], Any]:
    """One side's work on ten times the rows."""
    return few.side(name, folder, times=10)
