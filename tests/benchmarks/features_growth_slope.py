"""How the time to compute all features grows as people and events double, three times: 1 is linear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from tests.benchmarks import world
from tests.benchmarks.features_vs_compiled_loop import by_kernel

REFERENCE = "linear"
SIDES = ("1250000", "2500000", "5000000", "10000000")
"""Events. The smallest and the largest are compared; the slope is fitted to all."""


def prepare(folder: Path, quick: bool) -> str:
    """Write the worlds; what the largest holds, in words."""
    for events in SIDES:
        size = world.world_size(int(events), quick)
        (folder / events).mkdir()
        world.write_world(folder / events, size)
    return size.plain


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """The work on the world of one size."""
    return lambda: by_kernel(folder / name)


def answer(made: pa.Table) -> list[str]:
    """Which features were made; their values differ with the world, and the other comparisons check them."""
    return made.column_names
