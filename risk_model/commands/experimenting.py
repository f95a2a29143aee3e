"""Commands for work on an experiment: searching settings, and asking what each partner's data add."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from risk_model.commands.running import (
    DEFAULT_EXPERIMENT,
    WORKSPACE,
    ExperimentPath,
    JsonPath,
    Quiet,
    WorkspacePath,
    step,
)

Only = Annotated[str | None, typer.Option("--estimator", metavar="NAME", help="This estimator of the page only.")]
By = Annotated[Literal["partner", "theme"], typer.Option("--by", help="Which parts: partners' data, or themes.")]


def search(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, estimator: Only = None,
    json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Search settings on dates before any test date, as [search] says; a stopped search goes on."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.search(estimator))


def ablate(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, estimator: Only = None,
    by: By = "partner", json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Tell what each partner's data add: with all of it, without each, and with each alone."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.ablate(estimator, by))


COMMANDS = (search, ablate)
"""In the order `--help` lists them."""
