"""``risk-model person erase`` after a whole run: nothing in the workspace contains the person any more.

Each case erases one person of a list, killed at a random moment every second time and then asked again; every file and
table is then searched, by code that knows nothing of how the workspace is laid out. The delivery is loaded again, and
they are not back. The person is found in many files before, so the search is one that can fail.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

from features.identities import open_sealed
from features.pseudonyms import show
from features.rights.held import read_held
from features.rights.subjects import subjects_of
from features.workspace import Workspace
from tests.searching import Wanted, search
from tests.soak.commands import run, run_and_kill

CASES = 4
CHILDREN = 6_000
LEAST_FILES = 8
LONGEST_SECONDS = 6.0


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case."""
    home = Workspace(folder / "home")
    run("run", "--workspace", home.root, "--children", str(CHILDREN))
    rng = random.Random(seed)
    found = []
    for case in range(cases):
        workspace = Workspace(folder / f"case_{case}")
        shutil.copytree(home.root, workspace.root)
        person = rng.choice(listed(workspace))
        found += [f"case {case}: {fault}" for fault in one(workspace, person, rng if case % 2 else None)]
        shutil.rmtree(workspace.root)
    return found


def one(workspace: Workspace, person: str, rng: random.Random | None) -> list[str]:
    """Erase one person, killed first where there is ``rng``; what is wrong then."""
    wanted, sent = wanted_of(workspace, person), workspace.root.parent / "as_sent"
    shutil.copytree(workspace.extracts, sent, dirs_exist_ok=True)
    before = {line.split(":")[0] for line in search(workspace.root, wanted)}
    faults = [] if len(before) >= LEAST_FILES else [f"found in {len(before)} files only before: the search is weak"]
    asked = ("person", "erase", person, "--by", "A N Other", "--reason", "asked for", "--on", "2026-02-01",
             "--workspace", workspace.root)  # fmt: skip
    if rng is not None:
        run_and_kill(*asked, begun=lambda: read_held(workspace).pending is not None,
                     after=rng.uniform(0, LONGEST_SECONDS))  # fmt: skip
    run(*asked)
    faults += [f"after the erasure: {line}" for line in search(workspace.root, wanted)]
    run("intake", "--workspace", workspace.root, "--data", sent)
    faults += [f"loaded again: {line}" for line in search(workspace.root, wanted)]
    shutil.rmtree(sent)
    return faults


def listed(workspace: Workspace) -> list[str]:
    """Everybody on a list, as lists show them."""
    sheets = sorted(workspace.lists("").glob("*/*.csv"))
    return [row["person"] for path in sheets for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


def wanted_of(workspace: Workspace, person: str) -> Wanted:
    """What would give a person away, from the identity store."""
    kept = open_sealed(workspace)
    shown = {show(each): each for each in kept["number"]["person"].to_pylist()}
    them = subjects_of(kept, {shown[person]})
    names = {(row["forename"] or "", row["surname"] or "", f"{row['dob']}") for row in kept["name"].to_pylist()
             if row["person"] in them.persons}  # fmt: skip
    return Wanted(them.persons, frozenset(who for _, who in them.numbers), frozenset(names))
