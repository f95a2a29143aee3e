"""Commands about people's records: who is who."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from risk_model.commands.running import WORKSPACE, DataPath, JsonPath, Quiet, WorkspacePath, finish, progress


def link(
    workspace: WorkspacePath = WORKSPACE,
    evaluate: Annotated[bool, typer.Option("--evaluate", help="Measure linking on synthetic worlds.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --evaluate: how many worlds.")] = 3,
    children: Annotated[int, typer.Option(min=500, help="With --evaluate: how many aged 10-17 in each.")] = 20_000,
    train: Annotated[bool, typer.Option("--train", help="Learn the weights anew from the extracts.")] = False,
    decisions: Annotated[Path | None, typer.Option(help="A review file with verdicts filled in.")] = None,
    data: DataPath = None,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Tell which records are one person; measure it, learn it anew, or take in what a person decided."""
    from risk_model import people

    with progress(quiet) as say:
        if evaluate:
            made = people.evaluate_linking(workspace, seeds, children, say)
        elif train:
            made = people.train_linking(workspace, data, say)
        elif decisions is not None:
            made = people.decide_links(workspace, decisions)
        else:
            made = people.tell_links(workspace)
    finish(made, json)


COMMANDS = (link,)
"""In the order `--help` lists them."""
