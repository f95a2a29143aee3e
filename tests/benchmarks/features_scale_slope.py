"""How the time to compute 300 features grows from 1 to 100 million events (10,000 to 1,000,000 people, 6 dates).

From a warehouse to Parquet files, a date each, by the function every build uses; memory is bounded whatever the size.
The ratio is the slope of log time on log size, as one figure: 1 is linear. The largest world is always run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import scale_world
from tests.benchmarks.scale_world import MOST_MEMORY_MB, SIDES, TIMES, prepare

__all__ = ["FEATURES", "MOST_MEMORY_MB", "REFERENCE", "SIDES", "TIMES", "answer", "prepare", "side"]

REFERENCE = "linear"
FEATURES = len(scale_world.features(scale_world.WINDOWS))


def side(name: str, folder: Path) -> Callable[[], list[str]]:
    """The work on the world of one size."""
    return scale_world.side(folder / name, scale_world.WINDOWS)


def answer(made: list[str]) -> list[str]:
    """The dates of the files; their values differ with the world, and the other comparisons check them."""
    return made
