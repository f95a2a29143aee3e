"""Metrics: what is measured and why, at which number of places, and how the intervals are made."""

from __future__ import annotations

from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import recall_sentence, who
from risk_model.training.metrics import METRICS


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    experiment, audit = inputs.experiment, inputs.experiment.audit
    named = {inputs.team_names.get(code, code): count for code, count in experiment.capacity.items()}
    places = [[plain(name), f"{count}"] for name, count in sorted(named.items())]
    lines = [
        f"**The main figure is recall at the places there are.** Help is scarce, so the harm to look for first is "
        f"{who(inputs)} who were missed. {recall_sentence(inputs)}",
        "**Places, not a threshold:** a list holds as many as its team can see, from the top. Where scores tie at the "
        "last place, those tied share it, so no figure hangs on the order of rows.",
        f"**Intervals** are 95%, from {experiment.bootstrap_resamples} draws of {who(inputs)}, each with all their "
        "dates. They say how far chance in who was in the data could have moved a figure, not what changes later.",
        f"**Groups** are judged by {audit.lead}, against a limit set before the run: at least {audit.least_ratio:g} "
        f"times that of the largest group of their kind. Fewer than {audit.least_positives} with the outcome is too "
        "few.",
    ]
    meanings = [[metric.plain, metric.meaning] for metric in METRICS]
    return "\n\n".join([
        bullets(lines),
        "### Places on each list",
        table(["Team", "Places"], places),
        "### What each figure means",
        table(["Figure", "Meaning"], meanings, numbers=False),
    ])  # fmt: skip
