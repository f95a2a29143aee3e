"""Runs ``risk-model`` in a process of its own, and kills it without warning."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from features.warehouse import STORED, Warehouse
from tests.conftest import HOUSE, quiet_environment

LONGEST = 300
"""Seconds any one command may take."""
GLANCE = 0.005


def command(*words: str | Path) -> list[str]:
    """``risk-model`` with these words, quietly."""
    return [sys.executable, "-m", "risk_model.cli", *map(str, words), "--quiet"]


def run(*words: str | Path) -> float:
    """The seconds a command takes.

    :raises RuntimeError: it fails; says with what.
    """
    started = time.monotonic()
    done = subprocess.run(command(*words), cwd=HOUSE, env=quiet_environment(), capture_output=True, text=True,
                          check=False, timeout=LONGEST)  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"risk-model {words[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return time.monotonic() - started


def run_and_kill(*words: str | Path, begun: Callable[[], bool], after: float) -> None:
    """Start a command and kill it (SIGKILL) ``after`` seconds from the moment ``begun`` says yes."""
    with subprocess.Popen(command(*words), cwd=HOUSE, env=quiet_environment(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        wait_until(lambda: begun() or process.poll() is not None)
        ends = time.monotonic() + after
        wait_until(lambda: time.monotonic() >= ends or process.poll() is not None)
        process.kill()


def seconds_between(*words: str | Path, begun: Callable[[], bool], ended: Callable[[], bool]) -> float:
    """Seconds from the moment ``begun`` says yes to the moment ``ended`` does, in a command nobody disturbs."""
    with subprocess.Popen(command(*words), cwd=HOUSE, env=quiet_environment(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        wait_until(lambda: begun() or process.poll() is not None)
        started = time.monotonic()
        wait_until(lambda: ended() or process.poll() is not None)
        seconds = time.monotonic() - started
    if process.returncode:
        raise RuntimeError(f"risk-model {words[0]} ended with {process.returncode}")
    return seconds


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait, looking every few milliseconds.

    :raises TimeoutError: it never comes.
    """
    ends = time.monotonic() + LONGEST
    while not ready():
        if time.monotonic() > ends:
            raise TimeoutError(f"nothing happened for {LONGEST} s")
        time.sleep(GLANCE)


def content_of(warehouse: Path) -> str:
    """A digest of every row of every table of a warehouse, in the order they lie; "none" where there is no file."""
    if not warehouse.exists():
        return "none"
    summed = hashlib.sha256()
    with Warehouse(warehouse) as opened:
        for table in STORED:
            summed.update(repr(opened.sql(f"SELECT * FROM {table}").to_pydict()).encode())
    return summed.hexdigest()
