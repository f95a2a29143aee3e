"""The command line: parse, call the pipeline, print what it made, turn refusals into one clear line and an exit code.

Nothing heavy is imported here, so that ``--help`` answers at once; each command imports the pipeline when it runs.
"""

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

HOUSE = Path(__file__).resolve().parents[1]
DEFAULT_EXPERIMENT = Path("experiments/first_time_entry.toml")


def _day(written: str) -> date:
    """The date a person wrote.

    :raises BadInput: it is not one.
    """
    from features.errors import BadInput

    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(f"{written!r} is not a date; write YYYY-MM-DD, such as 2026-01-01") from None


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From partners' extracts to referral lists on which people decide whom to offer voluntary support.\n\n"
    "`run` does every step in order; each step alone picks up from what the ones before it left in the workspace.",
)

ExperimentPath = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment's TOML page.")]
WorkspacePath = Annotated[Path, typer.Option("--workspace", "-w", help="The folder everything is written to.")]
JsonPath = Annotated[Path | None, typer.Option("--json", help="Also write the figures here (docs/json.md).")]
DataPath = Annotated[Path | None, typer.Option("--data", help="Partners' extracts: a folder, or Broward's CSV file.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; the result only.")]
AsOf = Annotated[date | None, typer.Option("--as-of", parser=_day, metavar="YYYY-MM-DD", help="The date of the lists.")]
WORKSPACE = Path("workspace")
STOPPED = 130
"""How Typer leaves when somebody presses Ctrl-C."""


@app.command()
def simulate(
    workspace: WorkspacePath = WORKSPACE,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same bytes.")] = None,
    children: Annotated[int | None, typer.Option(min=500, help="How many aged 10-17; full size if left out.")] = None,
    areas: Annotated[Path | None, typer.Option(help="Real small areas, as the public file lays them out.")] = None,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Write synthetic partner extracts, as partners would send them."""
    from risk_model.pipeline import simulate as simulate_partners

    with _progress(quiet) as say:
        made = simulate_partners(workspace, seed, children, areas, say)
    _finish(made, json)


@app.command()
def intake(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Validate the extracts, link people, and load the pseudonymised warehouse."""
    _step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.intake())


@app.command()
def features(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Build the cohort with its attrition, the outcomes and the point-in-time feature tables."""
    _step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.features())


@app.command()
def dictionary(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Write the data dictionary: every feature's question, words, source and rule."""
    _step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.dictionary())


@app.command()
def train(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, data: DataPath = None,
    json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Fit, calibrate and test every estimator on every split, and log it all to MLflow."""
    _step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.train())


@app.command()
def compare(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Show the estimators side by side, with intervals and ties."""
    _step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.compare())


@app.command()
def audit(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Ask for whom the chosen model fails, what it used, and whether its reasons add up."""
    _step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.audit())


@app.command()
def card(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, json: JsonPath = None,
    quiet: Quiet = False,
    export: Annotated[Path | None, typer.Option(help="Copy the champion's card into this folder.")] = None,
) -> None:  # fmt: skip
    """Write the model card as it would be published, or export the champion's."""
    _step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.export_card(export) if export else pipeline.card())  # fmt: skip


@app.command()
def publish(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    signed_by: Annotated[str, typer.Option(help="Who signs off.")] = "",
    role: Annotated[str, typer.Option(help="In what role.")] = "",
    signed_on: Annotated[date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="On what date.")] = None,
    accept: Annotated[str, typer.Option(help="Why a failing audit is accepted; recorded on the card.")] = "",
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Sign, version and register the audited model and its card; it becomes the champion."""
    _step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.publish(signed_by, role, signed_on, accept))  # fmt: skip


@app.command()
def score(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT, workspace: WorkspacePath = WORKSPACE, as_of: AsOf = None,
    json: JsonPath = None, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Score the cohort of a date with the champion and write one referral list per team."""
    _step(experiment, workspace, None, json, quiet, lambda pipeline: pipeline.score(as_of))


@app.command()
def refer(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    as_of: AsOf = None,
    decisions: Annotated[Path | None, typer.Option(help="Earlier decisions (CSV): they keep people off.")] = None,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Write the lists of a date again, respecting what people and teams have decided since."""
    _step(experiment, workspace, None, json, quiet,
          lambda pipeline: pipeline.refer(as_of, decisions))  # fmt: skip


@app.command()
def run(
    experiment: ExperimentPath = DEFAULT_EXPERIMENT,
    workspace: WorkspacePath = WORKSPACE,
    data: DataPath = None,
    children: Annotated[int | None, typer.Option(min=500, help="Size of the synthetic world, if one is made.")] = None,
    json: JsonPath = None,
    quiet: Quiet = False,
) -> None:
    """Every step in order, from partners' extracts to referral lists; steps already done are not done again."""
    _step(experiment, workspace, data, json, quiet, lambda pipeline: pipeline.run(children))


def _step(
    experiment: Path, workspace: Path, data: Path | None, json: Path | None, quiet: bool,
    work: Callable[[Pipeline], Any],
) -> None:  # fmt: skip
    """One step of the pipeline: progress while it works, then what it made."""
    from risk_model.pipeline import Pipeline

    with _progress(quiet) as say:
        made = work(Pipeline.at(_found(experiment), workspace, data, say))
    _finish(made, json)


def _found(experiment: Path) -> Path:
    """The experiment as given, or the house's own where the default is asked for from elsewhere."""
    if experiment == DEFAULT_EXPERIMENT and not experiment.exists():
        return HOUSE / DEFAULT_EXPERIMENT
    return experiment


def _finish(made: Any, json: Path | None) -> None:
    """Print the result; write its figures; leave with its exit code if something in it failed."""
    from features.workspace import write_json

    if json is not None:
        write_json(json, made.figures)
    typer.echo(made.text)
    if made.exit_code:
        raise typer.Exit(made.exit_code)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is happening, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda line: status.update(line)


def main() -> None:
    """Run the command line; refusals become one message and their own exit code."""
    from features.errors import Refusal

    try:
        app(standalone_mode=True)
    except Refusal as refusal:
        typer.echo(f"risk-model: {refusal}", err=True)
        sys.exit(refusal.exit_code)
    except SystemExit as ended:
        if ended.code == STOPPED:
            typer.echo("risk-model: stopped; run the same command again to go on from here", err=True)
        raise


if __name__ == "__main__":
    main()
