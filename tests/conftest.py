"""What tests of the whole share: one finished run of the pipeline on a small synthetic world."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
CHILDREN = 6_000
"""About the smallest world in which every training slice has the ten positives a fit asks for, with some to spare."""
LONGEST_WAIT = 300
"""Seconds one worker waits for another to finish the run."""


def quiet_environment() -> dict[str, str]:
    """The environment without anything that would send keys or tracking outside the workspace."""
    return {name: value for name, value in os.environ.items() if name not in ("RISK_MODEL_KEYS", "MLFLOW_TRACKING_URI")}


@pytest.fixture(autouse=True)
def _inside_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes keys or runs to a place that the person running the tests has set for themselves."""
    monkeypatch.delenv("RISK_MODEL_KEYS", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace after ``risk-model run`` on a small world. Read it only; to change anything, copy it first.

    Under pytest-xdist the workers have one base folder in common, and whoever makes the folder there first does the
    run; the others wait for it.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small_run"
    try:
        home.mkdir()
    except FileExistsError:
        return _finished(home)
    command = [sys.executable, "-m", "risk_model.cli", "run", "--children", str(CHILDREN), "--quiet"]
    command += ["--workspace", str(home / "workspace"), "--json", str(home / "run.json")]
    done = subprocess.run(command, cwd=HOUSE, env=quiet_environment(), capture_output=True, text=True, check=False)
    (home / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    (home / "exit_code.new").write_text(str(done.returncode), encoding="utf-8")
    (home / "exit_code.new").rename(home / "exit_code")
    return _finished(home)


def _finished(home: Path) -> Path:
    """The workspace once the run in ``home`` has ended well."""
    code, waited = home / "exit_code", 0.0
    while not code.exists():
        assert waited < LONGEST_WAIT, "the shared run did not end; see the first worker's output"
        time.sleep(0.2)
        waited += 0.2
    assert code.read_text(encoding="utf-8") == "0", (home / "said.txt").read_text(encoding="utf-8")
    return home / "workspace"
