"""How the time to compute 600 features grows, as `features_scale_slope` measures it for 300."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import scale_world
from tests.benchmarks.features_scale_slope import MOST_MEMORY_MB, SIDES, TIMES, answer, prepare

__all__ = ["FEATURES", "MOST_MEMORY_MB", "REFERENCE", "SIDES", "TIMES", "answer", "prepare", "side"]

REFERENCE = "linear"
FEATURES = len(scale_world.features(scale_world.MORE_WINDOWS))


def side(name: str, folder: Path) -> Callable[[], list[str]]:
    """The work on the world of one size."""
    return scale_world.side(folder / name, scale_world.MORE_WINDOWS)
