"""Commands about data: from partners' extracts to feature tables."""

from __future__ import annotations

from datetime import date
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
    day,
    finish,
    progress,
    step,
)

ReceivedOn = Annotated[
    date | None,
    typer.Option(
        "--received-on", parser=day, metavar="YYYY-MM-DD", help="The day the delivery came, if it notes none."
    ),
]


def simulate(
    workspace: WorkspacePath = WORKSPACE,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same bytes.")] = None,
    children: Annotated[int | None, typer.Option(min=500, help="How many aged 10-17; full size if left out.")] = None,
    areas: Annotated[Path | None, typer.Option(help="Real small areas, as the public file lays them out.")] = None,
    detection_bias: Annotated[
        float, typer.Option(min=0, max=3, help="How much police find by who and where: 0 none, 1 published, 2 double.")
    ] = 1.0,
    report: Annotated[bool, typer.Option(help="Also write a page beside published figures, with plots.")] = False,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Write synthetic partner extracts, as partners would send them."""
    from risk_model.pipeline import simulate as simulate_partners

    with progress(quiet) as say:
        made = simulate_partners(workspace, seed, children, areas, say, detection_bias, report)
    finish(made, json)


def intake(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    received_on: ReceivedOn = None, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Validate the extracts, link people, and load the pseudonymised warehouse."""
    step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.intake(received_on))


def features(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    engine: EngineName = ENGINE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Build the cohort with its attrition, the outcomes and the point-in-time feature tables."""
    step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.features(), engine)


def dictionary(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
    person: Annotated[str, typer.Option(metavar="NB-XXXX-XXXX-XXXXX", help="Show this person's values instead.")] = "",
    as_of: Annotated[date | None, typer.Option(parser=day, metavar="YYYY-MM-DD", help="As known on this date.")] = None,
    feature: Annotated[str, typer.Option(metavar="NAME", help="Only this feature, with every record behind it.")] = "",
) -> None:  # fmt: skip
    """Write the data dictionary; or show one person's values on a date, with the records behind them."""
    if person or as_of or feature:
        step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.look_up(person, as_of, feature))
    else:
        step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.dictionary())


COMMANDS = (simulate, intake, features, dictionary)
"""In the order `--help` lists them."""
