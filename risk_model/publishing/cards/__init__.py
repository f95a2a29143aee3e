"""The model card, one file a section, after Mitchell et al. (2019). A new section is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from risk_model.document import plain, render_page
from risk_model.publishing.cards import (
    agreements,
    caveats,
    ethical_considerations,
    evaluation_data,
    factors,
    intended_use,
    metrics,
    model_details,
    quantitative_analyses,
    sign_off_and_reproduction,
    training_data,
)
from risk_model.publishing.cards.inputs import CardInputs, FeedRow, feed_rows
from risk_model.publishing.cards.pictures import card_pictures
from risk_model.publishing.cards.summary import summary
from risk_model.training.plots import Plot

Plots = Mapping[str, Plot]


@dataclass(frozen=True)
class Section:
    """A section: its title, how it is written, and the inputs without which it would be incomplete."""

    title: str
    render: Callable[[CardInputs, Plots], str]
    needs: tuple[str, ...] = ()


def _plain(render: Callable[[CardInputs], str]) -> Callable[[CardInputs, Plots], str]:
    return lambda inputs, plots: render(inputs)


SECTIONS: tuple[Section, ...] = (
    Section("Model details", _plain(model_details.render), ("feature_names",)),
    Section("Intended use and prohibited use", _plain(intended_use.render)),
    Section("Factors", _plain(factors.render)),
    Section("Metrics", _plain(metrics.render), ("team_names",)),
    Section("Evaluation data", _plain(evaluation_data.render), ("attrition",)),
    Section("Training data", training_data.render, ("features",)),
    Section("Quantitative analyses", quantitative_analyses.render, ("plots",)),
    Section("Ethical considerations", _plain(ethical_considerations.render)),
    Section("Caveats and recommendations", _plain(caveats.render)),
    Section("Agreements and data sources", _plain(agreements.render), ("feeds",)),
    Section("Who signed, and how to make it again", _plain(sign_off_and_reproduction.render), ("sign_offs",)),
)
"""In the order they are read. The first nine are those of Mitchell et al."""


@dataclass(frozen=True)
class Card:
    """A card: Markdown (the source), the same as one HTML page that stands alone, and its pictures."""

    markdown: str
    html: str
    plots: tuple[Plot, ...]


def render_card(inputs: CardInputs) -> Card:
    """The whole card. It may hold open items and faults; ``completeness.card_faults`` finds them before publishing."""
    return render_with(inputs, card_plots(inputs))


def card_plots(inputs: CardInputs) -> tuple[Plot, ...]:
    """Every picture a card may use: training's, the audit's and its own."""
    return (*inputs.plots, *inputs.audit.plots, *card_pictures(inputs))


def render_with(inputs: CardInputs, plots: Sequence[Plot]) -> Card:
    """The card with pictures that are already drawn."""
    title = inputs.experiment.card.title
    by_name = {plot.name: plot for plot in plots}
    parts = [f"# {plain(title)}", _notice(inputs), summary(inputs, by_name)]
    parts += [f"## {section.title}\n\n{section.render(inputs, by_name)}" for section in SECTIONS]
    markdown = "\n\n".join(parts) + "\n"
    used = tuple(plot for plot in plots if f"/{plot.name}.png)" in markdown)
    return Card(markdown, render_page(f"Model card: {title}", markdown, used), used)


def _notice(inputs: CardInputs) -> str:
    card = inputs.experiment.card
    use = "Live use" if card.use == "live" else "**Demonstration: not for use with any person**"
    return f"Model card, version `{inputs.version}`. {use}. {plain(card.organisation)}."


__all__ = [
    "SECTIONS",
    "Card",
    "CardInputs",
    "FeedRow",
    "Section",
    "card_plots",
    "feed_rows",
    "render_card",
    "render_with",
]
