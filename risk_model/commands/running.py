"""What every command shares: its options, its progress line, how its result is printed and how it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from risk_model.pipeline import Pipeline

HOUSE = Path(__file__).resolve().parents[2]
DEFAULT_EXPERIMENT = Path("experiments/first_time_entry.toml")


def day(written: str) -> date:
    """The date a person wrote.

    :raises BadInput: it is not one.
    """
    from features.errors import BadInput

    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(f"{written!r} is not a date; write YYYY-MM-DD, such as 2026-01-01") from None


ExperimentPath = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment's TOML page.")]
WorkspacePath = Annotated[Path, typer.Option("--workspace", "-w", help="The folder everything is written to.")]
JsonPath = Annotated[Path | None, typer.Option("--json", help="Also write the figures here (docs/json.md).")]
DataPath = Annotated[Path | None, typer.Option("--data", help="Partners' extracts: a folder, or Broward's CSV file.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; the result only.")]
AsOf = Annotated[date | None, typer.Option("--as-of", parser=day, metavar="YYYY-MM-DD", help="The date of the lists.")]
EngineName = Annotated[
    str, typer.Option("--engine", envvar="RISK_MODEL_ENGINE", help="Who computes features and scores: local or spark.")
]
WORKSPACE = Path("workspace")
ENGINE = "local"


def step(
    experiment: Path, workspace: Path, data: Path | None, json: Path | None, quiet: bool,
    work: Callable[[Pipeline], Any], engine: str = ENGINE,
) -> None:  # fmt: skip
    """One step of the pipeline: progress while it works, then what it made."""
    from risk_model.pipeline import Pipeline

    with progress(quiet) as say:
        made = work(Pipeline.at(found(experiment), workspace, data, say, engine))
    finish(made, json)


def found(experiment: Path) -> Path:
    """The experiment as given, or the house's own where the default is asked for from elsewhere."""
    if experiment == DEFAULT_EXPERIMENT and not experiment.exists():
        return HOUSE / DEFAULT_EXPERIMENT
    return experiment


def finish(made: Any, json: Path | None) -> None:
    """Print the result; write its figures; leave with its exit code if something in it failed."""
    from features.workspace import write_json

    if json is not None:
        write_json(json, made.figures)
    typer.echo(made.text)
    if made.exit_code:
        raise typer.Exit(made.exit_code)


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is happening, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda line: status.update(line)
