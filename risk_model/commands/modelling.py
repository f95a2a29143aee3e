"""Commands about models: training, comparing, auditing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from risk_model.commands.running import (
    DEFAULT_EXPERIMENT,
    ENGINE,
    WORKSPACE,
    DataPath,
    EngineName,
    ExperimentPath,
    JsonPath,
    Quiet,
    WorkspacePath,
    step,
)


def check(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Explain what an experiment would do, count the work and warn of leaks, before anything runs."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.check())


def train(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    engine: EngineName = ENGINE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Fit, calibrate and test every estimator on every split, and log it all to MLflow."""
    step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.train(), engine)


def compare(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE,
    ceiling: Annotated[bool, typer.Option("--ceiling", help="What the records allow: synthetic, takes minutes.")]
    = False, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Show the estimators side by side, with intervals and ties."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.compare(ceiling))


def audit(
    what: Annotated[str, typer.Argument(metavar="EXPERIMENT|VERSION", help="A TOML page, a version, or champion.")]
    = f"{DEFAULT_EXPERIMENT}",
    experiment: Annotated[Path, typer.Option(metavar="EXPERIMENT", help="A version's page.")] = DEFAULT_EXPERIMENT,
    full: Annotated[bool, typer.Option("--full", help="Fit it in other ways too: takes minutes.")] = False,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Ask for whom a model fails, what it used, whether its reasons hold, and whom it would give away."""
    page = what.endswith(".toml")
    step(Path(what) if page else experiment, workspace, None, json, quiet,
         lambda pipeline: pipeline.audit("" if page else what, full))  # fmt: skip


def reproduce(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A published version, or champion.")],
    experiment: Annotated[Path, typer.Option(metavar="EXPERIMENT", help="Its experiment's page.")] = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Make a published version again from its bundle and the data, and compare every figure and every score."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.reproduce(version))


COMMANDS = (check, train, compare, audit, reproduce)
"""In the order `--help` lists them."""
