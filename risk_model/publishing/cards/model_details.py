"""Model details: what it is, who answers for it, and how it was chosen."""

from __future__ import annotations

from risk_model.document import bullets, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import MEAN_OF_SPLITS
from risk_model.training.selection import Standing
from risk_model.training.showing import say_difference, say_figure, shown_figure
from risk_model.words import decimal, percent


def render(inputs: CardInputs) -> str:
    """The section's Markdown."""
    card, experiment = inputs.experiment.card, inputs.experiment
    facts = [
        ("Version", f"`{inputs.version}`"),
        ("Use", "Live" if card.use == "live" else "Demonstration"),
        ("Organisation", plain(card.organisation)),
        ("Senior responsible owner", plain(card.senior_responsible_owner)),
        ("Contact", plain(card.contact)),
        ("Question", plain(experiment.question)),
        (
            "Kind of model",
            f"{plain(inputs.plain_name)}, of {len(inputs.feature_names)} inputs, with calibrated probabilities",
        ),
        (
            "Learned from",
            f"dates {inputs.final_split.train.plain}; calibrated on {inputs.final_split.calibrate.plain}",
        ),
        ("Data ends", f"{inputs.provenance.data_until}"),
    ]
    chosen = inputs.training.selection
    tried = [
        [plain(ESTIMATORS[each.estimator].plain_name), _mean(inputs, each), _role(inputs, each.estimator)]
        for each in chosen.table
    ]
    parts = [
        table(["", ""], [[name, text] for name, text in facts], numbers=False),
        "### How it was chosen",
        f"The rule was fixed before any result was seen. {plain(chosen.reason)}",
        table(["Tried", f"{MEAN_OF_SPLITS.capitalize()}", "Standing"], tried),
    ]
    under = inputs.experiment.audit.suppress_under
    against = [plain(say_difference(each, under)) for each in chosen.against_rule]
    parts += [bullets(against)] if against else []
    parts += (
        [
            bullets(
                [
                    f"Could not be trained: {plain(f.estimator)}, {plain(f.split)}. {plain(f.why)}"
                    for f in inputs.training.failures
                ]
            )
        ]
        if inputs.training.failures
        else []
    )
    return "\n\n".join(parts)


def _mean(inputs: CardInputs, standing: Standing) -> str:
    """The mean over the splits, or nothing where a count behind the figure is small."""
    metric, each = inputs.training.selection.metric, inputs.on_all_splits(standing.estimator)
    if shown_figure(each.figure(metric), each.counts, inputs.experiment.audit.suppress_under) is None:
        return say_figure(None)
    is_share = metric.endswith("_at_capacity") and not metric.startswith("lift")
    return percent(standing.mean) if is_share else decimal(standing.mean)


def _role(inputs: CardInputs, estimator: str) -> str:
    if estimator == inputs.training.selection.chosen:
        return "chosen"
    return "could have been chosen" if ESTIMATORS[estimator].publishable else "only to compare with"
