"""Words the sections share: whom the card is about, what happened, and recall and precision as natural frequencies."""

from __future__ import annotations

from risk_model.publishing.cards.inputs import CardInputs
from risk_model.training.bands import happened
from risk_model.training.intervals import Figure
from risk_model.training.showing import shown_figure
from risk_model.words import of_every_hundred, people


def who(inputs: CardInputs) -> str:
    """``young people`` or ``people``."""
    return people(inputs.experiment)


def outcome(inputs: CardInputs) -> str:
    """The outcome as something people had: ``a first youth caution or court sentence within 12 months``."""
    return happened(inputs.experiment)


def figure(inputs: CardInputs, name: str) -> Figure | None:
    """The chosen estimator's figure on all splits, or None where too few are behind it."""
    chosen = inputs.chosen
    return shown_figure(chosen.figure(name), chosen.counts, inputs.experiment.audit.suppress_under)


def recall_sentence(inputs: CardInputs) -> str:
    """Recall at the places there are, as a natural frequency."""
    recall = figure(inputs, "recall_at_capacity")
    if recall is None:
        return f"Too few {who(inputs)} had {outcome(inputs)} to say how many the lists would have named."
    return (
        f"Of every 100 {who(inputs)} who had {outcome(inputs)}, the lists would have named "
        f"{of_every_hundred(recall.value, recall.low, recall.high)}. The others would have been missed."
    )


def precision_sentence(inputs: CardInputs) -> str:
    """Precision at the places there are, and what drawing lots would give, as natural frequencies."""
    precision, chosen = figure(inputs, "precision_at_capacity"), inputs.chosen
    if precision is None:
        return f"Too few {who(inputs)} on the lists had the outcome to say how many."
    lots = 100 * chosen.counts.positive_rows / chosen.counts.rows
    most = f" Most {who(inputs)} on a list would not have had it." if precision.value < 0.5 else ""
    return (
        f"Of every 100 places on the lists, {of_every_hundred(precision.value, precision.low, precision.high)} would "
        f"have gone to somebody who had it; had places been drawn by lot, about {max(lots, 1):.0f}.{most}"
    )
