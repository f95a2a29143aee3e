"""How the time to take a delivery in grows as its rows double, twice: 1 is linear. Its peak memory is the largest's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import intake_vs_duckdb

REFERENCE = "linear"
SIDES = ("1250000", "2500000", "5000000")
"""Rows, about. The smallest and the largest are compared; the slope is fitted to all."""


def prepare(folder: Path, quick: bool) -> str:
    """Write the deliveries; what the largest holds, in words."""
    said = ""
    for rows in SIDES:
        children = intake_vs_duckdb.CHILDREN * int(rows) // int(SIDES[-1])
        said = intake_vs_duckdb.write_partners(folder / rows, children // (20 if quick else 1))
    return said


def side(name: str, folder: Path) -> Callable[[], int]:
    """A first load of one size."""
    return lambda: intake_vs_duckdb.by_intake(folder / name)


def answer(made: int) -> bool:
    """That rows were read; how many differs with the size, and the other comparison checks it."""
    return made > 0
