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


def render(inputs: CardInputs, plots: Mapping[str, Plot]) -> str:
    """The section's Markdown."""
    slices = [_row(split) for split in inputs.training.splits]
    slices.append([*_row(inputs.final_split)[1:3], ""])
    slices[-1].insert(0, "published model")
    outcome = inputs.experiment.outcome
    lines = [
        "**Three dates.** A record counts only if it had been delivered before the date in question and had not been "
        "taken back by then, whatever day it is about.",
        f"**Outcomes** are looked at for {outcome.horizon_days} days from the date, and counted as known only after "
        f"{outcome.maturity_days} more days, to wait for late records.",
        "**Roles are kept apart.** Having been a victim is never added to having been named as a suspect.",
    ]
    return "\n\n".join([
        bullets(lines if inputs.is_for_use else lines[:2]),
        picture(plots["splits"]),
        table(["Fit", "Learned from", "Calibrated on", "Tested on"], slices, numbers=False),
        "### What the model is told",
        f"{len(inputs.feature_names)} inputs, each the answer to a plain question.",
        *_themes(inputs),
    ])  # fmt: skip


def _row(split: Split) -> list[str]:
    return [plain(split.name), split.train.plain, split.calibrate.plain, split.test.plain if split.test else ""]


def _themes(inputs: CardInputs) -> list[str]:
    """For each theme, what it is, who sends the records, and its questions."""
    wanted = set(inputs.feature_names)
    records = sorted((r for r in as_records(inputs.features) if r["name"] in wanted), key=lambda r: str(r["theme"]))
    parts = []
    for theme, own in groupby(records, key=lambda record: str(record["theme"])):
        asked = list(own)
        partners = listed(list(dict.fromkeys(partner for record in asked for partner in record["partners"])))
        parts.append(f"#### {plain(theme[:1].upper() + theme[1:])} ({len(asked)})")
        parts.append(
            plain(f"{inputs.themes.get(theme, '')}. From: {partners or 'the month of birth'}.".removeprefix(". "))
        )
        parts.append(bullets([plain(record["question"]) for record in asked]))
    return parts
