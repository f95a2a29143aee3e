"""``risk-model person rotate-pseudonyms``, killed at random moments: either all is as it was, or the next call ends it.

Then everybody has another number and everything else is as before; the old numbers are nowhere; and the same delivery
sent again on a later day tells nothing twice, since its records are found under their new numbers.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

from features.identities import open_sealed
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.searching import Wanted, search
from tests.soak.commands import run, run_and_kill

CASES = 10
CHILDREN = 600
SOUGHT = 40
"""Old numbers looked for in every file."""

Told = Counter[tuple[str, ...]]


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case."""
    home = Workspace(folder / "home")
    run("simulate", "--workspace", home.root, "--children", str(CHILDREN), "--seed", str(seed))
    run("intake", "--workspace", home.root)
    shutil.copytree(home.root, folder / "undisturbed")
    seconds = run(*_rotate(Workspace(folder / "undisturbed")))
    rng = random.Random(seed)
    found = []
    for case in range(cases):
        workspace = Workspace(folder / f"case_{case}")
        shutil.copytree(home.root, workspace.root)
        after = rng.uniform(0, seconds)
        found += [f"case {case}, killed after {after:.2f} s: {fault}" for fault in _one(workspace, after, rng)]
        shutil.rmtree(workspace.root)
    return found


def _rotate(workspace: Workspace) -> tuple[str | Path, ...]:
    return ("person", "rotate-pseudonyms", "--by", "A N Other", "--reason", "yearly", "--on", "2026-02-01",
            "--workspace", workspace.root)  # fmt: skip


def _one(workspace: Workspace, after: float, rng: random.Random) -> list[str]:
    before, faults = told(workspace), []
    old = sorted(open_sealed(workspace)["person"]["person"].to_pylist())
    run_and_kill(*_rotate(workspace), begun=lambda: True, after=after)
    if not workspace.rekeying.exists() and told(workspace) != before:
        faults.append("nothing says that a change goes on, and yet something changed")
    run(*_rotate(workspace))
    if told(workspace) != before:
        faults.append("something else than numbers changed")
    gone = frozenset(rng.sample(old, SOUGHT))
    faults += search(workspace.root, Wanted(gone, frozenset(), frozenset()))
    run("intake", "--workspace", workspace.root, "--received-on", "2026-03-01")
    if told(workspace) != before:
        faults.append("the same delivery, sent again, tells something else")
    return faults


def told(workspace: Workspace) -> Told:
    """Every event, relation and month of birth, by the number that names the person instead of their pseudonym."""
    kept = open_sealed(workspace)["person"].to_pylist()
    named = {row["person"]: row["identity"] for row in kept}
    found: Told = Counter()
    with Warehouse(workspace.warehouse) as warehouse:
        for table in ("event", "relation", "person", "protected"):
            for row in warehouse.sql(f"SELECT * FROM {table}").to_pylist():
                row |= {name: named.get(row[name], "nobody") for name in ("person", "other") if name in row}
                row.pop("record", None)
                found[(table, *map(str, row.values()))] += 1
    return found
