"""Caveats and recommendations: what the figures do not say, and what to do about it."""

from __future__ import annotations

from risk_model.audits.finding import Verdict
from risk_model.document import bullets, plain
from risk_model.publishing.cards.confirm import say_item
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.publishing.cards.wording import figure, who

LIKELY_AUC = (0.70, 0.80)
"""What published models of this kind reach (DOMAIN: AUC 0.70 to 0.80)."""
SUSPICIOUS_PRECISION = 0.40
CAVEATS = (
    "**Finding is not helping.** The figures say who could be offered support first. Whether support does good has to "
    "be measured by design; for similar systems elsewhere no benefit was shown.",
    "**The past is not the future.** Recording, services and the law change. Figures should be looked at every month, "
    "and the model made again, or withdrawn, when they slip.",
    "**The intervals are about chance only.** They do not cover records that were never made, or were made unevenly.",
    "**The published model is a later fit of the tested recipe.** It has learned from more recent dates; its own "
    "figures will be known only when those outcomes are.",
)

BEING_LISTED = (
    "**Being listed was a harm there, not an offer.** The groups to worry about first are then those listed most often "
    "without having had the outcome: the column on those *listed, of those who did not have it*."
)


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    parts = [bullets([*_about_the_data(inputs), *(CAVEATS if inputs.is_for_use else (BEING_LISTED, CAVEATS[2]))])]
    if inputs.is_for_use:
        parts += ["### Recommended", bullets(_recommended(inputs))]
        parts += [bullets([say_item("benefit", inputs.experiment, inputs.confirmed)])]
    return "\n\n".join(parts)


def _about_the_data(inputs: CardInputs) -> list[str]:
    lines = []
    if inputs.experiment.card.use == "demonstration" and inputs.is_for_use:
        lines.append(
            "**This is a demonstration on made-up data.** Its world was built to be about as hard to predict as "
            "published ones; the figures say that the machinery works, not how it would do on real records."
        )
    if inputs.experiment.splits.label_gap == "none":
        lines.append(f"**Slices of time overlap:** {plain(inputs.experiment.splits.label_gap_reason)}.")
    auc, precision = figure(inputs, "auc"), figure(inputs, "precision_at_capacity")
    if inputs.is_for_use and auc and auc.value > LIKELY_AUC[1]:
        lines.append(
            f"**Higher than others report:** an AUC above {LIKELY_AUC[1]:g} should be checked for leaks first."
        )
    if inputs.is_for_use and precision and precision.value > SUSPICIOUS_PRECISION:
        lines.append("**Higher than is likely:** precision above 40% for an outcome this rare points to a leak.")
    return lines


def _recommended(inputs: CardInputs) -> list[str]:
    groups = inputs.audit.finding("groups")
    lines = [
        f"Keep other ways to support open, for {who(inputs)} the lists miss.",
        "Offer some places by lot and by workers' own nomination, and compare.",
        "Look at every figure again after each list, and publish it.",
    ]
    if groups.verdict is not Verdict.PASSES:
        lines.insert(
            0, "Before use: decide, with those affected, what to do for the groups the audit names, and record it."
        )
    return lines
