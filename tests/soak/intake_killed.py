"""``risk-model intake``, killed at random moments: the warehouse stays the old one or is the new one, whole.

Half of the loads begin with no warehouse, half with that of an earlier delivery. Run again, the load ends with the
same warehouse as one nobody disturbed, and what the killed one left behind (it may hold names) is gone.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from features.errors import Refusal
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.soak.commands import content_of, run, run_and_kill, seconds_between

CASES = 12
CHILDREN = 600
LEFT = (".loading", ".warehouse.duckdb.*", ".identities.sealed.*", ".quarantine.*")


@dataclass(frozen=True)
class Loads:
    """The workspace of an undisturbed load of the later delivery, and digests of the old and new warehouse."""

    undisturbed: Workspace
    old: str
    new: str


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case."""
    earlier, later = Workspace(folder / "earlier"), Workspace(folder / "later")
    for number, workspace in enumerate((earlier, later)):
        run("simulate", "--workspace", workspace.root, "--children", str(CHILDREN), "--seed", str(seed + number))
        run("intake", "--workspace", workspace.root)
    loads = Loads(later, content_of(earlier.warehouse), content_of(later.warehouse))
    seconds = [_undisturbed(folder, later, begun) for begun in MOMENTS]
    rng = random.Random(seed)
    found = []
    for case in range(cases):
        moment = case // 2 % len(MOMENTS)
        after = rng.uniform(0, seconds[moment])
        workspace = Workspace(folder / f"case_{case}")
        if case % 2:
            shutil.copytree(earlier.data, workspace.data)
            shutil.copytree(earlier.keys, workspace.keys)
        shutil.copytree(later.extracts, workspace.extracts)
        said = f"case {case}, killed {after:.2f} s after {MOMENTS[moment].__name__}"
        found += [f"{said}: {fault}" for fault in _one(workspace, MOMENTS[moment], after, loads)]
        shutil.rmtree(workspace.root)
    return found


def the_load_began(workspace: Workspace) -> Callable[[], bool]:
    """Sees that a load has begun."""
    return (workspace.data / ".loading").exists


def the_identities_were_written(workspace: Workspace) -> Callable[[], bool]:
    """Sees that the identity store is another: what is left to write is the warehouse."""
    before = _number_of(workspace.identities)
    return lambda: _number_of(workspace.identities) != before


Moment = Callable[[Workspace], Callable[[], bool]]
MOMENTS: tuple[Moment, ...] = (the_load_began, the_identities_were_written)


def _number_of(path: Path) -> int:
    """The number of the file that has this name now; 0 where there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _undisturbed(folder: Path, later: Workspace, begun: Moment) -> float:
    """How long a load goes on from a moment."""
    workspace = Workspace(folder / begun.__name__)
    shutil.copytree(later.extracts, workspace.extracts)
    loading = workspace.data / ".loading"
    return seconds_between("intake", "--workspace", workspace.root, begun=begun(workspace),
                           ended=lambda: not loading.exists())  # fmt: skip


def _one(workspace: Workspace, begun: Moment, after: float, loads: Loads) -> list[str]:
    before = content_of(workspace.warehouse)
    assert before in ("none", loads.old)
    run_and_kill("intake", "--workspace", workspace.root, begun=begun(workspace), after=after)
    faults = []
    try:
        if content_of(workspace.warehouse) not in (before, loads.new):
            faults.append("the warehouse is neither the old one nor the new one")
    except Refusal as refusal:
        faults.append(f"the warehouse cannot be read ({type(refusal).__name__})")
    try:
        run("intake", "--workspace", workspace.root)
    except RuntimeError as error:
        return [*faults, str(error)]
    if content_of(workspace.warehouse) != loads.new:
        faults.append("loaded again, the warehouse is not that of an undisturbed load")
    if _fingerprint(workspace) != _fingerprint(loads.undisturbed):
        faults.append("loaded again, the fingerprint differs")
    left = [path.name for pattern in LEFT for path in workspace.data.glob(pattern)]
    return faults + ([f"left behind: {', '.join(sorted(left))}"] if left else [])


def _fingerprint(workspace: Workspace) -> str:
    with Warehouse(workspace.warehouse) as warehouse:
        return warehouse.fingerprint
