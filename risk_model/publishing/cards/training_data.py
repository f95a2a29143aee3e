"""Training data: which extracts, which slices of time, and what the model is told."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from features.dictionary import as_records
from risk_model.document import bullets, picture, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.training.plots import Plot
from risk_model.training.splits import Split
from risk_model.words import listed

MOST_QUESTIONS = 12


def render(inputs: CardInputs, plots: Mapping[str, Plot]) -> str:
    """The section's Markdown."""
    fits = [_row(split.name, split) for split in (*inputs.training.splits, inputs.final_split)]
    return "\n\n".join([
        bullets(_rules(inputs)),
        picture(plots["splits"]),
        table(["Fit", "Learned from", "Calibrated on", "Tested on"], fits, numbers=False),
        "### What the model is told",
        f"{len(inputs.feature_names)} inputs, each the answer to a plain question. All of them, with the rule that "
        "makes each, are in the version's `features.json` and in the data dictionary.",
        table(["Theme", "Inputs", "From"], _themes(inputs)),
        "The questions whose answers move the scores most:",
        bullets(_questions(inputs)),
    ])  # fmt: skip


def _rules(inputs: CardInputs) -> list[str]:
    outcome, searches = inputs.experiment.outcome, inputs.experiment.features.discretion
    wait = f", and counted as known only {outcome.maturity_days} days later, to wait for late records"
    lines = [
        "**Three dates.** A record counts only if it had been delivered before the date in question and had not been "
        "taken back by then, whatever day it is about.",
        f"**Outcomes** are looked at for {outcome.horizon_days} days from the date"
        f"{wait if outcome.maturity_days else ''}.",
    ]
    if not inputs.is_for_use:
        return lines
    return [
        *lines,
        "**Roles are kept apart.** Having been a victim is never added to having been named as a suspect.",
        "**Stop and search** is an input of this comparison, which cannot be published."
        if searches
        else "**Stop and search** is not an input, because it depends on whom police choose to stop.",
    ]


def _row(name: str, split: Split) -> list[str]:
    called = "published model" if split.test is None else plain(name)
    return [called, split.train.plain, split.calibrate.plain, split.test.plain if split.test else ""]


def _themes(inputs: CardInputs) -> list[list[str]]:
    """Each theme, how many inputs it has, and who sends the records."""
    wanted = set(inputs.feature_names)
    records = sorted((r for r in as_records(inputs.features) if r["name"] in wanted), key=lambda r: str(r["theme"]))
    rows = []
    for theme, own in groupby(records, key=lambda record: str(record["theme"])):
        asked = list(own)
        partners = listed(list(dict.fromkeys(partner for record in asked for partner in record["partners"])))
        rows.append([plain(theme), f"{len(asked)}", plain(partners or "the month of birth")])
    return rows


def _questions(inputs: CardInputs) -> list[str]:
    """The questions of the inputs that move the scores most."""
    asked = {feature.name: feature.question for feature in inputs.features}
    most = inputs.audit.finding("explanation").importances[:MOST_QUESTIONS]
    return [plain(asked[each.name]) for each in most if each.name in asked]
