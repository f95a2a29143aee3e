"""Two ``risk-model intake`` at once on one workspace: one loads, the other too or is told to wait; nothing breaks.

Each pair loads two different deliveries of one day. Afterwards the warehouse is exactly that of one of them, loaded by
whoever ended well last; nothing is left behind; and a load that was refused works when it is run again.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

from features.errors import Refusal
from features.workspace import Workspace
from tests.conftest import HOUSE, quiet_environment
from tests.soak.commands import LONGEST, command, content_of, run

CASES = 12
CHILDREN = 500
LONGEST_HEAD_START = 4.0
"""Seconds the second load may begin after the first."""
LEFT = (".loading", ".turned.*", ".warehouse.duckdb.*", ".identities.sealed.*", ".quarantine.*")


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case."""
    whole, deliveries = {}, []
    for number in range(2):
        alone = Workspace(folder / f"alone_{number}")
        run("simulate", "--workspace", alone.root, "--children", str(CHILDREN), "--seed", str(seed + number))
        run("intake", "--workspace", alone.root)
        deliveries.append(alone.extracts)
        whole[content_of(alone.warehouse)] = number
    rng = random.Random(seed)
    found = []
    for case in range(cases):
        workspace = Workspace(folder / f"case_{case}")
        later = rng.uniform(0, LONGEST_HEAD_START)
        said = f"case {case}, the second {later:.1f} s after the first"
        found += [f"{said}: {fault}" for fault in _one(workspace, deliveries, later, whole)]
        shutil.rmtree(workspace.root, ignore_errors=True)
    return found


def _one(workspace: Workspace, deliveries: list[Path], later: float, whole: dict[str, int]) -> list[str]:
    both = []
    for delivery in deliveries:
        words = command("intake", "--workspace", workspace.root, "--data", delivery)
        both.append(subprocess.Popen(words, cwd=HOUSE, env=quiet_environment(), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, text=True))  # fmt: skip
        time.sleep(later if len(both) == 1 else 0)
    said = [process.communicate(timeout=LONGEST)[1] for process in both]
    codes = [process.returncode for process in both]
    faults = [f"ended with {code}: {words[-200:]}" for code, words in zip(codes, said, strict=True)
              if code not in (0, Refusal.exit_code) or "Traceback" in words]  # fmt: skip
    faults += [] if 0 in codes else ["neither of them loaded"]
    faults += [f"refused without saying why: {words[-200:]}" for code, words in zip(codes, said, strict=True)
               if code == Refusal.exit_code and "another load is running" not in words]  # fmt: skip
    loaded = whole.get(content_of(workspace.warehouse))
    if loaded is None or codes[loaded] != 0:
        faults.append("the warehouse is not that of a load that ended well")
    left = [path.name for pattern in LEFT for path in workspace.data.glob(pattern)]
    faults += [f"left behind: {', '.join(sorted(left))}"] if left else []
    for number, code in enumerate(codes):
        if code:
            run("intake", "--workspace", workspace.root, "--data", deliveries[number])
            faults += [] if whole.get(content_of(workspace.warehouse)) == number else ["loaded again, it is another"]
    return faults
