"""``make bench``: the project against named references, in one run, on this machine.

    python -m tests.benchmarks --json workspace/bench.json
    python -m tests.benchmarks --only features_vs_duckdb --repeats 9
    python -m tests.benchmarks --quick          # a twentieth of the size: whether it runs, not how fast

Every side has a process of its own and two threads. After one run to warm up (whose answers are compared: the same
values, or the bench fails) the sides take turns, five times (fifteen where both are short, three where one is slow, or
as often as the comparison says), and medians are given; so a busy machine moves the seconds, and the ratios less.
Everything is drawn from a seed into a temporary folder. ``peak_mb`` is the most memory our process held. One file here
is one comparison; its docstring says what is compared.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from features.workspace import write_text
from tests.benchmarks.measuring import Measured, measure

COMPARISONS = (
    "features_vs_compiled_loop",
    "features_vs_duckdb",
    "features_vs_polars",
    "features_vs_timeseriesflattener",
    "spark_overhead",
    "features_scale_slope",
    "features_scale_slope_at_double",
    "score_vs_lightgbm_contributions",
    "explain_vs_lightgbm_contributions",
    "explain_many_vs_lightgbm_contributions",
    "bootstrap_vs_fairlearn",
    "matrices_vs_duckdb",
    "train_vs_bare_lightgbm",
    "grid_vs_bare_fits",
    "simulate_scale_slope",
    "intake_vs_duckdb",
    "intake_growth_slope",
    "link_scale",
    "audit_scale",
)


@dataclass(frozen=True)
class Line:
    """One comparison: medians in seconds, ``ratio`` ours over the reference (for growth: the slope), our peak (MB)."""

    name: str
    ours_seconds: float
    reference: str
    reference_seconds: float
    ratio: float
    peak_mb: float
    size: str


def main(arguments: list[str] | None = None) -> int:
    """Run the comparisons, print the table, write the JSON; 1 if any two answers differ."""
    asked = _parser().parse_args(arguments)
    lines: list[Line] = []
    differ: list[str] = []
    over: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        prepared: dict[Any, tuple[Path, str]] = {}
        for name in asked.only or COMPARISONS:
            why_not = getattr(import_module(f"tests.benchmarks.{name}"), "missing", str)()
            print(f"{name}: skipped: {why_not}" if why_not else f"{name} ...", file=sys.stderr, flush=True)
            if why_not:
                continue
            line, same = _compare(name, Path(folder), prepared, asked.quick, asked.repeats)
            lines.append(line)
            differ += [] if same else [name]
            if line.peak_mb > getattr(import_module(f"tests.benchmarks.{name}"), "MOST_MEMORY_MB", math.inf):
                over.append(f"{name}: {line.peak_mb:,.0f} MB at its peak")
    print(_table(lines))
    if asked.json:
        write_text(asked.json, json.dumps([asdict(line) for line in lines], indent=2) + "\n")
    for name in differ:
        print(f"bench: {name}: the two sides' answers differ", file=sys.stderr)
    for said in over:
        print(f"bench: {said}, more than it may take", file=sys.stderr)
    return 1 if differ or over else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--only", action="append", choices=COMPARISONS, metavar="NAME", help="this one (repeatable)")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each side: thrice that if short (5)")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the size")
    return parser


def _compare(
    name: str, home: Path, prepared: dict[Any, tuple[Path, str]], quick: bool, repeats: int
) -> tuple[Line, bool]:
    """One comparison's line, and whether its sides gave the same answer. Comparisons share what they prepare alike."""
    path = f"tests.benchmarks.{name}"
    module = import_module(path)
    if module.prepare not in prepared:
        folder = home / name
        folder.mkdir()
        prepared[module.prepare] = folder, module.prepare(folder, quick)
    folder, size = prepared[module.prepare]
    found = measure(path, module.SIDES, folder, repeats, getattr(module, "TIMES", None))
    size = size.format(getattr(module, "FEATURES", ""))
    answers = [side.answer for side in found.values()]
    same = all(answer == answers[0] for answer in answers)
    if module.SIDES[0] != "ours":
        return _growth(name, module.REFERENCE, size, found), same
    theirs = getattr(module, "reference_seconds", lambda sides: sides["reference"].seconds)(found)
    return _line(name, module.REFERENCE, size, found["ours"], theirs), same


def _line(name: str, reference: str, size: str, ours: Measured, theirs: float) -> Line:
    return Line(name, ours.seconds, reference, theirs, ours.seconds / theirs, ours.peak_mb, size)


def _growth(name: str, reference: str, size: str, found: dict[str, Measured]) -> Line:
    """The slope of log time on log size; ``reference_seconds`` is the smallest's time grown linearly."""
    logs = [(math.log(int(at)), math.log(side.seconds)) for at, side in found.items()]
    x, y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    slope = sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)
    sizes = list(found)
    ours = found[sizes[-1]]
    linear = found[sizes[0]].seconds * int(sizes[-1]) / int(sizes[0])
    return Line(name, ours.seconds, reference, linear, slope, ours.peak_mb, size)


def _table(lines: list[Line]) -> str:
    """For each comparison its figures, then what was compared, and at what size."""
    wide = max(len(line.name) for line in lines)
    text = [f"{'comparison':{wide}}{'ours, s':>10}{'reference, s':>14}{'ratio':>8}{'peak, MB':>10}"]
    for line in lines:
        seconds = f"{line.ours_seconds:10.3f}{line.reference_seconds:14.3f}"
        text.append(f"{line.name:{wide}}{seconds}{line.ratio:8.3f}{line.peak_mb:10,.0f}")
        text.append(f"    against {line.reference}: {line.size}")
    return "\n".join(text)


if __name__ == "__main__":
    sys.exit(main())
