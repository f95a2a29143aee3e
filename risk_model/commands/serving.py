"""Commands about what is published, and the lists made with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from risk_model.commands.running import (
    DEFAULT_EXPERIMENT,
    ENGINE,
    WORKSPACE,
    AsOf,
    DataPath,
    EngineName,
    ExperimentPath,
    JsonPath,
    Quiet,
    WorkspacePath,
    day,
    step,
)


def card(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
    export: Annotated[Path | None, typer.Option(help="Copy the champion's card into this folder.")] = None,
) -> None:  # fmt: skip
    """Write the model card as it would be published, or export the champion's."""
    step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.export_card(export) if export else pipeline.card())  # fmt: skip


def publish(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    signed_by: Annotated[str, typer.Option(help="Who signs off.")] = "",
    role: Annotated[str, typer.Option(help="In what role.")] = "",
    signed_on: Annotated[date | None, typer.Option(parser=day, metavar="YYYY-MM-DD", help="On what date.")] = None,
    accept: Annotated[str, typer.Option(help="Why a failing audit is accepted; recorded on the card.")] = "",
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Sign, version and register the audited model and its card; it becomes the champion."""
    step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.publish(signed_by, role, signed_on, accept))  # fmt: skip


def score(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, as_of: AsOf = None,
    engine: EngineName = ENGINE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Score the cohort of a date with the champion and write one referral list per team."""
    step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.score(as_of), engine)


def refer(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    as_of: AsOf = None,
    decisions: Annotated[Path | None, typer.Option(help="Earlier decisions (CSV): they keep people off.")] = None,
    engine: EngineName = ENGINE,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Write the lists of a date again, respecting what people and teams have decided since."""
    step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.refer(as_of, decisions), engine)  # fmt: skip


def run(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    data: DataPath = None,
    children: Annotated[int | None, typer.Option(min=500, help="Size of the synthetic world, if one is made.")] = None,
    engine: EngineName = ENGINE,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Every step in order, from partners' extracts to referral lists; steps already done are not done again."""
    step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.run(children), engine)


COMMANDS = (card, publish, score, refer, run)
"""In the order `--help` lists them."""
