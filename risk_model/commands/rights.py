"""Commands for a person's rights: each takes a named person and a reason, is written down, and gives a receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from risk_model.commands.running import WORKSPACE, DataPath, JsonPath, Quiet, WorkspacePath, day, finish, progress

if TYPE_CHECKING:
    from risk_model.rights.acts import Asking

Whom = Annotated[str, typer.Argument(metavar="NB-...", help="The number on the list.")]
By = Annotated[str, typer.Option(help="Who acts: a named person.")]
Reason = Annotated[str, typer.Option(help="Why, without saying who it is about.")]
On = Annotated[date, typer.Option(parser=day, metavar="YYYY-MM-DD", help="On what date.")]


def erase_person(
    pseudonym: Whom, by: By, reason: Reason, on: On, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Erase everything held of a person, and never load them again."""
    from risk_model.rights import acts

    with _acting(workspace, quiet) as say:
        made = acts.erase(workspace, pseudonym, _asking(by, reason, on), say)
    finish(made, json)


def export_person(
    pseudonym: Whom, by: By, reason: Reason, on: On,
    to: Annotated[Path | None, typer.Option(help="A new folder to write to; or one in the workspace.")] = None,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Write a copy of everything held about a person, for them: every record, score, list and look-up."""
    from risk_model.rights.export import export

    with _acting(workspace, quiet) as say:
        made = export(workspace, pseudonym, _asking(by, reason, on), to, say)
    finish(made, json)


def object_person(
    pseudonym: Whom, by: By, reason: Reason, on: On,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="They take the objection back.")] = False,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Record that a person objects: they are not scored and not listed from now on."""
    from risk_model.rights import acts

    with _acting(workspace, quiet) as say:
        made = acts.object_to(workspace, pseudonym, _asking(by, reason, on), withdraw, say)
    finish(made, json)


def rectify_person(
    pseudonym: Whom, by: By, reason: Reason, on: On,
    field: Annotated[str, typer.Option(help="forename, surname, dob, sex or ethnicity.")],
    value: Annotated[str, typer.Option(help="What it should be, as partners would send it.")],
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Put a detail about a person right, from this date on."""
    from risk_model.rights import acts

    with _acting(workspace, quiet) as say:
        made = acts.rectify(workspace, pseudonym, field, value, _asking(by, reason, on), say)
    finish(made, json)


def retain(
    by: By, reason: Annotated[str, typer.Option(help="Why.")], on: On,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; delete nothing.")] = False,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Delete what has expired under its agreement, and let people go who have grown up."""
    from risk_model.rights.retaining import retain

    with _acting(workspace, quiet) as say:
        made = retain(workspace, _asking(by, reason, on), dry_run, say)
    finish(made, json)


@contextmanager
def _acting(workspace: Path, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Progress, and nobody else acting meanwhile."""
    from features.rights.place import one_act_at_a_time
    from features.workspace import Workspace

    with progress(quiet) as say, one_act_at_a_time(Workspace(workspace)):
        yield say


def _asking(by: str, reason: str, on: date) -> Asking:
    from risk_model.rights.acts import Asking

    return Asking(by, reason, on)


def rotate_pseudonyms(
    by: By, reason: Annotated[str, typer.Option(help="Why.")], on: On,
    data: DataPath = None,
    decisions: Annotated[list[Path] | None, typer.Option(help="A team's file of decisions to renumber.")] = None,
    keep_old: Annotated[Path | None, typer.Option(help="Keep the old key in this folder, elsewhere.")] = None,
    workspace: WorkspacePath = WORKSPACE, json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Give everybody another pseudonym, under a new key; the old key is destroyed."""
    from risk_model.rights.rotating import rotate_pseudonyms

    with _acting(workspace, quiet) as say:
        made = rotate_pseudonyms(workspace, _asking(by, reason, on), data, decisions or [], keep_old, say)
    finish(made, json)


OF_A_PERSON: tuple[Any, ...] = (export_person, object_person, rectify_person, erase_person, rotate_pseudonyms)
"""Under `risk-model person`, in the order `--help` lists them."""
COMMANDS: tuple[Any, ...] = (retain,)
"""In the order `--help` lists them."""
