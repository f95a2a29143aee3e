"""Evaluation data: who was tested on, when, and who fell out on the way."""

from __future__ import annotations

from risk_model.disclosure import show_about
from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import who
from risk_model.training.predictions import ALL_SPLITS
from risk_model.training.showing import shown_counts


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    experiment, under = inputs.experiment, inputs.experiment.audit.suppress_under
    chosen = [each for each in inputs.training.evaluations if each.estimator == inputs.training.selection.chosen]
    rows = []
    for each in chosen:
        counts = shown_counts(each.counts, under)
        name = "all together" if each.split == ALL_SPLITS else plain(each.split)
        rows.append([name, counts["people"], counts["records"], counts["with the outcome"]])
    gap = (
        "Every label used to learn was known, with the wait for late records, before the dates it was tested on."
        if experiment.splits.label_gap == "strict"
        else f"There is no gap between slices: {plain(experiment.splits.label_gap_reason)}."
    )
    lines = [
        plain(experiment.card.data_description),
        f"Tested on {who(inputs)} of later dates than anything learned from; a record is one person on one date. {gap}",
        f"The outcome: {plain(experiment.outcome.question)}.",
    ]
    return "\n\n".join([
        bullets(lines),
        table(["Test", who(inputs).capitalize(), "Records", "Had the outcome"], rows),
        f"### Who fell out on the way{_on_which(inputs)}",
        table(["Why", "Removed", "Left"], attrition_rows(inputs)),
        f"Counts are rounded; counts of fewer than {under} are not shown.",
    ])  # fmt: skip


def attrition_rows(inputs: CardInputs) -> list[list[str]]:
    """The attrition table of the latest date, as cells."""
    under = inputs.experiment.audit.suppress_under
    last = inputs.attrition[-1].as_of
    steps = [step for step in inputs.attrition if step.as_of == last]
    return [
        [
            plain(step.reason),
            show_about(step.removed, under=under) if step.removed else "",
            show_about(step.remaining, under=under),
        ]
        for step in steps
    ]


def _on_which(inputs: CardInputs) -> str:
    last = inputs.attrition[-1].as_of
    return f", on {last}" if last else ""
