"""Commands about people's records: who is who."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from risk_model.commands.running import (
    ENGINE,
    WORKSPACE,
    DataPath,
    JsonPath,
    Quiet,
    WorkspacePath,
    day,
    finish,
    progress,
)


def link(
    workspace: WorkspacePath = WORKSPACE,
    evaluate: Annotated[bool, typer.Option("--evaluate", help="Measure linking on synthetic worlds.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --evaluate: how many worlds.")] = 3,
    children: Annotated[int, typer.Option(min=500, help="With --evaluate: how many aged 10-17 in each.")] = 20_000,
    train: Annotated[bool, typer.Option("--train", help="Learn the weights anew from the extracts.")] = False,
    decisions: Annotated[Path | None, typer.Option(help="A review file with verdicts filled in.")] = None,
    data: DataPath = None,
    engine: Annotated[str, typer.Option(help="With --evaluate: who compares the pairs, local or spark.")] = ENGINE,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Tell which records are one person; measure it, learn it anew, or take in what a person decided."""
    from risk_model import people

    with progress(quiet) as say:
        if evaluate:
            made = people.evaluate_linking(workspace, seeds, children, say, engine)
        elif train:
            made = people.train_linking(workspace, data, say)
        elif decisions is not None:
            made = people.decide_links(workspace, decisions)
        else:
            made = people.tell_links(workspace)
    finish(made, json)


def reveal(
    pseudonym: Annotated[str, typer.Argument(metavar="NB-...", help="The number on the list.")],
    by: Annotated[str, typer.Option(help="Who looks them up.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    on: Annotated[date, typer.Option(parser=day, metavar="YYYY-MM-DD", help="On what date.")],
    workspace: WorkspacePath = WORKSPACE,
    json: JsonPath = None,
) -> None:
    """Say who a pseudonym is; who asked, when and why is written down first."""
    from risk_model import people

    finish(people.reveal(workspace, pseudonym, by, reason, on), json)


def rotate_keys(workspace: WorkspacePath = WORKSPACE, json: JsonPath = None) -> None:
    """Seal the identity store under a new key; pseudonyms stay as they are."""
    from risk_model import people

    finish(people.change_identity_key(workspace), json)


person = typer.Typer(no_args_is_help=True, help="One person's records: who they are, as a written-down act.")
person.command()(reveal)
person.command(name="rotate-keys")(rotate_keys)

COMMANDS = (link,)
"""In the order `--help` lists them."""
