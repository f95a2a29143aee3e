"""Tracking on a server whose runs lie in PostgreSQL: the same runs, figures and versions as on the local file."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from risk_model.tracking import DataSource, Tracker
from risk_model.training.fitting import refit_final, train
from tests.conftest import quiet_environment
from tests.postgres_here import postgres_server
from tests.risk_model.drawn import drawn_world

STARTS_WITHIN = 120
VERSION = "2026-01-01-0123abcd"


@contextmanager
def tracking_server(backend: str, folder: Path) -> Iterator[str]:
    """``mlflow server`` as the guide says to start it, on a free port of this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["server", "--backend-store-uri", backend, "--artifacts-destination", str(folder / "artefacts"),
             "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]  # fmt: skip
    log = folder / "server.log"
    with log.open("wb") as told:
        server = subprocess.Popen([sys.executable, "-m", "mlflow", *words], stdout=told, stderr=told, cwd=folder,
                                  env=quiet_environment())  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the tracking server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def test_a_training_and_a_version_on_a_server_with_postgresql_read_back_as_they_were_written(tmp_path: Path) -> None:
    world = drawn_world(people=400)
    result = train(world.experiment, world.inputs, tmp_path / "results")
    source = DataSource("drawn", "warehouse-1", "features-1", world.rows.feature_names)
    model = refit_final(world.experiment, world.inputs, "lightgbm", result.predictions)
    model.save(tmp_path / "model")
    with postgres_server() as backend, tracking_server(backend, tmp_path) as address:
        there, here = Tracker(tmp_path / "unused", address), Tracker(tmp_path / "local")
        runs = [
            tracker.record_training(world.experiment, result, source, [], [], "abc123") for tracker in (there, here)
        ]
        read = [_as_read(tracker, run) for tracker, run in zip((there, here), runs, strict=True)]
        assert read[0] == read[1]
        assert len(read[0]) == 1 + len({each.estimator for each in result.evaluations})
        there.register(tmp_path / "model", "drawn_model", VERSION, model.feature_names, ["champion"])
        found = there.client.get_model_version_by_alias("drawn_model", "champion")
        assert found.tags["published_version"] == VERSION
    assert not (tmp_path / "unused").exists(), "nothing is written beside the server"


def _as_read(tracker: Tracker, parent: str) -> list[tuple[str, dict[str, str], dict[str, float]]]:
    """Every run's name, parameters and figures, the parent's and its children's."""
    own = tracker.client.get_run(parent)
    children = tracker.client.search_runs(
        [own.info.experiment_id], f"tags.`mlflow.parentRunId` = '{parent}'", max_results=200
    )
    return sorted((run.info.run_name, run.data.params, run.data.metrics) for run in (own, *children))
