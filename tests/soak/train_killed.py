"""``risk-model train``, killed at random moments and run again: every result is that of a run nobody disturbed.

It begins with a warehouse only, so a kill may meet the feature tables, the fits, the leaderboard or the tracking.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from features.workspace import Workspace, digest_file, read_json
from risk_model.publishing.files import digests_of
from tests.conftest import CHILDREN, HOUSE
from tests.soak.commands import run, run_and_kill

CASES = 20
PAGE = HOUSE / "experiments" / "first_time_entry.toml"
SMALLER = {r"^rounds = \d+": "rounds = 60", r"^bootstrap_resamples = \d+": "bootstrap_resamples = 100"}


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case."""
    page = _smaller_experiment(folder)
    ready, calm = folder / "ready", folder / "calm"
    run("simulate", "--workspace", ready, "--children", str(CHILDREN))
    run("intake", page, "--workspace", ready)
    shutil.rmtree(Workspace(ready).extracts)
    shutil.copytree(ready, calm)
    seconds = run("train", page, "--workspace", calm)
    expected = _results(calm)
    rng = random.Random(seed)
    found = []
    for case in range(cases):
        workspace, after = folder / f"case_{case}", rng.uniform(0.1, 1) * seconds
        shutil.copytree(ready, workspace)
        found += [
            f"case {case}, killed after {after:.1f} s: {fault}" for fault in _one(page, workspace, after, expected)
        ]
        shutil.rmtree(workspace)
    return found


def _smaller_experiment(folder: Path) -> Path:
    """The house's experiment with fewer trees and resamples: the same steps, sooner."""
    text = PAGE.read_text(encoding="utf-8")
    for pattern, smaller in SMALLER.items():
        text = re.sub(pattern, smaller, text, flags=re.MULTILINE)
    page = folder / PAGE.name
    page.write_text(text, encoding="utf-8")
    return page


def _one(page: Path, workspace: Path, after: float, expected: dict[str, str]) -> list[str]:
    run_and_kill("train", page, "--workspace", workspace, begun=lambda: True, after=after)
    leaderboard = Workspace(workspace).experiment(PAGE.stem) / "leaderboard.json"
    faults = []
    if leaderboard.exists() and not _is_whole(leaderboard):
        faults.append("a leaderboard that is not whole was left")
    try:
        run("train", page, "--workspace", workspace)
    except RuntimeError as error:
        return [*faults, str(error)]
    results = _results(workspace)
    changed = sorted(name for name in expected | results if expected.get(name) != results.get(name))
    return faults + ([f"differs from an undisturbed run: {', '.join(changed)}"] if changed else [])


def _is_whole(path: Path) -> bool:
    try:
        return bool(read_json(path))
    except ValueError:
        return False


def _results(workspace: Path) -> dict[str, str]:
    """Digests of the leaderboard, the predictions and the model."""
    folder = Workspace(workspace).experiment(PAGE.stem)
    results = {name: digest_file(folder / name) for name in ("leaderboard.json", "predictions.parquet")}
    return results | {f"model/{name}": digest for name, digest in digests_of(folder / "model").items()}
