"""How the time to simulate ten years of all partners' extracts grows from 125,000 to a million children.

The ratio is the slope of log time on log size: 1 is linear. The time and the memory are the largest world's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from features.synthetic import make_partners
from tests.benchmarks.world import SEED

REFERENCE = "linear"
SIDES = ("125000", "250000", "500000", "1000000")
"""Children aged 10-17 at any time; the first is about as many as live in the real area."""
QUICKER = 20
TIMES = {"125000": 3, "250000": 1, "500000": 1, "1000000": 1}


def prepare(folder: Path, quick: bool) -> str:
    """Nothing to prepare but how large; what the largest is, in words."""
    divided = QUICKER if quick else 1
    (folder / "divided_by").write_text(f"{divided}")
    return f"{int(SIDES[-1]) // divided:,} children aged 10-17, ten years"


def side(name: str, folder: Path) -> Callable[[], int]:
    """One world of that size, from nothing; the rows written."""
    children = int(name) // int((folder / "divided_by").read_text())

    def simulate() -> int:
        target = folder / "extracts"
        summary = make_partners(target, SEED, children)
        shutil.rmtree(target)
        return sum(summary.rows.values())

    return simulate


def answer(made: int) -> bool:
    """That rows were written; how many differs with the size."""
    return made > 0
