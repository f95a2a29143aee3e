"""``make soak``: long fault tests, each from a seed, on small synthetic worlds in a temporary folder.

    python -m tests.soak --json workspace/soak.json
    python -m tests.soak --only intake_fuzz --cases 10 --seed 7

``--cases`` is a percentage: at 100, the default, 1,000 damaged deliveries are tried; the other tests grow and shrink
with it. One file here is one test; its docstring says what must never happen. The exit code is 1 if anything did.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from features.workspace import write_text

TESTS = ("intake_killed", "intake_concurrent", "train_killed", "bundle_tampering", "intake_fuzz",
         "erasure_complete", "keys_rotated", "audit_planted_faults", "audit_false_alarms")  # fmt: skip
ALL = 100
SEED = 20260101


@dataclass(frozen=True)
class Line:
    """One test: how many cases, and how many faults they showed."""

    name: str
    cases: int
    failures: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests, print what failed, write the JSON; 1 if anything failed."""
    asked = _parser().parse_args(arguments)
    for elsewhere in ("RISK_MODEL_KEYS", "MLFLOW_TRACKING_URI"):
        os.environ.pop(elsewhere, None)
    lines = [_test(name, asked.cases / ALL, asked.seed) for name in asked.only or TESTS]
    if asked.json:
        write_text(asked.json, json.dumps([asdict(line) for line in lines], indent=2) + "\n")
    return 1 if any(line.failures for line in lines) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--only", action="append", choices=TESTS, metavar="NAME", help="this one (repeatable)")
    parser.add_argument("--cases", type=int, default=ALL, help=f"percent of the cases of each test ({ALL})")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed, the same cases")
    return parser


def _test(name: str, share: float, seed: int) -> Line:
    module = import_module(f"tests.soak.{name}")
    cases = max(1, round(module.CASES * share))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"soak-{name}-") as folder:
        faults = module.check(Path(folder), cases, seed)
    print(f"{name}: {cases} cases, {len(faults)} failure(s), {time.monotonic() - started:.0f} s", flush=True)
    for fault in faults:
        print(f"  {fault}", flush=True)
    return Line(name, cases, len(faults))


if __name__ == "__main__":
    sys.exit(main())
