"""The command line: parse, call the pipeline, print what it made, turn refusals into one clear line and an exit code.

Nothing heavy is imported here, so that ``--help`` answers at once; each command imports the pipeline when it runs.
"""

from __future__ import annotations

import sys

import typer

from risk_model.commands import data, experimenting, modelling, people, rights, serving

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From partners' extracts to referral lists on which people decide whom to offer voluntary support.\n\n"
    "`run` does every step in order; each step alone picks up from what the ones before it left in the workspace.",
)

for command in (
    *data.COMMANDS,
    *modelling.COMMANDS,
    *experimenting.COMMANDS,
    *serving.COMMANDS,
    *people.COMMANDS,
    *rights.COMMANDS,
):
    app.command()(command)

for act in rights.OF_A_PERSON:
    people.person.command(name=act.__name__.removesuffix("_person").replace("_", "-"))(act)
app.add_typer(people.person, name="person")

STOPPED = 130
"""How Typer leaves when somebody presses Ctrl-C."""


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
