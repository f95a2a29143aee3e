"""Whether a card can be published: no placeholder left, no section without its facts, nothing open in live use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from risk_model.audits.scanning import small_numbers
from risk_model.experiment import Experiment
from risk_model.publishing.cards import SECTIONS, CardInputs, render_with
from risk_model.publishing.cards.confirm import ITEMS, open_items, without_open_items
from risk_model.training.plots import Plot

PLACEHOLDERS = re.compile(
    r"\b(?:TODO|TBC|TBD|TBA|FIXME|XXX+)\b|\{\{|\}\}|\blorem ipsum\b|\bto be (?:confirmed|completed|decided)\b|"
    r"\bplaceholder\b|\[insert\b|<insert\b|\?\?\?",
    re.IGNORECASE,
)
"""What somebody meant to come back to. "To be confirmed" may stand only in an item of ``confirm.ITEMS``, as it is."""
LEAST_WORDS = 20


def card_faults(inputs: CardInputs, plots: Sequence[Plot]) -> list[str]:
    """Everything that stands in the way of publishing this card; empty where nothing does.

    A section whose facts are missing is named by them; the text is looked at once all facts are there.
    """
    faults = [
        f"section {section.title!r}: needs {need}, which is empty"
        for section in SECTIONS
        for need in section.needs
        if not getattr(inputs, need)
    ]
    faults += [f"confirmed: there is no item {key!r}" for key in inputs.confirmed if key not in ITEMS]
    if faults:
        return faults
    rendered, under = render_with(inputs, plots), inputs.experiment.audit.suppress_under
    return text_faults(rendered.markdown, inputs.experiment) + small_numbers("card.html", rendered.html, under)


def text_faults(markdown: str, experiment: Experiment) -> list[str]:
    """Placeholders, sections that say next to nothing, and in live use every item still open."""
    bodies = _sections(markdown)
    faults = [
        f"section {section.title!r}: is missing or nearly empty"
        for section in SECTIONS
        if len(bodies.get(section.title, "").split()) < LEAST_WORDS
    ]
    for number, line in enumerate(without_open_items(markdown).replace("\\", "").splitlines(), 1):
        faults += [f"line {number} holds the placeholder {found!r}" for found in PLACEHOLDERS.findall(line)]
    if experiment.card.use == "live":
        faults += [f"live use needs the organisation's word on {key}: {ITEMS[key]}" for key in open_items(markdown)]
    return faults


def _sections(markdown: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=False))
